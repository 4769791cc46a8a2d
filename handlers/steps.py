"""One step of a case: held against the lifecycle's table, written as an event, told to the people, shown on the card."""

from datetime import timedelta
from typing import Any

from handlers import cards
from handlers.event import Address
from handlers.filing import receipt_buttons, receipt_name, receipt_text
from handlers.format import number
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import ENDED, TRANSITIONS, Action, Role, State, step
from storage.cases import CaseRow

UNDOABLE_FIELDS = ("state", "staff_id", "first_staff_id", "unit_id", "merged_into", "reply", "signed_at", "answered_at",
                   "closed_at", "next_at", "supporters")  # fmt: skip


def take(
    turn: Turn,
    case: CaseRow,
    action: Action,
    role: Role,
    *,
    given: dict[str, str] | None = None,
    changes: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> int:
    """Take a step and tell everybody it concerns; returns the event's id.

    `given` holds what the step needs (reason, reply, target name ...) and fills the text for the resident.

    Raises:
        NotAllowed: the table has no such step here.
        LostRace: the case was changed meanwhile.
    """
    given = given or {}
    before = {name: _plain(getattr(case, name)) for name in UNDOABLE_FIELDS}
    old, new = case.state, step(case.state, action, role, given)
    staff_id = turn.staff.id if turn.staff and role is not Role.RESIDENT else None
    turn.uow.cases.change(case, state=new, **_signed(turn, case, staff_id), **(changes or {}), **_ended(turn, new))
    event_id = turn.uow.cases.add_event(
        case,
        action=action,
        role=role,
        before=old,
        staff_id=staff_id,
        reason=given.get("reason") or given.get("reply") or given.get("question"),
        via=turn.event.press or turn.event.kind,
        detail={"before": before, **(detail or {})},
    )
    if tells := TRANSITIONS[action].tells:
        tell_people(turn, case, tells, event_id, undoable=TRANSITIONS[action].undoable, **given)
    refresh(turn, case)
    if new in ENDED:
        similar, key = turn.context.similar, case.key
        turn.uow.after_commit.append(lambda: similar.remove(*key))
    return event_id


def _signed(turn: Turn, case: CaseRow, staff_id: int | None) -> dict[str, Any]:
    """The first of the staff to touch a case has signed for it and stays answerable (首接负责)."""
    if staff_id is None or case.signed_at is not None:
        return {}
    return {"signed_at": turn.uow.now, "first_staff_id": case.first_staff_id or staff_id}


def _ended(turn: Turn, state: State) -> dict[str, Any]:
    return {"closed_at": turn.uow.now} if state in ENDED else {}


def cause_of(case: CaseRow, event_id: int) -> str:
    return f"case:{case.community_id}:{case.no}:{event_id}"


def tell_people(turn: Turn, case: CaseRow, key: str, event_id: int, *, undoable: bool, **values: str) -> None:
    """Tell the reporter and all who joined, in plain words; what can be undone waits so long, an emergency never."""
    community = turn.uow.reference.communities[case.community_id]
    waits = undoable and case.urgency != "E"
    delay = turn.context.district.limits.undo_for.wall if waits else timedelta()
    text = turn.context.texts(key, number=number(community, case), community=community.name, **values)
    for person in turn.uow.cases.people(case.key):
        turn.send(
            Reply(
                Address(person.bot, person.chat),
                text,
                priority=Priority.NOTICE,
                key=f"told:{event_id}:{person.bot}:{person.account}",
                cause=cause_of(case, event_id),
                delay=delay,
            )
        )


def refresh(turn: Turn, case: CaseRow) -> None:
    """Show the case as it is now, on the staff's card and on the reporter's receipt."""
    cards.show(turn, case)


def refresh_receipt(turn: Turn, case: CaseRow) -> None:
    """Change the receipt in the chat of the person who is acting."""
    turn.send(
        Reply(turn.event.address, receipt_text(turn, case), receipt_buttons(turn, case), logical=receipt_name(case))
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
