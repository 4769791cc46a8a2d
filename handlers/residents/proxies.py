"""代录: a worker, a relative or a 楼组长 files for somebody who cannot; that person's consent is recorded.

The proxy gets the messages of a reporter and is asked to pass them on. The person, or somebody who looks after them,
can follow the case through a link to this one case.
"""

from typing import Any

from handlers import communities, phrases
from handlers.case_names import named
from handlers.cases import steps
from handlers.event import Address
from handlers.reply import Priority, Reply, in_rows
from handlers.residents import drafts, filing, lookup, matters, represented
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.rights import Part
from nlp import personal
from nlp.understanding import Personal
from storage.cases import CaseRow, PersonOfCase
from storage.ids import new_id
from storage.reference import CommunityRow

RELATIONS = ("family", "building_head", "other")
CONSENTS = ("in_person", "by_phone")
CLERK = "worker"
LONGEST_NAME = 20


def begin(turn: Turn) -> None:
    """替人反映: ask for whom, whether they agree, and what it is about, in this order."""
    if turn.as_staff and not turn.communities_for("proxy"):
        turn.say("problem.no_right")
        return
    turn.talk.state["proxy"] = {"at": turn.uow.now.timestamp()}
    turn.talk.expires_at = turn.uow.now + turn.context.district.limits.draft_kept.wall
    if turn.as_staff and turn.event.private:
        turn.talk.state["proxy"]["relation"] = CLERK
        turn.say("proxy.who")
        return
    name = f"proxy:{new_id()}"
    chips = [
        turn.mine(f"button.proxy_{relation}", "proxy_relation", data={"relation": relation, "shown_in": name})
        for relation in RELATIONS
    ]
    turn.send(Reply(turn.event.address, turn.context.texts("proxy.relation"), in_rows(chips), logical=name))


def relation(turn: Turn, data: dict[str, Any]) -> None:
    proxy = represented.pending(turn)
    if proxy is None:
        turn.tell("proxy.gone")
        return
    proxy |= {"relation": data["relation"], "at": turn.uow.now.timestamp()}
    turn.close(data["shown_in"], "proxy.who")


def takes(turn: Turn) -> bool:
    """Take the answer to these questions (staff also give the report). False: the words mean something else."""
    proxy = represented.pending(turn)
    if proxy is None or not turn.event.text.strip() or "relation" not in proxy or _asked_since(turn, proxy):
        return False
    if phrases.said(turn.context.texts, "heard", ("drop",), turn.event.text):
        return _dropped(turn)
    if turn.as_staff and lookup.card_by_number(turn):
        return True
    if "name" not in proxy:
        if not turn.as_staff and matters.emergency(turn.reading):
            return False
        _name(turn, proxy)
    elif turn.as_staff and "consent" in proxy:
        _file_for(turn)
    else:
        return False
    return True


def _asked_since(turn: Turn, proxy: dict[str, Any]) -> bool:
    """Return whether something else was asked here later: the words answer that."""
    asked = turn.talk.state.get("expects")
    return asked is not None and bool(asked["at"] > proxy["at"])


def _dropped(turn: Turn) -> bool:
    """算了: stop filing on behalf of somebody; if a draft is open, 算了 also discards that."""
    turn.talk.state.pop("proxy")
    if drafts.there_is_one(turn):
        return False
    turn.say("ask.never_mind")
    turn.outcome = "proxy dropped"
    return True


def _name(turn: Turn, proxy: dict[str, Any]) -> None:
    text = turn.event.text.strip()
    phone = next((span for span in personal.find(text) if span.type is Personal.PHONE), None)
    proxy["phone"] = text[phone.start : phone.end] if phone else None
    name = text if phone is None else text[: phone.start] + text[phone.end :]
    proxy["at"] = turn.uow.now.timestamp()
    proxy["name"] = name.strip(" ，,。：:电话号码是")[:LONGEST_NAME] or turn.context.texts("proxy.somebody")
    shown = f"proxy:{new_id()}"
    rows = [turn.mine(f"button.proxy_{c}", "proxy_consent", data={"consent": c, "shown_in": shown}) for c in CONSENTS]
    rows.append(turn.mine("button.proxy_not_yet", "proxy_consent", data={"consent": None, "shown_in": shown}))
    text = turn.context.texts("proxy.consent", name=proxy["name"])
    turn.send(Reply(turn.event.address, text, in_rows(rows), logical=shown))
    turn.outcome = "proxy"


def consent(turn: Turn, data: dict[str, Any]) -> None:
    """Take the answer about consent; without it nothing is filed for the person."""
    proxy = represented.pending(turn)
    if proxy is None or "name" not in proxy:
        turn.tell("proxy.gone")
    elif data["consent"] is None:
        turn.talk.state.pop("proxy")
        turn.close(data["shown_in"], "proxy.ask_first", name=proxy["name"])
    else:
        proxy |= {"consent": data["consent"], "at": turn.uow.now.timestamp()}
        turn.close(data["shown_in"], "proxy.what", name=proxy["name"])


# --- filing ----------------------------------------------------------------------------------------------------------


def _file_for(turn: Turn) -> None:
    """File a worker's words for somebody else in the worker's community, without a draft."""
    community = _community(turn)
    if community is None:
        turn.say("proxy.which")
        return
    found, said = matters.to_file(turn.reading), ((turn.event.message_id, turn.event.text),)
    report = filing.Report(found, community, files=turn.event.files, said=said, location=turn.event.location)
    filing.file_report(turn, report)


def _community(turn: Turn) -> CommunityRow | None:
    mine = turn.communities_for("proxy")
    named = communities.mentioned(turn, turn.event.text)
    return mine[0] if len(mine) == 1 else named if named in mine else None


# --- the person themselves -------------------------------------------------------------------------------------------


def show_claim(turn: Turn, key: tuple[int, int]) -> None:
    """Somebody opened the link: show the case and the notice for consent."""
    case = turn.uow.cases.living(key)
    if case is None or not _unclaimed(turn, case):
        turn.say("proxy.claimed_already")
        return
    name = f"claim:{new_id()}"
    of = {"community_id": case.community_id, "case_no": case.no, "data": {"shown_in": name}}
    text = turn.context.texts("proxy.is_it_you", number=turn.number(case), notice=turn.context.texts("privacy.join"))
    turn.send(Reply(turn.event.address, text, ((turn.mine("button.claim", "claim", once=True, **of),),), logical=name))


def claim(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """Make the person the reporter, who is told, asked at the end, and can withdraw the case."""
    if not _unclaimed(turn, case):
        turn.tell("proxy.claimed_already", alert=True)
        return
    person, here = turn.person, turn.event.address
    person.consent_version = turn.context.district.limits.consent_version
    person.consented_at = turn.uow.now
    person.community_id = person.community_id or case.community_id
    me = PersonOfCase(here.bot, turn.account, here.chat, Part.REPORTER, anonymous=case.anonymous)
    turn.uow.cases.add_person(case.key, me)
    event_id = turn.uow.cases.add_event(case, action="claimed", role=Role.RESIDENT, before=case.state, via=turn.via)
    turn.close(data["shown_in"], "proxy.claimed", case=named(turn, case))
    for other in steps.people_to_tell(turn, case):
        if other.part in (Part.PROXY, Part.CLERK):
            text = turn.context.texts("proxy.follows_now", case=named(turn, case, other.chat))
            to, cause = Address(other.bot, other.chat), steps.cause_of(case, event_id)
            turn.send(Reply(to, text, priority=Priority.NOTICE, cause=cause))
    turn.outcome = "claimed"


def _unclaimed(turn: Turn, case: CaseRow) -> bool:
    """Whether the link can still be used: it is valid for one person, and not for the proxy."""
    me, people = (turn.event.address.bot, turn.account), turn.uow.cases.people(case.key)
    proxied = any(p.part in (Part.PROXY, Part.CLERK) for p in people)
    taken = any(p.part == Part.REPORTER or (p.bot, p.account) == me for p in people)
    return proxied and not taken
