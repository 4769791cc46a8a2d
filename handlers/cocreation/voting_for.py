"""代投: somebody who cannot do it on a phone asks a person they trust to mark their ballot; both are told.

A voter who is in the chat gives a code to whoever they choose. For a line of the register that nobody in the chat is
of, two of the staff ask the voter, one after the other, and hand the code over on paper. It is good for one person and
one vote. The voter may mark the ballot themselves at any time: the last tap counts, and neither sees the other's.
"""

from typing import Any

from handlers.cocreation import ballots
from handlers.cocreation.register import door, lines_in
from handlers.cocreation.telling import close_for_all
from handlers.cocreation.words import ask_words, for_community, given_words
from handlers.emergencies import reachable
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Refusal, Role
from ledger.votes import REGISTERED, VoteState
from storage.ids import new_code
from storage.reference import CommunityRow
from storage.votes import VoteRow

LONGEST = 60
AT_DOOR = "proxy_at_door"


# --- the voter -------------------------------------------------------------------------------------------------------


def ask_somebody(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """A code for whoever they trust; asked again, the old one is void, and who had it is told."""
    vote = turn.uow.votes.to_vote_in(community.id, int(data["vote"]))
    if ballots.may_vote(turn, vote) is None:
        return
    here, code = turn.event.address, new_code()
    _tell_ended(turn, turn.uow.proxies.of_voter(vote.of, here.bot, turn.account))
    line = next(iter(turn.uow.voters.lines_for(vote, here.bot, turn.account)), None)
    whose = {"voter_bot": here.bot, "voter_account": turn.account, "voter_chat": here.chat}
    if vote.electorate in REGISTERED:
        whose["line_id"] = line
    turn.uow.proxies.ask(vote.of, code, **whose)
    name = _name(community, vote)
    end = turn.mine("button.proxy_vote_end", "proxy_vote_end", community_id=community.id, data={"vote": vote.no})
    text = turn.context.texts("proxy_vote.code", code=code, community=community.name)
    turn.send(Reply(turn.event.address, text, ((end,),), logical=name, showing=Showing.ANEW))


def end(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """They do it themselves after all; what was marked for them stays until they mark it anew."""
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    wish = turn.uow.proxies.of_voter(vote.of, turn.event.address.bot, turn.account)
    if wish is None or not turn.uow.proxies.end(wish):
        turn.tell("proxy_vote.none", alert=True)
        return
    _tell_ended(turn, wish)
    turn.close(_name(community, vote), "proxy_vote.ended")
    turn.tell("proxy_vote.ended")


def _tell_ended(turn: Turn, wish: Any) -> None:
    if wish is not None and wish.chat is not None:
        text = turn.context.texts("proxy_vote.ended_told", vote=wish.vote_no)
        turn.send(Reply(Address(wish.bot, wish.chat), text, priority=Priority.NOTICE))


def _name(community: CommunityRow, vote: VoteRow) -> str:
    return f"proxy_vote:{community.id}:{vote.no}"


# --- whoever was asked -----------------------------------------------------------------------------------------------


def begin(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """代投: with the code that the voter gave them; their ballots, if they have said it before."""
    for_community(turn, "proxy_vote_code", _begin)


def _begin(turn: Turn, community: CommunityRow) -> None:
    here = turn.event.address
    for vote in turn.uow.votes.listed([community.id], [VoteState.OPEN], 3):
        for wish in turn.uow.proxies.held_by(vote.of, here.bot, turn.account):
            _give(turn, community, vote, wish)
    ask_words(turn, "proxy_vote_code", community, turn.context.texts("proxy_vote.ask_code"))


def take_up(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    code = given_words(turn, community, asked, LONGEST)
    if code is None:
        return
    wish, here = turn.uow.proxies.by_code(community.id, code), turn.event.address
    most = turn.context.district.limits.together.proxies
    vote = turn.uow.votes.to_vote_in(community.id, wish.vote_no) if wish else None
    if wish is None or vote is None or vote.state is not VoteState.OPEN:
        turn.say("proxy_vote.no_such_code")
    elif (wish.voter_bot, wish.voter_account) == (here.bot, turn.account):
        turn.say("proxy_vote.own")
    elif len(turn.uow.proxies.held_by(vote.of, here.bot, turn.account)) >= most:
        turn.say("proxy_vote.enough", n=most)
    elif turn.uow.proxies.take_up(wish, here.bot, turn.account, here.chat):
        _tell_voter(turn, wish, "proxy_vote.taken_up", name=turn.person.name or turn.context.texts("event.nameless"))
        _give(turn, community, vote, wish)


def _give(turn: Turn, community: CommunityRow, vote: VoteRow, wish: Any) -> None:
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    text, rows = ballots.card(turn, community, topic, vote, wish=wish.id)
    head = turn.context.texts("proxy_vote.head", name=_called(turn, wish))
    turn.send(Reply(turn.event.address, f"{head}\n\n{text}", rows))


def _called(turn: Turn, wish: Any) -> str:
    """The voter, as whoever marks for them knows them: by name in the chat, else by their door."""
    if wish.voter_account is not None:
        person = turn.uow.people.find(wish.voter_bot, wish.voter_account)
        return (person.name if person else None) or turn.context.texts("event.nameless")
    line = turn.uow.voters.line(wish.community_id, wish.line_id)
    return door(turn, line) if line else turn.context.texts("event.nameless")


def _tell_voter(turn: Turn, wish: Any, key: str, **values: Any) -> None:
    if wish.voter_chat is not None:
        text = turn.context.texts(key, vote=wish.vote_no, **values)
        turn.send(Reply(Address(wish.voter_bot, wish.voter_chat), text, priority=Priority.NOTICE))


# --- at the door -----------------------------------------------------------------------------------------------------


def ask_door(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """代投登记: which door; the voter has said to this worker that they agree."""
    vote = _with_register(turn, community, data)
    ask_words(turn, AT_DOOR, community, turn.context.texts("proxy_vote.ask_door", no=vote.no), vote=vote.no)


def _with_register(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> VoteRow:
    vote = turn.uow.votes.to_vote_in(community.id, int(data["vote"]))
    if vote.state is not VoteState.OPEN or vote.electorate not in REGISTERED:
        raise NotAllowed("only of the register somebody knows who lives where")
    return vote


def at_door(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """A line that nobody in the chat is of, and that has not voted; a colleague asks the voter as well."""
    vote = _with_register(turn, community, asked)
    words = given_words(turn, community, asked, LONGEST)
    if words is None:
        return
    lines = [
        line
        for line in lines_in(turn, community, words)
        if line.kind == vote.electorate and (not vote.buildings or line.building_id in vote.buildings)
    ]
    claimed = turn.uow.voters.claimed(community.id, [line.id for line in lines])
    free = [
        line
        for line in lines
        if line.id not in claimed and turn.uow.votes.mark_of(vote.of, ballots.line_tag(vote, line.id)) is None
    ]
    if not free:
        turn.say("proxy_vote.not_free" if lines else "paper.no_such_door", no=vote.no)
        return
    line = free[0]
    wish = turn.uow.proxies.ask(vote.of, None, line_id=line.id, staff_id=turn.staff_id)
    turn.uow.votes.add_event(vote, "proxy", role, staff_id=turn.staff_id)
    _ask_colleagues(turn, community, vote, wish, door(turn, line))
    turn.say("proxy_vote.waits", door=door(turn, line))


def _ask_colleagues(turn: Turn, community: CommunityRow, vote: VoteRow, wish: int, where: str) -> None:
    reference = turn.uow.reference
    staff = {row.id: row for role in (Role.WORKER, Role.MANAGER) for row in reference.staff_with(community.id, role)}
    name = turn.staff.name if turn.staff else ""
    text = turn.context.texts("proxy_vote.card", no=vote.no, door=where, name=name)
    data = {"vote": vote.no, "wish": wish}
    for to in reachable(turn, [row for row in staff.values() if row.id != turn.staff_id]):
        row = tuple(
            Button(turn.context.texts(f"button.{deed}"), deed, community.id, data=data)
            for deed in ("proxy_vote_yes", "proxy_vote_no")
        )
        rows: Rows = (row,)
        turn.send(Reply(to, text, rows, priority=Priority.NOTICE, logical=_card(community, wish)))


def _card(community: CommunityRow, wish: int) -> str:
    return f"proxy_vote:{community.id}:{wish}"


def confirm(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """The second of the staff has asked the voter, too; the code is theirs to hand over.

    Raises:
        NotAllowed: they are the first themselves.
    """
    vote, wish = _waiting(turn, community, data)
    code = new_code()
    if wish is None or not turn.uow.proxies.allow(wish, code):
        turn.tell("register.decided_already")
        return
    turn.uow.votes.add_event(vote, "proxy_confirmed", role, staff_id=turn.staff_id)
    close_for_all(turn, _card(community, wish.id), "proxy_vote.card_yes", door=_called(turn, wish))
    turn.say("proxy_vote.hand_over", code=code, door=_called(turn, wish))


def refuse(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    vote, wish = _waiting(turn, community, data)
    if wish is None or wish.code_hash is not None or wish.account is not None or not turn.uow.proxies.end(wish):
        turn.tell("register.decided_already")
        return
    turn.uow.votes.add_event(vote, "proxy_refused", role, staff_id=turn.staff_id)
    close_for_all(turn, _card(community, wish.id), "proxy_vote.card_no", door=_called(turn, wish))


def _waiting(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> tuple[VoteRow, Any]:
    vote = turn.uow.votes.to_vote_in(community.id, int(data["vote"]))
    wish = turn.uow.proxies.get(vote.of, int(data["wish"]))
    if vote.state is not VoteState.OPEN:
        raise NotAllowed("the vote is over")
    if wish is not None and wish.staff_id == turn.staff_id:
        raise NotAllowed("two of the staff ask the voter", Refusal.OWN)
    return vote, wish


# --- own data --------------------------------------------------------------------------------------------------------


def exported(turn: Turn) -> list[dict[str, Any]]:
    """That they marked for somebody, or somebody for them; never what."""
    here = turn.event.address
    return [
        {
            "number": row.vote_no,
            "at": row.at,
            "part": turn.context.texts(
                "proxy_vote.for_you" if row.voter_account == turn.account else "proxy_vote.by_you"
            ),
        }
        for row in turn.uow.proxies.of_person(here.bot, turn.account)
    ]
