"""When a person may be sent a push: at allowed hours only, and not often.

A push is an invitation to many people (to a survey, a topic, an event). News about a person's own case is not one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from ledger.district import Hours
from ledger.quiet_hours import Window, allowed_parts, windows

WEEK = timedelta(days=7)
LAST_CALL = timedelta(minutes=5)
"""Nothing is sent in the last minutes of the allowed hours: it might arrive after them."""


@dataclass(frozen=True, slots=True)
class PushPolicy:
    """The limits for one person: the community's allowed hours, pushes in seven days, their own quiet hours."""

    hours: Hours
    a_week: int
    zone: tzinfo
    quiet: Hours | None = None


def next_window(now: datetime, policy: PushPolicy, before: Sequence[datetime] = ()) -> Window | None:
    """The next window in which a person may be sent a push. `before`: when earlier ones were sent.

    None: their quiet hours leave no time at all.
    """
    earliest = max(now, _week_allows(policy.a_week, before))
    possible = windows(earliest, allowed_parts(policy.hours, policy.quiet), policy.zone)
    return next((window for window in possible if window.end - LAST_CALL > window.start), None)


def _week_allows(a_week: int, before: Sequence[datetime]) -> datetime:
    """When fewer than `a_week` pushes will lie within the past seven days."""
    latest = sorted(before)[-a_week:]
    return latest[0] + WEEK if len(latest) == a_week else datetime.min.replace(tzinfo=UTC)
