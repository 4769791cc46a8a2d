"""Steps that need words from staff: what the words are for, what they change, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handlers.cases import answering, cards, extending, returning, staff_steps, steps, supervising
from handlers.cases.staff_steps import Changes, Given
from handlers.cocreation import promise_dates
from handlers.residents import filing, judging
from handlers.turn import Turn, expectation, open_question
from ledger.lifecycle import Action, Outcome, Role
from storage.cases import CaseRow

After = Callable[[Turn, CaseRow, Role, int, Given], None]


def _nothing_changes(_turn: Turn, _case: CaseRow, _given: Given) -> dict[str, Any]:
    return {}


def _nothing_after(_turn: Turn, _case: CaseRow, _role: Role, _event_id: int, _given: Given) -> None:
    return


@dataclass(frozen=True, slots=True)
class Worded:
    """`need`: the name of the words in the lifecycle table. See `staff_steps.Changes` and `After`."""

    need: str
    changes: Changes = _nothing_changes
    after: After = _nothing_after


def _await_answers(turn: Turn, case: CaseRow, _role: Role, _event_id: int, _given: Given) -> None:
    """Treat the next message of everybody who was asked as the answer, whenever it comes."""
    for person in steps.people_to_tell(turn, case):
        talk = turn.uow.conversations.of_another((person.bot, person.chat, 0, person.account))
        open_question(talk.state, expectation("supplement", case, turn.uow.now, lasting=True))


def _tell_the_others(turn: Turn, case: CaseRow, _role: Role, _event_id: int, given: Given) -> None:
    """Send a note to the staff of the case; residents do not get it."""
    cards.notify(turn, case, "card.noted", name=turn.staff.name if turn.staff else "", text=given["words"])


WORDED: dict[Action, Worded] = {
    Action.RESOLVE: Worded("reply", answering.changes(Outcome.SOLVED), answering.offer_more),
    Action.UNSOLVED: Worded("reply", answering.changes(Outcome.UNSOLVED)),
    Action.ASK: Worded("question", after=_await_answers),
    Action.REFUSE: Worded("reason"),
    Action.TRANSFER: Worded("target"),
    Action.EXTEND: Worded("reason", after=extending.ask_manager),
    Action.PARK: Worded("reason", extending.review_date),
    Action.RETURN: Worded("reason", returning.hand_back, returning.tell_the_community),
    Action.SUPERVISE: Worded("words", after=supervising.ask_for_an_answer),
    Action.REPORT_BACK: Worded("words", after=supervising.answer_comes),
    Action.UPHOLD: Worded("reason", judging.upheld),
    Action.NOTE: Worded("words", after=_tell_the_others),
}


def words_given(turn: Turn, action: Action, case: CaseRow, role: Role, asked: dict[str, Any] | None = None) -> None:
    """Take a step with the words that were asked for; photos may come with or before them."""
    asked = asked or {}
    steps.allowed(turn, case, action, role)
    words = turn.event.text.strip()
    files = [*asked.get("files", []), *(filing.attach(turn, case, file, by=role) for file in turn.event.files)]
    if not words:
        turn.expect(action, case, shown_in=asked.get("shown_in"), given=asked.get("given"), files=files)
        turn.say("ask.words_too", number=turn.number(case))
        return
    filing.keep_words(turn, case, by=role)
    _take(turn, action, case, role, {**asked, "words": words, "files": files})


def words_chosen(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """Take a step with words from the district's list, by a tap."""
    role = turn.role_for(data["step"], case) or role
    asked = turn.expected() or {}
    mine = (asked.get("what"), asked.get("case")) == (data["step"], list(case.key))
    _take(turn, Action(data["step"]), case, role, {**(asked if mine else {}), "words": str(data["words"])})


def _take(turn: Turn, action: Action, case: CaseRow, role: Role, asked: dict[str, Any]) -> None:
    worded = WORDED[action]
    given = {**(asked.get("given") or {}), worded.need: str(asked["words"])}
    detail = {name: value for name, value in (("files", asked.get("files")), ("given", asked.get("given"))) if value}
    changes = worded.changes(turn, case, given)
    event_id = staff_steps.finish(turn, case, action, role, given=given, changes=changes, detail=detail)
    turn.close(asked.get("shown_in"), "ask.answered")
    worded.after(turn, case, role, event_id, given)
    if action in promise_dates.ANSWERS:
        promise_dates.in_answer(turn, case, role, event_id, given[worded.need])
