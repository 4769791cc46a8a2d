"""Row ids made by the program, so that rows can be written in bulk without asking the database.

63 bits: 41 of milliseconds since 2024, 10 drawn at start (the process), 12 of a counter. Ids of one process ascend.
"""

import itertools
import secrets
import time
from typing import NewType

RowId = NewType("RowId", int)

_EPOCH_MS = 1_704_067_200_000
_process = secrets.randbits(10)
_counter = itertools.count(secrets.randbits(11))
_last = 0


def new_id() -> int:
    """Return a fresh, ascending id."""
    global _last  # noqa: PLW0603 - one counter a process is the point
    millis = max(time.time_ns() // 1_000_000 - _EPOCH_MS, _last)
    count = next(_counter) & 0xFFF
    if count == 0xFFF:  # noqa: PLR2004 - the counter wraps: go on in the next millisecond
        millis += 1
    _last = millis
    return millis << 22 | _process << 12 | count


def new_button_id() -> int:
    """Return an id that cannot be guessed, for what comes back from a chat."""
    return secrets.randbits(62)


def new_door_code() -> str:
    """Return four digits to be read out at a door: good for one event, and for few tries."""
    return f"{secrets.randbelow(10_000):04}"
