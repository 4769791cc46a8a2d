"""What a survey's counts may tell, and what residents' figures are worth."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.surveys import SMALL, Option, Question, measured, shown

WALK = Question("几分钟", tuple(Option(f"{n} 分钟", value=n) for n in (5, 10, 15)), "11")


@given(st.lists(st.integers(0, 30), max_size=10))
def test_no_small_count_is_shown_and_none_can_be_computed(counts: list[int]) -> None:
    found = shown(counts)
    hidden = [n for n, seen in zip(counts, found, strict=True) if seen is None]
    assert all(seen == n for n, seen in zip(counts, found, strict=True) if seen is not None)
    assert all(seen is None for n, seen in zip(counts, found, strict=True) if 0 < n < SMALL)
    others = [n for n in counts if n >= SMALL]
    assert len(hidden) != 1 or not others, "the total would tell it"
    assert bool(hidden) == any(0 < n < SMALL for n in counts), "nothing is hidden without need"


def test_the_middle_answer_counts_if_enough_have_answered() -> None:
    assert measured(WALK, {0: 1, 2: 2}) == 15
    assert measured(WALK, {0: 2, 2: 2}) == 5
    assert measured(WALK, {0: 1, 1: 1}) is None
    assert measured(WALK, {9: 5}) is None
