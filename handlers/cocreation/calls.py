"""共建, 认领 and 微心愿: calls for help, taken up with a tap. Money is only pledged; nobody's help is counted.

Others see a resident's wish once a person has approved it (handlers/moderation/).
"""

import re
from typing import Any

from handlers import pushes
from handlers.cases.emergencies import reachable
from handlers.cocreation import linking
from handlers.cocreation.linking import Matter
from handlers.cocreation.notifying import notify
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words, lines_of
from handlers.feature import Feature, is_me, own_button
from handlers.moderation import content
from handlers.pushes import Push
from handlers.reply import Button, Priority, Reply, Rows, in_rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.moderation import ContentKind
from ledger.topics import TopicState
from nlp.numerals import NUMBER, value
from storage.cases import CaseRow
from storage.cocreation.calls import ENDED, OPEN, WAITING
from storage.reference import CommunityRow

KINDS = ("time", "skill", "space", "material", "money")
MOST_PLACES = 200
SHOWN = 8
PEOPLE = re.compile(rf"(\d{{1,3}}|{NUMBER}\s*(?=人|位|个人|户))\s*(?:人|位|个人|户)?")


def show(turn: Turn) -> None:
    """微心愿: show open calls, with buttons to take them up."""
    for_community(turn, "call_make", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    found = turn.uow.calls.in_state(community.id, OPEN)[-SHOWN:]
    turn.say(
        "call.head" if found else "call.none",
        ((own_button(turn, community, "call_make" if turn.as_staff else "wish_make"),),),
        community=community.name,
    )
    for call in found:
        turn.send(Reply(turn.event.address, _card(turn, call), _rows(turn, community, call)))


def _card(turn: Turn, call: Any) -> str:
    texts = turn.context.texts
    n = len(turn.uow.calls.offers(call))
    key = "call.card_money" if call.kind == "money" else "call.card"
    about = _about(turn, call)
    values = {"kind": texts(f"button.call_{call.kind}"), "text": call.text, "places": call.places}
    return texts(key, no=call.no, n=n, **values) + (f"\n{about}" if about else "")


def _about(turn: Turn, call: Any) -> str:
    """The case or topic that a call is about, in words."""
    community = turn.uow.reference.communities[call.community_id]
    if call.topic_no:
        topic = turn.uow.topics.living(community.id, call.topic_no)
        hidden = topic.state is TopicState.HIDDEN
        return "" if hidden else turn.context.texts("call.for_topic", no=topic.no, title=topic.title)
    return turn.context.texts("call.for_case", number=f"{community.code}-{call.case_no}") if call.case_no else ""


def show_of(turn: Turn, community: CommunityRow, matter: Matter) -> int:
    """Show the open calls about a matter. Returns how many there are."""
    found = turn.uow.calls.of_matter(community.id, **matter.columns)[-SHOWN:]
    for call in found:
        turn.send(Reply(turn.event.address, _card(turn, call), _rows(turn, community, call)))
    return len(found)


def _rows(turn: Turn, community: CommunityRow, call: Any) -> Rows:
    if turn.as_staff:
        row = tuple(own_button(turn, community, action, no=call.no) for action in ("call_people", "call_end"))
        return ((*row, *_report(turn, community, call)),)
    if is_me(turn, call):
        return ((own_button(turn, community, "wish_drop", no=call.no),),)
    mine = any(is_me(turn, offer) for offer in turn.uow.calls.offers(call))
    take = own_button(turn, community, "call_withdraw" if mine else "call_take", no=call.no)
    return ((take, *_report(turn, community, call)),)


def _report(turn: Turn, community: CommunityRow, call: Any) -> tuple[Button, ...]:
    """The button that reports a resident's wish; calls by staff have none."""
    data = {"kind": ContentKind.WISH, "id": call.no}
    action, label = ("content_hide", "") if turn.as_staff else ("content_report", "content_wrong")
    return (own_button(turn, community, action, label, **data),) if call.account is not None else ()


# --- making one ------------------------------------------------------------------------------------------------------


def for_case(turn: Turn, case: CaseRow, role: Role, _data: dict[str, Any]) -> None:
    """Start a call for help with a case, by a button on its card."""
    ask_kind(turn, turn.community_of(case), role, {"case_no": case.no})


def ask_kind(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    if role is Role.RESIDENT and _has_enough(turn):
        return
    action = "wish_kind" if role is Role.RESIDENT else "call_kind"
    of = linking.data_of(data)
    chips = [own_button(turn, community, action, f"call_{kind}", kind=kind, **of) for kind in KINDS]
    turn.say("call.which_kind", in_rows(chips))


def _has_enough(turn: Turn) -> bool:
    most = turn.context.district.limits.together.wishes
    enough = len(turn.uow.calls.wishes_of(turn.event.address.bot, turn.account, WAITING, OPEN)) >= most
    if enough:
        turn.tell("call.enough_wishes", alert=True, n=most)
    return enough


def ask_call(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    what = "wish_words" if role is Role.RESIDENT else "call_words"
    key = "call.ask_money" if data["kind"] == "money" else "call.ask"
    ask_words(turn, what, community, turn.context.texts(key), kind=data["kind"], **linking.data_of(data))


def make(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Create a call from lines: what is needed, for how many people (default one), for which case or topic."""
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is None or (role is Role.RESIDENT and _has_enough(turn)):
        return
    lines, matter = linking.split_off(turn, community, asked, lines_of(words))
    text, places = _parts(lines)
    if not text or not 1 <= places <= MOST_PLACES:
        why = turn.context.texts("call.no_places", most=MOST_PLACES)
        ask_again(turn, asked, why, lambda: ask_call(turn, community, role, asked))
        return
    by_resident, here = role is Role.RESIDENT, turn.event.address
    no = turn.uow.calls.make(
        community.id,
        kind=asked["kind"],
        text=turn.context.mask(text) if by_resident else text,
        places=places,
        state=WAITING if by_resident else OPEN,
        bot=here.bot if by_resident else None,
        account=turn.account if by_resident else None,
        chat=here.chat if by_resident else None,
        staff_id=turn.staff_id,
        **matter.columns,
    )
    call = turn.uow.calls.get(community.id, no)
    if by_resident:
        content.put_before(turn, community, ContentKind.WISH, no)
        turn.say("call.waits")
    else:
        turn.send(Reply(here, _card(turn, call), _rows(turn, community, call)))
        invite(turn, community, call)


def _parts(lines: list[str]) -> tuple[str, int]:
    found = PEOPLE.fullmatch(lines[-1].strip()) if len(lines) > 1 else None
    return ("\n".join(lines[:-1] if found else lines).strip(), value(found[1].strip()) if found else 1)


def invite(turn: Turn, community: CommunityRow, call: Any) -> None:
    """Invite the people of the call's case or topic, at polite times; nobody else."""
    matter = linking.of_row(turn, call)
    asked = [who for who in linking.people(turn, matter) if who != (call.bot, call.account)]
    button = Button(turn.context.texts("button.call_take"), "call_take", community.id, data={"no": call.no})
    text = turn.context.texts("call.invite", community=community.name) + "\n" + _card(turn, call)
    if asked:
        pushes.invite(turn, community.id, Push(_thing(call), text, ((button,),)), people=asked)


def _thing(call: Any) -> str:
    return f"call:{call.no}"


# --- moderation (moderation/content_decisions.py) ---------------------------------------------------------------------


def now_seen(turn: Turn, community: CommunityRow, no: int) -> None:
    """A wish was approved: invite the people of its case or topic."""
    invite(turn, community, turn.uow.calls.get(community.id, no))


def seen_no_more(turn: Turn, community: CommunityRow, no: int) -> None:
    """A wish was taken down: cancel its invitations, and tell people who took it up that they are not needed."""
    call = turn.uow.calls.get(community.id, no)
    pushes.call_off(turn, community.id, _thing(call))
    for offer in turn.uow.calls.offers(call):
        notify(turn, offer, "call.not_needed", text=call.text)


def drop(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Take back a wish that is no longer needed; only its author can."""
    call = _call(turn, community, data)
    if not is_me(turn, call):
        turn.tell("problem.no_right", alert=True)
    elif not turn.uow.calls.move(call, OPEN, state=ENDED, ended_at=turn.uow.now):
        turn.tell("problem.pressed_already")
    else:
        seen_no_more(turn, community, call.no)
        turn.say("call.dropped", text=call.text)


def _call(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    call = turn.uow.calls.held(community.id, int(data["no"]))
    if call is None:
        raise NotAllowed("there is no such call")
    return call


# --- taking up -------------------------------------------------------------------------------------------------------


def take(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Take up a call with one tap; the last place is given only once."""
    call, here = _call(turn, community, data), turn.event.address
    offers = turn.uow.calls.offers(call)
    most = turn.context.district.limits.together.offers
    mine = [row for row in turn.uow.calls.offers_of(here.bot, turn.account) if row.state == OPEN]
    if call.state != OPEN:
        turn.tell("call.over", alert=True)
    elif is_me(turn, call):
        turn.tell("call.own", alert=True)
    elif any(is_me(turn, offer) for offer in offers):
        turn.tell("call.taken_already", alert=True)
    elif len(mine) >= most:
        turn.tell("call.enough_offers", alert=True, n=most)
    elif len(offers) >= call.places:
        turn.tell("call.full", alert=True)
    else:
        turn.uow.calls.offer(call, here.bot, turn.account, here.chat, turn.person.name)
        key = "call.pledged" if call.kind == "money" else "call.taken"
        turn.say(key, ((own_button(turn, community, "call_withdraw", no=call.no),),), text=call.text)
        _tell_who_calls(turn, community, call, "call.somebody")


def _tell_who_calls(turn: Turn, community: CommunityRow, call: Any, key: str) -> None:
    owner = turn.uow.reference.staff.get(call.staff_id or 0)
    staff = [owner] if owner else turn.uow.reference.staff_with(community.id, Role.MANAGER)
    name = turn.person.name or turn.context.texts("event.nameless")
    for to in reachable(turn, staff):
        text = turn.context.texts(key, no=call.no, text=call.text, name=name)
        turn.send(Reply(to, text, priority=Priority.NOTICE))


def withdraw(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    call = _call(turn, community, data)
    if turn.uow.calls.withdraw(call, turn.event.address.bot, turn.account):
        turn.say("call.withdrawn", text=call.text)
        _tell_who_calls(turn, community, call, "call.somebody_not")
    else:
        turn.tell("problem.pressed_already")


def people(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    call, texts = _call(turn, community, data), turn.context.texts
    offers = turn.uow.calls.offers(call)
    lines = [texts("call.people", text=call.text, n=len(offers))]
    lines += [row.name or texts("event.nameless") for row in offers]
    turn.send(Reply(turn.event.address, "\n".join(lines)))


def end(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """End a call that is done: thank everybody who took it up, and tell its author."""
    call = _call(turn, community, data)
    if not turn.uow.calls.move(call, OPEN, state=ENDED, ended_at=turn.uow.now):
        turn.tell("problem.pressed_already")
        return
    pushes.call_off(turn, community.id, _thing(call))
    for offer in turn.uow.calls.offers(call):
        notify(turn, offer, "call.thanks", text=call.text)
    if call.chat is not None:
        notify(turn, call, "call.came_true", text=call.text)
    turn.say("call.ended", text=call.text)


# --- own data --------------------------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    here, calls = turn.event.address, turn.uow.calls
    return {
        "wishes": [_exported_wish(turn, row) for row in calls.wishes_of(here.bot, turn.account)],
        "offers": [{"text": row.text, "at": row.at} for row in calls.offers_of(here.bot, turn.account)],
    }


def _exported_wish(turn: Turn, row: Any) -> dict[str, Any]:
    found = turn.uow.content.get(row.community_id, ContentKind.WISH, row.no)
    state = turn.context.texts(f"content.state_{found.state}")
    return {"text": row.text, "at": row.made_at, "state": state, "reason": row.why}


def _erased(turn: Turn) -> None:
    """Free the calls that the person took up; delete their own wishes with their cards."""
    here = turn.event.address
    for row in turn.uow.calls.wishes_of(here.bot, turn.account):
        content.gone(turn, turn.uow.content.get(row.community_id, ContentKind.WISH, row.no))
        turn.uow.pushes.empty(row.community_id, _thing(row), turn.context.texts("privacy.words_erased"))
    turn.uow.calls.erase(here.bot, turn.account)


FEATURE = Feature(
    buttons={
        "call_make": ask_kind,
        "call_kind": ask_call,
        "wish_make": ask_kind,
        "wish_kind": ask_call,
        "wish_drop": drop,
        "call_take": take,
        "call_withdraw": withdraw,
        "call_people": people,
        "call_end": end,
    },
    questions={"call_words": make, "wish_words": make},
    resident_commands={"calls": show},
    staff_commands={"calls": show},
    exports=_exported,
    erases=_erased,
)
