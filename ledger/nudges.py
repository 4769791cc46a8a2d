"""Which reminders a case causes, when, and to whom: they escalate from the worker to the manager to the street."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from ledger import clocks
from ledger.district import Clock
from ledger.lifecycle import Role


class Nudge(StrEnum):
    """A reminder (催办), a supervisor's question (督办), or another question to the staff."""

    UNSIGNED = "unsigned"
    UNCONTACTED = "uncontacted"
    NEAR = "near"
    OVERDUE = "overdue"
    OVERDUE_TWICE = "overdue_twice"
    REVIEW = "review"
    REVIEW_LATE = "review_late"
    EXTENSION = "extension"
    OBJECTION = "objection"
    CHECK = "check"
    SUPERVISION = "supervision"


GOES_TO: dict[Nudge, Role] = {
    Nudge.UNSIGNED: Role.WORKER,
    Nudge.UNCONTACTED: Role.WORKER,
    Nudge.NEAR: Role.WORKER,
    Nudge.OVERDUE: Role.MANAGER,
    Nudge.OVERDUE_TWICE: Role.SUPERVISOR,
    Nudge.REVIEW: Role.MANAGER,
    Nudge.REVIEW_LATE: Role.SUPERVISOR,
    Nudge.EXTENSION: Role.MANAGER,
    Nudge.OBJECTION: Role.MANAGER,
    Nudge.CHECK: Role.WORKER,
    Nudge.SUPERVISION: Role.WORKER,
}
"""Who is asked first. If nobody of that level can be reached, the next level is. WORKER: whoever handles the case."""


@dataclass(frozen=True, slots=True)
class Times:
    """What the stages of an open case depend on."""

    created_at: datetime
    sign_due_at: datetime
    due_at: datetime
    signed: bool = False
    contacted: bool = False
    parked: bool = False


Stage = tuple[datetime, Nudge]


def stages(times: Times, clock: Clock, zone: tzinfo) -> list[Stage]:
    """When the clock reminds somebody of an open case, and of what, in order of time."""
    due = times.due_at
    twice = clocks.due(due, clock.act, zone)
    if times.parked:
        return [(due, Nudge.REVIEW), (twice, Nudge.REVIEW_LATE)]
    found = [(clocks.before(due, clock.near, zone), Nudge.NEAR), (due, Nudge.OVERDUE), (twice, Nudge.OVERDUE_TWICE)]
    if not times.signed:
        found.append((times.sign_due_at, Nudge.UNSIGNED))
    if clock.contact and not times.contacted:
        found.append((clocks.due(times.created_at, clock.contact, zone), Nudge.UNCONTACTED))
    return sorted(found, key=lambda stage: stage[0])


def upcoming(found: list[Stage], now: datetime) -> datetime | None:
    """When the next stage is reached; None: there is none."""
    return next((at for at, _ in found if at > now), None)


def reached(found: list[Stage], now: datetime) -> Nudge | None:
    """The latest stage that has been reached; earlier ones are outdated. None: no stage yet."""
    return next((nudge for at, nudge in reversed(found) if at <= now), None)
