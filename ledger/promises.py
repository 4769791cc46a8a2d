"""The state of a promise: by the clock, by its owner's report, and by what the people it was made to say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from ledger import clocks
from ledger.district import Duration


class Standing(StrEnum):
    """The state of a promise, derived from its rows and the time."""

    OPEN = "open"
    LATE = "late"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    BROKEN = "broken"


class Said(StrEnum):
    """The answer of a person to whom the promise was made."""

    KEPT = "kept"
    NOT_YET = "not_yet"
    NO = "no"


class Kind(StrEnum):
    """Who made the promise."""

    STAFF = "staff"
    UNIT = "unit"
    COUNCIL = "council"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How many gave which answer. Fewer than `shown_from` are not shown, because few can be recognised."""

    kept: int
    not_yet: int
    no: int

    @property
    def n(self) -> int:
        return self.kept + self.not_yet + self.no

    @property
    def refutes(self) -> bool:
        """Whether fewer than half say that it was kept."""
        return self.kept * 2 < self.n


def judgement(said: Iterable[str | None]) -> Judgement:
    answers = list(said)
    return Judgement(*(answers.count(kind) for kind in Said))


def standing(
    now: datetime,
    due_at: datetime,
    reported_at: datetime | None,
    found: Judgement,
    *,
    given_up: bool = False,
    shown_from: int,
) -> Standing:
    """The owner's report counts, unless at least `shown_from` people answered and fewer than half confirm it."""
    if given_up or (reported_at and found.n >= shown_from and found.refutes):
        return Standing.BROKEN
    if reported_at is None:
        return Standing.OPEN if now < due_at else Standing.LATE
    return Standing.KEPT if reported_at <= due_at else Standing.KEPT_LATE


def out_of_answer(event_id: int) -> str:
    """The source of a promise that an answer contains: the event of that answer."""
    return f"answer:{event_id}"


def noted(community_id: int, no: int) -> str:
    """Logical name of the message that tells the author of an answer that it counts as a promise."""
    return f"promise:{community_id}:{no}:noted"


def reminded_at(due_at: datetime, near: Duration, zone: tzinfo) -> datetime:
    """When the owner is reminded (aware UTC): `near` before it is due."""
    return clocks.before(due_at, near, zone)
