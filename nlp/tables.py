"""Data files of the package: plain text, "#" opens a comment line, the tab parts columns."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

DATA = Path(str(files("nlp") / "data"))


def table(name: str) -> Iterator[str]:
    """Every line of `nlp/data/<name>` that says something."""
    with (DATA / name).open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n")


def pairs(name: str) -> Iterator[tuple[str, str]]:
    """Lines of two columns."""
    for line in table(name):
        left, _, right = line.partition("\t")
        yield left, right
