"""Labelled messages: the project's corpus, corrections and, where available, real messages from outside."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nlp.data_files import DATA, lines_of
from nlp.evaluation import mark

QUESTIONS = ("scene", "scene2", "kind", "item", "urgency", "none_type")
NOTHING = "-"
"""Label of a message that has no second scene."""
_HELD = 20
"""One in this many messages is held back from every training, to compare models."""
_READ_BY_US = Path(__file__).with_name("labels.tsv")


@dataclass(frozen=True, slots=True)
class Row:
    """A message and its labels; questions that nobody answered are missing from `labels`."""

    text: str
    labels: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0

    @property
    def mark(self) -> int:
        return mark(self.text)

    @property
    def held(self) -> bool:
        return self.mark % _HELD == 0


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """Rows of a JSONL file with text and any of the questions."""
    for line in lines:
        if line.strip():
            yield row_of(json.loads(line))


def row_of(found: Mapping[str, object]) -> Row:
    labels = {name: str(found[name]) for name in QUESTIONS if found.get(name) is not None}
    if found.get("scene2", NOTHING) is None:
        labels["scene2"] = NOTHING
    return Row(str(found["text"]), labels)


def corpus(folder: Path = DATA / "corpus") -> list[Row]:
    """The project's own messages."""
    found: list[Row] = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            found += read_rows(lines)
    return found


def messages(folder: Path, weight: float) -> list[Row]:
    """Real messages in `folder`, labelled by their annotator or by us."""
    with (folder / "messages-dev.jsonl").open(encoding="utf-8") as lines:
        return [*(replace(row, weight=weight) for row in read_rows(lines)), *labelled_by_us(folder, weight)]


def labelled_by_us(folder: Path, weight: float) -> list[Row]:
    """Real messages that we labelled; empty if `folder` does not contain them."""
    path = folder / "messages-unlabelled.jsonl"
    labels = dict(_our_labels())
    found = map(json.loads, lines_of(path)) if path.is_file() else ()
    return [Row(one["text"], labels[one["id"]], weight) for one in found if one["id"] in labels]


def _our_labels() -> Iterator[tuple[str, dict[str, str]]]:
    for line in lines_of(_READ_BY_US):
        key, scene, kind, item = line.split("\t")
        yield key, {"scene": scene, "kind": kind, "item": item}
