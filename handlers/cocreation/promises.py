"""共评, 承诺: what was promised, by whom, by when; with reminders, the owner's report, and the judgement of residents.

Other modules make promises by `make`: an answer to a case that says "by the 5th", a decision of the council.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from handlers import pushes
from handlers.cases.emergencies import reachable
from handlers.cocreation import linking
from handlers.cocreation.date_parsing import day_of, moment
from handlers.cocreation.notifying import close_for_all
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words, lines_of
from handlers.feature import Due, Feature, erased_from
from handlers.pushes import Push
from handlers.reply import Button, Priority, Reply, Rows, in_rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.promises import Kind, Said, Standing, judgement, reminded_at, standing
from ledger.quiet_hours import next_allowed
from ledger.rights import roles_at
from storage.reference import CommunityRow

SHOWN = 6
LINES = 3
END_OF_DAY = time(18, 0)


@dataclass(frozen=True, slots=True)
class Promise:
    """`owner`: their name. `source`: where the promise comes from (`decision:12`); each source makes one promise."""

    text: str
    owner: str
    due_at: datetime
    kind: Kind = Kind.STAFF
    staff_id: int | None = None
    case_no: int | None = None
    topic_no: int | None = None
    source: str | None = None


def make(
    turn: Turn, community: CommunityRow, promise: Promise, people: Iterable[tuple[str, int]], *, tell: bool = True
) -> int:
    """Store a promise to `people` (bot, account) and, with `tell`, tell them. Returns its number.

    They are asked later whether it was kept. Before it is due, `owner` is reminded if that is the name of a staff
    member here, otherwise the author. The words are masked, because the whole community may read them.
    """
    to = list(people)
    near = turn.context.district.limits.together.promise_near
    no = turn.uow.promises.make(
        community.id,
        source=promise.source,
        people=to,
        text=turn.context.mask(promise.text),
        kind=promise.kind,
        owner=promise.owner,
        staff_id=_owner(turn, community, promise),
        case_no=promise.case_no,
        topic_no=promise.topic_no,
        due_at=promise.due_at,
        next_at=reminded_at(promise.due_at, near, community.zone),
    )
    if tell:
        due, words = day_of(promise.due_at, community.zone), turn.context.mask(promise.text)
        text = turn.context.texts("promise.told", community=community.name, text=words, owner=promise.owner, due=due)
        pushes.invite(turn, community.id, Push(f"promise:{no}:made", text), people=to)
    return no


def _owner(turn: Turn, community: CommunityRow, promise: Promise) -> int | None:
    named = [row for row in turn.uow.reference.staff.values() if row.name == promise.owner]
    here = [row for row in named if roles_at(row.rights, community.place())]
    return here[0].id if len(here) == 1 else promise.staff_id


# --- the ledger of promises ------------------------------------------------------------------------------------------


def show(turn: Turn) -> None:
    """承诺: show the newest promises, their state, and what residents say."""
    for_community(turn, "promise_add", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    found = turn.uow.promises.of_community(community.id, SHOWN)
    texts = turn.context.texts
    lines = [texts("promise.head" if found else "promise.none", community=community.name)]
    lines += [_line(turn, community, promise) for promise in found]
    rows: Rows = ()
    if turn.as_staff:
        rows = ((turn.mine("button.promise_add", "promise_add", community_id=community.id),),)
    turn.send(Reply(turn.event.address, "\n".join(lines), rows))


def _line(turn: Turn, community: CommunityRow, promise: Any) -> str:
    texts, least = turn.context.texts, turn.context.district.limits.together.shown_from
    said = judgement(row.said for row in turn.uow.promises.people(community.id, promise.no))
    how = texts(f"promise.stands_{stands(turn, promise)}")
    due = day_of(promise.due_at, community.zone)
    line = texts("promise.line", no=promise.no, text=promise.text, owner=promise.owner, due=due, how=how)
    return line + (texts("promise.judged", kept=said.kept, n=said.n) if said.n >= least else "")


def stands(turn: Turn, promise: Any) -> Standing:
    people = turn.uow.promises.people(promise.community_id, promise.no)
    return standing(
        turn.uow.now,
        promise.due_at,
        promise.reported_at,
        judgement(row.said for row in people),
        given_up=promise.given_up is not None,
        shown_from=turn.context.district.limits.together.shown_from,
    )


# --- making one by hand ----------------------------------------------------------------------------------------------


def ask_promise(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    text = turn.context.texts("promise.ask", code=community.code)
    ask_words(turn, "promise_words", community, text, **linking.data_of(data))


def due_in(turn: Turn, community: CommunityRow, words: str) -> datetime | None:
    """The deadline that words name, at the close of work on that day. None: they name no future day."""
    due_at = moment(words, turn.uow.now, community.zone, END_OF_DAY)
    return due_at if due_at is not None and due_at > turn.uow.now else None


def add(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Store a promise from lines: what, who, by when; a fourth names the case or topic whose people it is made to."""
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is None:
        return
    lines, matter = linking.split_off(turn, community, asked, lines_of(words))
    due_at = due_in(turn, community, lines[2]) if len(lines) == LINES else None
    if due_at is None:
        why = turn.context.texts("promise.lines" if len(lines) != LINES else "promise.no_such_day", n=len(lines))
        ask_again(turn, asked, why, lambda: ask_promise(turn, community, role, asked))
        return
    people = linking.people(turn, matter)
    made = Promise(lines[0], lines[1], due_at, staff_id=turn.staff_id, case_no=matter.case_no, topic_no=matter.topic_no)
    no = make(turn, community, made, people)
    turn.say("promise.kept_in_mind", no=no, n=len(people), due=day_of(due_at, community.zone))


def was_none(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Delete a promise because the words only mentioned a day."""
    if turn.uow.promises.take_back(community.id, int(data["no"])):
        turn.close(data["shown_in"], "promise.was_none", no=data["no"])
    turn.tell("promise.was_none", no=data["no"])


# --- the clock -------------------------------------------------------------------------------------------------------


def look(turn: Turn, promise: Any) -> None:
    """Handle a promise: remind its owner when it is nearly due; ask its people when it is due."""
    limits, community = turn.context.district.limits, turn.uow.reference.communities[promise.community_id]
    polite = next_allowed(turn.uow.now, limits.ask_between, community.zone)
    if polite > turn.uow.now:
        turn.uow.promises.change(promise, next_at=polite)
    elif turn.uow.now < promise.due_at:
        _remind(turn, community, promise, "promise.near")
        turn.uow.promises.change(promise, next_at=promise.due_at)
    else:
        if promise.reported_at is None:
            _remind(turn, community, promise, "promise.due")
        _ask(turn, community, promise)


def _remind(turn: Turn, community: CommunityRow, promise: Any, key: str) -> None:
    owner = turn.uow.reference.staff.get(promise.staff_id or 0)
    staff = [owner] if owner else turn.uow.reference.staff_with(community.id, Role.MANAGER)
    text = turn.context.texts(
        key, no=promise.no, text=promise.text, owner=promise.owner, due=day_of(promise.due_at, community.zone)
    )
    for to in reachable(turn, staff):
        row = tuple(
            Button(turn.context.texts(f"button.{action}"), action, community.id, data={"no": promise.no})
            for action in ("promise_done", "promise_give_up")
        )
        turn.send(Reply(to, text, (row,), priority=Priority.NOTICE, logical=_name(promise)))


def _ask(turn: Turn, community: CommunityRow, promise: Any) -> None:
    """Ask the people of a promise, once, whether it was kept."""
    turn.uow.promises.change(promise, asked_at=turn.uow.now, next_at=None)
    thing = f"promise:{promise.no}:asked"
    text = turn.context.texts("promise.was_it", community=community.name, text=promise.text)
    row = tuple(
        Button(
            turn.context.texts(f"button.promise_{said}"),
            "promise_judge",
            community.id,
            data={"no": promise.no, "said": said, "shown_in": thing},
        )
        for said in Said
    )
    people = [(who.bot, who.account) for who in turn.uow.promises.people(community.id, promise.no) if who.bot]
    pushes.invite(turn, community.id, Push(thing, text, (row,)), people=people)


def _name(promise: Any) -> str:
    return f"promise:{promise.community_id}:{promise.no}"


# --- the owner's report ----------------------------------------------------------------------------------------------


def report_kept(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """The owner reports that it was kept; its people are asked at once."""
    promise = _living(turn, community, data)
    turn.uow.promises.change(promise, reported_at=turn.uow.now)
    if promise.asked_at is None:
        _ask(turn, community, promise)
    turn.close(_name(promise), "promise.reported", no=promise.no)
    turn.tell("promise.reported", no=promise.no)


def kept_with(turn: Turn, community: CommunityRow, topic_no: int) -> None:
    """Mark the promises about a topic that was carried out as kept, and ask their people."""
    for promise in turn.uow.promises.open_about(community.id, topic_no):
        turn.uow.promises.change(promise, reported_at=turn.uow.now)
        if promise.asked_at is None:
            _ask(turn, community, promise)
        close_for_all(turn, _name(promise), "promise.reported", no=promise.no)


def ask_why(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    promise = _living(turn, community, data)
    ask_words(turn, "promise_why", community, turn.context.texts("promise.ask_why", no=promise.no), no=promise.no)


def give_up(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """Give up a promise: its people are told with the reason, and not asked any more."""
    promise = _living(turn, community, asked)
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is None:
        return
    turn.uow.promises.change(promise, given_up=words, asked_at=turn.uow.now, next_at=None)
    text = turn.context.texts("promise.given_up", community=community.name, text=promise.text, reason=words)
    people = [(who.bot, who.account) for who in turn.uow.promises.people(community.id, promise.no) if who.bot]
    pushes.invite(turn, community.id, Push(f"promise:{promise.no}:given_up", text), people=people)
    turn.close(_name(promise), "promise.given_up_noted", no=promise.no)
    turn.say("promise.given_up_noted", no=promise.no)


def _living(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    promise = turn.uow.promises.get(community.id, int(data["no"]))
    if promise is None or promise.reported_at or promise.given_up:
        raise NotAllowed("it was reported on already")
    return promise


# --- the people's judgement ------------------------------------------------------------------------------------------


def judge(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Store a person's answer, which can be changed. After "not kept" they can choose a reason."""
    said = Said(data["said"])
    no, here = int(data["no"]), turn.event.address
    if not turn.uow.promises.say(community.id, no, here.bot, turn.account, said=said, reason=None):
        turn.tell("problem.no_right", alert=True)
        return
    if said is Said.KEPT:
        turn.close(data["shown_in"], "promise.said_kept")
    else:
        _ask_reason(turn, community, data)
    turn.tell("judge.thanks")
    turn.outcome = f"promise {said}"


def _ask_reason(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> None:
    reasons = turn.context.texts.alternatives("promise.reasons")
    chips = [
        Button(why, "promise_because", community.id, data=data | {"reason": why}, account=turn.account)
        for why in reasons
    ]
    text = turn.context.texts("promise.why")
    turn.send(Reply(turn.event.address, text, in_rows(chips), logical=data["shown_in"]))


def because(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    values = {"said": data["said"], "reason": data["reason"]}
    turn.uow.promises.say(community.id, int(data["no"]), turn.event.address.bot, turn.account, **values)
    turn.close(data["shown_in"], "promise.why_noted", why=data["reason"])
    turn.tell("judge.thanks")


# --- their own data --------------------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    found = turn.uow.promises.of_person(turn.event.address.bot, turn.account)
    promises = [(row, turn.uow.promises.get(row.community_id, row.promise_no)) for row in found]
    return {
        "promises": [
            {"text": promise.text, "said": _said(turn, row.said), "reason": row.reason, "at": row.said_at}
            for row, promise in promises
        ]
    }


def _said(turn: Turn, said: str | None) -> str | None:
    return turn.context.texts(f"button.promise_{said}") if said else None


FEATURE = Feature(
    buttons={
        "promise_add": ask_promise,
        "promise_none": was_none,
        "promise_done": report_kept,
        "promise_give_up": ask_why,
        "promise_judge": judge,
        "promise_because": because,
    },
    questions={"promise_words": add, "promise_why": give_up},
    resident_commands={"promises": show},
    staff_commands={"promises": show},
    due=(Due("promise", lambda uow: uow.promises.due(), lambda row: (row.community_id, row.no), look),),
    exports=_exported,
    erases=erased_from(lambda uow: uow.promises),
)
