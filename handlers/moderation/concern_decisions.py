"""A staff member decides about a concern; the resident is told what and why, and it can be taken back."""

from typing import Any

from digests.dates import day_and_time
from handlers.event import Address, Event, EventKind, Location
from handlers.feature import Due, Feature, Handler
from handlers.file_packing import unpacked
from handlers.moderation import concerns
from handlers.reply import Priority, Reply
from handlers.residents import filing, matters, media, own_cases
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.lifecycle import State as CaseState
from storage.moderation.concerns import ConcernRow, State
from storage.reference import CommunityRow


def let_be(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Nothing is wrong."""
    if lead := _open(turn, community, data):
        _decide(turn, role, lead, State.LET_BE, said="concern.was_let_be")


def pause_person(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Whoever it is about has to wait for a while; held words are refused with it."""
    if lead := _open(turn, community, data):
        until = turn.uow.now + turn.context.district.limits.moderation.pause.wall
        for concern in _decide(
            turn, role, lead, State.PAUSED, said="concern.was_paused", reason=data["reason"], until=until
        ):
            _mute(turn, concern, until)
            key = f"concern.why_{data['reason']}"
            _tell(turn, concern, "concern.paused", why=turn.context.texts(key), until=_when(turn, concern, until))
            if concern.held is not None:
                _tell(turn, concern, _key("concern.paused_held", concern))


def file_held(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """The link is harmless: the words are filed."""
    if lead := _open(turn, community, data):
        for concern in _decide(turn, role, lead, State.FILED, said="concern.was_filed", undoable=False):
            _file(turn, concern)


def refuse_held(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """It is no report: the person hears why."""
    if lead := _open(turn, community, data):
        for concern in _decide(turn, role, lead, State.REFUSED, said="concern.was_refused", reason=data["reason"]):
            _tell(
                turn, concern, _key("concern.refused", concern), why=turn.context.texts(f"concern.why_{data['reason']}")
            )


def undo_decision(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """It is open again; whoever had to wait does not any more, and hears that."""
    lead = turn.uow.concerns.get(community.id, int(data["concern"]))
    if lead.state in (State.OPEN, State.FILED, State.LAPSED):
        turn.tell("concern.decided_already", alert=True)
        return
    again_at = turn.uow.now + turn.context.district.limits.moderation.held_for.wall
    for concern in turn.uow.concerns.group(lead, lead.state):
        waits = {"next_at": again_at} if concern.held is not None else {}
        turn.uow.concerns.change(concern, State.OPEN, decided_at=None, staff_id=None, reason=None, until=None, **waits)
        turn.uow.concerns.add_event(concern, "undone", role, turn.staff_id, None)
        if lead.state is State.PAUSED:
            _mute(turn, concern, None)
        if lead.state is not State.LET_BE:
            _tell(turn, concern, "concern.taken_back")
    concerns.show(turn, turn.uow.concerns.get(lead.community_id, lead.id))
    turn.tell("concern.undone")


DECISIONS: dict[str, Handler] = {
    "let_be": let_be,
    "pause_person": pause_person,
    "file_held": file_held,
    "refuse_held": refuse_held,
    "undo_decision": undo_decision,
}
"""Buttons of a concern's card; each is an action on its community."""


def lapse(turn: Turn, concern: ConcernRow) -> None:
    """Nobody has looked in time: the resident's words are filed all the same."""
    if concern.state is not State.OPEN or concern.held is None:
        return
    turn.uow.concerns.change(concern, State.LAPSED, next_at=None, held=None, decided_at=turn.uow.now)
    turn.uow.concerns.add_event(concern, State.LAPSED, Role.SYSTEM, None, None)
    _file(turn, concern)
    if concern.lead_id is None:
        concerns.close(turn, concern, "concern.lapsed")


# --- how -------------------------------------------------------------------------------------------------------------


def _open(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> ConcernRow | None:
    found = turn.uow.concerns.get(community.id, int(data["concern"]))
    if concerns.is_open(found):
        return found
    turn.tell("concern.decided_already", alert=True)
    return None


def _decide(
    turn: Turn,
    role: Role,
    lead: ConcernRow,
    state: State,
    *,
    said: str,
    reason: str | None = None,
    undoable: bool = True,
    **values: Any,
) -> list[ConcernRow]:
    """Settle the concern and all that joined it; returns those as they were before, for what is still to be done."""
    settled = []
    keeps = {} if undoable else {"held": None}
    for concern in turn.uow.concerns.group(lead, State.OPEN):
        decided = {"reason": reason, "decided_at": turn.uow.now, "staff_id": turn.staff_id, "next_at": None}
        if turn.uow.concerns.change(concern, state, **decided, **keeps, **values):
            turn.uow.concerns.add_event(concern, state, role, turn.staff_id, reason)
            settled.append(concern)
    name = turn.staff.name if turn.staff else ""
    why = turn.context.texts(f"concern.why_{reason}") if reason else ""
    rows = concerns.undo_rows(turn, lead) if undoable else ()
    concerns.close(turn, lead, said, rows, name=name, why=why)
    turn.tell("concern.done")
    turn.outcome = f"concern {state}"
    return settled


def _mute(turn: Turn, concern: ConcernRow, until: Any) -> None:
    turn.uow.inbox.lock_lane(concern.bot, concern.chat, wait=True)
    if person := turn.uow.people.find(concern.bot, concern.account):
        person.muted_until = until


def _key(key: str, concern: ConcernRow) -> str:
    """The text for held words that were to be added to a case, else the one for a report."""
    return f"{key}_addition" if concern.adds else key


def _tell(turn: Turn, concern: ConcernRow, key: str, **values: str) -> None:
    text = turn.context.texts(key, **values)
    turn.send(Reply(Address(concern.bot, concern.chat), text, priority=Priority.NOTICE))


def _file(turn: Turn, concern: ConcernRow) -> None:
    """File held words, or add them to their case, as if their author had said them now."""
    held = concern.held
    community = turn.community(held["community"]) if held else None
    if held is None or community is None:
        return
    if concern.adds and not _goes_on(turn, concern, held["case"]):
        _tell(turn, concern, "concern.not_added")
        return
    to = Address(concern.bot, concern.chat)
    turn.uow.conversations.of_another((to.bot, to.chat, 0, concern.account))
    said = tuple((message_id, text) for message_id, text in held["said"])
    words = "\n".join(text for _, text in said)
    files = unpacked(held["files"])
    event = Event(EventKind.TEXT, to, concern.account, turn.uow.now, text=words, message_id=said[0][0], files=files)
    theirs = Turn(turn.context, turn.uow, event, replies=turn.replies)
    if concern.adds and (case := media.takes_more(theirs, held["case"])) is not None:
        own_cases.supplement(theirs, case, looked_at=True)
        return
    found = matters.to_file(theirs.reading)
    place = Location(*held["location"]) if held["location"] else None
    report = filing.Report(found, community, bool(held["anonymous"]), files, said, place, held.get("proxy"))
    filing.file_report(theirs, report, looked_at=True)


def _goes_on(turn: Turn, concern: ConcernRow, key: list[int]) -> bool:
    """Whether held words for a case are still wanted: it was not withdrawn, and their author has not left it."""
    case = turn.uow.cases.living((key[0], key[1]))
    if case is None or case.state is CaseState.WITHDRAWN:
        return False
    return turn.uow.cases.part_of(case.key, concern.bot, concern.account) is not None


def _when(turn: Turn, concern: ConcernRow, moment: Any) -> str:
    return day_and_time(moment, turn.uow.reference.communities[concern.community_id].zone)


# --- what is kept of a person ----------------------------------------------------------------------------------------


def _exported(turn: Turn) -> dict[str, Any]:
    texts = turn.context.texts
    return {
        "muted_until": turn.person.muted_until,
        "concerns": [
            {"at": row.opened_at, "reason": texts(f"concern.why_{row.kind}"), "text": row.sample}
            | {"state": texts(f"concern.state_{row.state}"), "decided_at": row.decided_at}
            for row in turn.uow.concerns.of_person(turn.event.address.bot, turn.account)
        ],
    }


def _erased(turn: Turn) -> None:
    turn.uow.concerns.erase_of(turn.event.address.bot, turn.account)


FEATURE = Feature(
    buttons=DECISIONS,
    due=(Due("concern", lambda uow: uow.concerns.due(), lambda row: (row.community_id, row.id), lapse),),
    exports=_exported,
    erases=_erased,
)
