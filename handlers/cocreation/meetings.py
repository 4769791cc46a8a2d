"""议事会开会: an agenda of topics, minutes (会议纪要), decisions with an owner and a date."""

from datetime import datetime
from typing import Any

from handlers.cases import deadlines
from handlers.cases.card_content import Beside, card
from handlers.cases.viewers import View
from handlers.cocreation import invitations, promises
from handlers.cocreation.date_parsing import day_of, moment_and_rest
from handlers.cocreation.notifying import judges, tell_people
from handlers.cocreation.promises import Promise
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words, lines_of
from handlers.confirming import confirmed
from handlers.feature import role_for
from handlers.reply import Button, Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.promises import Kind as By
from ledger.quiet_hours import next_allowed
from ledger.scenes import Kind, Scene, Urgency
from ledger.text import shortened
from ledger.topics import TopicState
from storage.cocreation.topics import TopicRow
from storage.reference import CommunityRow

LONGEST, LONGEST_MINUTES = 200, 2000
ON_AGENDA, LISTED = 6, 5
CASE_SOURCE = "decision"
PARTS = 3
"""Lines of a decision: what, who, by when."""


# --- calling ---------------------------------------------------------------------------------------------------------


def ask_when(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    ask_words(turn, "meeting_call", community, turn.context.texts("meeting.ask_when"))


def call(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Call a meeting; its agenda are the undecided topics with most people behind them."""
    words = given_words(turn, community, asked, LONGEST)
    if words is None:
        return
    begins_at, place = moment_and_rest(words, turn.uow.now, community.zone)
    if begins_at is None or begins_at <= turn.uow.now:
        why = turn.context.texts("meeting.when_not_understood" if begins_at is None else "event.in_the_past")
        ask_again(turn, asked, why, lambda: ask_when(turn, community, role, asked))
        return
    agenda = [topic.no for topic in turn.uow.topics.undecided(community.id, ON_AGENDA)]
    no = turn.uow.council.call(
        community.id, begins_at, place, agenda, staff_id=turn.staff_id, next_at=_reminder(turn, begins_at)
    )
    _invite(turn, community, no)
    row = call_off_button(turn, community, no)
    turn.say("meeting.called", (row,), no=no, n=len(agenda), when=invitations.local(begins_at, community))


def call_off_button(turn: Turn, community: CommunityRow, no: int) -> tuple[Button, ...]:
    return (turn.mine("button.meeting_call_off", "meeting_call_off", community_id=community.id, data={"meeting": no}),)


def call_off(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Cancel a meeting and tell the council.

    Raises:
        NotAllowed: it has begun.
    """
    meeting = turn.uow.council.meeting(community.id, int(data["meeting"]))
    if meeting.begins_at <= turn.uow.now:
        raise NotAllowed("the meeting has begun")
    values = {"no": meeting.no, "when": invitations.local(meeting.begins_at, community)}
    if not confirmed(turn, "meeting_call_off", community, data, turn.context.texts("meeting.sure", **values)):
        return
    if not turn.uow.council.call_off(meeting):
        turn.tell("problem.pressed_already")
        return
    text = turn.context.texts("meeting.called_off", **values)
    for judge in judges(turn, community):
        if judge.to != turn.event.address:
            turn.send(Reply(judge.to, text, priority=Priority.NOTICE))
    turn.say("meeting.called_off", **values)


def _reminder(turn: Turn, begins_at: datetime) -> datetime | None:
    """When the council is reminded. None: the meeting is too soon for a reminder."""
    at = begins_at - turn.context.district.limits.council.meeting_reminded_before.wall
    return at if at > turn.uow.now else None


def remind(turn: Turn, meeting: Any) -> None:
    """Remind the council of a meeting, at a polite hour: time, place, and the current agenda."""
    community = turn.uow.reference.communities[meeting.community_id]
    polite = next_allowed(turn.uow.now, turn.context.district.limits.ask_between, community.zone)
    turn.uow.council.remind_at(meeting, polite if turn.uow.now < polite < meeting.begins_at else None)
    if polite > turn.uow.now or turn.uow.now >= meeting.begins_at:
        return
    text = turn.context.texts("meeting.soon") + "\n" + "\n".join(agenda_lines(turn, community, meeting))
    for judge in judges(turn, community):
        key = f"meeting:{community.id}:{meeting.no}:soon:{judge.to.bot}:{judge.to.chat}"
        turn.send(Reply(judge.to, text, priority=Priority.NOTICE, key=key))


def _invite(turn: Turn, community: CommunityRow, no: int) -> None:
    text = "\n".join(agenda_lines(turn, community, turn.uow.council.meeting(community.id, no)))
    for judge in judges(turn, community):
        key = f"meeting:{community.id}:{no}:{judge.to.bot}:{judge.to.chat}"
        if judge.to != turn.event.address:
            turn.send(Reply(judge.to, text, priority=Priority.NOTICE, key=key))


def agenda_lines(turn: Turn, community: CommunityRow, meeting: Any) -> list[str]:
    """Time, place and agenda of a meeting."""
    texts = turn.context.texts
    when = invitations.local(meeting.begins_at, community)
    lines = [texts("meeting.head", no=meeting.no, when=when, place=meeting.place or texts("meeting.no_place"))]
    for no in meeting.agenda:
        topic = turn.uow.topics.get(community.id, no)
        if topic.state is TopicState.HIDDEN:
            continue
        lines.append(texts("meeting.agenda_line", no=no, title=topic.title, n=turn.uow.topics.people_behind(topic.key)))
    return lines


def coming(turn: Turn, community: CommunityRow) -> Any | None:
    """The next meeting, or None."""
    found = [m for m in turn.uow.council.meetings(community.id, LISTED) if m.begins_at > turn.uow.now]
    return min(found, key=lambda meeting: meeting.begins_at, default=None)


# --- minutes ---------------------------------------------------------------------------------------------------------


def minutes(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """会议纪要: ask for which meeting."""
    for_community(turn, "minutes", _which)


def _which(turn: Turn, community: CommunityRow) -> None:
    found = [m for m in turn.uow.council.meetings(community.id, LISTED) if m.begins_at <= turn.uow.now]
    if not found:
        turn.say("meeting.none", ((turn.mine("button.meeting_call", "meeting_call", community_id=community.id),),))
        return
    rows = tuple(
        (
            Button(
                turn.context.texts("meeting.called_on", no=m.no, when=invitations.local(m.begins_at, community)),
                "minutes_write",
                community.id,
                data={"meeting": m.no},
                account=turn.account,
            ),
        )
        for m in found
    )
    turn.say("meeting.which", rows)


def read_minutes(turn: Turn) -> None:
    """会议纪要 for council members: show the minutes of the last meetings."""
    for_community(turn, "minutes", _read)


def _read(turn: Turn, community: CommunityRow) -> None:
    if role_for(turn, "minutes_read", community) is None:
        turn.say("meeting.for_the_council")
        return
    found = [meeting for meeting in turn.uow.council.meetings(community.id, LISTED) if meeting.minutes]
    for meeting in reversed(found):
        turn.send(Reply(turn.event.address, _minutes_of(turn, meeting.no, meeting.minutes)))
    if not found:
        turn.say("meeting.no_minutes")


def _minutes_of(turn: Turn, no: int, words: str) -> str:
    return (
        turn.context.texts("meeting.minutes_out", no=no) + "\n" + shortened(turn.context.mask(words), LONGEST_MINUTES)
    )


def ask_minutes(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    meeting = turn.uow.council.meeting(community.id, int(data["meeting"]))
    text = turn.context.texts("meeting.ask_minutes", no=meeting.no, most=LONGEST_MINUTES)
    ask_words(turn, "minutes_write", community, text, meeting=meeting.no)


def write_minutes(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """Store minutes, show them to the council, and ask what was decided about each topic of the agenda."""
    words = given_words(turn, community, asked, LONGEST_MINUTES)
    if words is None:
        return
    no = int(asked["meeting"])
    turn.uow.council.keep_minutes(community.id, no, words)
    text = _minutes_of(turn, no, words)
    for judge in judges(turn, community):
        if judge.to != turn.event.address:
            turn.send(Reply(judge.to, text, priority=Priority.NOTICE))
    rows = tuple((_about(turn, topic, meeting=no),) for topic in _of_agenda(turn, community, no))
    turn.say("meeting.minutes_kept", rows, no=no)


def _of_agenda(turn: Turn, community: CommunityRow, no: int) -> list[TopicRow]:
    return [turn.uow.topics.living(community.id, t) for t in turn.uow.council.meeting(community.id, no).agenda]


def _about(turn: Turn, topic: TopicRow, **data: int) -> Button:
    label = turn.context.texts("meeting.decide_about", no=topic.no, title=shortened(topic.title, 16))
    values = {"topic": topic.no} | data
    return Button(label, "decision_add", topic.community_id, data=values, account=turn.account)


# --- decisions -------------------------------------------------------------------------------------------------------


def ask_decision(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    text = turn.context.texts("decision.ask", no=topic.no, title=topic.title)
    ask_words(turn, "decision_add", community, text, topic=topic.no, meeting=data.get("meeting"))


def add_decision(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Store a decision from three lines: what, who, by when. It is a promise to the topic's people, who are told."""
    words = given_words(turn, community, asked, LONGEST)
    if words is None:
        return
    parts = lines_of(words)
    due_at = promises.due_in(turn, community, parts[-1]) if len(parts) == PARTS else None
    if due_at is None:
        why = turn.context.texts("decision.lines" if len(parts) != PARTS else "promise.no_such_day", n=len(parts))
        ask_again(turn, asked, why, lambda: ask_decision(turn, community, role, asked))
        return
    topic = turn.uow.topics.get(community.id, int(asked["topic"]))
    text, owner = parts[0], parts[1]
    values = {"text": text, "owner": owner, "due_at": due_at, "staff_id": turn.staff_id}
    decision_id = turn.uow.council.decide(community.id, topic_no=topic.no, meeting_no=asked.get("meeting"), **values)
    due = day_of(due_at, community.zone)
    people = turn.uow.topics.everybody(topic.key)
    promise = Promise(
        text, owner, due_at, By.COUNCIL, turn.staff_id, topic_no=topic.no, source=f"decision:{decision_id}"
    )
    promises.make(turn, community, promise, people, tell=False)
    told = turn.context.texts("decision.told", no=topic.no, title=topic.title, text=text, owner=owner, due=due)
    tell_people(turn, people.values(), told, f"decision:{community.id}:{decision_id}")
    button = turn.mine("button.decision_case", "decision_case", community_id=community.id, data={"id": decision_id})
    turn.say("decision.kept", ((button,),), owner=owner, due=due)


def as_case(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """File a decision as a case, due on the promised day."""
    found = next((d for d in turn.uow.council.decisions(community.id) if d.id == int(data["id"])), None)
    if found is None or found.case_no is not None:
        turn.tell("decision.case_already" if found else "problem.gone", alert=True)
        return
    limits = turn.context.district.limits
    times = deadlines.times_of_new(limits, Kind.NEED, Urgency.LONG_TERM, turn.uow.now, community.zone)
    topic = turn.uow.topics.get(community.id, found.topic_no) if found.topic_no else None
    case = turn.uow.cases.file(
        community.id,
        scene=_scene(turn, topic),
        kind=Kind.NEED,
        item=topic.item if topic else 0,
        urgency=Urgency.LONG_TERM,
        text=turn.context.texts("decision.case_text", text=found.text, owner=found.owner),
        proposal={},
        confirmed=True,
        source=CASE_SOURCE,
        staff_id=turn.staff_id,
        **(times | {"due_at": found.due_at}),
    )
    detail = {"decision": found.id, "topic": found.topic_no}
    turn.uow.cases.add_event(case, action="file", role=role, before=None, via=turn.via, detail=detail)
    turn.uow.council.became_case(community.id, found.id, case.no)
    turn.send(card(turn, case, View(turn.event.address, role), Beside()))


def _scene(turn: Turn, topic: TopicRow | None) -> Scene:
    """The most frequent scene of a topic's evidence, else the scene of its item."""
    cases = turn.uow.topics.cases(topic.key) if topic else []
    if cases:
        scenes = [case.scene for case in cases]
        return max(sorted(set(scenes)), key=scenes.count)
    item = turn.context.district.item(topic.item) if topic else None
    return (item.scene if item else None) or Scene.PUBLIC_SERVICE
