"""The two tokenisers: jieba is the reference, rjieba the default as long as it cuts the same."""

from benchmarks.tokens import ALIKE, APART, alike, macro_f1
from nlp.tokens import Name, cutter
from nlp.training.dataset import corpus

NAMES: tuple[Name, Name] = ("rjieba", "jieba")


def test_they_cut_nearly_all_messages_alike() -> None:
    assert alike([row.text for row in corpus()]) >= ALIKE


def test_the_labels_hardly_depend_on_which_one_is_set() -> None:
    rows = [{"text": row.text, "scene": row.labels["scene"]} for row in corpus()[::7]]
    default, reference = (macro_f1(rows, name) for name in NAMES)
    assert abs(default - reference) <= APART


def test_names_of_the_community_stay_whole_in_both() -> None:
    for name in NAMES:
        assert "翠屏华府" in cutter(name, ["翠屏华府"])("我住翠屏华府东门")
