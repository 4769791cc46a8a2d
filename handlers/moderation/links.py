"""A message with an unknown link waits until a person has reviewed it; without a link it is filed at once."""

import hashlib
import re

from handlers.file_packing import packed
from handlers.moderation import concerns
from handlers.residents.filing import Report
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


def holds(turn: Turn, report: Report) -> bool:
    """Whether a report has to be looked at first; then it is kept, and both sides are told. Never an emergency."""
    words = "\n".join(text for _, text in report.said) or "\n".join(matter.text for matter in report.matters)
    trusted = report.is_emergency or turn.as_staff or "proxy" in turn.talk.state
    hosts = () if trusted else strange(turn, words)
    if not hosts:
        return False
    limits = turn.context.district.limits.moderation
    concerns.put(
        turn,
        "links",
        words,
        community_id=report.community.id,
        key=hashlib.sha256(" ".join(sorted(hosts)).encode()).hexdigest()[:32],
        held=_packed(turn, report),
        next_at=turn.uow.now + limits.held_for.wall,
    )
    turn.say("concern.held")
    turn.outcome = "held"
    return True


def _packed(turn: Turn, report: Report) -> dict[str, object]:
    """What is needed to file it later, as if it had come then."""
    place = report.location
    return {
        "said": [list(part) for part in report.said] or [[turn.event.message_id, turn.event.text]],
        "files": [packed(file, turn.event.message_id) for file in report.files],
        "location": [place.latitude, place.longitude] if place else None,
        "community": report.community.id,
        "anonymous": report.anonymous,
    }
