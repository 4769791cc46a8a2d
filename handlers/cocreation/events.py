"""共建, 活动: events with places, a waiting list that moves up, a reminder, a code at the door, thanks to who came."""

import re
from datetime import datetime, time, timedelta
from typing import Any

from digests.calendar_file import Entry, calendar_file
from handlers import pushes
from handlers.area import Area, Due
from handlers.cocreation import linked
from handlers.cocreation.days import from_until
from handlers.cocreation.words import ask_again, ask_words, for_community, given_words, lines_of, my_community, sure
from handlers.event import Address
from handlers.format import from_to
from handlers.pushes import Push
from handlers.reply import Button, OutFile, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.gatherings import NO_LIMIT, has_room, may_check_in, move_up
from ledger.lifecycle import NotAllowed, Role
from ledger.peace import politely
from nlp.numerals import NUMBER, value
from storage.building import CAME, COMING, GUEST, ON_LIST
from storage.ids import new_door_code, new_id
from storage.reference import CommunityRow
from storage.topics import TopicRow

LINES = 4
USUAL_HOURS = 2
PLACES = re.compile(NUMBER)
LONGEST_NAME = 20
LONGEST_LINE = 60


def show(turn: Turn) -> None:
    """活动: what is to come, with one's own place in it."""
    for_community(turn, "event_make", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    found = turn.uow.gatherings.to_come(community.id)
    make: Rows = ((_mine(turn, community, "event_make"),),) if turn.as_staff else ()
    if not found or turn.as_staff:
        turn.say("event.head" if found else "event.none", make, community=community.name)
    for gathering in found:
        turn.send(Reply(turn.event.address, _card(turn, community, gathering), _rows(turn, community, gathering)))


def show_of(turn: Turn, community: CommunityRow, topic: TopicRow) -> int:
    """Events to come about a topic; returns how many."""
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
        when=_when(community, gathering),
        place=gathering.place,
        places=places,
        coming=coming,
    )


def _rows(turn: Turn, community: CommunityRow, gathering: Any) -> Rows:
    deeds: tuple[str, ...]
    if turn.as_staff:
        deeds = ("event_invite", "event_people", "event_code", "event_cancel")
    else:
        me = turn.uow.gatherings.person(gathering, turn.event.address.bot, turn.account)
        deeds = ("event_leave", "event_for") if me and me.state != GUEST else ("event_join", "event_for")
    return tuple((_mine(turn, community, deed, no=gathering.no),) for deed in deeds)


def _mine(turn: Turn, community: CommunityRow, deed: str, **data: Any) -> Button:
    return turn.mine(f"button.{deed}", deed, community_id=community.id, data=data)


# --- making one ------------------------------------------------------------------------------------------------------


def ask_event(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    ask_words(
        turn, "event_words", community, turn.context.texts("event.ask", hours=USUAL_HOURS), **linked.data_of(data)
    )


def make(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Four lines: what, when, where, for how many. An event of no places is none."""
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is None:
        return
    lines, matter = linked.split_off(turn, community, asked, lines_of(words))
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
    """What is wrong with the lines, as a text of the catalogue."""
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
    """The evening before; when that is over, the end of the event."""
    day = starts_at.astimezone(community.zone).date() - timedelta(days=1)
    evening: time = turn.context.district.limits.together.evening
    at = datetime.combine(day, evening, community.zone)
    return at if at > turn.uow.now else ends_at


def invite(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """All residents are invited, politely."""
    gathering = _living(turn, community, data)
    rows: Rows = tuple(
        (Button(turn.context.texts(f"button.{deed}"), deed, community.id, data={"no": gathering.no}),)
        for deed in ("event_join", "event_for")
    )
    text = turn.context.texts("event.invite", community=community.name) + "\n" + _card(turn, community, gathering)
    n = pushes.invite(turn, community.id, Push(f"event:{gathering.no}", text, rows, until=gathering.starts_at))
    turn.say("event.invited", n=n)


def cancel(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    gathering = _living(turn, community, data)
    n = len(turn.uow.gatherings.people(gathering, COMING, ON_LIST))
    if not sure(turn, "event_cancel", community, data, turn.context.texts("event.sure", title=gathering.title, n=n)):
        return
    turn.uow.gatherings.change(gathering, cancelled_at=turn.uow.now, next_at=None)
    pushes.call_off(turn, community.id, f"event:{gathering.no}")
    for person in turn.uow.gatherings.people(gathering, COMING, ON_LIST):
        _tell(turn, person, "event.cancelled", title=gathering.title, when=_when(community, gathering))
    turn.say("event.cancelled", title=gathering.title, when=_when(community, gathering))


def people(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Who comes, by the names that they have in the chat; for who runs it."""
    gathering = _gathering(turn, community, data)
    texts, found = turn.context.texts, turn.uow.gatherings.people(gathering, COMING, ON_LIST, CAME)
    lines = [texts("event.people", title=gathering.title, n=len(found))]
    lines += [
        texts("event.person", name=row.name or texts("event.nameless"), how=texts(f"event.is_{row.state}"))
        for row in found
    ]
    turn.send(Reply(turn.event.address, "\n".join(lines)))


def show_code(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    gathering = _living(turn, community, data)
    turn.say("event.code", code=gathering.code, title=gathering.title)


def _living(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    gathering = turn.uow.gatherings.held(community.id, int(data["no"]))
    if gathering is None or gathering.cancelled_at or gathering.ends_at <= turn.uow.now:
        raise NotAllowed("the event is over")
    return gathering


def _gathering(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    gathering = turn.uow.gatherings.get(community.id, int(data["no"]))
    if gathering is None:
        raise NotAllowed("there is no such event")
    return gathering


def _when(community: CommunityRow, gathering: Any) -> str:
    return from_to(gathering.starts_at, gathering.ends_at, community.zone)


# --- signing up ------------------------------------------------------------------------------------------------------


def join(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """A place, or one on the waiting list; with a file for the phone's calendar."""
    gathering, here = _living(turn, community, data), turn.event.address
    me = turn.uow.gatherings.person(gathering, here.bot, turn.account)
    if me is not None and me.state != GUEST:
        turn.tell("event.in_already", alert=True)
        return
    if me is not None:
        turn.uow.gatherings.remove(me)
    _sign_up(turn, community, gathering, turn.account, turn.person.name)


def _sign_up(turn: Turn, community: CommunityRow, gathering: Any, account: int, name: str | None) -> None:
    here = turn.event.address
    room = has_room(gathering.places, len(turn.uow.gatherings.people(gathering, COMING, CAME)))
    who = {"bot": here.bot, "account": account, "chat": here.chat, "name": name}
    turn.uow.gatherings.sign_up(gathering, COMING if room else ON_LIST, **who)
    values = {"title": gathering.title, "when": _when(community, gathering), "place": gathering.place}
    if not room:
        ahead = len(turn.uow.gatherings.people(gathering, ON_LIST))
        turn.say("event.on_list", ((_mine(turn, community, "event_leave", no=gathering.no),),), n=ahead, **values)
        return
    turn.say("event.joined", ((_mine(turn, community, "event_leave", no=gathering.no),),), **values)
    entry = Entry(
        f"event-{community.code}-{gathering.no}@chulin",
        gathering.title,
        gathering.place,
        gathering.starts_at,
        gathering.ends_at,
    )
    digest = turn.context.files.put(calendar_file(entry, turn.uow.now))
    name_of_file = turn.context.texts("event.file")
    turn.send(Reply(here, turn.context.texts("event.for_calendar"), files=(OutFile("document", digest, name_of_file),)))


def leave(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Their place, and those of whom they signed up, go to who has waited longest."""
    gathering = _living(turn, community, data)
    mine = [row for row in turn.uow.gatherings.people(gathering, COMING, ON_LIST) if _is_mine(turn, row)]
    if not mine:
        turn.tell("event.not_in", alert=True)
        return
    for row in mine:
        turn.uow.gatherings.remove(row)
    fill_places(turn, community, gathering)
    turn.say("event.left", title=gathering.title)


def _is_mine(turn: Turn, row: Any) -> bool:
    here = turn.event.address
    return bool(row.bot == here.bot and (row.account == turn.account or row.chat == here.chat))


def fill_places(turn: Turn, community: CommunityRow, gathering: Any) -> None:
    """Whoever waits moves up, in the order of signing up, and is told."""
    gatherings = turn.uow.gatherings
    waiting = {row.id: row for row in gatherings.people(gathering, ON_LIST)}
    coming = len(gatherings.people(gathering, COMING, CAME))
    for row_id in move_up(gathering.places, coming, list(waiting)):
        gatherings.change_person(waiting[row_id], state=COMING)
        values = {"title": gathering.title, "when": _when(community, gathering), "place": gathering.place}
        row = (_leave_button(turn, waiting[row_id], gathering),)
        _tell(turn, waiting[row_id], "event.moved_up", (row,), **values)


def ask_for(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """For somebody who cannot do it on a phone, with their consent."""
    gathering = _living(turn, community, data)
    signed = [r for r in turn.uow.gatherings.people(gathering) if _is_mine(turn, r) and r.account < 0]
    if len(signed) >= turn.context.district.limits.together.proxies:
        turn.tell("event.enough_proxies", alert=True, n=len(signed))
        return
    ask_words(turn, "event_for_words", community, turn.context.texts("event.ask_for"), no=gathering.no)


def sign_up_for(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    gathering = _living(turn, community, asked)
    name = given_words(turn, community, asked, LONGEST_NAME)
    if name is not None:
        _sign_up(turn, community, gathering, -new_id(), name)


def _tell(turn: Turn, person: Any, key: str, rows: Rows = (), **values: Any) -> None:
    text = turn.context.texts(key, **values)
    turn.send(Reply(Address(person.bot, person.chat), text, rows, priority=Priority.NOTICE))


# --- at the door -----------------------------------------------------------------------------------------------------


def check_in(turn: Turn) -> None:
    """签到: the code that is read out on the spot."""
    community = my_community(turn)
    if community is None:
        return
    now = turn.uow.now
    open_ = [g for g in turn.uow.gatherings.around(community.id) if may_check_in(now, g.starts_at, g.ends_at)]
    if not open_:
        turn.say("event.nothing_on")
        return
    ask_words(turn, "event_code_words", community, turn.context.texts("event.ask_code"), nos=[g.no for g in open_])


def code_given(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """A wrong code counts against who tries, not against the event."""
    words = given_words(turn, community, asked, LONGEST_NAME)
    if words is None:
        return
    gatherings, here = turn.uow.gatherings, turn.event.address
    most = turn.context.district.limits.together.code_tries
    for no in asked["nos"]:
        gathering = gatherings.held(community.id, int(no))
        who = {"bot": here.bot, "account": turn.account, "chat": here.chat, "name": turn.person.name}
        gatherings.sign_up(gathering, GUEST, **who)
        me = gatherings.person(gathering, here.bot, turn.account)
        if me.tries >= most or not may_check_in(turn.uow.now, gathering.starts_at, gathering.ends_at):
            continue
        if words.replace(" ", "") == gathering.code:
            gatherings.change_person(me, state=CAME)
            turn.say("event.checked_in", title=gathering.title)
            return
        gatherings.change_person(me, tries=me.tries + 1)
    turn.say("event.wrong_code")


# --- the clock -------------------------------------------------------------------------------------------------------


def look(turn: Turn, gathering: Any) -> None:
    """The evening before it reminds; after the end it thanks who came."""
    community = turn.uow.reference.communities[gathering.community_id]
    polite = politely(turn.uow.now, turn.context.district.limits.ask_between, community.zone)
    if polite > turn.uow.now:
        turn.uow.gatherings.change(gathering, next_at=polite)
    elif turn.uow.now < gathering.ends_at:
        for person in turn.uow.gatherings.people(gathering, COMING) if turn.uow.now < gathering.starts_at else ():
            row = (_leave_button(turn, person, gathering),)
            values = {"title": gathering.title, "when": _when(community, gathering), "place": gathering.place}
            _tell(turn, person, "event.tomorrow", (row,), **values)
        turn.uow.gatherings.change(gathering, reminded_at=turn.uow.now, next_at=gathering.ends_at)
    else:
        for person in turn.uow.gatherings.people(gathering, CAME):
            _tell(turn, person, "event.thanks", title=gathering.title)
        turn.uow.gatherings.change(gathering, next_at=None)


def _leave_button(turn: Turn, person: Any, gathering: Any) -> Button:
    account = person.account if person.account > 0 else None
    label = turn.context.texts("button.event_leave")
    return Button(label, "event_leave", gathering.community_id, data={"no": gathering.no}, account=account)


# --- own data --------------------------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    found = turn.uow.gatherings.of_person(turn.event.address.bot, turn.account)
    texts = turn.context.texts
    events = [{"text": row.title, "at": row.starts_at, "state": texts(f"event.is_{row.state}")} for row in found]
    return {"events": events}


def _erased(turn: Turn) -> None:
    """What was theirs goes to who waits."""
    gatherings, here = turn.uow.gatherings, turn.event.address
    for row in gatherings.signed_up(here.bot, turn.account, here.chat):
        gatherings.remove(row)
        gathering = gatherings.get(row.community_id, row.gathering_no)
        if gathering.starts_at > turn.uow.now and not gathering.cancelled_at:
            fill_places(turn, turn.uow.reference.communities[row.community_id], gathering)


AREA = Area(
    buttons={
        "event_make": ask_event,
        "event_invite": invite,
        "event_people": people,
        "event_code": show_code,
        "event_cancel": cancel,
        "event_join": join,
        "event_leave": leave,
        "event_for": ask_for,
    },
    questions={"event_words": make, "event_for_words": sign_up_for, "event_code_words": code_given},
    resident_commands={"events": show, "check_in": check_in},
    staff_commands={"events": show},
    due=(Due("event", lambda uow: uow.gatherings.due(), lambda row: (row.community_id, row.no), look),),
    exports=_exported,
    erases=_erased,
)
