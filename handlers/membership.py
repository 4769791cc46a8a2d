"""Comings and goings: a bot that was blocked, a group that moved, a group made the staff chat of a community."""

from handlers.event import EventKind
from handlers.turn import Turn
from ledger.lifecycle import Role


def changed(turn: Turn) -> None:
    event, uow = turn.event, turn.uow
    bot = event.address.bot
    turn.outcome = str(event.kind)
    if event.kind is EventKind.MOVED and event.new_chat is not None:
        move_group(turn, event.address.chat, event.new_chat)
    elif event.private and (person := uow.people.find(bot, turn.account)):
        person.paused_at = uow.now if event.kind is EventKind.BLOCKED else None


def move_group(turn: Turn, old: int, new: int) -> None:
    """A group became a supergroup with another id: everything that pointed to the old one points to the new."""
    bot, uow = turn.event.address.bot, turn.uow
    uow.flush()
    for rows in (uow.outbox, uow.buttons, uow.cases, uow.staff, uow.people):
        rows.move_chat(bot, old, new)


def here(turn: Turn) -> None:
    """/here in a group: from now on the cards of the manager's community come here."""
    if turn.event.private:
        turn.say("here.in_group")
        return
    allowed = {Role.MANAGER, Role.SUPERVISOR, Role.ADMIN}
    mine = [c for c in turn.uow.reference.real_communities() if turn.roles(c.place()) & allowed]
    if len(mine) != 1:
        turn.say("here.which" if mine else "problem.no_right")
        return
    address = turn.event.address
    turn.uow.staff.set_staff_chat(mine[0].id, address.bot, address.chat, address.topic)
    turn.say("here.done", community=mine[0].name)
