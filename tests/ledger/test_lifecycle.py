"""The lifecycle's table: what it says of itself has to hold together."""

from itertools import product

import pytest

from ledger.lifecycle import ENDED, OPEN, TRANSITIONS, Action, NotAllowed, Role, State, actions_for, step

GIVEN = {"reason", "reply", "question", "target", "words", "label"}


def test_every_action_has_a_row() -> None:
    assert set(TRANSITIONS) == set(Action)


def test_every_state_can_be_reached_or_is_reserved() -> None:
    reached = {row.to for row in TRANSITIONS.values()} | {State.WAITING}
    assert set(State) - reached == {State.EXTENSION_ASKED, State.PARKED}


def test_no_open_case_is_without_a_next_step_for_staff() -> None:
    for state in OPEN:
        assert actions_for(state, Role.WORKER), state


def test_what_has_ended_can_only_be_reopened_and_what_was_merged_be_taken_apart() -> None:
    for state in ENDED:
        again = Action.UNMERGE if state is State.MERGED else Action.REOPEN
        assert {a for a, row in TRANSITIONS.items() if state in row.sources} <= {again}


def test_a_step_is_allowed_exactly_when_the_table_says_so() -> None:
    for state, action, role in product(State, Action, Role):
        row = TRANSITIONS[action]
        if state in row.sources and role in row.roles:
            assert step(state, action, role, GIVEN) is (row.to or state)
        else:
            with pytest.raises(NotAllowed):
                step(state, action, role, GIVEN)


@pytest.mark.parametrize("action", [a for a in Action if TRANSITIONS[a].needs])
def test_a_step_without_what_it_needs_is_refused(action: Action) -> None:
    row = TRANSITIONS[action]
    with pytest.raises(NotAllowed, match=row.needs[0]):
        step(next(iter(row.sources)), action, next(iter(row.roles)))


def test_a_resident_never_does_what_is_the_staffs() -> None:
    theirs = {a for a, row in TRANSITIONS.items() if Role.RESIDENT in row.roles}
    assert theirs == {Action.SUPPLEMENT, Action.RELABEL, Action.CONFIRM, Action.REOPEN, Action.WITHDRAW, Action.JOIN}
