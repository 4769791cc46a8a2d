"""还是坏的: a case that was answered or closed is reopened with one tap."""

from datetime import timedelta

from handlers.case_names import named
from handlers.feature import Feature
from handlers.reply import Button, Reply, Rows
from handlers.residents import lookup
from handlers.turn import Turn
from ledger.lifecycle import CLOSED, State
from storage.cases import CaseRow

LOOKED_BACK = timedelta(days=90)
"""Cases closed before this are not offered, because their reporter's account is no longer stored."""
SHOWN = 3


def which(turn: Turn, beside: Rows = ()) -> None:
    """Ask which case: the newest ones that can be reopened; otherwise show open ones, or ask for a report."""
    if found := _found(turn):
        rows = tuple((button(turn, case, "not_solved"),) for case in found)
        turn.send(Reply(turn.event.address, turn.context.texts("broken.which"), (*rows, *beside)))
    elif not lookup.show_progress(turn):
        turn.say("broken.none")


def any_of(turn: Turn) -> bool:
    """Ask which case, if there is any. False: there is none."""
    if found := _found(turn):
        which(turn)
    return bool(found)


def _found(turn: Turn) -> list[CaseRow]:
    return [c for c in turn.uow.cases.of_person(turn.event.address.bot, turn.account) if _can_be(turn, c)][:SHOWN]


def _can_be(turn: Turn, case: CaseRow) -> bool:
    over = case.state in CLOSED and case.closed_at is not None and turn.uow.now - case.closed_at < LOOKED_BACK
    return over or case.state is State.FOLLOW_UP


def button(turn: Turn, case: CaseRow, action: str) -> Button:
    """A button for `action`, labelled with the case."""
    return Button(named(turn, case), action, case.community_id, case.no, {}, turn.account, once=True)


FEATURE = Feature(resident_commands={"broken_again": which})
