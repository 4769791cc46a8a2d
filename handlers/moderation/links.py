"""A message with an unknown link waits until a person has reviewed it; without a link it is filed at once."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from handlers.moderation import concerns
from handlers.turn import Turn
from nlp.normalise import fold

LINK = re.compile(
    r"(?:https?://|www\.|tg://)[^\s\u4e00-\u9fff，。！？、]{1,300}|\b(?:[a-z0-9-]{1,60}\.){1,4}[a-z]{2,8}\b(?:/\S{0,200})?"
)
EMAIL = re.compile(r"(?<![a-z0-9_.+/-])[a-z0-9_.+-]{1,64}@[a-z0-9.-]{1,253}")
"""Somebody's address is no link, though its end looks like one."""
HOST = re.compile(r"(?:[a-z]{1,8}://)?([a-z0-9.-]{1,200})")


def strange(turn: Turn, text: str) -> tuple[str, ...]:
    """Hosts of the links in a text that the district does not know."""
    limits, folded = turn.context.district.limits.moderation, EMAIL.sub(" ", fold(text))
    if "." not in folded and "://" not in folded:
        return ()
    hosts = dict.fromkeys(_host(found, limits.link_endings) for found in LINK.findall(folded))
    return tuple(host for host in hosts if host and not _known(host, limits.known_links))


def _host(link: str, endings: tuple[str, ...]) -> str:
    """The host of a link; empty for what only looks like one (a file's name, a number)."""
    found = HOST.match(link)
    host = found[1].strip(".") if found else ""
    plain = "://" in link or link.startswith("www.")
    return host if plain or host.rpartition(".")[2] in endings else ""


def _known(host: str, known: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in known)


def holds(turn: Turn, words: str, held: Callable[[], dict[str, Any]], community_id: int, known: str = "") -> bool:
    """Whether a link has to be looked at before the staff get these words; then they are kept, and both sides are told.

    `held`: what is needed to go on later as if it had come then. `known`: what the staff have read already.
    """
    hosts = () if turn.as_staff else strange(turn, words)
    hosts = tuple(host for host in hosts if host not in strange(turn, known))
    if not hosts:
        return False
    limits = turn.context.district.limits.moderation
    concern = concerns.put(
        turn,
        "links",
        words,
        community_id=community_id,
        key=hashlib.sha256(" ".join(sorted(hosts)).encode()).hexdigest()[:32],
        held=held(),
        next_at=turn.uow.now + limits.held_for.wall,
    )
    turn.say("concern.held_addition" if concern.adds else "concern.held")
    turn.outcome = "held"
    return True
