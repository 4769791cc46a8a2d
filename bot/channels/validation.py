"""Checks of what a messenger sent: whatever passes fits the database, on whichever library's models it came."""

from ledger.text import storable

LONGEST_KEY = 64


class Unfit(ValueError):
    """A value that cannot be kept. The text is ours and repeats nothing of it."""


def whole(value: object) -> int | None:
    """A whole number that a database can hold, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63 else None


def number(value: object) -> int:
    """As `whole`, for one that has to be there."""
    found = whole(value)
    if found is None:
        raise Unfit("not a number that can be kept")
    return found


def words(value: object, longest: int) -> str:
    """What a person wrote, made storable and cut at `longest` characters."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit("not a text")
    return storable(value[:longest])


def key(value: object, longest: int = LONGEST_KEY) -> str:
    """An opaque id of the messenger's; a cut one would be another one."""
    if not isinstance(value, str) or len(value) > longest or storable(value) != value:
        raise Unfit("not an id that can be kept")
    return value
