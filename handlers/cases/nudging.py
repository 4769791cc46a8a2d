"""催办: reminders and questions to the staff about a case, by the clock or a person, answered or acknowledged once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.cases import cards, deadlines, nudge_batches
from handlers.cases.emergencies import reachable
from handlers.cases.viewers import LEVELS
from handlers.event import Address
from handlers.format import length
from handlers.reply import Button, Priority, Reply, Rows, Showing
from handlers.turn import Turn
from ledger import nudges
from ledger.lifecycle import Action, Role, step
from ledger.nudges import GOES_TO, Nudge
from ledger.scenes import Urgency
from ledger.text import shortened
from storage.cases import CaseRow
from storage.nudges import NudgeRow
from storage.reference import StaffRow

SEEN = ("seen", "open_card")
BUTTONS: dict[Nudge, tuple[str, ...]] = {
    Nudge.UNSIGNED: SEEN,
    Nudge.UNCONTACTED: (Action.CONTACT, *SEEN),
    Nudge.NEAR: SEEN,
    Nudge.OVERDUE: SEEN,
    Nudge.OVERDUE_TWICE: SEEN,
    Nudge.REVIEW: (Action.PARK, Action.START),
    Nudge.REVIEW_LATE: (Action.PARK, Action.START),
    Nudge.EXTENSION: (Action.GRANT, Action.DENY),
    Nudge.OBJECTION: ("open_again", Action.UPHOLD),
    Nudge.CHECK: (Action.CHECK, "open_again"),
    Nudge.SUPERVISION: (Action.REPORT_BACK, "open_card"),
}
ANSWERED_BY: dict[str, tuple[Nudge, ...]] = {
    Action.PARK: (Nudge.REVIEW, Nudge.REVIEW_LATE),
    Action.START: (Nudge.REVIEW, Nudge.REVIEW_LATE),
    Action.GRANT: (Nudge.EXTENSION,),
    Action.DENY: (Nudge.EXTENSION,),
    Action.RESOLVE: (Nudge.EXTENSION, Nudge.REVIEW, Nudge.REVIEW_LATE),
    Action.UNSOLVED: (Nudge.EXTENSION, Nudge.REVIEW, Nudge.REVIEW_LATE),
    Action.REOPEN: (Nudge.OBJECTION, Nudge.CHECK),
    Action.UPHOLD: (Nudge.OBJECTION,),
    Action.CHECK: (Nudge.CHECK,),
    Action.CONTACT: (Nudge.UNCONTACTED,),
}
"""Nudges that a step answers, by whichever button it is taken."""
WORDS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Asks:
    """Details of a question to staff: by whom, in which words, until when it must be answered.

    `to`: only these, instead of everybody whom the kind goes to; `not_to`: members of staff who do not get it.
    """

    due_at: datetime
    words: str = ""
    by: int | None = None
    next_at: datetime | None = None
    values: tuple[tuple[str, str], ...] = ()
    not_to: frozenset[int] = frozenset()
    to: tuple[Address, ...] | None = None


def look(turn: Turn, case: CaseRow) -> None:
    """Handle an open case by the clock: send the reminder that is due, once.

    If nothing is due, the card gets fresh buttons, because those of a long-waiting case would expire.
    """
    stage = nudges.reached(deadlines.stages_of(turn, case), turn.uow.now)
    if stage is None or ask(turn, case, stage, Asks(case.due_at)) is None:
        cards.redraw(turn, case)
    turn.uow.cases.change(case, next_at=deadlines.next_look(turn, case))


def ask(turn: Turn, case: CaseRow, kind: Nudge, asks: Asks) -> NudgeRow | None:
    """Ask the staff whom the kind goes to. None: the clock has asked the same already."""
    role, to = (GOES_TO[kind], asks.to) if asks.to is not None else whom(turn, case, GOES_TO[kind], asks.not_to)
    nudge = turn.uow.nudges.add(
        case.key,
        kind,
        role,
        due_at=asks.due_at,
        told=[(address.bot, address.chat) for address in to],
        staff_id=asks.by,
        words=asks.words or None,
        next_at=asks.next_at,
    )
    if nudge is None:
        return None
    detail = {"nudge": kind, "to": role, "people": len(to)}
    if asks.by is None:
        turn.uow.cases.add_event(
            case, action="nudged", role=Role.SYSTEM, before=case.state, via=turn.via, detail=detail
        )
    if not to:
        cards.log_unreachable(turn, case, f"nobody from {role} upwards can be told what is due")
    hour = nudge_batches.this_hour(turn, case, nudge) if to else []
    for address in to:
        others = nudge_batches.rest(turn, hour, address)
        alone = _message(turn, case, nudge, address, dict(asks.values))
        turn.send(nudge_batches.message(turn, others, address) if others else alone)
    return nudge


def tell_too(turn: Turn, case: CaseRow, nudge: NudgeRow, role: Role) -> None:
    """Nobody answered in time: ask the next level the same."""
    _, to = whom(turn, case, role)
    fresh = [address for address in to if (address.bot, address.chat) not in nudge.told]
    for address in fresh:
        turn.send(_message(turn, case, nudge, address, {}))
    turn.uow.nudges.told_too(nudge, [(address.bot, address.chat) for address in fresh])


def acknowledge(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """Acknowledge a nudge; everybody who got it sees who did."""
    nudge = turn.uow.nudges.get(case.community_id, int(data["nudge"]))
    if nudge is None or not _acknowledge(turn, case, role, nudge):
        turn.tell("problem.pressed_already")
        return
    end(turn, case, nudge, "nudge.seen")
    turn.tell("nudge.thanks")
    turn.outcome = f"seen {nudge.kind}"


def acknowledge_together(turn: Turn, data: dict[str, Any]) -> None:
    """Like `acknowledge`, for all nudges in one message that this person may acknowledge."""
    found = [turn.uow.nudges.get(data["community"], nudge_id) for nudge_id in data["nudges"]]
    told = [nudge for nudge in found if nudge is not None]
    taken = [nudge for nudge in told if _is_theirs(turn, nudge)]
    if not taken:
        turn.tell("problem.pressed_already")
        return
    name = turn.staff.name if turn.staff else ""
    text = turn.context.texts("nudge.seen_together", n=len(taken), name=name)
    for bot, chat in dict.fromkeys(chat for nudge in told for chat in nudge.told):
        logical = nudge_batches.name_of(told)
        turn.send(Reply(Address(bot, chat), text, logical=logical, showing=Showing.CLOSE))
    turn.tell("nudge.thanks")
    turn.outcome = f"seen {len(taken)} {told[0].kind}"


def _is_theirs(turn: Turn, nudge: NudgeRow) -> bool:
    """Acknowledge one of several nudges. False: this person may not, or somebody has already."""
    case = turn.uow.cases.get(*nudge.key)
    role = turn.role_for("seen", case)
    return role is not None and _acknowledge(turn, case, role, nudge)


def _acknowledge(turn: Turn, case: CaseRow, role: Role, nudge: NudgeRow) -> bool:
    """Store the acknowledgement with an event. False: somebody was faster."""
    step(case.state, Action.ACKNOWLEDGE, role)
    if not turn.uow.nudges.done(nudge, turn.staff_id):
        return False
    turn.uow.cases.add_event(
        case,
        action=Action.ACKNOWLEDGE,
        role=role,
        before=case.state,
        staff_id=turn.staff_id,
        via=turn.via,
        detail={"nudge": nudge.kind},
    )
    return True


def answered(turn: Turn, case: CaseRow, action: Action) -> None:
    """End the nudges that a step answers."""
    kinds = ANSWERED_BY.get(action, ())
    for nudge in turn.uow.nudges.open(case.key, kinds) if kinds else ():
        if turn.uow.nudges.done(nudge, turn.staff_id):
            end(turn, case, nudge, "nudge.decided", decision=in_words(turn, action))


def in_words(turn: Turn, action: Action) -> str:
    """A step as its button calls it, without the mark."""
    return turn.context.texts(f"button.{action}").split(maxsplit=1)[-1]


def ask_again(turn: Turn, case: CaseRow, undone: Any) -> None:
    """Reopen the nudges that an undone step had answered; everybody who got them sees the question again."""
    kinds = ANSWERED_BY.get(undone.action, ())
    for nudge in turn.uow.nudges.reopen(case.key, kinds, undone.at) if kinds else ():
        for bot, chat in nudge.told:
            turn.send(_message(turn, case, nudge, Address(bot, chat), {}))


def end(turn: Turn, case: CaseRow, nudge: NudgeRow, key: str, by: StaffRow | None = None, **values: str) -> None:
    """Replace the nudge by a final text for everybody who got it; `by`: who answered, if not the acting person."""
    who = by or turn.staff
    name = who.name if who else ""
    text = turn.context.texts(key, number=turn.number(case), name=name, **values)
    for bot, chat in nudge.told:
        turn.send(Reply(Address(bot, chat), text, logical=name_of(nudge), showing=Showing.CLOSE))


def name_of(nudge: NudgeRow) -> str:
    return f"nudge:{nudge.community_id}:{nudge.id}"


# --- who -------------------------------------------------------------------------------------------------------------


def whom(turn: Turn, case: CaseRow, role: Role, but: frozenset[int] = frozenset()) -> tuple[Role, Sequence[Address]]:
    """(role, addresses): who can be reached at `role`, or at the next level where anybody can."""
    for level in LEVELS[LEVELS.index(role) :]:
        staff = turn.uow.reference.staff_with(case.community_id, level)
        if level is Role.WORKER:
            staff = handling(turn, case)
        if to := reachable(turn, [row for row in staff if row.id not in but]):
            return level, to
    return role, []


def handling(turn: Turn, case: CaseRow) -> list[StaffRow]:
    """The staff who handle the case: its worker and the officers of its unit, else the community's workers."""
    reference = turn.uow.reference
    found = [reference.staff[case.staff_id]] if case.staff_id in reference.staff else []
    if case.unit_id:
        found += turn.officers_of(case, case.unit_id)
    return found or reference.staff_with(case.community_id, Role.WORKER)


def _message(turn: Turn, case: CaseRow, nudge: NudgeRow, to: Address, values: dict[str, str]) -> Reply:
    asker = turn.uow.reference.staff.get(nudge.staff_id or 0)
    text = turn.context.texts(
        f"nudge.{nudge.kind}",
        **{
            "number": turn.number(case),
            "text": shortened(turn.context.mask(case.text), WORDS_SHOWN),
            "due": turn.when(case.due_at, case),
            "until": turn.when(nudge.due_at, case),
            "state": turn.context.district.states[case.state],
            "name": asker.name if asker else "",
            "words": nudge.words or "",
        }
        | _requested(turn, case, nudge.kind)
        | values,
    )
    priority = Priority.EMERGENCY if case.urgency is Urgency.EMERGENCY else Priority.NOTICE
    rows = _rows(turn, case, nudge, BUTTONS[nudge.kind])
    return Reply(to, text, rows, priority=priority, logical=name_of(nudge), cause=cards.cause_of(case))


def _requested(turn: Turn, case: CaseRow, kind: Nudge) -> dict[str, str]:
    """What the text of an extension says: how much more time was requested, and until when that would be."""
    asked = turn.uow.cases.last_step(case.key, (Action.EXTEND,)) if kind is Nudge.EXTENSION else None
    if asked is None:
        return {}
    more, due_at = deadlines.extension(turn, case, asked.detail["given"])
    return {"length": length(turn.context.texts, more), "new_due": turn.when(due_at, case)}


def _rows(turn: Turn, case: CaseRow, nudge: NudgeRow, actions: Sequence[str]) -> Rows:
    data = {"nudge": nudge.id}
    label = turn.context.texts
    return (tuple(Button(label(f"button.{a}"), a, case.community_id, case.no, data) for a in actions),)
