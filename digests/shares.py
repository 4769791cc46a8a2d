"""Counts with their shares. A share of few cases would mislead, so then only the count is given."""

from digests.page import Say

LEAST = 20
"""Of so many a share is told."""


def counted(say: Say, n: int, whole: int, key: str = "digest.share") -> str:
    """A count, and what share of the whole it is."""
    return say(key, n=n, percent=round(100 * n / whole)) if n and whole >= LEAST else str(n)
