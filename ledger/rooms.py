"""Slots of a shared room: minutes of the day, one after another, within its opening hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

HOUR = 60
SHORTEST, LONGEST = 15, 8 * HOUR
"""Minutes of one booking."""
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Hours:
    """`weekdays` are digits, 0 is Monday; `opens`, `closes`, `slot` are minutes."""

    weekdays: str
    opens: int
    closes: int
    slot: int

    @property
    def sound(self) -> bool:
        """Whether it opens on some day before it closes, and one booking fits in."""
        fits = SHORTEST <= self.slot <= min(LONGEST, self.closes - self.opens)
        return bool(self.weekdays) and 0 <= self.opens < self.closes <= DAY and fits


def slots(hours: Hours, day: date) -> list[int]:
    """When each slot of a day begins; a slot never goes past closing."""
    if str(day.weekday()) not in hours.weekdays or hours.slot <= 0:
        return []
    return list(range(hours.opens, hours.closes - hours.slot + 1, hours.slot))


def begins_at(day: date, minute: int, zone: tzinfo) -> datetime:
    """Aware UTC."""
    midnight = datetime.combine(day, datetime.min.time(), zone)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def clock(minute: int) -> str:
    return f"{minute // HOUR}:{minute % HOUR:02}"
