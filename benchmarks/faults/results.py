"""What a full bench has seen so far, a line for each part, so that it can be run overnight or in pieces."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.faults.fault import Row, Share

Key = tuple[str, str, int, int]
"""Trial, database, part, parts."""


@dataclass(frozen=True, slots=True)
class Results:
    """A file of lines; several processes may add to it at once."""

    path: Path

    def add(self, trial: str, database: str, share: Share, found: Row, seconds: float) -> None:
        line = {"trial": trial, "database": database, "part": share.number, "of": share.parts, "code": code()}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line | asdict(found) | {"seconds": round(seconds)}, ensure_ascii=False) + "\n")

    def lines(self) -> list[dict[str, Any]]:
        """The newest line of each part."""
        if not self.path.exists():
            return []
        read = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
        return list({_key(line): line for line in read}.values())

    def kept(self) -> set[Key]:
        """Parts that need not be tried again."""
        return {_key(line) for line in self.lines() if line["kept"]}


def _key(line: dict[str, Any]) -> Key:
    return line["trial"], line["database"], line["part"], line["of"]


def code() -> str:
    """Which program was tried: its commit, with a + if something was changed since; empty outside a repository."""
    command = ["git", "describe", "--always", "--abbrev=10", "--exclude=*", "--dirty=+"]
    found = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip()


def table(planned: Iterable[tuple[str, str, int]], lines: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A line for each trial on each database: how many of its parts were tried, and what they saw in all."""
    lines = list(lines)
    for trial, database, parts in planned:
        mine = [line for line in lines if _key(line)[:2] == (trial, database) and line["of"] == parts]
        if not mine:
            yield f"{'not yet':8} {database:10} {trial}"
            continue
        mark = "NOT KEPT" if not all(line["kept"] for line in mine) else "kept" if len(mine) == parts else "so far"
        seconds, codes = sum(line["seconds"] for line in mine), " ".join(sorted({line["code"] for line in mine}))
        yield f"{mark:8} {database:10} {trial:24} {len(mine)} of {parts} parts, {seconds} s, {codes}"
        yield f"{'':20}promised {mine[0]['promised']}; seen {_in_all(mine)}"


def _in_all(lines: list[dict[str, Any]]) -> str:
    """Figures of all parts; of a trial that is not cut, its own words."""
    if len(lines) == 1:
        return f"{lines[0]['did']}: {lines[0]['seen']}"
    counts: Counter[str] = Counter()
    worst: dict[str, float] = {}
    for line in lines:
        counts.update(line["counts"])
        worst |= {name: max(value, worst.get(name, value)) for name, value in line["worst"].items()}
    return ", ".join([f"{n} {name}" for name, n in counts.items()] + [f"{name} {s:.1f} s" for name, s in worst.items()])
