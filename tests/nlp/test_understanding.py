"""The classifier on what residents say, its report, and its weights."""

import json
from pathlib import Path

import numpy as np
import pytest

from nlp import evaluation, metrics
from nlp.evaluation import NotMeasurable, evaluated, mark
from nlp.features import Features
from nlp.pipeline import Understander
from nlp.training.export import text_of
from nlp.training.fit import Fitted
from nlp.training.vectors import Vocabulary
from nlp.understanding import NoneType
from nlp.weights import Weights

SETS = Path(__file__).parent / "sets"
CHAT = SETS / "chat.jsonl"


def _said(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def chat() -> list[dict[str, object]]:
    return _said(CHAT)


@pytest.mark.parametrize(
    ("said", "scene", "kind"),
    [
        ("家里又停水了，也没个通知", "public_service", "problem"),
        ("想找份离家近的活，有招工的吗", "innovation", "need"),
        ("幼儿园什么时候报名", "learning", "query"),
        ("垃圾桶几天没人倒，臭得很", "green", "problem"),
        ("单杠坏了一根，没人来修", "culture", "problem"),
        ("卫生站的降压药又没有了", "health", "problem"),
        ("楼道里停满了充电的电动车", "safety", "problem"),
        ("楼上天天半夜拖桌子", "neighbour", "problem"),
        ("谢谢网格员，路灯修好了", "none", "none"),
        ("网上买的鞋子是假的，商家不给退", "out_of_remit", "problem"),
    ],
)
def test_each_scene_is_heard_in_a_residents_words(understander: Understander, said: str, scene: str, kind: str) -> None:
    found = understander.read(said).first
    assert (found.scene, found.kind) == (scene, kind)
    assert found.scene_probability > 0.5
    assert found.why


@pytest.mark.parametrize(
    "said", ["路灯换了新的，比以前亮多了", "送饭的小伙子手艺好，又会做人", "疏通下水道，随叫随到，价格好商量"]
)
def test_praise_that_tells_of_a_deed_and_what_is_offered_are_no_requests(understander: Understander, said: str) -> None:
    assert understander.whole(said).scene == "none"


@pytest.mark.parametrize(
    ("said", "answered_as"),
    [
        ("你们星期六上班吗", "query"),
        ("你们在哪里", "query"),
        ("你能干什么", NoneType.CHAT),
        ("你是社区的人吗", NoneType.CHAT),
        ("垃圾社区", NoneType.ABUSE),
        ("社区垃圾没人收", "problem"),
    ],
)
def test_what_is_asked_of_the_office_is_a_question_and_what_is_asked_of_the_bot_is_talk(
    understander: Understander, said: str, answered_as: str
) -> None:
    found = understander.read(said).first
    assert (found.none_type or found.kind) == answered_as


@pytest.mark.parametrize("said", ["家里煤气味好大", "着火了！！！", "好的，收到", "哈哈哈讲得好", "路灯坏了", "救命"])
def test_what_is_nothing_has_no_kind_and_no_item_and_what_is_something_has_a_kind(
    understander: Understander, said: str
) -> None:
    found = understander.read(said).first
    nothing = found.scene == "none"
    assert (found.kind == "none", found.none_type is not None) == (nothing, nothing)
    assert not (nothing and found.item)
    assert not (nothing and found.urgency == "E"), "an emergency is never nothing"


@pytest.mark.parametrize("said", ["你们太慢了，狗日的", "好的，滚"])
def test_whoever_swears_does_not_thank(understander: Understander, said: str) -> None:
    assert understander.read(said).first.none_type == "abuse"


def test_many_read_together_are_read_as_each_alone(understander: Understander) -> None:
    said = [str(row["text"]) for name in ("splitting5.jsonl", "chat3.jsonl") for row in _said(SETS / name)]
    said += ["", "\0", "啊" * 4096, "路灯坏了，下水道也堵了，3栋", said[0]]
    assert understander.read_all(said) == [understander.read(text) for text in said]
    assert understander.read_all([]) == []


def test_chat_is_understood(understander: Understander, chat: list[dict[str, object]]) -> None:
    found = [understander.whole(str(row["text"])) for row in chat]
    truth, named = [str(row["scene"]) for row in chat], [str(f.scene) for f in found]
    assert metrics.accuracy(truth, named) >= 0.92
    assert metrics.macro_f1(truth, named) >= 0.92
    right = [t == n for t, n in zip(truth, named, strict=True)]
    sure = [f.scene_probability for f in found]
    assert metrics.calibration(right, sure)[1] <= 0.1, "probabilities say how often it is right"
    assert metrics.asked_back(right, sure)[1] >= 0.96


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("chat2.jsonl", {"scene": 0.95, "kind": 0.92, "item": 0.91, "urgency": 0.87}),
        ("chat3.jsonl", {"scene": 0.89, "kind": 0.9, "item": 0.86, "urgency": 0.87}),
        ("chat4.jsonl", {"scene": 0.85, "kind": 0.85, "item": 0.88, "urgency": 0.86}),
        ("chat5.jsonl", {"scene": 0.91, "kind": 0.87, "item": 0.86, "urgency": 0.84}),
        ("chat6.jsonl", {"scene": 0.92, "kind": 0.93, "item": 0.93, "urgency": 0.83}),
        ("chat7.jsonl", {"scene": 0.94, "kind": 0.92, "item": 0.92, "urgency": 0.87}),
    ],
)
def test_chat_of_strangers_is_understood(understander: Understander, name: str, least: dict[str, float]) -> None:
    """Sets that one author each wrote without sight of the corpus; of the item, where there is one."""
    rows = _said(SETS / name)
    found = [understander.whole(str(row["text"])) for row in rows]

    def right(question: str) -> float:
        asked = [(str(row[question]), str(getattr(f, question))) for row, f in zip(rows, found, strict=True)]
        return metrics.accuracy(*zip(*[(t, n) for t, n in asked if t != "0"], strict=True))

    assert {question: right(question) for question in least if right(question) < least[question]} == {}


def test_the_report_names_rows_that_are_new(understander: Understander, chat: list[dict[str, object]]) -> None:
    said = "\n".join(evaluated(understander, chat[:60], CHAT.parent).lines())
    assert "60 of 60 rows are new to the model" in said
    assert "OUT OF FOLD" not in said
    assert "asked back below" in said


class Learned(Understander):
    """One that has learned from these texts."""

    def __init__(self, texts: list[str]) -> None:
        self._marks = frozenset(map(mark, texts))

    @property
    def learned(self) -> frozenset[int]:
        return self._marks


def test_rows_that_were_learned_are_answered_out_of_fold(
    chat: list[dict[str, object]], understander: Understander, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = chat[:30]
    monkeypatch.setattr(
        "nlp.training.cross_validation.out_of_fold", lambda messages, _: [understander.whole(m.text) for m in messages]
    )
    found = evaluated(Learned([str(row["text"]) for row in rows]), rows, CHAT.parent)
    assert len(found.found) == 30
    assert "30 rows were learned from" in found.notes[0]
    assert "OUT OF FOLD" in found.notes[0]


def test_learned_rows_are_not_measured_where_nothing_can_train(
    chat: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "_out_of_fold", lambda *_: (["needs scikit-learn"], []))
    with pytest.raises(NotMeasurable, match="scikit-learn"):
        evaluated(Learned([str(chat[0]["text"])]), chat[:1], CHAT.parent)


@pytest.fixture
def small() -> tuple[Weights, np.ndarray, np.ndarray]:
    """Two features a group, one question of three labels."""
    table = np.array([[1.0, -2.0, 0.5], [0.0, 0.25, -1.0]] * 4).T
    known = Vocabulary(tuple({f"{group}1": 0, f"{group}2": 1} for group in "wcts"))
    heads = {"scene": Fitted(("a", "b", "c"), table, np.array([0.1, 0.2, 0.3]), 0.5)}
    return Weights.parse(text_of(known, heads, ["a comment"], [7, 3])), table, np.array([0.1, 0.2, 0.3])


def test_a_weights_file_gives_back_what_was_written(small: tuple[Weights, np.ndarray, np.ndarray]) -> None:
    weights, table, bias = small
    assert weights.about["learned"] == [3, 7]
    assert [list(names) for names in weights.features] == [[f"{g}1", f"{g}2"] for g in "wcts"]
    one = weights.scores((["w1"], [], [], ["s2", "nobody"]))
    assert one[:3] == pytest.approx(list(bias + table[:, 0] + table[:, 7]), abs=0.02)
    assert weights.row(0, "w1")[:3] == pytest.approx(list(table[:, 0]), abs=0.02)


def test_what_is_not_known_leaves_the_constant_part(small: tuple[Weights, np.ndarray, np.ndarray]) -> None:
    weights, _, bias = small
    assert weights.scores(Features("", [], [], ["x"], [], [], []).groups)[:3] == pytest.approx(list(bias))
    assert sum(weights.heads["scene"].probabilities(list(bias)).values()) == pytest.approx(1)


@pytest.mark.parametrize("text", ["楼道灯不亮，老人摔了一跤", "路灯坏了，没人修！！", "垃圾，臭，没人管"])
def test_a_comma_is_no_reason(understander: Understander, text: str) -> None:
    why = understander.whole(text).why
    assert why
    assert all(word.isalnum() for word in why)
