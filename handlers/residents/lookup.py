"""Finds cases by free text: 我的诉求, 修好了没有, SL-43, 撤回; for staff, a card by its number."""

import re
from typing import Any

from handlers import phrases
from handlers.case_names import named
from handlers.cases import emergencies, staff_steps
from handlers.reply import Button, Reply, Rows
from handlers.residents import drafts, joining, matters, own_cases, receipts, report
from handlers.turn import Turn
from ledger.lifecycle import Action, Role, actions_for
from storage.cases import CaseRow
from storage.errors import NotFound

LISTED = 8
LINE = 28
"""Characters of a draft in a list."""
NUMBER = re.compile(r"([A-Za-z]{1,6})\s{0,3}[-－—]?\s{0,3}(\d{1,9})(?!\d)")
BESIDE_A_NUMBER = 8
"""Most characters beside a number that somebody looks up: SL-43 怎么样了."""
LONGEST_QUESTION = 20


def my_cases(turn: Turn) -> None:
    """我的诉求: show the person's cases and their states, and an unfinished report with its buttons."""
    _list(turn, 0)
    if drafts.there_is_one(turn):
        turn.say("mine.draft_waits")
        drafts.show(turn, below=True)


def more(turn: Turn, data: dict[str, Any]) -> None:
    """Show older cases."""
    _list(turn, int(data["from"]))


def _list(turn: Turn, first: int, beside: Rows = ()) -> None:
    bot, texts = turn.event.address.bot, turn.context.texts
    cases = turn.uow.cases.of_person(bot, turn.account, limit=LISTED, offset=first)
    if not cases:
        turn.say("mine.none", beside)
        return
    left = turn.uow.cases.count_of_person(bot, turn.account) - first - len(cases)
    head = [] if first else [texts("mine.head", n=len(cases) + left)]
    rows: Rows = tuple((receipts.details_button(turn, case),) for case in cases)
    if left > 0:
        rows = (*rows, (turn.mine("button.older", "mine_more", data={"from": first + LISTED}),))
    lines = [*head, *(_line(turn, case) for case in cases)]
    turn.send(Reply(turn.event.address, "\n".join(lines), (*rows, *beside)))


def _line(turn: Turn, case: CaseRow) -> str:
    return turn.context.texts(
        f"mine.{receipts.clock_of(turn, case)}",
        case=named(turn, case),
        mark=turn.context.district.scenes[case.scene].mark,
        state=turn.context.district.resident_states[case.state],
        due=turn.when(case.due_at, case),
    )


# --- in free text ----------------------------------------------------------------------------------------------------


def asked_after(turn: Turn) -> bool:
    """Answer somebody who asks about their cases. False: the words mean something else."""
    text = turn.event.text.strip()
    if drafts.there_is_one(turn) or turn.event.files or matters.emergency(turn.reading):
        return False
    if (number := _number_in(turn, text)) is not None:
        _one_of_mine(turn, *number)
        return True
    if not _asks_for_progress(turn, text) or emergencies.ringing(turn) is not None:
        return False  # 怎么还没来人 in an emergency has to reach those who were called
    return show_progress(turn)


def show_progress(turn: Turn) -> bool:
    """Show the person's cases; with several, a button files the words instead. False: they have none."""
    cases = turn.uow.cases.of_person(turn.event.address.bot, turn.account, limit=2)
    if not cases:
        return False
    if len(cases) == 1:
        own_cases.details(turn, cases[0], Role.RESIDENT, {})
    else:
        _list(turn, 0, report.file_it_anyway(turn))
    turn.outcome = "asked after"
    return True


def _asks_for_progress(turn: Turn, text: str) -> bool:
    """Whether the words are short and name no place, like 修好了没有, and so are about an earlier report."""
    short = len(text) <= LONGEST_QUESTION and not names_a_place(turn)
    return short and phrases.mentions(turn.context.texts, "answers.progress", text)


def names_a_place(turn: Turn) -> bool:
    return any(matter.places for matter in turn.reading.matters)


def _one_of_mine(turn: Turn, community_id: int, no: int) -> None:
    """Show the person's own case; a neighbour's case is shown as to anybody who may join it."""
    case = _case(turn, community_id, no)
    if case is not None and turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account):
        own_cases.details(turn, case, Role.RESIDENT, {})
        turn.outcome = "asked after"
    else:
        joining.show(turn, (community_id, no))


def withdraw_which(turn: Turn) -> None:
    """撤回: discard the draft or confirm withdrawing the only possible case; if there are several, ask which."""
    found = turn.uow.cases.of_person(turn.event.address.bot, turn.account, limit=LISTED)
    cases = [case for case in found if Action.WITHDRAW in actions_for(case.state, Role.RESIDENT)]
    draft = drafts.there_is_one(turn)
    if draft and not cases:
        drafts.discard(turn)
    elif not cases:
        turn.say("mine.nothing_to_withdraw")
    elif len(cases) == 1 and not draft:
        own_cases.ask_withdraw(turn, cases[0], Role.RESIDENT, {})
    else:  # a draft may be a week old, and a case be meant
        _ask_which(turn, cases, draft=draft)


def _ask_which(turn: Turn, cases: list[CaseRow], *, draft: bool) -> None:
    lines = [turn.context.texts("mine.withdraw_which"), *(_line(turn, case) for case in cases)]
    rows: Rows = tuple((_withdraw_button(turn, case),) for case in cases)
    if draft:
        lines.insert(1, turn.context.texts("mine.line_draft", text=drafts.brief(turn, LINE)))
        rows = ((turn.mine("button.discard_draft", "discard", once=True),), *rows)
    turn.send(Reply(turn.event.address, "\n".join(lines), rows))


def _withdraw_button(turn: Turn, case: CaseRow) -> Button:
    label = turn.context.texts("button.withdraw_this", number=turn.number(case))
    return Button(label, "ask_withdraw", case.community_id, case.no, account=turn.account)


# --- staff -----------------------------------------------------------------------------------------------------------


def card_by_number(turn: Turn) -> bool:
    """Show staff the card of the case whose number they wrote. False: they wrote none."""
    number = _number_in(turn, turn.event.text.strip())
    case = _case(turn, *number) if number else None
    role = turn.role_over(case) if case else None
    if case is None or role is None:
        return False
    staff_steps.open_card(turn, case, role, {})
    turn.outcome = "card by number"
    return True


def case_by_number(turn: Turn, text: str) -> CaseRow | None:
    """The case whose number the text contains, or None."""
    number = _number_in(turn, text)
    return _case(turn, *number) if number else None


def _number_in(turn: Turn, text: str) -> tuple[int, int] | None:
    """Community and number of the only case that the text names, if it contains little else; otherwise None."""
    found = NUMBER.search(text)
    if found is None or len(text) - len(found[0]) > BESIDE_A_NUMBER:
        return None
    code = found[1].upper()
    named = next((c for c in turn.uow.reference.communities.values() if c.code.upper() == code), None)
    return (named.id, int(found[2])) if named else None


def _case(turn: Turn, community_id: int, no: int) -> CaseRow | None:
    try:
        return turn.uow.cases.get(community_id, no)
    except NotFound:
        return None
