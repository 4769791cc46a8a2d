"""The person for whom a proxy files: what is known about them so far, and what is passed on to them."""

from typing import Any

from handlers.context import Serves
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from storage.cases import CaseRow


def pending(turn: Turn) -> dict[str, Any] | None:
    """What is known about the person so far, unless it is too old."""
    proxy: dict[str, Any] | None = turn.talk.state.get("proxy")
    if proxy is not None and turn.older(proxy["at"]):
        turn.talk.state.pop("proxy")
        return None
    return proxy


def agreed(turn: Turn) -> dict[str, Any] | None:
    """Take out the person for whom the report of this turn is, if they were just named and agree; for one report."""
    found = pending(turn) if "proxy" in turn.talk.state else None
    return turn.talk.state.pop("proxy") if found and "consent" in found else None


def pass_on(turn: Turn, cases: list[CaseRow], proxy: dict[str, Any]) -> None:
    """Ask the proxy to tell the person, with the link by which they can see the case."""
    for case in cases:
        username = next(
            (b.username for b in turn.context.bots.values() if b.username and b.serves is not Serves.STAFF), ""
        )
        link = f"https://t.me/{username}?start={turn.context.links.of_person(*case.key)}" if username else ""
        key = "proxy.link" if link else "proxy.pass_on"
        text = turn.context.texts(key, number=turn.number(case), name=proxy["name"], link=link)
        turn.send(Reply(turn.event.address, text, priority=Priority.INTERACTIVE))
