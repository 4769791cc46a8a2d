"""When a case is due: its clock, the reminders to staff, later questions."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from handlers.turn import Turn
from ledger import clocks, nudges
from ledger.district import Clock, Duration, Limits
from ledger.lifecycle import State
from ledger.quiet_hours import next_allowed
from ledger.scenes import Kind, Urgency
from storage.cases import CaseRow


def times_of_new(limits: Limits, kind: Kind, urgency: Urgency, now: datetime, zone: tzinfo) -> dict[str, Any]:
    """When a new case must be signed for and answered, and when the clock first handles it."""
    return dict(_times(clocks.clock_for(limits, kind, urgency), now, zone))


@lru_cache(maxsize=256)
def _times(clock: Clock, now: datetime, zone: tzinfo) -> Mapping[str, datetime | None]:
    """The times of a clock. Cached, because matters filed together often have the same clock."""
    times = nudges.Times(now, clocks.due(now, clock.sign, zone), clocks.due(now, clock.act, zone))
    next_at = nudges.upcoming(nudges.stages(times, clock, zone), now)
    return {"sign_due_at": times.sign_due_at, "due_at": times.due_at, "next_at": next_at}


def clock_of(turn: Turn, case: CaseRow) -> Clock:
    return clocks.clock_for(turn.context.district.limits, case.kind, case.urgency)


def stages_of(turn: Turn, case: CaseRow) -> list[nudges.Stage]:
    """The reminders about a case in its present state."""
    times = nudges.Times(
        case.created_at,
        case.sign_due_at,
        case.due_at,
        signed=case.signed_at is not None,
        contacted=case.contacted_at is not None,
        parked=case.state is State.PARKED,
    )
    return nudges.stages(times, clock_of(turn, case), turn.community_of(case).zone)


def next_look(turn: Turn, case: CaseRow) -> datetime | None:
    """When the clock handles an open case again.

    After the last reminder it still comes back, before the buttons on the card expire.
    """
    coming = nudges.upcoming(stages_of(turn, case), turn.uow.now)
    return coming or turn.uow.now + turn.context.district.limits.button_kept.wall / 2


def extension(turn: Turn, case: CaseRow, given: Mapping[str, str]) -> tuple[Duration, datetime]:
    """How much more time is requested, and when the case is due if it is granted."""
    lengths = clock_of(turn, case).extensions
    more = lengths[min(int(given["length"]), len(lengths) - 1)]
    return more, clocks.due(case.due_at, more, turn.community_of(case).zone)


def asks_if_it_holds(turn: Turn, case: CaseRow, closed_at: datetime) -> datetime | None:
    """When reporters are next asked whether the solution still holds (巩固提升); None after the last time."""
    limits, zone = turn.context.district.limits, turn.community_of(case).zone
    moments = (clocks.due(closed_at, after, zone) for after in limits.holds_asked_after)
    return next((next_allowed(at, limits.ask_between, zone) for at in moments if at > turn.uow.now), None)


def again_due(turn: Turn, case: CaseRow) -> datetime:
    """When a reopened case is due: it gets its full time again. The resident's clock still runs from the report."""
    return clocks.due(turn.uow.now, clock_of(turn, case).act, turn.community_of(case).zone)
