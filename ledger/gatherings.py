"""Places at an event, given in the order of signing up. A free place goes to the person who has waited longest."""

from collections.abc import Sequence
from datetime import datetime, timedelta

NO_LIMIT = 100_000
"""Places of an event that is open to everybody."""
DOORS_OPEN = timedelta(minutes=30)
DOORS_CLOSE = timedelta(hours=2)


def has_room(places: int, coming: int) -> bool:
    return coming < places


def move_up(places: int, coming: int, waiting: Sequence[int]) -> list[int]:
    """Those of `waiting` (in the order of signing up) for whom there is a place now."""
    return list(waiting[: max(places - coming, 0)])


def may_check_in(now: datetime, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the doors are open: checking in is done on the spot, not from home the day before."""
    return starts_at - DOORS_OPEN <= now <= ends_at + DOORS_CLOSE
