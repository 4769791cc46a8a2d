"""One step of a case: held against the lifecycle, written as an event, told to the people, shown on the card."""

from datetime import timedelta
from typing import Any

from handlers import cards, emergencies
from handlers.event import Address
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import ENDED, TRANSITIONS, Action, Role, State, step
from ledger.scenes import Urgency
from storage.cases import CaseRow, PersonOfCase

UNDOABLE_FIELDS = (
    "state",
    "confirmed",
    "staff_id",
    "first_staff_id",
    "unit_id",
    "merged_into",
    "reply",
    "supporters",
    "signed_at",
    "answered_at",
    "closed_at",
    "next_at",
)


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
    new = step(case.state, action, role, given)
    staff_id = turn.staff_id if role is not Role.RESIDENT else None
    turn.uow.cases.change(case, state=new, **_signed(turn, case, staff_id), **(changes or {}), **_ended(turn, new))
    event_id = turn.uow.cases.add_event(
        case,
        action=action,
        role=role,
        before=State(before["state"]),
        staff_id=staff_id,
        reason=given.get("reason") or given.get("reply") or given.get("question"),
        via=turn.event.press or turn.event.kind,
        detail={"before": before, **(detail or {})},
    )
    if staff_id is not None and case.urgency is Urgency.EMERGENCY:
        emergencies.stop(turn, case)
    _make_known(turn, case, action, event_id, given)
    return event_id


def _make_known(turn: Turn, case: CaseRow, action: Action, event_id: int, given: dict[str, str]) -> None:
    """The residents hear of a step, the staff see it, and what has ended is no longer found as a like case."""
    if tells := TRANSITIONS[action].tells:
        tell_people(turn, case, tells, event_id, undoable=TRANSITIONS[action].undoable, **given)
    cards.refresh(turn, case)
    if case.state in ENDED:
        similar, key = turn.context.similar, case.key
        turn.uow.after_commit.append(lambda: similar.remove(*key))


def _signed(turn: Turn, case: CaseRow, staff_id: int | None) -> dict[str, Any]:
    """The first of the staff to touch a case has signed for it and stays answerable (首接负责)."""
    if staff_id is None or case.signed_at is not None:
        return {}
    return {"signed_at": turn.uow.now, "first_staff_id": case.first_staff_id or staff_id}


def _ended(turn: Turn, state: State) -> dict[str, Any]:
    return {"closed_at": turn.uow.now} if state in ENDED else {}


def open_again(turn: Turn, case: CaseRow) -> None:
    """New reports may be the same matter as this one again."""
    similar, matter = turn.context.similar, turn.context.read(case.text).first
    turn.uow.after_commit.append(lambda: similar.add(case, matter))


def cause_of(case: CaseRow, event_id: int) -> str:
    """What an undo of this step takes back."""
    return f"case:{case.community_id}:{case.no}:{event_id}"


def hold(turn: Turn, case: CaseRow) -> timedelta:
    """How long messages of a step wait that can be undone: an emergency never does."""
    return timedelta() if case.urgency is Urgency.EMERGENCY else turn.context.district.limits.undo_for.wall


def tell_people(turn: Turn, case: CaseRow, key: str, event_id: int, *, undoable: bool, **values: str) -> None:
    """Tell the reporter and all who joined, in plain words."""
    community = turn.community_of(case).name
    text = turn.context.texts(key, number=turn.number(case), community=community, **values)
    for person in people_to_tell(turn, case):
        turn.send(
            Reply(
                Address(person.bot, person.chat),
                text,
                priority=Priority.NOTICE,
                key=f"told:{event_id}:{person.bot}:{person.account}",
                cause=cause_of(case, event_id),
                delay=hold(turn, case) if undoable else timedelta(),
            )
        )


def people_to_tell(turn: Turn, case: CaseRow) -> list[PersonOfCase]:
    """Who reported or joined a case and has not blocked the bot."""
    people = turn.uow.cases.people(case.key)
    there = turn.uow.people.reachable([(p.bot, p.account) for p in people])
    return [person for person in people if (person.bot, person.account) in there]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
