"""Labelled messages: the project's corpus, and what residents and workers corrected."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from ledger.scenes import Kind, Scene, Urgency
from nlp.tables import DATA

_HELD = 10
"""One in so many messages is held back from every training, to compare two models on."""


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    scene: Scene
    scene2: Scene | None
    kind: Kind
    item: int
    urgency: Urgency
    none_type: str | None
    weight: float = 1.0

    @property
    def held(self) -> bool:
        """By a hash of the text: the same message is held back by every training."""
        return crc32(self.text.encode("utf-8", "replace")) % _HELD == 0


def read_rows(lines: Iterable[str], weight: float = 1.0) -> Iterator[Row]:
    for line in lines:
        if line.strip():
            yield _row(json.loads(line), weight)


def _row(found: dict[str, object], weight: float) -> Row:
    second, none_type = found.get("scene2"), found.get("none_type")
    return Row(
        text=str(found["text"]),
        scene=Scene(str(found["scene"])),
        scene2=Scene(str(second)) if second else None,
        kind=Kind(str(found["kind"])),
        item=int(str(found["item"])),
        urgency=Urgency(str(found["urgency"])),
        none_type=str(none_type) if none_type else None,
        weight=weight,
    )


def corpus(folder: Path = DATA / "corpus") -> list[Row]:
    """The project's own messages."""
    found: list[Row] = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            found += read_rows(lines)
    return found
