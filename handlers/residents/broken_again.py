"""还是坏的: a case that was answered or closed is reopened with one tap."""

from datetime import timedelta

from handlers.area import Area
from handlers.reply import Button, Reply, Rows
from handlers.residents import lookup
from handlers.turn import Turn
from ledger.lifecycle import CLOSED, State
from ledger.words import shortened
from storage.cases import CaseRow

LOOKED_BACK = timedelta(days=90)
"""So long the account of who reported it is kept after it was closed."""
SHOWN, WORDS_SHOWN = 3, 16


def which(turn: Turn, beside: Rows = ()) -> None:
    """The newest that it can be, each with its button; what is open still is shown; else they are asked to say it."""
    if found := _found(turn):
        rows = tuple((button(turn, case, "not_solved"),) for case in found)
        turn.send(Reply(turn.event.address, turn.context.texts("broken.which"), (*rows, *beside)))
    elif not lookup.show_progress(turn):
        turn.say("broken.none")


def any_of(turn: Turn) -> bool:
    """The same, where there is any."""
    if found := _found(turn):
        which(turn)
    return bool(found)


def _found(turn: Turn) -> list[CaseRow]:
    return [c for c in turn.uow.cases.of_person(turn.event.address.bot, turn.account) if _can_be(turn, c)][:SHOWN]


def _can_be(turn: Turn, case: CaseRow) -> bool:
    over = case.state in CLOSED and case.closed_at is not None and turn.uow.now - case.closed_at < LOOKED_BACK
    return over or case.state is State.FOLLOW_UP


def button(turn: Turn, case: CaseRow, action: str) -> Button:
    """A case by its number and first words, for the tap that says `action` of it."""
    label = f"{turn.number(case)} {shortened(turn.context.mask(case.text), WORDS_SHOWN)}"
    return Button(label, action, case.community_id, case.no, {}, turn.account, once=True)


AREA = Area(resident_commands={"broken_again": which})
