"""Counting: the same for everybody, whatever the order of the ballots; ties are ties unless a round has to go on."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.votes.counting import count
from ledger.votes import Method

OPTIONS = 4
rankings = st.lists(st.permutations(range(OPTIONS)).flatmap(lambda p: st.integers(1, OPTIONS).map(lambda n: p[:n])))


@given(st.lists(st.integers(0, OPTIONS - 1)))
def test_a_single_choice_counts_each_ballot_once(places: list[int]) -> None:
    found = count(Method.SINGLE, OPTIONS, [[place] for place in places])
    assert found.counts == tuple(places.count(place) for place in range(OPTIONS))
    assert all(found.counts[winner] == max(found.counts) for winner in found.winners)
    assert bool(found.winners) is bool(places)


@given(st.lists(st.sets(st.integers(0, OPTIONS - 1), min_size=1)))
def test_approval_counts_what_stands_on_the_ballots(choices: list[set[int]]) -> None:
    found = count(Method.APPROVAL, OPTIONS, [sorted(choice) for choice in choices])
    assert sum(found.counts) == sum(map(len, choices))


@given(rankings, st.randoms(use_true_random=False))
def test_the_order_of_ballots_changes_nothing(choices: list[list[int]], shuffles: random.Random) -> None:
    shuffled = list(choices)
    shuffles.shuffle(shuffled)
    for method in (Method.RANKED, Method.APPROVAL):
        assert count(method, OPTIONS, choices) == count(method, OPTIONS, shuffled)


@given(rankings)
def test_more_than_half_of_the_first_places_wins_at_once(choices: list[list[int]]) -> None:
    found = count(Method.RANKED, OPTIONS, choices)
    firsts = [choice[0] for choice in choices]
    for place in range(OPTIONS):
        if firsts and firsts.count(place) * 2 > len(firsts):
            assert found.winners == (place,)
            assert len(found.rounds) == 1


def test_the_last_one_goes_out_and_its_ballots_go_on() -> None:
    choices = [[0, 2]] * 4 + [[1, 2]] * 3 + [[2, 1]] * 2
    found = count(Method.RANKED, 3, choices)
    assert found.rounds == ((4, 3, 2), (4, 5, 0))
    assert found.winners == (1,)


def test_of_two_who_are_last_one_goes_and_not_both() -> None:
    choices = [[0]] * 5 + [[1, 2]] * 3 + [[2, 1]] * 3
    found = count(Method.RANKED, 3, choices)
    assert found.winners == (1,), "option 2 stands further down the ballot, whose order was drawn by lot"


def test_who_had_fewer_before_goes_first() -> None:
    choices = [[0]] * 6 + [[1]] * 4 + [[2]] * 3 + [[3, 2]] * 1
    found = count(Method.RANKED, 4, choices)
    assert found.rounds[1] == (6, 4, 4, 0)
    assert found.rounds[2] == (6, 4, 0, 0), "2 and 1 are even now, 2 had fewer before"


def test_two_who_are_even_at_the_end_are_a_tie() -> None:
    found = count(Method.RANKED, 2, [[0], [1], [0, 1], [1, 0]])
    assert found.winners == (0, 1)


@pytest.mark.parametrize("method", Method)
def test_an_empty_box_has_no_winner(method: Method) -> None:
    assert count(method, 3, []).winners == ()
