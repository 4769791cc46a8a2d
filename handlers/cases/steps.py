"""Takes a step of a case: checks it against the lifecycle, records an event, tells the people, refreshes the card."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.case_names import named
from handlers.cases import cards, deadlines, emergencies
from handlers.event import Address
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import CLOSED, ENDED, OPEN, TRANSITIONS, Action, Role, State, Transition, step
from ledger.rights import Part
from ledger.scenes import Urgency
from nlp.personal import mask_for_neighbours
from nlp.understanding import Understanding
from storage.cases import CaseRow, PersonOfCase

UNDOABLE_FIELDS = (
    "state",
    "confirmed",
    "staff_id",
    "first_staff_id",
    "unit_id",
    "merged_into",
    "reply",
    "outcome",
    "due_at",
    "signed_at",
    "contacted_at",
    "answered_at",
    "closed_at",
    "next_at",
)
SPEAKS = frozenset({Action.CONTACT, Action.ASK, Action.RESOLVE, Action.UNSOLVED})
"""Steps by which a staff member speaks with the resident directly."""
REASONS = ("reason", "reply", "question", "words")
"""What the history shows as the reason of a step: the first of these that is given.

What a resident says is kept with the case's messages, where they can have it erased, and not here as well.
"""
ASKED_IF_IT_HOLDS = frozenset({Urgency.EMERGENCY, Urgency.URGENT})


def take(
    turn: Turn,
    case: CaseRow,
    action: Action,
    role: Role,
    *,
    given: dict[str, str] | None = None,
    changes: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
    quietly: bool = False,
) -> int:
    """Take a step and tell everybody it concerns; returns the event's id.

    Args:
        turn: whose turn it is.
        case: the case, as it was read in this transaction.
        action: the step.
        role: in which role it is taken.
        given: what the step needs (reason, reply, name of the target, ...); it also fills the residents' text.
        changes: further columns to change.
        detail: further data for the event.
        quietly: do not tell the people, who have been told in other words.

    Raises:
        NotAllowed: the table has no such step here.
        LostRace: somebody else has changed the case meanwhile.
    """
    given, row = given or {}, TRANSITIONS[action]
    staff_id = turn.staff_id if role is not Role.RESIDENT else None
    new = step(case.state, action, role, given, **_conditions(turn, case, row, staff_id))
    before = {name: _plain(getattr(case, name)) for name in UNDOABLE_FIELDS}
    _change(turn, case, new, {**_first_touch(turn, case, action, staff_id), **(changes or {})})
    changed = [name for name, value in before.items() if value != _plain(getattr(case, name))]
    reasons = (*REASONS, "target") if action is Action.TRANSFER else REASONS
    event_id = turn.uow.cases.add_event(
        case,
        action=action,
        role=role,
        before=State(before["state"]),
        staff_id=staff_id,
        reason=None if role is Role.RESIDENT else next((given[name] for name in reasons if given.get(name)), None),
        via=turn.via,
        detail={"before": before, "changed": changed, **(detail or {})},
    )
    if staff_id is not None and case.urgency is Urgency.EMERGENCY:
        emergencies.stop(turn, case)
    if not quietly:
        _tell(turn, case, row, event_id, given)
    _show(turn, case)
    return event_id


def _change(turn: Turn, case: CaseRow, new: State, values: dict[str, Any]) -> None:
    """Change the row, with what follows from the new state. A check of a case that has ended does not end it again."""
    if new in ENDED and new is not case.state:
        values["closed_at"] = turn.uow.now
    turn.uow.cases.change(case, state=new, **values, **_next_look(turn, case, new, values))


def allowed(turn: Turn, case: CaseRow, action: Action, role: Role) -> None:
    """Check, before asking for its words, whether a step could be taken.

    Raises:
        NotAllowed: it could not.
    """
    row = TRANSITIONS[action]
    step(case.state, action, role, row.needs, **_conditions(turn, case, row, turn.staff_id))


def _conditions(turn: Turn, case: CaseRow, row: Transition, staff_id: int | None) -> dict[str, Any]:
    """The conditions that this row of the table depends on, besides state and role; only those are looked up."""
    found: dict[str, Any] = {}
    if row.back and case.state in row.sources:
        found["origin"] = turn.uow.cases.came_from(case)
    if row.in_time:
        found["late"] = turn.uow.now >= case.due_at
    if row.judges and staff_id is not None:
        judged = turn.uow.cases.last_step(case.key, row.judges)
        found["own"] = judged is not None and judged.staff_id == staff_id
    return found


def _tell(turn: Turn, case: CaseRow, row: Transition, event_id: int, given: dict[str, str]) -> None:
    if row.tells is None:
        return
    if not row.undoable:
        _release_held_messages(turn, case)
    values = {"due": turn.when(case.due_at, case)} | given
    tell_people(turn, case, row.tells, event_id, undoable=row.undoable, **values)


def _release_held_messages(turn: Turn, case: CaseRow) -> None:
    """Release held-back messages of earlier steps: a further step ends their undo, and must not be told before them."""
    since = turn.uow.now - turn.context.district.limits.undo_for.wall
    waits = [cause_of(case, event.id) for event in turn.uow.cases.events(case.key) if event.at > since]
    turn.uow.outbox.hurry(waits)


def _show(turn: Turn, case: CaseRow) -> None:
    """Refresh the card; a case that has ended is no longer offered as a similar one."""
    cards.refresh(turn, case)
    if case.state in ENDED:
        similar, key = turn.context.similar, case.key
        turn.uow.after_commit.append(lambda: similar.remove(*key))


def _first_touch(turn: Turn, case: CaseRow, action: Action, staff_id: int | None) -> dict[str, Any]:
    """Record the first staff member to touch a case, who stays answerable for it (首接负责), and the first contact."""
    found: dict[str, Any] = {}
    if staff_id is not None and case.signed_at is None:
        found = {"signed_at": turn.uow.now, "first_staff_id": case.first_staff_id or staff_id}
    if staff_id is not None and case.contacted_at is None and action in SPEAKS:
        found["contacted_at"] = turn.uow.now
    return found


def _next_look(turn: Turn, case: CaseRow, new: State, values: dict[str, Any]) -> dict[str, Any]:
    """When the clock looks at the case again, unless the step sets that itself."""
    if "next_at" in values or (new in ENDED and new is case.state):
        return {}
    if new in CLOSED and case.urgency in ASKED_IF_IT_HOLDS:
        return {"next_at": deadlines.asks_if_it_holds(turn, case, turn.uow.now)}
    if new in ENDED:
        return {"next_at": None}
    parked = State.PARKED in (new, case.state) and new is not case.state
    if new in OPEN and (case.state not in OPEN or parked or "due_at" in values):
        return {"next_at": deadlines.next_look(turn, replace(case, state=new, **values))}
    return {}


def open_again(turn: Turn, case: CaseRow) -> None:
    """Offer the case as a similar one again."""
    _compare_with(turn, case)


def compare_anew(turn: Turn, case: CaseRow) -> None:
    """After a change of matter or place: compare new reports with the case as it is now."""
    if case.state in OPEN:
        matter = _compare_with(turn, case)
        turn.uow.cases.change(case, proposal={**case.proposal, "key": list(matter.similar_key)})


def _compare_with(turn: Turn, case: CaseRow) -> Understanding:
    similar, where = turn.context.similar, case.place or ""
    matter = turn.context.read(case.text if where in case.text else f"{where} {case.text}").first
    turn.uow.after_commit.append(lambda: similar.add(case, matter))
    return matter


def cause_of(case: CaseRow, event_id: int) -> str:
    """The cause of a step's messages, by which an undo cancels them."""
    return f"{causes_of(case)}{event_id}"


def causes_of(case: CaseRow) -> str:
    """How the causes of all messages to the case's people begin; an erasure takes its words out of them."""
    return f"case:{case.community_id}:{case.no}:"


def hold(turn: Turn, case: CaseRow) -> timedelta:
    """How long the messages of an undoable step are held back; those of an emergency are not."""
    return timedelta() if case.urgency is Urgency.EMERGENCY else turn.context.district.limits.undo_for.wall


def tell_people(turn: Turn, case: CaseRow, key: str, event_id: int, *, undoable: bool, **values: str) -> None:
    """Tell the reporter and everybody who joined, except in the chat where the step is taken, which shows it anyway.

    For joiners, personal data of the reporter in the answer is masked.
    """
    community = turn.community_of(case).name
    people = people_to_tell(turn, case)
    joined = any(person.part == Part.JOINER for person in people)
    masked = {name: mask_for_neighbours(value or "", case.text) for name, value in values.items()} if joined else {}
    for person in people:
        if turn.event.address == Address(person.bot, person.chat):
            continue
        told = masked if person.part == Part.JOINER else values
        text = turn.context.texts(key, case=named(turn, case, person.chat), community=community, **told)
        proxied = person.part in (Part.PROXY, Part.CLERK)
        turn.send(
            Reply(
                Address(person.bot, person.chat),
                f"{text}\n{turn.context.texts('proxy.please_tell')}" if proxied else text,
                priority=Priority.NOTICE,
                key=f"told:{event_id}:{person.bot}:{person.account}",
                cause=cause_of(case, event_id),
                delay=hold(turn, case) if undoable else timedelta(),
            )
        )


def people_to_tell(turn: Turn, case: CaseRow) -> list[PersonOfCase]:
    """The people of a case who have not blocked the bot."""
    people = turn.uow.cases.people(case.key)
    there = turn.uow.people.reachable([(p.bot, p.account) for p in people])
    return [person for person in people if (person.bot, person.account) in there]


def people_to_ask(turn: Turn, case: CaseRow) -> list[PersonOfCase]:
    """The people who judge an answer. A clerk who filed it for somebody does not: a colleague phones that person."""
    return [person for person in people_to_tell(turn, case) if person.part != Part.CLERK]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
