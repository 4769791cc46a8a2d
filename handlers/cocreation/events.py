"""共建, 活动: creating an event, invitations, participants, reminder and thanks (see also attendance.py)."""

import re
from datetime import datetime, time, timedelta
from typing import Any

from handlers import pushes
from handlers.cocreation import attendance, linking
from handlers.cocreation.date_parsing import from_until
from handlers.cocreation.notifying import notify
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words, lines_of
from handlers.confirming import confirmed
from handlers.feature import Due, Feature, own_button
from handlers.format import is_today
from handlers.pushes import Push
from handlers.reply import Button, Reply, Rows
from handlers.turn import Turn
from ledger.gatherings import NO_LIMIT
from ledger.lifecycle import NotAllowed, Role
from ledger.quiet_hours import next_allowed
from nlp.numerals import NUMBER, value
from storage.cocreation.events import CAME, COMING, GUEST, ON_LIST
from storage.cocreation.topics import TopicRow
from storage.ids import new_door_code
from storage.reference import CommunityRow

LINES = 4
USUAL_HOURS = 2
PLACES = re.compile(NUMBER)
LONGEST_LINE = 60


def show(turn: Turn) -> None:
    """活动: show future events, with this person's state in each."""
    for_community(turn, "event_make", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    found = turn.uow.gatherings.to_come(community.id)
    make: Rows = ((own_button(turn, community, "event_make"),),) if turn.as_staff else ()
    if not found or turn.as_staff:
        turn.say("event.head" if found else "event.none", make, community=community.name)
    for gathering in found:
        turn.send(Reply(turn.event.address, _card(turn, community, gathering), _rows(turn, community, gathering)))


def show_of(turn: Turn, community: CommunityRow, topic: TopicRow) -> int:
    """Show future events about a topic. Returns how many there are."""
    found = [row for row in turn.uow.gatherings.to_come(community.id) if row.topic_no == topic.no]
    for gathering in found:
        turn.send(Reply(turn.event.address, _card(turn, community, gathering), _rows(turn, community, gathering)))
    return len(found)


def _card(turn: Turn, community: CommunityRow, gathering: Any) -> str:
    texts, coming = turn.context.texts, len(turn.uow.gatherings.people(gathering, COMING, CAME))
    places = texts("event.no_limit") if gathering.places == NO_LIMIT else texts("event.places", n=gathering.places)
    return texts(
        "event.card",
        title=gathering.title,
        when=attendance.when(community, gathering),
        place=gathering.place,
        places=places,
        coming=coming,
    )


def _rows(turn: Turn, community: CommunityRow, gathering: Any) -> Rows:
    actions: tuple[str, ...]
    if turn.as_staff:
        actions = ("event_invite", "event_people", "event_code", "event_cancel")
    else:
        me = turn.uow.gatherings.person(gathering, turn.event.address.bot, turn.account)
        actions = ("event_leave", "event_for") if me and me.state != GUEST else ("event_join", "event_for")
    return tuple((own_button(turn, community, action, no=gathering.no),) for action in actions)


# --- making one ------------------------------------------------------------------------------------------------------


def ask_event(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    ask_words(
        turn, "event_words", community, turn.context.texts("event.ask", hours=USUAL_HOURS), **linking.data_of(data)
    )


def make(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Create an event from four lines: what, when, where, for how many (at least one)."""
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is None:
        return
    lines, matter = linking.split_off(turn, community, asked, lines_of(words))
    times = from_until(lines[1], turn.uow.now, community.zone) if len(lines) == LINES else None
    places = _places(turn, lines[3]) if len(lines) == LINES else None
    trouble = _trouble(turn, lines, times, places)
    if trouble or times is None or places is None:
        why = turn.context.texts(trouble or "event.lines", n=len(lines))
        ask_again(turn, asked, why, lambda: ask_event(turn, community, role, asked))
        return
    starts_at, ends_at = times[0], times[1] or times[0] + timedelta(hours=USUAL_HOURS)
    no = turn.uow.gatherings.make(
        community.id,
        title=lines[0],
        place=lines[2],
        places=places,
        starts_at=starts_at,
        ends_at=ends_at,
        code=new_door_code(),
        staff_id=turn.staff_id,
        next_at=_reminder(turn, community, starts_at, ends_at),
        topic_no=matter.topic_no,
    )
    gathering = turn.uow.gatherings.get(community.id, no)
    turn.send(Reply(turn.event.address, _card(turn, community, gathering), _rows(turn, community, gathering)))


def _trouble(
    turn: Turn, lines: list[str], times: tuple[datetime, datetime | None] | None, places: int | None
) -> str | None:
    """The catalogue key of what is wrong with the lines; None if nothing is."""
    if len(lines) != LINES:
        return "event.lines"
    if times is None:
        return "event.no_such_time"
    if times[0] <= turn.uow.now:
        return "event.in_the_past"
    if not places:
        return "event.no_such_number" if places is None else "event.no_places"
    return "event.line_too_long" if max(len(lines[0]), len(lines[2])) > LONGEST_LINE else None


def _places(turn: Turn, words: str) -> int | None:
    if turn.context.texts("event.no_limit") in words:
        return NO_LIMIT
    found = PLACES.search(words)
    places = value(found[0]) if found else -1
    return places if places >= 0 else None


def _reminder(turn: Turn, community: CommunityRow, starts_at: datetime, ends_at: datetime) -> datetime:
    """The evening before or, if that is over, the end of the event."""
    day = starts_at.astimezone(community.zone).date() - timedelta(days=1)
    evening: time = turn.context.district.limits.together.evening
    at = datetime.combine(day, evening, community.zone)
    return at if at > turn.uow.now else ends_at


def invite(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Invite all residents, at polite times."""
    gathering = attendance.living(turn, community, data)
    rows: Rows = tuple(
        (Button(turn.context.texts(f"button.{action}"), action, community.id, data={"no": gathering.no}),)
        for action in ("event_join", "event_for")
    )
    text = turn.context.texts("event.invite", community=community.name) + "\n" + _card(turn, community, gathering)
    n = pushes.invite(turn, community.id, Push(f"event:{gathering.no}", text, rows, until=gathering.starts_at))
    turn.say("event.invited", n=n)


def cancel(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    gathering = attendance.living(turn, community, data)
    signed_up = turn.uow.gatherings.people(gathering, COMING, ON_LIST)
    question = turn.context.texts("event.sure", title=gathering.title, n=len(signed_up))
    if not confirmed(turn, "event_cancel", community, data, question):
        return
    turn.uow.gatherings.change(gathering, cancelled_at=turn.uow.now, next_at=None)
    pushes.call_off(turn, community.id, f"event:{gathering.no}")
    values = {"title": gathering.title, "when": attendance.when(community, gathering)}
    for person in signed_up:
        notify(turn, person, "event.cancelled", **values)
    turn.say("event.cancelled", **values)


def people(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Show the organiser who has signed up, by their names in the chat."""
    gathering = _gathering(turn, community, data)
    texts, found = turn.context.texts, turn.uow.gatherings.people(gathering, COMING, ON_LIST, CAME)
    lines = [texts("event.people", title=gathering.title, n=len(found))]
    lines += [
        texts("event.person", name=row.name or texts("event.nameless"), how=texts(f"event.is_{row.state}"))
        for row in found
    ]
    turn.send(Reply(turn.event.address, "\n".join(lines)))


def show_code(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    gathering = attendance.living(turn, community, data)
    turn.say("event.code", code=gathering.code, title=gathering.title)


def _gathering(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    gathering = turn.uow.gatherings.get(community.id, int(data["no"]))
    if gathering is None:
        raise NotAllowed("there is no such event")
    return gathering


# --- the clock -------------------------------------------------------------------------------------------------------


def look(turn: Turn, gathering: Any) -> None:
    """Remind participants the evening before; thank those who came after the end."""
    community = turn.uow.reference.communities[gathering.community_id]
    polite = next_allowed(turn.uow.now, turn.context.district.limits.ask_between, community.zone)
    if polite > turn.uow.now:
        turn.uow.gatherings.change(gathering, next_at=polite)
    elif turn.uow.now < gathering.ends_at:
        key = "event.today" if is_today(gathering.starts_at, turn.uow.now, community.zone) else "event.tomorrow"
        for person in turn.uow.gatherings.people(gathering, COMING) if turn.uow.now < gathering.starts_at else ():
            row = (attendance.leave_button(turn, person, gathering),)
            notify(turn, person, key, (row,), **attendance.details(community, gathering))
        turn.uow.gatherings.change(gathering, reminded_at=turn.uow.now, next_at=gathering.ends_at)
    else:
        for person in turn.uow.gatherings.people(gathering, CAME):
            notify(turn, person, "event.thanks", title=gathering.title)
        turn.uow.gatherings.change(gathering, next_at=None)


# --- own data --------------------------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    found = turn.uow.gatherings.of_person(turn.event.address.bot, turn.account)
    texts = turn.context.texts
    events = [{"text": row.title, "at": row.starts_at, "state": texts(f"event.is_{row.state}")} for row in found]
    return {"events": events}


def _erased(turn: Turn) -> None:
    """Give the places of an erased person to people on the waiting list."""
    gatherings, here = turn.uow.gatherings, turn.event.address
    for row in gatherings.signed_up(here.bot, turn.account, here.chat):
        gatherings.remove(row)
        gathering = gatherings.get(row.community_id, row.gathering_no)
        if gathering.starts_at > turn.uow.now and not gathering.cancelled_at:
            attendance.fill_places(turn, turn.uow.reference.communities[row.community_id], gathering)


FEATURE = Feature(
    buttons={
        "event_make": ask_event,
        "event_invite": invite,
        "event_people": people,
        "event_code": show_code,
        "event_cancel": cancel,
        "event_join": attendance.join,
        "event_leave": attendance.leave,
        "event_for": attendance.ask_for,
    },
    questions={
        "event_words": make,
        "event_for_words": attendance.sign_up_for,
        "event_code_words": attendance.code_given,
    },
    resident_commands={"events": show, "check_in": attendance.check_in},
    staff_commands={"events": show},
    due=(Due("event", lambda uow: uow.gatherings.due(), lambda row: (row.community_id, row.no), look),),
    exports=_exported,
    erases=_erased,
)
