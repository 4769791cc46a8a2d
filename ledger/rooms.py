"""Bookable slots of a shared room: equal slots of the day within its opening hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

HOUR = 60
SHORTEST, LONGEST = 15, 8 * HOUR
"""Minutes of one booking."""
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours. `weekdays`: digits, 0 is Monday; `opens`, `closes`: minutes of the day; `slot`: minutes."""

    weekdays: str
    opens: int
    closes: int
    slot: int

    @property
    def sound(self) -> bool:
        """Whether the room opens on some weekday, opens before it closes, and has room for one booking."""
        fits = SHORTEST <= self.slot <= min(LONGEST, self.closes - self.opens)
        return bool(self.weekdays) and 0 <= self.opens < self.closes <= DAY and fits


def slots(hours: Hours, day: date) -> list[int]:
    """The beginnings of a day's slots, in minutes of the day; the last slot ends by closing time."""
    if str(day.weekday()) not in hours.weekdays or hours.slot <= 0:
        return []
    return list(range(hours.opens, hours.closes - hours.slot + 1, hours.slot))


def begins_at(day: date, minute: int, zone: tzinfo) -> datetime:
    """The moment (aware UTC) of a minute of a day."""
    midnight = datetime.combine(day, datetime.min.time(), zone)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def clock(minute: int) -> str:
    return f"{minute // HOUR}:{minute % HOUR:02}"
