"""Contributions to a topic, and seconding them (赞同): once for each person, and revocable. Nobody is named."""

from typing import Any

from handlers.cocreation.notifying import topic_button
from handlers.reply import Button
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.moderation import ContentState
from ledger.text import shortened
from ledger.topics import ContributionKind, TopicState
from ledger.votes import LETTERS
from storage.cocreation.contributions import ContributionRow
from storage.cocreation.topics import TopicRow
from storage.reference import CommunityRow

OPTIONS, REASONS, LABEL = len(LETTERS), 8, 22


def lines(turn: Turn, found: list[ContributionRow]) -> list[str]:
    """Options, then the newest reasons, each with its number of seconders; says how many are left out."""
    counts = turn.uow.seconding.counts(found) if found else {}
    options = [row for row in found if row.kind is ContributionKind.OPTION]
    reasons = [row for row in found if row.kind is ContributionKind.REASON]
    return [
        *_part(turn, "options", [f"· {_told(turn, row, counts)}" for row in options[:OPTIONS]], len(options)),
        *_part(turn, "reasons", [f"· {_told(turn, row, counts)}" for row in reasons[-REASONS:]], len(reasons)),
    ]


def _part(turn: Turn, name: str, shown: list[str], n: int) -> list[str]:
    texts = turn.context.texts
    more = [texts("seconding.more", n=n - len(shown))] if n > len(shown) else []
    return [texts(f"topic.{name}"), *shown, *more] if shown else []


def _told(turn: Turn, row: ContributionRow, counts: dict[int, int]) -> str:
    n = counts.get(row.id, 0)
    return turn.context.texts("seconding.line", text=row.text, n=n) if n else row.text


def button(turn: Turn, topic: TopicRow, found: list[ContributionRow]) -> tuple[Button, ...]:
    """The button for residents while the topic is under discussion and has contributions; otherwise empty."""
    if topic.state is not TopicState.OPEN or not found:
        return ()
    return (topic_button(turn.context.texts("button.words_second"), "words_second", topic)(turn.account),)


def ask(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Ask which contribution to second."""
    topic = turn.uow.topics.living(community.id, int(data["topic"]))
    found = turn.uow.contributions.of(topic.key, ContentState.SHOWN)
    rows = tuple(
        (
            Button(
                shortened(row.text, LABEL),
                "words_second_one",
                community.id,
                data={"topic": topic.no, "id": row.id},
                account=turn.account,
            ),
        )
        for row in found
    )
    turn.say("seconding.which", rows)


def tap(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Second a contribution; a second tap takes it back.

    Raises:
        NotAllowed: the topic is no longer under discussion.
    """
    topic = turn.uow.topics.living(community.id, int(data["topic"]))
    if topic.state is not TopicState.OPEN:
        raise NotAllowed("only what is talked over is seconded")
    found = {row.id: row for row in turn.uow.contributions.of(topic.key, ContentState.SHOWN)}
    row, me = found.get(int(data["id"])), (turn.event.address.bot, turn.account)
    if row is None:
        turn.tell("content.seen_no_more", alert=True)
        return
    if row.author is not None and row.author[:2] == me:
        turn.tell("seconding.own", alert=True)
        return
    if new := turn.uow.seconding.second(row, *me):
        key = "seconding.seconded"
    else:
        turn.uow.seconding.take_back(row, *me)
        key = "seconding.taken_back"
    turn.tell(key, n=turn.uow.seconding.count(row), alert=not new)
