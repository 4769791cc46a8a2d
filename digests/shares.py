"""Counts with their shares. A share of few cases would mislead, so then only the count is given."""

from digests.presentation import Say

LEAST = 20
"""From this many cases on, a share is shown."""


def counted(say: Say, n: int, whole: int, key: str = "digest.share") -> str:
    """A count with its share of `whole`, if `whole` is large enough."""
    return say(key, n=n, percent=round(100 * n / whole)) if n and whole >= LEAST else str(n)
