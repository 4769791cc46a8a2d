"""What most messages are spared would have changed nothing: the quick looks pass over no matter, name or danger."""

import json
import math
from pathlib import Path

import pytest

from nlp import addresses, embedding, emergencies, names, segmentation
from nlp.dangers import Rules
from nlp.features import extract
from nlp.lexicon import lexicon
from nlp.normalise import fold, normalise
from nlp.tokens import cutter
from nlp.training.dataset import corpus

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
    return [segmentation.split(folded), names.find_names(folded), *judged]


def test_quick_looks_pass_over_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = texts()
    quick = [found(text) for text in said]
    monkeypatch.setattr(segmentation, "has_several_clauses", lambda _: True)
    monkeypatch.setattr(names, "_may_be_named", lambda _: True)
    monkeypatch.setattr(Rules, "name_danger", lambda *_: True)
    for text, passed in zip(said, quick, strict=True):
        assert found(text) == passed, text


def test_a_point_is_where_all_features_that_were_learned_put_it() -> None:
    cut, (lanes, *tables) = cutter(), embedding._space()
    learned = {mark + name: row for mark, table in zip("wcut", tables, strict=True) for name, row in table.items()}
    for text in texts():
        seen = extract(text, cut, lexicon())
        told = (seen.text, seen.tokens, seen.named)
        sums = lanes.sums([learned[name] for name in embedding.features(*told) if name in learned])
        length = math.hypot(*sums) or 1.0
        assert embedding.point(*told) == tuple(round(127 * value / length) for value in sums), text


def test_addresses_are_looked_for_wherever_there_may_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    said = texts()
    quick = [addresses.parts(text) for text in said]
    patterns = {kind: pattern for kind, (_, pattern) in addresses._PARTS.items()}
    for text, passed in zip(said, quick, strict=True):
        monkeypatch.setattr(addresses, "_PARTS", {kind: (text, pattern) for kind, pattern in patterns.items()})
        monkeypatch.setattr(addresses, "_ROADS", text)
        assert addresses.parts(text) == passed, text
