"""Places at an event: given in the order of signing up; what becomes free goes to who has waited longest."""

from collections.abc import Sequence
from datetime import datetime, timedelta

NO_LIMIT = 100_000
"""Places of an event that everybody may come to."""
DOORS_OPEN = timedelta(minutes=30)
DOORS_CLOSE = timedelta(hours=2)


def has_room(places: int, coming: int) -> bool:
    return coming < places


def move_up(places: int, coming: int, waiting: Sequence[int]) -> list[int]:
    """Which of those who wait (in the order of signing up) have a place now."""
    return list(waiting[: max(places - coming, 0)])


def may_check_in(now: datetime, starts_at: datetime, ends_at: datetime) -> bool:
    """On the spot, and not from home the day before."""
    return starts_at - DOORS_OPEN <= now <= ends_at + DOORS_CLOSE
