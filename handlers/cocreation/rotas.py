"""共管, 轮值: neighbours take turns with an upkeep duty. Turns are not counted, and missing one has no consequences."""

from datetime import date, datetime, timedelta
from typing import Any

from handlers import pushes
from handlers.cocreation import linking, weekdays
from handlers.cocreation.notifying import notify
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words, lines_of
from handlers.confirming import confirmed
from handlers.event import Address
from handlers.feature import Due, Feature, erased_from, is_me, own_button
from handlers.pushes import Push
from handlers.reply import Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.quiet_hours import next_allowed
from ledger.rotas import evening_before, next_day
from storage.reference import CommunityRow

LONGEST_TITLE = 60


def show(turn: Turn) -> None:
    """值日: show the rotas of the community, with buttons to join."""
    for_community(turn, "rota_make", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    found = turn.uow.rotas.of_community(community.id)
    if turn.as_staff:
        key = "rota.head" if found else "rota.none"
        turn.say(key, ((own_button(turn, community, "rota_make"),),), community=community.name)
    elif not found:
        turn.say("rota.none", community=community.name)
    for rota in found:
        turn.send(Reply(turn.event.address, _card(turn, rota), _rows(turn, community, rota)))


def _card(turn: Turn, rota: Any) -> str:
    n = len(turn.uow.rotas.members(rota))
    return turn.context.texts("rota.card", no=rota.no, title=rota.title, days=_days(turn, rota.weekdays), n=n)


def _days(turn: Turn, digits: str) -> str:
    return weekdays.shown(turn.context.texts, digits)


def _rows(turn: Turn, community: CommunityRow, rota: Any) -> Rows:
    if turn.as_staff:
        return ((own_button(turn, community, "rota_end", no=rota.no),),)
    inside = any(is_me(turn, member) for member in turn.uow.rotas.members(rota))
    return ((own_button(turn, community, "rota_leave" if inside else "rota_join", no=rota.no),),)


# --- making, joining -------------------------------------------------------------------------------------------------


def ask_rota(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    ask_words(turn, "rota_words", community, turn.context.texts("rota.ask"), **linking.data_of(data))


def make(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Create a rota from lines: what, on which weekdays, optionally a topic. Residents are invited to join."""
    words = given_words(turn, community, asked, LONGEST_TITLE * 2)
    if words is None:
        return
    lines, matter = linking.split_off(turn, community, asked, lines_of(words))
    title, days = lines[0], "\n".join(lines[1:])
    digits = weekdays.understood(turn.context.texts, days)
    if not digits or len(title) > LONGEST_TITLE:
        why = turn.context.texts("rota.no_days" if not digits else "rota.long_title", most=LONGEST_TITLE)
        ask_again(turn, asked, why, lambda: ask_rota(turn, community, role, asked))
        return
    no = turn.uow.rotas.make(
        community.id,
        title=title.strip(),
        weekdays=digits,
        staff_id=turn.staff_id,
        next_at=_next(turn, community, digits),
        topic_no=matter.topic_no,
    )
    rota = turn.uow.rotas.get(community.id, no)
    button = Button(turn.context.texts("button.rota_join"), "rota_join", community.id, data={"no": no})
    text = turn.context.texts("rota.invite", community=community.name, title=rota.title, days=_days(turn, digits))
    pushes.invite(turn, community.id, Push(f"rota:{no}", text, ((button,),)))
    turn.say("rota.made", title=rota.title, days=_days(turn, digits))


def _next(turn: Turn, community: CommunityRow, digits: str) -> datetime:
    return evening_before(turn.uow.now, digits, turn.context.district.limits.together.evening, community.zone)


def join(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    rota, here = _living(turn, community, data), turn.event.address
    if not turn.uow.rotas.join(rota, here.bot, turn.account, here.chat):
        turn.tell("rota.in_already", alert=True)
        return
    turn.say("rota.joined", title=rota.title, days=_days(turn, rota.weekdays))


def leave(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    rota = _living(turn, community, data)
    turn.uow.rotas.leave(rota, turn.event.address.bot, turn.account, _today(turn, community).isoformat())
    turn.say("rota.left", title=rota.title)


def end(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """End a rota; tell its members and thank them."""
    rota = _living(turn, community, data)
    members = turn.uow.rotas.members(rota)
    question = turn.context.texts("rota.sure", title=rota.title, n=len(members))
    if not confirmed(turn, "rota_end", community, data, question):
        return
    turn.uow.rotas.change(rota, ended_at=turn.uow.now, next_at=None)
    pushes.call_off(turn, community.id, f"rota:{rota.no}")
    for member in members:
        notify(turn, member, "rota.ended", title=rota.title)
    turn.say("rota.ended", title=rota.title)


def _living(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    rota = turn.uow.rotas.get(community.id, int(data["no"]))
    if rota is None or rota.ended_at:
        raise NotAllowed("the rota is over")
    return rota


def _today(turn: Turn, community: CommunityRow) -> date:
    return turn.uow.now.astimezone(community.zone).date()


# --- the evening before ----------------------------------------------------------------------------------------------


def evening(turn: Turn, rota: Any) -> None:
    """Give tomorrow's turn to the member whose last one is longest ago; without members the day is vacant."""
    community = turn.uow.reference.communities[rota.community_id]
    polite = next_allowed(turn.uow.now, turn.context.district.limits.ask_between, community.zone)
    if polite > turn.uow.now:
        turn.uow.rotas.change(rota, next_at=polite)
        return
    day = next_day(turn.uow.now, rota.weekdays, community.zone)
    turn.uow.rotas.change(rota, next_at=_next(turn, community, rota.weekdays))
    if day - _today(turn, community) > timedelta(days=1):
        return  # the program was down in the evening, and it is too late to tell anybody about today
    members = turn.uow.rotas.members(rota)
    member = members[0] if members else None
    if turn.uow.rotas.plan(rota, day.isoformat(), member) and member:
        data = {"no": rota.no, "day": day.isoformat()}
        button = Button(
            turn.context.texts("button.rota_swap"), "rota_swap", community.id, data=data, account=member.account
        )
        notify(turn, member, "rota.tomorrow", ((button,),), title=rota.title, day=_dated(turn, day))


def _dated(turn: Turn, day: date) -> str:
    return weekdays.dated(turn.context.texts, day)


# --- swapping --------------------------------------------------------------------------------------------------------


def swap(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Ask the others to take over; the first tap gets it. If nobody does, the day is left out."""
    rota, day = _living(turn, community, data), date.fromisoformat(data["day"])
    if day < _today(turn, community) or not turn.uow.rotas.ask_swap(
        rota, data["day"], turn.event.address.bot, turn.account
    ):
        turn.tell("rota.swap_too_late", alert=True)
        return
    others = [member for member in turn.uow.rotas.members(rota) if not is_me(turn, member)]
    for member in others:
        button = Button(
            turn.context.texts("button.rota_stand_in"),
            "rota_stand_in",
            community.id,
            data={"no": rota.no, "day": data["day"], "chat": turn.event.address.chat, "bot": turn.event.address.bot},
            account=member.account,
        )
        notify(turn, member, "rota.who_can", ((button,),), title=rota.title, day=_dated(turn, day))
    turn.say("rota.swap_asked" if others else "rota.alone", n=len(others))


def stand_in(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    rota, here, day = _living(turn, community, data), turn.event.address, date.fromisoformat(data["day"])
    in_it = any(is_me(turn, member) for member in turn.uow.rotas.members(rota))
    over = day < _today(turn, community)
    if over or not in_it or not turn.uow.rotas.stand_in(rota, data["day"], here.bot, turn.account):
        turn.tell("rota.taken", alert=True)
        return
    turn.uow.rotas.had_turn(rota, here.bot, turn.account, data["day"])
    turn.say("rota.yours", title=rota.title, day=_dated(turn, day))
    told = turn.context.texts("rota.somebody_stands_in", title=rota.title, day=_dated(turn, day))
    turn.send(Reply(Address(data["bot"], data["chat"]), told, priority=Priority.NOTICE))


# --- own data --------------------------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    found = turn.uow.rotas.of_person(turn.event.address.bot, turn.account)
    return {"rotas": [{"text": row.title, "at": row.since} for row in found]}


FEATURE = Feature(
    buttons={
        "rota_make": ask_rota,
        "rota_join": join,
        "rota_leave": leave,
        "rota_end": end,
        "rota_swap": swap,
        "rota_stand_in": stand_in,
    },
    questions={"rota_words": make},
    resident_commands={"rotas": show},
    staff_commands={"rotas": show},
    due=(Due("rota", lambda uow: uow.rotas.due(), lambda row: (row.community_id, row.no), evening),),
    exports=_exported,
    erases=erased_from(lambda uow: uow.rotas),
)
