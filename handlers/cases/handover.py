"""交接: somebody who goes on leave hands all open cases to a colleague; a manager can do it for somebody who is ill.

Residents are not told, because for them the community handles the case. The first worker stays responsible (首接负责).
"""

from typing import Any

from handlers.cases import cards
from handlers.cases.emergencies import reachable
from handlers.cocreation.prompts import for_community
from handlers.feature import Feature
from handlers.reply import Button, Priority, Reply, Rows, in_rows
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.cases import CaseRow
from storage.reference import CommunityRow, StaffRow

AT_ONCE = 50
"""Cases that one tap hands over; it updates all of their cards."""
NAMED = 8
PEOPLE = 12


def begin(turn: Turn) -> None:
    """交接: start in each of the person's communities."""
    for_community(turn, "hand_over", _whose)
    turn.outcome = "hand over"


def _whose(turn: Turn, community: CommunityRow) -> None:
    """Choose whose cases: a worker's own; a manager chooses among everybody who has some."""
    counts = turn.uow.cases.in_hand(community.id)
    if Role.MANAGER not in turn.roles(community.place()):
        counts = {staff: n for staff, n in counts.items() if staff == turn.staff_id}
    people = [(row, counts[row.id]) for row in turn.uow.reference.staff.values() if row.id in counts]
    if not people:
        turn.say("hand_over.nothing", community=community.name)
    elif [row.id for row, _ in people] == [turn.staff_id]:
        _ask_to_whom(turn, community, *people[0])
    else:
        rows = in_rows([_from(turn, community, row, n) for row, n in people[:PEOPLE]])
        turn.send(Reply(turn.event.address, turn.context.texts("hand_over.whose", community=community.name), rows))


def _from(turn: Turn, community: CommunityRow, row: StaffRow, n: int) -> Button:
    label = turn.context.texts("button.hand_over_from", name=row.name, n=n)
    return Button(label, "hand_over_from", community.id, data={"from": row.id}, account=turn.account)


def from_whom(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Ask to whom the chosen person's cases go."""
    giver = _giver(turn, community, data)
    n = turn.uow.cases.in_hand(community.id).get(giver.id, 0) if giver else 0
    if giver is None or not n:
        turn.say("hand_over.nothing", community=community.name)
    else:
        _ask_to_whom(turn, community, giver, n)


def _ask_to_whom(turn: Turn, community: CommunityRow, giver: StaffRow, n: int) -> None:
    colleagues = [row for row in turn.uow.reference.staff_with(community.id, Role.WORKER) if row.id != giver.id]
    rows: Rows = in_rows(
        [
            Button(row.name, "hand_over_to", community.id, data={"from": giver.id, "to": row.id}, account=turn.account)
            for row in colleagues[:PEOPLE]
        ]
    )
    if colleagues:
        turn.send(Reply(turn.event.address, turn.context.texts("hand_over.to_whom", name=giver.name, n=n), rows))
    else:
        turn.say("hand_over.nobody", community=community.name)


def to_whom(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Hand over the cases; a second tap finds none left."""
    giver = _giver(turn, community, data)
    workers = {row.id: row for row in turn.uow.reference.staff_with(community.id, Role.WORKER)}
    taker = workers.get(int(data["to"]))
    cases = turn.uow.cases.of_staff(community.id, giver.id, AT_ONCE) if giver else []
    if giver is None or taker is None or not cases:
        turn.say("hand_over.nothing", community=community.name)
        return
    for case in cases:
        _hand(turn, case, role, giver, taker)
    turn.say("hand_over.done", n=len(cases), to=taker.name)
    if left := turn.uow.cases.in_hand(community.id).get(giver.id, 0):
        turn.say("hand_over.left", n=left)
    _tell(turn, cases, giver, taker)


def _giver(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> StaffRow | None:
    """The person whose cases are handed over; anybody who is not a manager here can only hand over their own."""
    manages = Role.MANAGER in turn.roles(community.place())
    return turn.uow.reference.staff.get(int(data["from"])) if manages else turn.staff


def _hand(turn: Turn, case: CaseRow, role: Role, giver: StaffRow, taker: StaffRow) -> None:
    turn.uow.cases.change(case, staff_id=taker.id)
    detail = {"from": giver.id, "to": taker.id}
    turn.uow.cases.add_event(
        case, action="handed_over", role=role, before=case.state, staff_id=turn.staff_id, via=turn.via, detail=detail
    )
    cards.refresh(turn, case)


def _tell(turn: Turn, cases: list[CaseRow], giver: StaffRow, taker: StaffRow) -> None:
    """Tell the new and the previous worker, except the one of this turn."""
    texts, n = turn.context.texts, len(cases)
    numbers = "、".join(turn.number(case) for case in cases[:NAMED]) + ("……" if n > NAMED else "")
    by = turn.staff.name if turn.staff else ""
    told = {
        taker: texts("hand_over.yours", name=giver.name, n=n, numbers=numbers),
        giver: texts("hand_over.taken", n=n, by=by, to=taker.name),
    }
    for row, text in told.items():
        for to in reachable(turn, [row]) if row.id != turn.staff_id else ():
            turn.send(Reply(to, text, priority=Priority.NOTICE))


FEATURE = Feature(staff_commands={"hand_over": begin}, buttons={"hand_over_from": from_whom, "hand_over_to": to_whom})
