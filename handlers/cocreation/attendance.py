"""活动: taking part in an event: places, a waiting list, signing up for somebody else, the code on site."""

from typing import Any

from digests.calendar_file import Entry, calendar_file
from handlers.cocreation.notifying import notify
from handlers.cocreation.prompts import ask_again, ask_words, given_words, my_community
from handlers.format import from_to
from handlers.reply import Button, OutFile, Reply
from handlers.turn import Turn
from ledger.gatherings import has_room, may_check_in, move_up
from ledger.lifecycle import NotAllowed, Role
from storage.cocreation.events import CAME, COMING, GUEST, ON_LIST
from storage.ids import new_id
from storage.reference import CommunityRow

LONGEST_NAME = 20


def living(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    gathering = turn.uow.gatherings.held(community.id, int(data["no"]))
    if gathering is None or gathering.cancelled_at or gathering.ends_at <= turn.uow.now:
        raise NotAllowed("the event is over")
    return gathering


def when(community: CommunityRow, gathering: Any) -> str:
    return from_to(gathering.starts_at, gathering.ends_at, community.zone)


def details(community: CommunityRow, gathering: Any) -> dict[str, str]:
    """What, when and where, as values for texts."""
    return {"title": gathering.title, "when": when(community, gathering), "place": gathering.place}


# --- signing up ------------------------------------------------------------------------------------------------------


def join(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Sign up: a place, or the waiting list. Sends a calendar file."""
    gathering, here = living(turn, community, data), turn.event.address
    me = turn.uow.gatherings.person(gathering, here.bot, turn.account)
    if me is not None and me.state != GUEST:
        turn.tell("event.in_already", alert=True)
        return
    if me is not None:
        turn.uow.gatherings.remove(me)
    _sign_up(turn, community, gathering, turn.account, turn.person.name, tries=me.tries if me else 0)


def _sign_up(
    turn: Turn, community: CommunityRow, gathering: Any, account: int, name: str | None, *, tries: int = 0
) -> None:
    here = turn.event.address
    room = has_room(gathering.places, len(turn.uow.gatherings.people(gathering, COMING, CAME)))
    who = {"bot": here.bot, "account": account, "chat": here.chat, "name": name}
    turn.uow.gatherings.sign_up(gathering, COMING if room else ON_LIST, tries=tries, **who)
    values = details(community, gathering)
    out = turn.mine("button.event_leave", "event_leave", community_id=community.id, data={"no": gathering.no})
    if not room:
        turn.say("event.on_list", ((out,),), n=len(turn.uow.gatherings.people(gathering, ON_LIST)), **values)
        return
    reminded = gathering.next_at is not None and gathering.next_at < gathering.starts_at
    turn.say("event.joined_ahead" if reminded else "event.joined", ((out,),), **values)
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
    """Sign off, together with people signed up by this person; their places go to those who waited longest."""
    gathering = living(turn, community, data)
    mine = [row for row in turn.uow.gatherings.people(gathering, COMING, ON_LIST) if _is_mine(turn, row)]
    if not mine:
        turn.tell("event.not_in", alert=True)
        return
    for row in mine:
        if row.tries:  # who signs up again has no more tries than before
            turn.uow.gatherings.change_person(row, state=GUEST)
        else:
            turn.uow.gatherings.remove(row)
    fill_places(turn, community, gathering)
    turn.say("event.left", title=gathering.title)


def _is_mine(turn: Turn, row: Any) -> bool:
    here = turn.event.address
    return bool(row.bot == here.bot and (row.account == turn.account or row.chat == here.chat))


def fill_places(turn: Turn, community: CommunityRow, gathering: Any) -> None:
    """Give free places to people on the waiting list, in order, and tell them."""
    gatherings = turn.uow.gatherings
    waiting = {row.id: row for row in gatherings.people(gathering, ON_LIST)}
    coming = len(gatherings.people(gathering, COMING, CAME))
    for row_id in move_up(gathering.places, coming, list(waiting)):
        gatherings.change_person(waiting[row_id], state=COMING)
        values = details(community, gathering)
        row = (leave_button(turn, waiting[row_id], gathering),)
        notify(turn, waiting[row_id], "event.moved_up", (row,), **values)


def ask_for(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Sign up somebody who cannot use a phone, with their consent."""
    gathering = living(turn, community, data)
    signed = [r for r in turn.uow.gatherings.people(gathering) if _is_mine(turn, r) and r.account < 0]
    if len(signed) >= turn.context.district.limits.together.proxies:
        turn.tell("event.enough_proxies", alert=True, n=len(signed))
        return
    ask_words(turn, "event_for_words", community, turn.context.texts("event.ask_for"), no=gathering.no)


def sign_up_for(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    gathering = living(turn, community, asked)
    name = given_words(turn, community, asked, LONGEST_NAME)
    if name is not None:
        _sign_up(turn, community, gathering, -new_id(), name)


# --- on site ---------------------------------------------------------------------------------------------------------


def check_in(turn: Turn) -> None:
    """签到: check in with the code that is read out on site."""
    community = my_community(turn)
    if community is None:
        return
    now = turn.uow.now
    open_ = [g for g in turn.uow.gatherings.around(community.id) if may_check_in(now, g.starts_at, g.ends_at)]
    if not open_:
        turn.say("event.nothing_on")
        return
    _ask_code(turn, community, [gathering.no for gathering in open_])


def _ask_code(turn: Turn, community: CommunityRow, nos: list[int]) -> None:
    ask_words(turn, "event_code_words", community, turn.context.texts("event.ask_code"), nos=nos)


def code_given(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """Check a code. A wrong one counts towards the limit of the person who tries."""
    words = given_words(turn, community, asked, LONGEST_NAME)
    if words is None:
        return
    gatherings, here, left = turn.uow.gatherings, turn.event.address, []
    most = turn.context.district.limits.together.code_tries
    for no in asked["nos"]:
        gathering = gatherings.held(community.id, int(no))
        gatherings.sign_up(gathering, GUEST, bot=here.bot, account=turn.account, chat=here.chat, name=turn.person.name)
        me = gatherings.person(gathering, here.bot, turn.account)
        if me.tries >= most or not may_check_in(turn.uow.now, gathering.starts_at, gathering.ends_at):
            continue
        if words.replace(" ", "") == gathering.code:
            gatherings.change_person(me, state=CAME)
            turn.say("event.checked_in", title=gathering.title)
            return
        gatherings.change_person(me, tries=me.tries + 1)
        left += [no] if me.tries + 1 < most else []
    if left:
        ask_again(turn, asked, turn.context.texts("event.wrong_code"), lambda: _ask_code(turn, community, left))
    else:
        turn.say("event.no_more_tries")


def leave_button(turn: Turn, person: Any, gathering: Any) -> Button:
    account = person.account if person.account > 0 else None
    label = turn.context.texts("button.event_leave")
    return Button(label, "event_leave", gathering.community_id, data={"no": gathering.no}, account=account)
