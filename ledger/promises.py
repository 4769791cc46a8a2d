"""How a promise stands: by the clock, by what its owner reports, and by what those who were promised it say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from ledger import clocks
from ledger.district import Duration


class Standing(StrEnum):
    OPEN = "open"
    LATE = "late"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    BROKEN = "broken"


class Said(StrEnum):
    """What somebody says who was promised it."""

    KEPT = "kept"
    NOT_YET = "not_yet"
    NO = "no"


class Kind(StrEnum):
    """Who promised."""

    STAFF = "staff"
    UNIT = "unit"
    COUNCIL = "council"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How many said what. Under `shown_from` nobody is told, for few are known by their answers."""

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
    """What the owner says holds, unless enough of those who were promised it say otherwise."""
    if given_up or (reported_at and found.n >= shown_from and found.refutes):
        return Standing.BROKEN
    if reported_at is None:
        return Standing.OPEN if now < due_at else Standing.LATE
    return Standing.KEPT if reported_at <= due_at else Standing.KEPT_LATE


def out_of_answer(event_id: int) -> str:
    """The source of what an answer promised, by the step in which it was given."""
    return f"answer:{event_id}"


def noted(community_id: int, no: int) -> str:
    """The message by which whoever answered hears that it counts as a promise."""
    return f"promise:{community_id}:{no}:noted"


def reminded_at(due_at: datetime, near: Duration, zone: tzinfo) -> datetime:
    """When the owner is reminded."""
    return clocks.before(due_at, near, zone)
