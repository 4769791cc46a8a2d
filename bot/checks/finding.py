"""One line of the doctor's report."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """Fine, worth a look, or in the way of running."""

    FINE = "✓"
    LOOK = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    mark: Mark
    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.about}：{self.text}"


def fine(about: str, text: str) -> Finding:
    return Finding(Mark.FINE, about, text)


def look(about: str, text: str) -> Finding:
    return Finding(Mark.LOOK, about, text)


def wrong(about: str, text: str) -> Finding:
    return Finding(Mark.WRONG, about, text)


def guarded(about: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Run a check; one that breaks is a finding of its own and does not end the report."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other checks go on
        lines = getattr(error, "lines", None) or [f"检查不了（{type(error).__name__}）"]
        for line in lines:
            yield wrong(about, line)
