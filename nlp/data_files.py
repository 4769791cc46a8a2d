"""Data files of the package: plain text, "#" begins a comment line, tabs separate columns."""

from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data"


def lines_of(path: Path) -> Iterator[str]:
    """Every line of a file that is neither empty nor a comment."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n")


def table(name: str) -> Iterator[str]:
    """Every line of `nlp/data/<name>` that is neither empty nor a comment."""
    return lines_of(DATA / name)


def words(name: str) -> frozenset[str]:
    """All words of a file."""
    return frozenset(word for line in table(name) for word in line.split())


def pairs(name: str) -> Iterator[tuple[str, str]]:
    """Lines of a file with two columns."""
    for line in table(name):
        left, _, right = line.partition("\t")
        yield left, right
