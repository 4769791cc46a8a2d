"""Ballots of voters who use no chat: an entry of the register, or a person whom two members of staff know.

They vote on paper (paper_ballots.py) or through a proxy (voting_for.py). A line of the register votes once, so one
member of staff may give it a slip. A vote by resident has no register: door and name stand for the person, and two
members of staff, one after the other, state that they know them and that they use no chat.
"""

from dataclasses import dataclass
from typing import Any

from handlers.cases.emergencies import reachable
from handlers.cocreation import ballots
from handlers.cocreation.notifying import close_for_all
from handlers.cocreation.register import building_in, door, lines_in
from handlers.reply import Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Refusal, Role
from ledger.votes import REGISTERED, VoteState
from storage.cocreation.voters import plain_room
from storage.cocreation.votes import VoteRow
from storage.ids import new_code
from storage.reference import CommunityRow

LONGEST = 60


@dataclass(frozen=True, slots=True)
class AtDoor:
    """Somebody who may vote. `voter`: their tag; `said`: their door or name; `claimed`: they are in the chat."""

    voter: str
    said: str
    line_id: int | None = None
    called: str | None = None
    claimed: bool = False

    @property
    def whose(self) -> dict[str, Any]:
        """The columns of a request that identify the voter."""
        return {"line_id": self.line_id, "called": self.called}


def running(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> VoteRow:
    """The vote, locked until the commit so that nobody closes it.

    Raises:
        NotAllowed: it is not open.
    """
    vote = turn.uow.votes.to_vote_in(community.id, int(data["vote"]))
    if vote.state is not VoteState.OPEN:
        raise NotAllowed("a door is asked while a vote runs")
    return vote


def how_to_say(vote: VoteRow) -> str:
    """The suffix of the text that explains how to name a voter."""
    return "line" if vote.electorate in REGISTERED else "person"


def people_at_door(turn: Turn, community: CommunityRow, vote: VoteRow, words: str) -> list[AtDoor]:
    """The voters that words may mean, those not in the chat first."""
    if vote.electorate not in REGISTERED:
        return _named(turn, community, vote, words)
    lines = [line for line in lines_in(turn, community, words) if line.kind == vote.electorate]
    here = [line for line in lines if not vote.buildings or line.building_id in vote.buildings]
    claimed = turn.uow.voters.claimed(community.id, [line.id for line in here])
    all_of_them = [
        AtDoor(ballots.line_tag(vote, line.id), door(turn, line), line.id, claimed=line.id in claimed) for line in here
    ]
    return sorted(all_of_them, key=lambda one: (one.claimed, one.line_id))


def _named(turn: Turn, community: CommunityRow, vote: VoteRow, words: str) -> list[AtDoor]:
    """A voter by door and name: 3栋 2单元501 王奶奶. Empty if the words do not name both."""
    *where, name = words.split()
    building, room = building_in(turn, community, "".join(where))
    if building is None or not room or any(sign.isdigit() for sign in name):
        return []
    if vote.buildings and building.id not in vote.buildings:
        return []
    called = f"{building.name} {plain_room(room)} {name}"
    return [AtDoor(ballots.person_tag(vote, called), called, called=called)]


def may_vote(turn: Turn, vote: VoteRow, person: AtDoor) -> bool:
    """Whether a voter is not in the chat and has neither a ballot nor a slip."""
    taken = any(
        request.called == person.called and request.paper for request in turn.uow.proxies.outside(vote.primary_key)
    )
    return not person.claimed and not taken and turn.uow.votes.mark_of(vote.primary_key, person.voter) is None


# --- the second staff member -----------------------------------------------------------------------------------------


def ask_colleagues(turn: Turn, community: CommunityRow, vote: VoteRow, person: AtDoor, *, paper: bool = False) -> None:
    """Ask the other staff of the community to confirm that they know the voter and have asked them."""
    at_same_door = _at_same_door(turn, vote, person)
    request = turn.uow.proxies.ask(vote.primary_key, None, **person.whose, paper=paper, staff_id=turn.staff_id)
    reference, texts = turn.uow.reference, turn.context.texts
    staff = {row.id: row for role in (Role.WORKER, Role.MANAGER) for row in reference.staff_with(community.id, role)}
    name = turn.staff.name if turn.staff else ""
    key = "at_door.card_paper" if paper else "at_door.card_proxy"
    text = "\n".join([texts(key, no=vote.no, door=person.said, name=name), *at_same_door])
    for to in reachable(turn, [row for row in staff.values() if row.id != turn.staff_id]):
        rows = _rows(turn, community, {"vote": vote.no, ballots.REQUEST: request})
        turn.send(Reply(to, text, rows, priority=Priority.NOTICE, logical=_card(community, request)))
    turn.send(Reply(turn.event.address, "\n".join([texts("at_door.waits", door=person.said), *at_same_door])))


def _at_same_door(turn: Turn, vote: VoteRow, person: AtDoor) -> list[str]:
    """A warning if others are recorded for the same door, who may be the same person under another name."""
    if person.called is None:
        return []
    where = person.called.rpartition(" ")[0]
    there = [
        request.called for request in turn.uow.proxies.outside(vote.primary_key) if request.called != person.called
    ]
    same = [called.rpartition(" ")[2] for called in there if called.rpartition(" ")[0] == where]
    return [turn.context.texts("at_door.same_door", names="、".join(same))] if same else []


def _rows(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Rows:
    actions = ("proxy_vote_yes", "proxy_vote_no")
    return (
        tuple(Button(turn.context.texts(f"button.{action}"), action, community.id, data=data) for action in actions),
    )


def _card(community: CommunityRow, request: int) -> str:
    return f"proxy_vote:{community.id}:{request}"


def confirm(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """The second staff member confirms: the voter gets a slip, or a code to hand over.

    Raises:
        NotAllowed: this person is the first staff member.
    """
    vote, request = _waiting(turn, community, data)
    if request is None or not (_gives_paper(turn, vote, request) if request.paper else _gives_code(turn, request)):
        turn.tell("register.decided_already")
        return
    turn.uow.votes.add_event(vote, "paper" if request.paper else "proxy_confirmed", role, staff_id=turn.staff_id)
    close_for_all(turn, _card(community, request.id), "at_door.card_yes", door=called(turn, request))


def _gives_paper(turn: Turn, vote: VoteRow, request: Any) -> bool:
    given = turn.uow.votes.hand_out_paper(vote.primary_key, ballots.voter_of(vote, request))
    if given:
        turn.say("paper.handed_out", no=vote.no)
    return given


def _gives_code(turn: Turn, request: Any) -> bool:
    code = new_code()
    given = turn.uow.proxies.allow(request, code)
    if given:
        turn.say("proxy_vote.hand_over", code=code, door=called(turn, request))
    return given


def refuse(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """The second staff member does not know the voter, or the voter did not agree."""
    vote, request = _waiting(turn, community, data)
    if request is None or _confirmed(turn, vote, request) or not turn.uow.proxies.end(request):
        turn.tell("register.decided_already")
        return
    turn.uow.votes.add_event(vote, "proxy_refused", role, staff_id=turn.staff_id)
    close_for_all(turn, _card(community, request.id), "at_door.card_no", door=called(turn, request))


def _confirmed(turn: Turn, vote: VoteRow, request: Any) -> bool:
    if request.paper:
        return turn.uow.votes.mark_of(vote.primary_key, ballots.voter_of(vote, request)) is not None
    return request.code_hash is not None or request.account is not None


def _waiting(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> tuple[VoteRow, Any]:
    vote = running(turn, community, data)
    request = turn.uow.proxies.get(vote.primary_key, int(data[ballots.REQUEST]))
    if request is not None and request.staff_id == turn.staff_id:
        raise NotAllowed("two of the staff ask the voter", Refusal.OWN)
    return vote, request


def called(turn: Turn, request: Any) -> str:
    """The voter for the proxy to read: the name in the chat, else the door."""
    if request.voter_account is not None:
        person = turn.uow.people.find(request.voter_bot, request.voter_account)
        return (person.name if person else None) or turn.context.texts("event.nameless")
    if request.called is not None:
        return str(request.called)
    line = turn.uow.voters.line(request.community_id, request.line_id)
    return door(turn, line) if line else turn.context.texts("event.nameless")


def voted_outside(turn: Turn, vote: VoteRow) -> int:
    """How many people outside chat and register voted; they were not counted as eligible when the vote began."""
    outside = turn.uow.proxies.outside(vote.primary_key)
    return sum(
        turn.uow.votes.mark_of(vote.primary_key, ballots.voter_of(vote, request)) is not None for request in outside
    )
