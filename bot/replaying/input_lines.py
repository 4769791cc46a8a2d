"""The input of a replay: one message a line, `{"text": …}` with optional chat, time and community."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.demo.clock import ZONE
from bot.demo.sample import Sample


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the file. `chat` None: somebody who says nothing else."""

    number: int
    text: str
    community: int
    chat: str | None = None
    at: datetime | None = None

    @property
    def who(self) -> tuple[str, int]:
        """Whose words these are: a person belongs to one community."""
        return f"line {self.number}" if self.chat is None else f"chat {self.chat}", self.community


class BadLine(ValueError):
    """A line that cannot be replayed, with the reason."""


def read_lines(path: Path, sample: Sample) -> tuple[list[Line], list[tuple[int, str]]]:
    """Good lines in the order of their times, and bad ones with number and reason.

    A line without a time happened when the one before it did; in a file without any, none has one.
    """
    good, bad = [], []
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                if raw.strip():
                    good.append(_line(number, raw, sample))
            except BadLine as error:
                bad.append((number, str(error)))
    return _in_time(good), bad


def _line(number: int, raw: bytes, sample: Sample) -> Line:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadLine("不是 JSON") from None
    if not isinstance(found, dict):
        raise BadLine("不是 JSON 对象")
    text = found.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadLine("没有 text")
    return Line(number, text, _community(found, sample), _chat(found.get("chat")), _time(found.get("time")))


def _chat(given: object) -> str | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise BadLine("chat 要是文字或整数")
    return str(given)


def _community(found: Mapping[str, Any], sample: Sample) -> int:
    """The community by its code or name; the one of the sample's resident where none is named."""
    named = found.get("community")
    if named is None:
        return sample.home[0]
    for community, place in enumerate(sample.communities, 1):
        if named in (place.code, place.name):
            return community
    raise BadLine(f"没有这个 community；有：{'、'.join(place.code for place in sample.communities)}")


def _time(given: object) -> datetime | None:
    """ISO 8601; without a zone it is the community's own time."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        moment = None
    if moment is None or not 2000 <= moment.year < 2100:  # noqa: PLR2004 - what a ledger may hold
        raise BadLine("time 要像 2026-11-23T08:30:00+08:00")
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)


def _in_time(lines: list[Line]) -> list[Line]:
    last = next((line.at for line in lines if line.at), None)
    timed = []
    for line in lines:
        last = line.at or last
        timed.append(replace(line, at=last))
    # sorting is stable: what happened at one moment keeps the order of the file
    return sorted(timed, key=lambda line: line.at or datetime.min)  # noqa: DTZ901 - only where no line has a time
