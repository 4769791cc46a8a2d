"""Emergencies skip everything: the number to call first, then a person, then the next level if nobody answers."""

from handlers.event import Address
from handlers.format import number
from handlers.reply import Button, Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import Role
from nlp.understanding import Alarm, Understanding
from storage.cases import CaseRow
from storage.reference import DISTRICT, StaffRow
from storage.unit_of_work import UnitOfWork

LEVELS = (None, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN)
"""Whom an alarm goes to at each level; level 0 is who is on duty."""


def first_words(turn: Turn, matter: Understanding) -> None:
    """What the person has to hear before anything else; never a form, never chirpy."""
    numbers = [alarm for alarm in matter.alarms if alarm is not Alarm.HUMAN]
    texts = turn.context.texts
    if numbers:
        calls = "\n".join(texts(f"emergency.call_{alarm}") for alarm in numbers)
        text = texts("emergency.first", calls=calls)
    else:
        text = texts("emergency.human")
    turn.send(Reply(turn.event.address, text, priority=Priority.EMERGENCY))


def raise_alarm(turn: Turn, case: CaseRow) -> None:
    """Tell the staff on duty now, and look again if nobody has acknowledged in time."""
    limit = turn.context.district.limits.alarm_acknowledged_in.wall
    turn.uow.cases.raise_alarm(case.key, turn.uow.now + limit)
    for reply in alerts(turn, case, level=0):
        turn.send(reply)


def alerts(turn: Turn, case: CaseRow, level: int) -> list[Reply]:
    """The alarm as each person of a level gets it."""
    return [_alert(turn, case, address, level) for address in alarm_addresses(turn.uow, turn.context.staff_bot, case, level)]


def alarm_addresses(uow: UnitOfWork, staff_bot: str, case: CaseRow, level: int) -> list[Address]:
    """Chats of who is to be told at `level`; the next levels where nobody of it can be reached."""
    for role in LEVELS[level:]:
        found = (
            _on_duty(uow, case)
            if role is None
            else uow.reference.staff_with(case.community_id, role)
        )
        if addresses := [Address(bot, chat) for row in found for bot, _, chat in row.accounts if bot == staff_bot]:
            return addresses
    return []


def _on_duty(uow: UnitOfWork, case: CaseRow) -> list[StaffRow]:
    """On duty in the community, else in the district."""
    return uow.reference.on_duty(case.community_id, uow.now) or uow.reference.on_duty(DISTRICT, uow.now)


def _alert(turn: Turn, case: CaseRow, to: Address, level: int) -> Reply:
    community = turn.uow.reference.communities[case.community_id]
    text = turn.context.texts(
        "emergency.alert",
        number=number(community, case),
        community=community.name,
        text=case.text,
        place=case.place or turn.context.texts("receipt.no_place"),
    )
    acknowledge = Button(turn.context.texts("button.acknowledge"), "acknowledge", case.community_id, case.no)
    return Reply(
        to,
        text,
        ((acknowledge,),),
        priority=Priority.EMERGENCY,
        key=f"alarm:{case.community_id}:{case.no}:{level}:{to.bot}:{to.chat}",
    )
