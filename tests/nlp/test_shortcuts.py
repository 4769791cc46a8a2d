"""What most messages are spared would have changed nothing: the quick looks pass over no matter, name or danger."""

import json
from pathlib import Path

import pytest

from nlp import emergencies, matters, names
from nlp.dangers import Rules
from nlp.normalise import fold, normalise
from nlp.training.rows import corpus

SETS = Path(__file__).parent / "sets"
BELIEFS = (0.001, 0.2, 0.49, 0.5, 0.9)


def texts() -> list[str]:
    """A part of the corpus, and all that was written for splitting, names and emergencies."""
    said = [row.text for row in corpus()[::6]]
    for path in sorted(SETS.glob("*.jsonl")):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        said += [row["text"] for row in rows if "text" in row]
    return [fold(text) for text in said]


def found(folded: str) -> list[object]:
    judged = [emergencies.judge(normalise(folded), belief) for belief in BELIEFS]
    return [matters.split(folded), names.find_names(folded), *judged]


def test_quick_looks_pass_over_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = texts()
    quick = [found(text) for text in said]
    monkeypatch.setattr(matters, "has_several_clauses", lambda _: True)
    monkeypatch.setattr(names, "_may_be_named", lambda _: True)
    monkeypatch.setattr(Rules, "name_danger", lambda *_: True)
    for text, passed in zip(said, quick, strict=True):
        assert found(text) == passed, text
