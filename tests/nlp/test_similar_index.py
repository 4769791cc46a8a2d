"""The same matter, told by two people: found among thousands of open cases, and not mistaken for its neighbour."""

import json
import random
from functools import cache
from pathlib import Path

import pytest

from nlp import metrics, similar_index, similarity
from nlp.pipeline import Understander
from nlp.similar_index import SimilarIndex
from nlp.understanding import Understanding

SETS = Path(__file__).parent / "sets"
CORPUS = Path(similar_index.__file__).parent / "data" / "corpus"


@cache
def understander() -> Understander:
    return Understander.load(["幸福苑3栋", "阳光里5栋"])


@cache
def read(text: str) -> Understanding:
    return understander().whole(text)


@cache
def corpus() -> list[str]:
    lines = [line for path in sorted(CORPUS.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line)["text"] for line in lines]


def same(a: str, b: str) -> bool:
    return similar_index.same(read(a), read(b))


def f1(name: str) -> float:
    rows = [json.loads(line) for line in (SETS / name).read_text(encoding="utf-8").splitlines()]
    found = [same(row["a"], row["b"]) for row in rows]
    return metrics.f1([bool(row["same"]) for row in rows], found)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("similar.jsonl", 0.85),
        ("similar2.jsonl", 0.85),
        ("similar3.jsonl", 0.75),
        ("similar4.jsonl", 0.78),
        ("similar5.jsonl", 0.88),
        ("similar6.jsonl", 0.73),
        ("similar7.jsonl", 0.83),
        ("similar8.jsonl", 0.82),
    ],
)
def test_it_is_told_as_well_as_a_clerk_tells_it(name: str, least: float) -> None:
    """The third to fifth set and the seventh were blind at first (F1 0.69, 0.68, 0.80, 0.81) and then read; the sixth
    and the eighth never were: so hard are strangers.
    """
    assert f1(name) >= least


def test_two_messages_at_random_are_hardly_ever_the_same() -> None:
    draw = random.Random(11)
    pairs = [(draw.choice(corpus()), draw.choice(corpus())) for _ in range(1500)]
    assert sum(a != b and same(a, b) for a, b in pairs) <= 15


@pytest.mark.parametrize("text", ["3栋路灯不亮", "电梯坏了", "楼上漏水到我家厨房，找他也不理", "想在院里装几个充电桩"])
@pytest.mark.parametrize("more", ["", "，麻烦快点", "。谢谢", "，都好几天了没人管"])
def test_a_few_words_more_make_no_other_matter(text: str, more: str) -> None:
    assert same(text, text + more)


SAME_PLACE = [("3栋路灯不亮", "3号楼的路灯不亮"), ("三栋路灯不亮", "3幢路灯坏了"), ("路灯不亮", "3栋路灯不亮")]
OTHER_PLACE = [
    ("3栋路灯不亮", "5栋路灯不亮"),
    ("3栋1单元电梯坏了", "3栋2单元电梯坏了"),
    ("湖滨路12号门口有垃圾", "湖滨路21号门口有垃圾"),
    ("东门的路灯坏了", "西门的路灯坏了"),
    ("12路公交等太久", "2路公交等太久"),
    ("幸福苑路灯不亮", "阳光里路灯不亮"),
]


@pytest.mark.parametrize(("a", "b"), SAME_PLACE)
def test_a_place_is_the_same_however_it_is_written(a: str, b: str) -> None:
    assert same(a, b)


@pytest.mark.parametrize(("a", "b"), OTHER_PLACE)
def test_another_place_is_another_matter(a: str, b: str) -> None:
    assert not same(a, b)


def test_thanks_for_a_repair_are_no_report() -> None:
    assert not same("感谢师傅把3栋路灯修好了", "3栋路灯坏了")


def test_the_index_finds_the_case_among_five_thousand() -> None:
    index = SimilarIndex()
    for no, text in enumerate(random.Random(5).sample(corpus(), 5000)):
        index.add(str(no), read(text).similar_key)
    index.add("lamp", read("幸福苑3栋门口的路灯坏了一个星期，晚上看不见路").similar_key)
    found = index.nearest(read("幸福苑三号楼前面路灯不亮，黑灯瞎火的"))
    assert "lamp" in [match.case_key for match in found]


def test_what_was_removed_or_changed_is_not_found_as_it_was() -> None:
    index, lamp = SimilarIndex(), read("3栋路灯不亮")
    index.add("1", lamp.similar_key)
    assert [match.case_key for match in index.nearest(lamp)] == ["1"]
    index.add("1", read("7栋楼上漏水").similar_key)
    assert index.nearest(lamp) == []
    index.remove("1")
    index.remove("1")
    assert len(index) == 0
    assert index.nearest(read("7栋楼上漏水")) == []


@pytest.mark.parametrize("text", ["", "啊" * 4096, "👍👍", "SELECT 1;", "\0", "3栋" * 2000])
def test_any_text_has_a_signature(text: str) -> None:
    key = read(text).similar_key
    assert all(0 <= part < 1 << 32 for part in key)
    assert 0 <= similarity.score(similarity.Matter.of(key), similarity.Matter.of(())) <= 1
