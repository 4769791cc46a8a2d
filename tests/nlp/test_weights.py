"""The weights of a message's features are added exactly, however many it has."""

import json
import math

import pytest

from nlp.lexicon import lexicon
from nlp.packed_sums import pack
from nlp.pipeline import MODEL, Understander
from nlp.tokens import cutter
from nlp.weights import GROUPS, Weights

LANES = (255, 0, 129)


def weights(words: int) -> Weights:
    """A table where every word weighs the same, and the other groups know nothing."""
    head = {
        "heads": [{"name": "scene", "labels": ["a", "b", "c"], "first": 0, "temperature": 1.0}],
        "lanes": len(LANES),
        "bias": [0.5, 0.0, 0.0],
        "scale": {name: [1.0, 2.0, 3.0] for name in GROUPS},
        "sizes": {name: words if name == "words" else 0 for name in GROUPS},
    }
    rows = [f"{number}\t{pack(bytes(LANES))}" for number in range(words)]
    return Weights.parse("\n".join(["# who wrote it", json.dumps(head), *rows, ""]))


@pytest.mark.parametrize("said", [1, 257, 258, 600])
def test_a_lane_never_runs_over_into_the_next(said: int) -> None:
    words = [str(number) for number in range(said)]
    scores = weights(600).scores([words, [], [], []])
    root = math.sqrt(said)
    assert scores == pytest.approx([0.5 + 127 * root, 2 * -128 * root, 3 * root])


def test_a_message_is_read_to_its_end_with_the_weights_that_it_was_begun_with() -> None:
    text, shipped, cut = "三单元门口的路灯坏了半个月了", Weights.load(MODEL), cutter()

    def changes(words: str) -> list[str]:
        reader.change(weights(2))
        return cut(words)

    reader = Understander(changes, lexicon(), shipped)
    assert reader.whole(text) == Understander(cut, lexicon(), shipped).whole(text)


def test_what_no_table_knows_changes_nothing() -> None:
    table = weights(2)
    assert table.scores([["never said"], [], [], []]) == [0.5, 0.0, 0.0]
    assert table.scores([["0", "never said"], [], [], []]) == table.scores([["0"], [], [], []])


def test_a_feature_tells_how_much_it_speaks_for_one_label_rather_than_another() -> None:
    assert weights(1).shares(0, ["0", "never said"], 0, 1) == [("0", 127 + 2 * 128)]
