"""What residents do with their own cases: view, supplement, withdraw, hide one's name."""

from datetime import datetime, timedelta
from typing import Any

from handlers import communities
from handlers.case_names import named
from handlers.cases import cards, emergencies, merged_people, moving, steps
from handlers.cocreation import open_requests
from handlers.event import Address
from handlers.format import duration
from handlers.reply import Priority, Reply, Rows, Showing
from handlers.residents import filing, offers, receipts, report
from handlers.turn import Turn
from ledger import clocks
from ledger.lifecycle import OPEN, Action, Role, State, step
from ledger.rights import FOLLOWS, TELLERS, Part
from ledger.scenes import Urgency
from ledger.text import shortened
from nlp.personal import mask_for_neighbours
from storage.cases import CaseRow, PersonOfCase

LONGEST_CASE = 8000
LONGEST_PLACE = 100
SAID_WHY = (State.REFUSED, State.TRANSFERRED, State.PARKED)
"""States whose reason the resident was told."""
JUST_NOW = timedelta(minutes=1)
TAKES_WORDS = OPEN | {State.ANSWERED, State.FOLLOW_UP}
"""States in which staff still read additional words."""


def details(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    """Show a case: words, state, clock, answer. The message is updated from now on."""
    told, place, reply = _as_read_by(turn, case)
    text = turn.context.texts("mine.words", text=shortened(told, 300))
    text = f"{receipts.text_of(turn, case, place)}\n{text}"
    if case.state in SAID_WHY and (why := cards.why_aside(turn, case)):
        text += "\n" + turn.context.texts(f"mine.{case.state}", why=why)
    if reply:
        text += "\n" + turn.context.texts("mine.reply", reply=reply)
    text = "\n".join((text, *open_requests.lines(turn, case.community_id, case_no=case.no), _clock(turn, case)))
    name = receipts.name_of(case)
    part = turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account)
    buttons = receipts.buttons(turn, case, part or Part.REPORTER)
    if offers.can_be_joined(case):
        share = turn.mine("button.share_case", "share_case", community_id=case.community_id, case_no=case.no)
        buttons = (*buttons, (share,))
    if turn.person.community_id == case.community_id:
        buttons = (*buttons, *open_requests.buttons(turn, case.community_id, case_no=case.no))
    turn.send(Reply(turn.event.address, text, buttons, logical=name, showing=Showing.ANEW))


def _clock(turn: Turn, case: CaseRow) -> str:
    """The resident's clock in words: it runs from the report and never pauses, even if the due time was moved."""
    texts, until = turn.context.texts, case.answered_at if case.state not in OPEN else None
    filed, took = turn.when(case.created_at, case), duration(texts, (until or turn.uow.now) - case.created_at)
    if until:
        return texts("mine.clock_answered", filed=filed, took=took)
    if case.state not in OPEN:
        return texts("mine.clock_ended", filed=filed)
    if turn.uow.now - case.created_at < JUST_NOW:
        return texts("mine.clock_now")
    first = _first_due(turn, case)
    lines = [texts("mine.clock_late" if case.due_at < turn.uow.now else "mine.clock", filed=filed, took=took)]
    if first and first != case.due_at:
        lines.append(texts("mine.clock_moved", first=turn.when(first, case), due=turn.when(case.due_at, case)))
    return "\n".join(lines)


def _first_due(turn: Turn, case: CaseRow) -> datetime | None:
    """When an answer was first due, if the due time was moved since; otherwise None."""
    befores = ((event.detail or {}).get("before", {}).get("due_at") for event in turn.uow.cases.events(case.key))
    first = next((due_at for due_at in befores if due_at), None)
    return datetime.fromisoformat(first) if first else None


def _as_read_by(turn: Turn, case: CaseRow) -> tuple[str, str | None, str | None]:
    """Words, place and answer for this reader; personal data of the reporter is masked for neighbours who joined."""
    me = (turn.event.address.bot, turn.account)
    people = turn.uow.cases.people(case.key)
    mine = any((p.bot, p.account) == me and p.part in FOLLOWS - {Part.JOINER} for p in people)
    if mine:
        return as_told(turn, case), case.place, case.reply
    place, reply = (turn.context.mask(case.place or ""), mask_for_neighbours(case.reply or "", case.text))
    return turn.context.mask(case.text), place or None, reply or None


def as_told(turn: Turn, case: CaseRow) -> str:
    """The case's words as its reporter sees them: personal data in what neighbours added is masked."""
    own = [person for person in turn.uow.cases.people(case.key) if person.part != Part.JOINER]
    text = case.text
    for row in turn.uow.cases.messages(case.key):
        if row.by == Role.RESIDENT and row.text and not any(said_by(person, row) for person in own):
            added = row.text.strip()
            text = text.replace(f"\n{added}", f"\n{turn.context.mask(added)}")
    return text


def said_by(person: PersonOfCase, row: Any) -> bool:
    """Return whether a message of a case is this person's: from their chat or, for its reporter, from a group."""
    in_a_group = row.chat < 0 and row.by == Role.RESIDENT
    return bool(row.bot == person.bot and (row.chat == person.chat or (in_a_group and person.part in TELLERS)))


# --- adding ----------------------------------------------------------------------------------------------------------


def add_to_case(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    there = turn.uow.cases.living(case.key)  # what was merged goes on elsewhere
    part = turn.uow.cases.part_of(there.key, turn.event.address.bot, turn.account) if there else None
    if there is None or part is None or there.state not in TAKES_WORDS:
        turn.tell("mine.ended", alert=True, case=named(turn, case))
        return
    turn.expect("supplement", there)
    turn.say("mine.add", case=named(turn, there))


def supplement(turn: Turn, case: CaseRow, *, looked_at: bool = False) -> bool:
    """Add words and files to the person's own case. If staff had asked for them, the case goes back to staff.

    False: a link in them has to be looked at first; `looked_at`: somebody has.
    """
    if not looked_at and filing.addition_waits(turn, case):
        return False
    words, asked = turn.event.text.strip(), case.state is State.NEEDS_INFO
    for file in turn.event.files:
        filing.attach(turn, case, file)
    if words:
        filing.keep_words(turn, case)
        turn.uow.cases.change(case, text=f"{case.text}\n{words}"[:LONGEST_CASE])
    if asked:
        answer_staff(turn, case, words)
    else:
        turn.uow.cases.add_event(case, action="added", role=Role.RESIDENT, before=case.state, via=turn.via)
        cards.refresh(turn, case)
    cards.notify(turn, case, "card.added", text=words or turn.context.texts("card.a_file"))
    _say_added(turn, case, "mine.added", "supplement", words, asked=asked)
    return True


def answer_staff(turn: Turn, case: CaseRow, words: str) -> None:
    """Record the answer to a question of staff: the case goes on."""
    steps.take(turn, case, Action.SUPPLEMENT, Role.RESIDENT, given={"words": words}, changes=_due_later(turn, case))


def repeat_question(turn: Turn) -> None:
    """Ask the question of staff that was waiting behind the one just answered again, if staff still wait."""
    asked = turn.talk.state.get("expects")
    if not asked or not asked["lasting"]:
        return
    case = turn.uow.cases.living((asked["case"][0], asked["case"][1]))
    event = turn.uow.cases.last_step(case.key, (Action.ASK,)) if case else None
    if case is None or event is None or case.state is not State.NEEDS_INFO:
        turn.expected()
        return
    joined = turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account) == Part.JOINER
    question = mask_for_neighbours(event.reason or "", case.text) if joined else event.reason
    turn.say("told.asked", case=named(turn, case), question=question)


def _due_later(turn: Turn, case: CaseRow) -> dict[str, Any]:
    """Give staff a minimum of time after the resident has answered; what was overdue stays overdue."""
    limit, zone = turn.context.district.limits.supplement_answered_in, turn.community_of(case).zone
    due_at = clocks.due(turn.uow.now, limit, zone)
    return {"due_at": due_at} if turn.uow.now <= case.due_at < due_at else {}


def ask_place(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    """Ask for the place, because it was not understood correctly."""
    step(case.state, Action.RELABEL, Role.RESIDENT, {"label"})
    turn.expect("place", case, tapped=True)
    turn.say("mine.where", case=named(turn, case))


def place(turn: Turn, case: CaseRow, where: str = "") -> bool:
    """Store the answer to "where?". `where`: the place in it, if it says more. False as in `supplement`."""
    if filing.addition_waits(turn, case):
        return False
    for file in turn.event.files:
        filing.attach(turn, case, file)
    filing.keep_words(turn, case)
    case = set_place(turn, case, where or turn.event.text)
    _say_added(turn, case, "mine.placed", "place", turn.event.text)
    return True


def place_in(turn: Turn, case: CaseRow, words: str) -> str:
    """What is stored of the words for a place."""
    return shortened(communities.with_compound(turn, case, words), LONGEST_PLACE)


def set_place(turn: Turn, case: CaseRow, where: str) -> CaseRow:
    """Store the place of a case with its building; it may tell the community. Returns the case as it goes on."""
    words = place_in(turn, case, where)
    turn.uow.cases.change(case, place=words)
    if building := communities.named_building(turn, case.community_id, (words,)):
        turn.uow.cases.change(case, building_id=building.id, grid_id=building.grid_id)
    case = moving.to_named_community(turn, case, where)
    steps.compare_anew(turn, case)
    turn.uow.cases.add_event(case, action="placed", role=Role.RESIDENT, before=case.state, via=turn.via)
    cards.refresh(turn, case)
    receipts.refresh(turn, case)
    if case.urgency is Urgency.EMERGENCY:
        cards.notify(turn, case, "card.placed", text=words)
    return case


def _say_added(turn: Turn, case: CaseRow, key: str, what: str, words: str, *, asked: bool = False) -> None:
    """Tell the person what their words were taken for, with a button to correct that."""
    text = turn.context.texts(key, case=named(turn, case), place=case.place or "")
    rows: Rows = ()
    if words:
        report.remember_said(turn, words, taken={"what": what, "case": list(case.key), "asked": asked})
        rows = ((turn.mine("button.other_matter", "other_matter", once=True),),)
    turn.send(Reply(turn.event.address, text, rows))
    turn.outcome = what


def other_matter(turn: Turn, _data: dict[str, Any]) -> None:
    """The words were no answer: take them out of the case, and file them as a new report."""
    said = report.take_said(turn)
    if said is None:
        turn.tell("draft.gone")
        return
    taken = said.get("taken")
    if taken and (case := turn.uow.cases.living(tuple(taken["case"]))):
        _take_out(turn, case, str(said["text"]), taken["what"])
        if said["message"] is not None:
            address = turn.event.address
            turn.uow.cases.take_message_out(case.key, address.bot, address.chat, said["message"])
        if taken.get("asked"):
            turn.expect("supplement", case, lasting=True)
    report.file_said(turn, said)


def _take_out(turn: Turn, case: CaseRow, words: str, what: str) -> None:
    changes: dict[str, Any] = {"place": None} if what == "place" else {"text": without(case.text, words)}
    turn.uow.cases.change(case, **changes)
    turn.uow.cases.add_event(case, action="taken_out", role=Role.RESIDENT, before=case.state, via=turn.via)
    cards.refresh(turn, case)
    if what == "supplement":
        cards.notify(turn, case, "card.taken_out")


def without(text: str, words: str) -> str:
    """The text as it was before these words were added to it."""
    before, found, after = text.rpartition(f"\n{words}")
    return before + after if found else text


# --- anonymity, withdrawing ------------------------------------------------------------------------------------------


def anonymity(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """Hide the person's name from staff, or show it; this also applies to later reports."""
    anonymous = bool(data["anonymous"])
    turn.talk.state["anonymous"] = anonymous
    set_anonymous(turn, case, anonymous=anonymous)
    turn.uow.cases.add_event(case, action="anonymity", role=Role.RESIDENT, before=case.state, via=turn.via)
    cards.refresh(turn, case)
    receipts.refresh(turn, case)
    turn.tell("mine.now_anonymous" if anonymous else "mine.now_named")


def set_anonymous(turn: Turn, case: CaseRow, *, anonymous: bool) -> None:
    """Hide this person's name in a case, and delete the numbers that staff were given; or show the name again."""
    me = (turn.event.address.bot, turn.account)
    part = turn.uow.cases.part_of(case.key, *me)
    turn.uow.cases.set_anonymous(case.key, *me, anonymous=anonymous)
    if anonymous and part == Part.REPORTER:
        turn.uow.contacts.forget(case.key)  # also what somebody gave who filed it for them
    elif anonymous:
        turn.uow.contacts.take_back(case.key, *me)
    if part != Part.JOINER and case.anonymous != anonymous:
        turn.uow.cases.change(case, anonymous=anonymous)


def ask_withdraw(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    step(case.state, Action.WITHDRAW, Role.RESIDENT)
    name = f"sure:{case.community_id}:{case.no}:{case.version}"
    of = {"community_id": case.community_id, "case_no": case.no, "data": {"shown_in": name}}
    keep = turn.mine("button.withdraw_no", "never_mind", data={"shown_in": name})
    rows = ((turn.mine("button.withdraw_yes", "withdraw", once=True, **of),), (keep,))
    turn.expect("withdraw", case, shown_in=name)
    text = turn.context.texts("mine.withdraw_sure", case=named(turn, case))
    turn.send(Reply(turn.event.address, text, rows, logical=name, showing=Showing.ANEW))


def withdraw(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """The reporter withdraws a case. If neighbours have joined, only the reporter leaves."""
    step(case.state, Action.WITHDRAW, Role.RESIDENT)
    me = (turn.event.address.bot, turn.account)
    if others_in(turn, case):
        turn.uow.cases.remove_people(case.key, [me])
        turn.uow.cases.change(case, supporters=max(case.supporters - 1, 1))
        turn.uow.cases.add_event(case, action="left", role=Role.RESIDENT, before=case.state, via=turn.via)
        cards.refresh(turn, case)
        turn.close(receipts.name_of(case), "mine.withdrawn", case=named(turn, case))
    else:
        _end(turn, case)
    if turn.talk.state.get("expects", {}).get("case") == list(case.key):
        turn.expected()
    for name in ("last", "alarm"):
        if turn.talk.state.get(name, {}).get("case") == list(case.key):
            turn.talk.state.pop(name)
    turn.close(data.get("shown_in"), "mine.withdrawn", case=named(turn, case))
    turn.tell("mine.withdrawn", case=named(turn, case))
    turn.outcome = "withdrawn"


def others_in(turn: Turn, case: CaseRow) -> bool:
    """Return whether others are in the case, too; who filed it on behalf of this person does not count."""
    me, people = (turn.event.address.bot, turn.account), turn.uow.cases.people(case.key)
    part = turn.uow.cases.part_of(case.key, *me)
    counted = {Part.JOINER} if part == Part.REPORTER else FOLLOWS
    return any((p.bot, p.account) != me and p.part in counted for p in people)


def _end(turn: Turn, case: CaseRow) -> None:
    """Withdraw a case that nobody is in any more; who filed it on behalf of somebody is told.

    Staff called to an emergency are told, too, and decide what to do.
    """
    cause = steps.cause_of(case, steps.take(turn, case, Action.WITHDRAW, Role.RESIDENT))
    receipts.refresh(turn, case)
    for other in steps.people_to_tell(turn, case):
        if (to := Address(other.bot, other.chat)) != turn.event.address:
            text = turn.context.texts("proxy.withdrawn", case=named(turn, case, other.chat))
            turn.send(Reply(to, text, priority=Priority.NOTICE, cause=cause))
    if case.urgency is Urgency.EMERGENCY:
        cards.notify(turn, case, "card.withdrawn")
        emergencies.stop(turn, case, "emergency.withdrawn")


def one_matter(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """Several cases of one message are one matter: withdraw the others and move their words here."""
    others = [turn.uow.cases.get(case.community_id, int(no)) for no in data["others"]]
    if any(each.state is not State.WAITING or each.urgency is Urgency.EMERGENCY for each in (case, *others)):
        turn.tell("mine.too_late_for_one", alert=True)
        return
    words = "\n".join(part.text for part in (case, *others))
    for other in others:
        joiners = merged_people.newcomers(turn, other, case)
        event_id = steps.take(turn, other, Action.WITHDRAW, Role.RESIDENT, detail={"one_with": case.no})
        if joiners:
            merged_people.come_over(turn, other, case, Role.RESIDENT, joiners)
        steps.tell_people(turn, other, "told.merged", event_id, undoable=False, target=turn.number(case))
    turn.uow.cases.change(case, text=words)
    turn.uow.cases.add_event(
        case, action="one_matter", role=Role.RESIDENT, before=case.state, detail={"with": data["others"]}
    )
    steps.open_again(turn, case)
    cards.refresh(turn, case)
    turn.close(data["shown_in"], "mine.one_now", case=named(turn, case))
    details(turn, case, Role.RESIDENT, {})
