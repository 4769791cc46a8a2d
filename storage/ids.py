"""Ids made by the program, so that rows can be written in bulk without asking the database.

63 bits: 41 of milliseconds since 2024, 10 drawn at start (the process), 12 of a counter. Ids of one process ascend.
"""

import contextlib
import itertools
import secrets
import time
from collections.abc import Iterable, Iterator
from random import Random, SystemRandom
from typing import TypeVar

T = TypeVar("T")

LAST_COUNT = 0xFFF
_EPOCH_MS = 1_704_067_200_000
_chance: Random = SystemRandom()
_process = secrets.randbits(10)
_counter = itertools.count(secrets.randbits(11))
_last = 0
_READABLE = "ACDEFHJKLMNPQRTUVWXY34679"


def new_id() -> int:
    """Return a fresh, ascending id."""
    global _last  # noqa: PLW0603 - one counter a process is the point
    millis = max(time.time_ns() // 1_000_000 - _EPOCH_MS, _last)
    count = next(_counter) & LAST_COUNT
    _last = millis + (count == LAST_COUNT)  # the counter begins anew: the next id is of the next millisecond
    return millis << 22 | _process << 12 | count


def first_id_at(seconds: float) -> int:
    """Return the lowest id of a moment (seconds since the epoch)."""
    return (int(seconds * 1000) - _EPOCH_MS) << 22


def new_button_id() -> int:
    """Return an id that cannot be guessed, for what comes back from a chat."""
    return secrets.randbits(62)


def new_door_code() -> str:
    """Return four digits to be read out at a door: good for one event, and for few tries."""
    return f"{_chance.randrange(10_000):04}"


def new_random_id() -> int:
    """Return an id that tells nothing of when, or after which other, it was made."""
    return _chance.getrandbits(62)


def new_secret() -> str:
    """Return 256 bits that nobody can guess, in hexadecimal."""
    return f"{_chance.getrandbits(256):064x}"


def new_code() -> str:
    """Return a short code to be read from paper or a screen: no letter in it looks like a digit."""
    return "".join(_chance.choice(_READABLE) for _ in range(8))


def in_lot_order(things: Iterable[T]) -> list[T]:
    """Return things in an order that is drawn by lot."""
    drawn = list(things)
    _chance.shuffle(drawn)
    return drawn


@contextlib.contextmanager
def nothing_left_to_chance(number: int) -> Iterator[None]:
    """While it lasts, lots and secrets are the same each time: only for a story that is told twice."""
    global _chance  # noqa: PLW0603 - for the script of the demo alone
    _chance = Random(number)
    try:
        yield
    finally:
        _chance = SystemRandom()
