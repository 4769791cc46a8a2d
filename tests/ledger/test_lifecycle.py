"""The lifecycle's table: what it says of itself has to hold together."""

from itertools import product

import pytest

from bot.generated_docs import lifecycle
from ledger.lifecycle import (
    ENDED,
    OPEN,
    TRANSITIONS,
    Action,
    NotAllowed,
    Refusal,
    Role,
    State,
    actions_for,
    says_no,
    step,
)

GIVEN = {"reason", "reply", "question", "target", "words", "label", "length"}


def test_every_action_has_a_row() -> None:
    assert set(TRANSITIONS) == set(Action)


def test_every_state_can_be_reached() -> None:
    reached = {row.to for row in TRANSITIONS.values()} | {State.WAITING}
    assert reached >= set(State)


def test_no_open_case_is_without_a_next_step_for_staff() -> None:
    for state in OPEN:
        assert actions_for(state, Role.WORKER), state


def test_what_has_ended_can_only_be_reopened_and_what_was_merged_be_taken_apart() -> None:
    for state in ENDED:
        left = {a for a, row in TRANSITIONS.items() if state in row.sources}
        again = (
            {Action.UNMERGE} if state is State.MERGED else {Action.REOPEN, Action.OBJECT, Action.CHECK, Action.CONFIRM}
        )
        assert left <= again


def test_a_step_is_allowed_exactly_when_the_table_says_so() -> None:
    for state, action, role in product(State, Action, Role):
        row = TRANSITIONS[action]
        if state in row.sources and role in row.roles:
            back = State.WORKING if row.back else None
            assert step(state, action, role, GIVEN, origin=State.WORKING) is (row.to or back or state)
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
    judging = {Action.CONFIRM, Action.REOPEN, Action.OBJECT}
    assert theirs == {Action.SUPPLEMENT, Action.RELABEL, Action.WITHDRAW, Action.JOIN, *judging}


def test_every_step_and_every_state_is_on_the_page() -> None:
    page = lifecycle()
    assert all(f"| `{action}` |" in page for action in Action)
    assert all(f"`{state}`" in page for state in State)


def test_more_time_is_asked_for_before_the_end() -> None:
    with pytest.raises(NotAllowed) as late:
        step(State.WORKING, Action.EXTEND, Role.WORKER, GIVEN, late=True)
    assert late.value.why is Refusal.LATE


def test_nobody_judges_their_own_work() -> None:
    for action, state in ((Action.CONFIRM, State.FOLLOW_UP), (Action.GRANT, State.EXTENSION_ASKED)):
        with pytest.raises(NotAllowed) as own:
            step(state, action, Role.MANAGER, GIVEN, own=True)
        assert own.value.why is Refusal.OWN


def test_the_first_no_reopens_and_the_next_goes_to_the_manager() -> None:
    assert [says_no(times) for times in range(3)] == [Action.REOPEN, Action.OBJECT, Action.OBJECT]
