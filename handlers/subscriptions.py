"""订阅: which reports a chat gets, on which day and at which hour; changed by taps, also in a staff group."""

from dataclasses import replace
from typing import Any

from digests.dates import time_of_day
from digests.receivers import Receiver, schedule_of
from digests.subject import MONTH, QUARTER, TODAY, WEEK, Subject, checkups, subjects, weeklies
from handlers.reply import Button, Reply, Rows, Showing, in_rows
from handlers.turn import Turn
from ledger.periods import Period
from ledger.quiet_hours import minute_of
from ledger.schedules import Schedule
from storage.ids import new_id
from storage.reference import StaffRow
from storage.reporting.subscriptions import SubscriptionRow

OFFERED = 12
"""Reports in one list: a street's supervisor has its communities, the district's would have all."""
DAYS = range(7)
KINDS = {WEEK: "weekly", MONTH: "monthly", QUARTER: "quarterly", TODAY: "checkup"}
EACH = {MONTH: "each_month", QUARTER: "each_quarter"}
CHOICES = ("wanted", "weekday", "minute", "on_holidays", "quiet")


def show(turn: Turn, data: dict[str, Any] | None = None) -> None:
    """List what this person may have sent here, each with when it comes."""
    staff, here = turn.staff, turn.event.address
    turn.outcome = "subscriptions"
    if staff is None or turn.uow.groups.community_of(here.bot, here.chat) is not None:
        turn.say("subscriptions.not_here")
        return
    found = _offered(turn, staff)
    if not found:
        turn.say("subscriptions.nothing")
        return
    name = data["shown_in"] if data else f"subscriptions:{new_id()}"
    lines = [turn.context.texts("subscriptions.head"), *(_line(turn, subject) for subject in found)]
    rows = in_rows([_open(turn, subject, name) for subject in found])
    turn.send(Reply(here, "\n".join(lines), rows, logical=name, showing=Showing.IN_PLACE))


def show_one(turn: Turn, data: dict[str, Any]) -> None:
    """One report, with everything that can be chosen about it."""
    if subject := _mine(turn, data):
        _show_one(turn, subject, data["shown_in"])


def choose(turn: Turn, data: dict[str, Any]) -> None:
    """Keep a choice; what was still to come moves to its new hour, or is taken back."""
    subject, staff, field = _mine(turn, data), turn.staff, data["field"]
    if subject is None or staff is None or field not in CHOICES:
        return
    row = _row(turn, subject) or _new_row(turn, subject, staff)
    turn.uow.subscriptions.save(replace(row, staff_id=staff.id, **{field: data["value"]}))
    _plan_anew(turn, subject)
    _show_one(turn, subject, data["shown_in"])
    turn.outcome = f"subscription {field}"


def now(turn: Turn, data: dict[str, Any]) -> None:
    """Not at its hour but at once."""
    if subject := _mine(turn, data):
        turn.uow.reports.ask(subject.community_id, turn.event.address, subject.code)
        turn.tell("subscriptions.coming")


# --- what there is ---------------------------------------------------------------------------------------------------


def _offered(turn: Turn, staff: StaffRow) -> list[Subject]:
    """By right first; a supervisor may have the digests of their communities as well."""
    reference = turn.uow.reference
    every = (*weeklies(reference), *subjects(reference), *checkups(reference))
    found = [subject for subject in every if subject.may_be_read_by(reference, staff)]
    return sorted(found, key=lambda subject: not subject.is_read_by(staff))[:OFFERED]


def _mine(turn: Turn, data: dict[str, Any]) -> Subject | None:
    """The report of a button, if it is still this person's to read."""
    subject = Subject.of(data["code"], data["community"])
    if turn.staff and turn.as_staff and subject.may_be_read_by(turn.uow.reference, turn.staff):
        return subject
    turn.tell("problem.no_right", alert=True)
    return None


def _row(turn: Turn, subject: Subject) -> SubscriptionRow | None:
    here = turn.event.address
    return turn.uow.subscriptions.in_chat(here.bot, here.chat, here.topic).get((subject.community_id, subject.code))


def _new_row(turn: Turn, subject: Subject, staff: StaffRow) -> SubscriptionRow:
    here = turn.event.address
    return SubscriptionRow(subject.community_id, subject.code, here.bot, here.chat, here.topic, staff.id)


def _wanted(turn: Turn, subject: Subject, row: SubscriptionRow | None) -> bool:
    if row is not None and row.wanted is not None:
        return row.wanted
    return turn.event.private and turn.staff is not None and subject.is_read_by(turn.staff)


def _plan_anew(turn: Turn, subject: Subject) -> None:
    here, row = turn.event.address, _row(turn, subject)
    if not _wanted(turn, subject, row):
        turn.uow.reports.take_back(subject.community_id, subject.code, here)
        return
    zone = subject.communities(turn.uow.reference)[0].zone
    receiver = Receiver(here.bot, here.chat, here.topic, _schedule(turn, subject, row))
    for request_id, start in turn.uow.reports.waiting_for(subject.community_id, subject.code, here):
        run = turn.uow.reports.run(subject.community_id, start, subject.code)
        if run is not None:
            at = receiver.reached_at(Period(run.period_start, run.period_end), turn.uow.now, zone)
            turn.uow.reports.put_off(subject.community_id, request_id, at)


# --- how it looks ----------------------------------------------------------------------------------------------------


def _schedule(turn: Turn, subject: Subject, row: SubscriptionRow | None) -> Schedule:
    return schedule_of(row, subject, turn.context.district.limits.digest)


def _line(turn: Turn, subject: Subject) -> str:
    row = _row(turn, subject)
    key = "subscriptions.line" if _wanted(turn, subject, row) else "subscriptions.line_off"
    return turn.context.texts(
        key, report=_name(turn, subject), when=_when(turn, subject, _schedule(turn, subject, row))
    )


def _name(turn: Turn, subject: Subject) -> str:
    place = subject.name(turn.uow.reference) or turn.context.texts("summary.district")
    return turn.context.texts(f"subscriptions.{KINDS[subject.months]}", place=place)


def _when(turn: Turn, subject: Subject, schedule: Schedule) -> str:
    texts, clock = turn.context.texts, time_of_day(schedule.time)
    if schedule.weekday is None:
        months = turn.context.district.checkup.sent_every if subject.months == TODAY else subject.months
        return texts(f"subscriptions.{EACH.get(months, 'each_months')}", time=clock, n=months)
    return texts("subscriptions.each_week", day=texts(f"weekday.{schedule.weekday}"), time=clock)


def _show_one(turn: Turn, subject: Subject, name: str) -> None:
    row = _row(turn, subject)
    texts, schedule, wanted = turn.context.texts, _schedule(turn, subject, row), _wanted(turn, subject, row)
    text = texts(
        "subscriptions.one" if wanted else "subscriptions.one_off",
        report=_name(turn, subject),
        when=_when(turn, subject, schedule),
        holidays=texts("subscriptions.on_holidays" if schedule.on_holidays else "subscriptions.after_holidays"),
        quiet=_quiet(turn, schedule),
    )
    rows = _rows(turn, subject, name, schedule, wanted=wanted)
    turn.send(Reply(turn.event.address, text, rows, logical=name, showing=Showing.IN_PLACE))


def _quiet(turn: Turn, schedule: Schedule) -> str:
    if schedule.quiet is None:
        return turn.context.texts("subscriptions.any_hour")
    since, until = time_of_day(schedule.quiet.since), time_of_day(schedule.quiet.until)
    return turn.context.texts("subscriptions.quiet_hours", since=since, until=until)


def _rows(turn: Turn, subject: Subject, name: str, schedule: Schedule, *, wanted: bool) -> Rows:
    def pick(label: str, field: str, value: Any, *, current: bool = False) -> Button:
        data = _data(subject, name) | {"field": field, "value": value}
        return _own(turn, f"✓ {label}" if current else label, "subscription_choose", data)

    def switch(label: str, field: str, *, value: bool) -> Button:
        return pick(turn.context.texts(f"button.subscription_{label}"), field, value)

    back = _own(turn, turn.context.texts("button.subscriptions"), "subscriptions", {"shown_in": name})
    if not wanted:
        return ((switch("on", "wanted", value=True),), (back,))
    digest = turn.context.district.limits.digest
    times = [pick(time_of_day(t), "minute", minute_of(t), current=t == schedule.time) for t in digest.times]
    days = [
        pick(turn.context.texts(f"weekday.{day}"), "weekday", day, current=day == schedule.weekday)
        for day in (DAYS if schedule.weekday is not None else ())
    ]
    holidays = switch("after" if schedule.on_holidays else "holidays", "on_holidays", value=not schedule.on_holidays)
    quiet = [switch("loud" if schedule.quiet else "quiet", "quiet", value=not schedule.quiet)] if digest.quiet else []
    at_once = _own(turn, turn.context.texts("button.subscription_now"), "subscription_now", _data(subject, name))
    return (
        tuple(times),
        *in_rows(days, 4),
        (holidays, *quiet),
        (switch("off", "wanted", value=False), at_once),
        (back,),
    )


def _open(turn: Turn, subject: Subject, name: str) -> Button:
    return _own(turn, _name(turn, subject), "subscription", _data(subject, name))


def _data(subject: Subject, name: str) -> dict[str, Any]:
    return {"code": subject.code, "community": subject.community_id, "shown_in": name}


def _own(turn: Turn, label: str, action: str, data: dict[str, Any]) -> Button:
    return Button(label, action, data=data, account=turn.account)
