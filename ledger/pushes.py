"""When somebody may be sent what they did not ask for: at polite hours, and seldom.

A push is an invitation to many (a survey, a topic, an event). What somebody is told of a matter of their own is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from ledger.district import Hours
from ledger.peace import Stretch, parts, stretches

WEEK = timedelta(days=7)
LAST_CALL = timedelta(minutes=5)
"""Nothing is sent off in the last minutes of polite hours: it might arrive after them."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What holds for one person: the community's hours, how many in seven days, their own quiet hours."""

    hours: Hours
    a_week: int
    zone: tzinfo
    quiet: Hours | None = None


def next_stretch(now: datetime, manners: Manners, before: Sequence[datetime] = ()) -> Stretch | None:
    """When a person may be sent the next push; `before`: when they were sent others.

    None: never, since their quiet hours leave no time.
    """
    earliest = max(now, _week_allows(manners.a_week, before))
    possible = stretches(earliest, parts(manners.hours, manners.quiet), manners.zone)
    return next((stretch for stretch in possible if stretch.end - LAST_CALL > stretch.start), None)


def _week_allows(a_week: int, before: Sequence[datetime]) -> datetime:
    """When the last `a_week` pushes do not all lie within seven days any more."""
    latest = sorted(before)[-a_week:]
    return latest[0] + WEEK if len(latest) == a_week else datetime.min.replace(tzinfo=UTC)
