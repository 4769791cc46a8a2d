"""共享, 预约: shared rooms (楚邻驿站, 活动室), their opening hours, and slots that cannot be booked twice."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from digests.dates import day_and_time
from handlers.cocreation import weekdays
from handlers.cocreation.date_parsing import hours_and_rest
from handlers.cocreation.notifying import notify
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words, lines_of
from handlers.confirming import confirmed
from handlers.feature import Due, Feature, erased_from, own_button
from handlers.format import exactly, is_today
from handlers.reply import Button, Reply, Rows, in_rows
from handlers.texts import Texts
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.quiet_hours import next_allowed
from ledger.rooms import HOUR, Hours, begins_at, clock, slots
from nlp.numerals import NUMBER, value
from storage.ids import new_id
from storage.reference import CommunityRow

LINES = 3
LONGEST_NAME = 40
LENGTH = re.compile(rf"(?:(?P<n>\d\.5|{NUMBER})\s*个?)?(?P<half>半)?个?\s*(?P<unit>分钟|小时|钟头)")
DAYS_SHOWN = 7


def show(turn: Turn) -> None:
    """预约: show the rooms with their hours, and this person's bookings."""
    for_community(turn, "room_make", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    rooms = turn.uow.rooms.of_community(community.id)
    make: Rows = ((own_button(turn, community, "room_make"),),) if turn.as_staff else ()
    turn.say("room.head" if rooms else "room.none", make, community=community.name)
    for room in rooms:
        actions = ("room_coming", "room_close") if turn.as_staff else ("room_days",)
        rows = (tuple(own_button(turn, community, action, room=room.id) for action in actions),)
        turn.send(Reply(turn.event.address, _card(turn, room), rows))
    if not turn.as_staff:
        for booking in turn.uow.rooms.of_person(turn.event.address.bot, turn.account):
            _show_booking(turn, community, booking)


def _card(turn: Turn, room: Any) -> str:
    days = weekdays.shown(turn.context.texts, room.weekdays)
    hours = f"{clock(room.opens)}–{clock(room.closes)}"
    return turn.context.texts(
        "room.card", name=room.name, days=days, hours=hours, slot=exactly(turn.context.texts, room.slot)
    )


def _hours(room: Any) -> Hours:
    return Hours(room.weekdays, room.opens, room.closes, room.slot)


# --- the manager's part ----------------------------------------------------------------------------------------------


def ask_room(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    ask_words(turn, "room_words", community, turn.context.texts("room.ask"))


def make(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Create a room from three lines: name, days and hours, length of a booking."""
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is None:
        return
    lines = lines_of(words)
    hours = (
        understood(turn.context.texts, lines[1], lines[2])
        if len(lines) == LINES and len(lines[0]) <= LONGEST_NAME
        else None
    )
    if hours is None:
        why = turn.context.texts("room.not_understood")
        ask_again(turn, asked, why, lambda: ask_room(turn, community, role, asked))
        return
    room_id = turn.uow.rooms.make(
        community.id,
        name=lines[0],
        weekdays=hours.weekdays,
        opens=hours.opens,
        closes=hours.closes,
        slot=hours.slot,
    )
    turn.send(Reply(turn.event.address, _card(turn, turn.uow.rooms.get(community.id, room_id))))


def understood(texts: Texts, when: str, slot: str) -> Hours | None:
    """Opening hours from 周一到周五 9:00-17:00 and 2小时; every day if no days are named. None: not understood."""
    hours, rest = hours_and_rest(when)
    minutes = _minutes(slot)
    if hours is None or minutes is None:
        return None
    found = Hours(weekdays.understood(texts, rest) or weekdays.EVERY, *hours, minutes)
    return found if found.sound else None


def _minutes(words: str) -> int | None:
    """Minutes of 90分钟, 2小时, 一个半小时, 1.5小时, 半小时; None if not understood."""
    found = LENGTH.search(words)
    if found is None or not (found["n"] or found["half"]):
        return None
    n = found["n"] or "0"
    halves = (2 * value(n.removesuffix(".5"))) + (n.endswith(".5") or found["half"] is not None)
    return halves * (HOUR if found["unit"] != "分钟" else 1) // 2


def coming(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Show who has booked, for the person who opens the room."""
    room = _room(turn, community, data)
    found = turn.uow.rooms.bookings(room)
    texts = turn.context.texts
    lines = [texts("room.coming" if found else "room.nobody", name=room.name)]
    lines += [f"{_when(community, row)}  {row.name or texts('event.nameless')}" for row in found]
    turn.send(Reply(turn.event.address, "\n".join(lines)))


def close(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Close a room: no more bookings; people with a booking are told that it is cancelled."""
    room = _room(turn, community, data)
    bookings = turn.uow.rooms.bookings(room)
    question = turn.context.texts("room.sure", name=room.name, n=len(bookings))
    if not confirmed(turn, "room_close", community, data, question):
        return
    turn.uow.rooms.change(room, closed_at=turn.uow.now)
    for booking in bookings:
        turn.uow.rooms.cancel(booking)
        notify(turn, booking, "room.closed_told", name=room.name, when=_when(community, booking))
    turn.say("room.closed", name=room.name)


def _room(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    room = turn.uow.rooms.get(community.id, int(data["room"]))
    if room is None or room.closed_at:
        raise NotAllowed("the room is closed")
    return room


def _when(community: CommunityRow, booking: Any) -> str:
    return day_and_time(booking.starts_at, community.zone)


# --- booking ---------------------------------------------------------------------------------------------------------


def days(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Show days with free slots."""
    room = _room(turn, community, data)
    name = f"room:{new_id()}"
    free = [day for day in _days_ahead(turn, community) if _free(turn, community, room, day)][:DAYS_SHOWN]
    here = {"room": room.id, "shown_in": name}
    chips = [
        _chip(turn, community, weekdays.dated(turn.context.texts, day), "room_slots", here | {"day": day.isoformat()})
        for day in free
    ]
    text = turn.context.texts("room.which_day" if free else "room.full", name=room.name)
    turn.send(Reply(turn.event.address, text, in_rows(chips), logical=name))


def slots_of_day(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    room, day = _room(turn, community, data), date.fromisoformat(data["day"])
    free = _free(turn, community, room, day)
    chips = [_chip(turn, community, clock(minute), "room_book", data | {"minute": minute}) for minute in free]
    text = turn.context.texts("room.which_slot" if chips else "room.full", name=room.name)
    turn.send(Reply(turn.event.address, text, in_rows(chips, 3), logical=data["shown_in"]))


def _chip(turn: Turn, community: CommunityRow, label: str, action: str, data: dict[str, Any]) -> Button:
    return Button(label, action, community.id, data=data, account=turn.account)


def _days_ahead(turn: Turn, community: CommunityRow) -> list[date]:
    today = turn.uow.now.astimezone(community.zone).date()
    most = turn.context.district.limits.together.booked_ahead.wall.days
    return [today + timedelta(days=ahead) for ahead in range(most + 1)]


def _free(turn: Turn, community: CommunityRow, room: Any, day: date) -> list[int]:
    taken = turn.uow.rooms.taken(room, day.isoformat())
    found = (minute for minute in slots(_hours(room), day) if minute not in taken)
    return [minute for minute in found if begins_at(day, minute, community.zone) > turn.uow.now]


def book(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Book a slot if it is free and the person has not reached the limit."""
    room, day, minute = _room(turn, community, data), date.fromisoformat(data["day"]), int(data["minute"])
    here, most = turn.event.address, turn.context.district.limits.together.bookings
    if len(turn.uow.rooms.of_person(here.bot, turn.account)) >= most:
        turn.tell("room.enough", alert=True, n=most)
        return
    starts_at = begins_at(day, minute, community.zone)
    who = {"bot": here.bot, "account": turn.account, "chat": here.chat, "name": turn.person.name}
    allowed = day in _days_ahead(turn, community) and minute in _free(turn, community, room, day)
    reminder = _reminder(turn, community, starts_at)
    if not allowed or not turn.uow.rooms.book(room, data["day"], minute, **who, starts_at=starts_at, next_at=reminder):
        turn.tell("room.taken", alert=True)
        slots_of_day(turn, community, Role.RESIDENT, data)
        return
    when = day_and_time(starts_at, community.zone)
    values: dict[str, Any] = {"name": room.name, "when": when, "slot": exactly(turn.context.texts, room.slot)}
    key = "room.booked_ahead" if reminder else "room.booked"
    turn.close(data["shown_in"], key, **values)
    turn.tell(key, **values)


def _reminder(turn: Turn, community: CommunityRow, starts_at: datetime) -> datetime | None:
    """The evening before, or None if that is over."""
    day = starts_at.astimezone(community.zone).date() - timedelta(days=1)
    at = datetime.combine(day, turn.context.district.limits.together.evening, community.zone)
    return at if at > turn.uow.now else None


def _show_booking(turn: Turn, community: CommunityRow, booking: Any) -> None:
    room = turn.uow.rooms.get(booking.community_id, booking.room_id)
    cancel = own_button(turn, community, "room_cancel", room=room.id, day=booking.day, minute=booking.minute)
    turn.say("room.yours", ((cancel,),), name=room.name, when=_when(community, booking))


def cancel(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    here = turn.event.address
    mine = turn.uow.rooms.of_person(here.bot, turn.account)
    slot = (community.id, int(data["room"]), data["day"], int(data["minute"]))
    booking = next((row for row in mine if (row.community_id, row.room_id, row.day, row.minute) == slot), None)
    if booking is None or not turn.uow.rooms.cancel(booking):
        turn.tell("room.not_yours", alert=True)
        return
    turn.say("room.cancelled", when=_when(community, booking))


def remind(turn: Turn, booking: Any) -> None:
    """Remind somebody of a booking, at the next polite hour but not after it began."""
    community = turn.uow.reference.communities[booking.community_id]
    polite = next_allowed(turn.uow.now, turn.context.district.limits.ask_between, community.zone)
    turn.uow.rooms.remind_at(booking, polite if turn.uow.now < polite < booking.starts_at else None)
    if polite > turn.uow.now or turn.uow.now >= booking.starts_at:
        return
    room = turn.uow.rooms.get(booking.community_id, booking.room_id)
    data = {"room": room.id, "day": booking.day, "minute": booking.minute}
    button = Button(
        turn.context.texts("button.room_cancel"), "room_cancel", community.id, data=data, account=booking.account
    )
    key = "room.today" if is_today(booking.starts_at, turn.uow.now, community.zone) else "room.tomorrow"
    notify(turn, booking, key, ((button,),), name=room.name, when=_when(community, booking))


# --- own data --------------------------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    found = turn.uow.rooms.of_person(turn.event.address.bot, turn.account)
    return {
        "bookings": [
            {"text": turn.uow.rooms.get(row.community_id, row.room_id).name, "at": row.starts_at} for row in found
        ]
    }


FEATURE = Feature(
    buttons={
        "room_make": ask_room,
        "room_coming": coming,
        "room_close": close,
        "room_days": days,
        "room_slots": slots_of_day,
        "room_book": book,
        "room_cancel": cancel,
    },
    questions={"room_words": make},
    resident_commands={"rooms": show},
    staff_commands={"rooms": show},
    due=(Due("booking", lambda uow: uow.rooms.due(), lambda b: (b.community_id, b.room_id, b.day, b.minute), remind),),
    exports=_exported,
    erases=erased_from(lambda uow: uow.rooms),
)
