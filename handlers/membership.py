"""The bot is blocked, removed or welcomed back; a group moves; a group becomes the staff chat."""

from handlers.cases import emergencies
from handlers.event import EventKind
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import Role


def changed(turn: Turn) -> None:
    event = turn.event
    turn.outcome = str(event.kind)
    if event.kind is EventKind.MOVED and event.new_chat is not None:
        turn.uow.move_chat(event.address.bot, event.address.chat, event.new_chat)
    elif event.private:
        _reachable_or_not(turn)
    elif event.kind is EventKind.BLOCKED:
        _put_out(turn)


def _reachable_or_not(turn: Turn) -> None:
    """Nothing is sent to who has blocked us, and staff of whom that is so are passed over, until they come back."""
    person = turn.uow.people.find(turn.event.address.bot, turn.account)
    if person is None and turn.staff:
        person = turn.person
    if person is not None:
        person.paused_at = turn.uow.now if turn.event.kind is EventKind.BLOCKED else None


def _put_out(turn: Turn) -> None:
    """The bot was put out of a staff group: cards go to people again, and the managers hear of it."""
    here = turn.event.address
    turn.uow.groups.leave(here.bot, here.chat)
    for community_id in turn.uow.sends_no_more_to_group(here.bot, here.chat):
        managers = turn.uow.reference.staff_with(community_id, Role.MANAGER)
        community = turn.uow.reference.communities[community_id]
        for to in emergencies.reachable(turn, managers):
            text = turn.context.texts("here.put_out", community=community.name)
            turn.send(Reply(to, text, priority=Priority.NOTICE))


def set_staff_chat(turn: Turn) -> None:
    """/here in a group: from now on the cards of the manager's community come here."""
    if turn.event.private:
        turn.say("here.in_group")
        return
    mine = turn.communities_for("here")
    if len(mine) != 1:
        turn.say("here.which" if mine else "problem.no_right")
        return
    address = turn.event.address
    turn.uow.staff.set_staff_chat(mine[0].id, address.bot, address.chat, address.topic)
    turn.say("here.done", community=mine[0].name)
    turn.outcome = "here"
