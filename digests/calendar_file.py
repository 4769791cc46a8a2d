"""A calendar file (.ics, RFC 5545) for an event, so that a phone reminds its owner."""

from dataclasses import dataclass
from datetime import datetime, timedelta

BEFORE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """`uid` stays the same when the event is changed."""

    uid: str
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime


def calendar_file(entry: Entry, made_at: datetime) -> bytes:
    """One event with a reminder an hour before."""
    from icalendar import Alarm, Calendar, Event  # noqa: PLC0415 - seldom needed, slow to load

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", made_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.title)
    event.add("location", entry.place)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", -BEFORE)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//chulin//event//ZH")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
