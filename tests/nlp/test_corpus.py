"""The corpus: large enough, of every label, and no two messages nearly the same."""

from collections import Counter

import pytest

from ledger.scenes import Scene
from nlp.training import corpus_checks
from nlp.training.dataset import Row, corpus, row_of

FINE = {"text": "桂花巷灯不亮", "scene": "public_service", "scene2": None, "kind": "problem", "item": 9, "urgency": "N"}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return corpus()


def test_the_corpus_is_sound(rows: list[Row]) -> None:
    assert list(corpus_checks.faults(rows)) == []


def test_every_label_has_its_share(rows: list[Row]) -> None:
    counts = Counter(row.labels["scene"] for row in rows)
    assert len(rows) >= 6_000
    assert all(counts[scene] >= 400 for scene in Scene)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"scene": "park"}, "no such scene"),
        ({"kind": "none"}, "only there"),
        ({"item": 21}, "no such item"),
        ({"urgency": None}, "no urgency"),
    ],
)
def test_a_wrong_label_is_found(change: dict[str, object], fault: str) -> None:
    assert any(fault in said for said in corpus_checks.faults([row_of(FINE | change)]))


def test_a_near_copy_is_found_and_another_matter_is_not() -> None:
    texts = ["三号楼门口的路灯坏了半个月没人修", "三号楼门口的路灯坏了半个月没人修啊", "五楼水压太低洗澡都出不来水"]
    assert list(corpus_checks.near_duplicates(texts)) == [(texts[0], texts[1])]
