"""Short remarks about the person's own case (没解决, 什么时候修, 不对, 算了).

A remark is interpreted by the states of the person's cases. If none fits, the words are handled like any others.
"""

from collections.abc import Callable

from handlers import phrases
from handlers.cases import emergencies
from handlers.reply import Reply
from handlers.residents import broken_again, drafts, judging, lookup, matters, media, own_cases, receipts, report
from handlers.turn import Turn
from ledger.lifecycle import CLOSED, OPEN, Action, Role, State, actions_for
from storage.cases import CaseRow


def take_remark(turn: Turn) -> bool:
    """Answer a remark. False: the words mean something else, or fit no known case."""
    if drafts.there_is_one(turn) or turn.event.files or emergencies.ringing(turn) is not None:
        return False
    way = phrases.said(turn.context.texts, "heard", tuple(WAYS), turn.event.text)
    if way is None:
        return _not_yet(turn) or _goes_on(turn)
    if not WAYS[way](turn):
        return False
    turn.outcome = f"remark {way}" if turn.outcome == "other" else turn.outcome
    return True


# --- 回访 ------------------------------------------------------------------------------------------------------------


def _asked(turn: Turn) -> list[CaseRow]:
    """Cases of which this person is being asked by buttons whether they are solved."""
    return [case for case in _mine(turn) if case.state is State.FOLLOW_UP]


def _mine(turn: Turn) -> list[CaseRow]:
    return turn.uow.cases.of_person(turn.event.address.bot, turn.account, limit=lookup.LISTED)


def _yes(turn: Turn) -> bool:
    asked = _asked(turn)
    if len(asked) == 1:
        judging.solved(turn, asked[0], Role.RESIDENT, {"shown_in": judging.question_name(asked[0])})
    elif asked:
        rows = tuple((broken_again.button(turn, case, "solved"),) for case in asked)
        turn.send(Reply(turn.event.address, turn.context.texts("remark.which"), rows))
    return bool(asked)


def _no(turn: Turn) -> bool:
    asked = _asked(turn)
    if len(asked) == 1:
        judging.not_solved(turn, asked[0], Role.RESIDENT, {"shown_in": judging.question_name(asked[0])})
    elif asked:
        broken_again.which(turn)
    return bool(asked)


def _solved(turn: Turn) -> bool:
    """The matter is solved before anybody answered: offer to withdraw the case."""
    if _yes(turn):
        return True
    if not any(Action.WITHDRAW in actions_for(case.state, Role.RESIDENT) for case in _mine(turn)):
        return False
    turn.say("remark.good")
    lookup.withdraw_which(turn)
    return True


def _not_solved(turn: Turn) -> bool:
    return _no(turn) or _urged(turn) or broken_again.any_of(turn)


def _not_yet(turn: Turn) -> bool:
    """换了灯泡还是不亮, from somebody who is being asked: one tap reopens the case, another files a new one."""
    text = turn.event.text
    short = len(text) <= phrases.LONGEST and not lookup.names_a_place(turn)
    if not (short and phrases.mentions(turn.context.texts, "heard.again", text) and _may_be_meant(turn, _asked(turn))):
        return False
    broken_again.which(turn, report.file_it_anyway(turn))
    return True


def _may_be_meant(turn: Turn, cases: list[CaseRow]) -> bool:
    """Whether the words can be about one of these cases: 广场舞还在放 is not about a lamp."""
    own = matters.requests(turn.reading)
    return any(case.scene in matter.scenes for case in cases for matter in own) if own else bool(cases)


def _satisfied(degree: int) -> Callable[[Turn], bool]:
    """满意, if satisfaction was asked last and not answered; if it was "solved?", this also answers yes."""

    def judge(turn: Turn) -> bool:
        if _asked(turn) and not degree:
            return _no(turn)
        if len(_asked(turn)) == 1:
            _yes(turn)
        closed = [case for case in _mine(turn) if case.state in CLOSED and case.closed_at is not None]
        last = max(closed, key=lambda case: case.closed_at or turn.uow.now, default=None)
        if last is None or not last.solved or last.satisfied is not None:
            return False
        judging.satisfied(turn, last, Role.RESIDENT, {"n": degree, "shown_in": judging.satisfied_name(last)})
        return True

    return judge


# --- while it is open ------------------------------------------------------------------------------------------------


def _goes_on(turn: Turn) -> bool:
    """The rest of an answer in several messages: words shortly after it that are no matter of their own."""
    said = turn.talk.state.get("said") or {}
    taken, limit = said.get("taken"), turn.context.district.limits.media_joins_for.wall
    if not taken or taken["what"] != "supplement" or not report.fresh(turn, said, limit):
        return False
    own = matters.requests(turn.reading) or matters.elsewhere(turn.reading) or report.is_courtesy(turn)
    case = None if own else media.takes_more(turn, taken["case"])
    if case is not None:
        own_cases.supplement(turn, case)
    return case is not None


def _urged(turn: Turn) -> bool:
    """什么时候修: show the state of the case and the deadline for an answer."""
    return any(case.state in OPEN for case in _mine(turn)) and lookup.show_progress(turn)


def _wrong(turn: Turn) -> bool:
    """不对: offer buttons to correct the last report, or ask to say it again."""
    limit = turn.context.district.limits.place_joins_for.wall
    case = media.last_case(turn, lambda _case: limit)
    if case is None or case.state not in receipts.BEFORE_WORK:
        turn.say("remark.say_again")
        return True
    turn.say("remark.wrong")
    own_cases.details(turn, case, Role.RESIDENT, {})
    return True


def _drop(turn: Turn) -> bool:
    """算了, shortly after filing: ask whether to withdraw the case."""
    case = media.last_case(turn)
    if case is None or Action.WITHDRAW not in actions_for(case.state, Role.RESIDENT):
        return False
    own_cases.ask_withdraw(turn, case, Role.RESIDENT, {})
    return True


def _says(key: str) -> Callable[[Turn], bool]:
    def say(turn: Turn) -> bool:
        turn.say(key)
        return True

    return say


WAYS: dict[str, Callable[[Turn], bool]] = {
    "yes": _yes,
    "no": _no,
    "solved": _solved,
    "not_solved": _not_solved,
    "urged": _urged,
    "satisfied_2": _satisfied(2),
    "satisfied_1": _satisfied(1),
    "satisfied_0": _satisfied(0),
    "wrong": _wrong,
    "drop": _drop,
    "kept": _says("ask.never_mind"),
    "opening": _says("talk.greeting"),
    "ack": _says("talk.ack"),
}
"""Handlers by the catalogue's names of remarks, in the order in which they are tried."""
