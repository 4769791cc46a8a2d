"""代投: somebody who cannot vote on a phone asks a person they trust to mark their ballot; both are told.

A voter in the chat gives a code to the person they choose. A voter who uses no chat is asked by two members of staff,
one after the other (offline_ballots.py), who hand over the code on paper. A code is valid for one person and one vote.
The voter may still mark the ballot themselves: the last tap counts, and neither sees the other's choice.
"""

from typing import Any

from handlers.cocreation import ballots, offline_ballots
from handlers.cocreation.notifying import notify
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words
from handlers.event import Address
from handlers.reply import Priority, Reply, Showing
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.votes import REGISTERED, VoteState
from storage.cocreation.votes import VoteRow
from storage.ids import new_code
from storage.reference import CommunityRow

AT_DOOR = "proxy_at_door"


# --- the voter -------------------------------------------------------------------------------------------------------


def ask_somebody(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Give the voter a code for a proxy. A new code replaces the old one, and its proxy is told."""
    vote = turn.uow.votes.to_vote_in(community.id, int(data["vote"]))
    if ballots.may_vote(turn, vote) is None:
        return
    here, code = turn.event.address, new_code()
    _tell_ended(turn, turn.uow.proxies.of_voter(vote.primary_key, here.bot, turn.account))
    line = next(iter(turn.uow.voters.lines_for(vote, here.bot, turn.account)), None)
    whose = {"voter_bot": here.bot, "voter_account": turn.account, "voter_chat": here.chat}
    if vote.electorate in REGISTERED:
        whose["line_id"] = line
    turn.uow.proxies.ask(vote.primary_key, code, **whose)
    name = _name(community, vote)
    end = turn.mine("button.proxy_vote_end", "proxy_vote_end", community_id=community.id, data={"vote": vote.no})
    text = turn.context.texts("proxy_vote.code", code=code, community=community.name)
    turn.send(Reply(turn.event.address, text, ((end,),), logical=name, showing=Showing.ANEW))


def end(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """The voter withdraws the request; what the proxy marked counts until they mark the ballot themselves."""
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    request = turn.uow.proxies.of_voter(vote.primary_key, turn.event.address.bot, turn.account)
    if request is None or not turn.uow.proxies.end(request):
        turn.tell("proxy_vote.none", alert=True)
        return
    _tell_ended(turn, request)
    turn.close(_name(community, vote), "proxy_vote.ended")
    turn.tell("proxy_vote.ended")


def _tell_ended(turn: Turn, request: Any) -> None:
    if request is not None and request.chat is not None:
        notify(turn, request, "proxy_vote.ended_told", vote=request.vote_no)


def _name(community: CommunityRow, vote: VoteRow) -> str:
    return f"proxy_vote:{community.id}:{vote.no}"


# --- the proxy -------------------------------------------------------------------------------------------------------


def begin(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """代投: ask the proxy for the code, or show the ballots whose codes they have given before."""
    for_community(turn, "proxy_vote_code", _begin)


def _begin(turn: Turn, community: CommunityRow) -> None:
    here = turn.event.address
    for vote in turn.uow.votes.listed([community.id], [VoteState.OPEN], 3):
        for request in turn.uow.proxies.held_by(vote.primary_key, here.bot, turn.account):
            _give(turn, community, vote, request)
    _ask_code(turn, community)


def _ask_code(turn: Turn, community: CommunityRow) -> None:
    ask_words(turn, "proxy_vote_code", community, turn.context.texts("proxy_vote.ask_code"))


def take_up(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    code = given_words(turn, community, asked, offline_ballots.LONGEST)
    if code is None:
        return
    request, here = turn.uow.proxies.by_code(community.id, code), turn.event.address
    most = turn.context.district.limits.together.proxies
    vote = turn.uow.votes.to_vote_in(community.id, request.vote_no) if request else None
    if request is None or vote is None or vote.state is not VoteState.OPEN:
        ask_again(turn, asked, turn.context.texts("proxy_vote.no_such_code"), lambda: _ask_code(turn, community))
    elif (request.voter_bot, request.voter_account) == (here.bot, turn.account):
        ask_again(turn, asked, turn.context.texts("proxy_vote.own"), lambda: _ask_code(turn, community))
    elif len(turn.uow.proxies.held_by(vote.primary_key, here.bot, turn.account)) >= most:
        turn.say("proxy_vote.enough", n=most)
    elif turn.uow.proxies.take_up(request, here.bot, turn.account, here.chat):
        _tell_voter(turn, request, "proxy_vote.taken_up", name=turn.person.name or turn.context.texts("event.nameless"))
        _give(turn, community, vote, request)


def _give(turn: Turn, community: CommunityRow, vote: VoteRow, request: Any) -> None:
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    text, rows = ballots.card(turn, community, topic, vote, request=request.id)
    head = turn.context.texts("proxy_vote.head", name=offline_ballots.called(turn, request))
    turn.send(Reply(turn.event.address, f"{head}\n\n{text}", rows))


def _tell_voter(turn: Turn, request: Any, key: str, **values: Any) -> None:
    if request.voter_chat is not None:
        text = turn.context.texts(key, vote=request.vote_no, **values)
        turn.send(Reply(Address(request.voter_bot, request.voter_chat), text, priority=Priority.NOTICE))


# --- the staff -------------------------------------------------------------------------------------------------------


def ask_door(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """代投登记: ask for the door of a voter who has told this worker that they agree."""
    vote = offline_ballots.running(turn, community, data)
    text = turn.context.texts(f"proxy_vote.ask_{offline_ballots.how_to_say(vote)}", no=vote.no)
    ask_words(turn, AT_DOOR, community, text, vote=vote.no)


def at_door(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Record a voter who uses no chat and has not voted; a colleague must ask them, too."""
    vote = offline_ballots.running(turn, community, asked)
    words = given_words(turn, community, asked, offline_ballots.LONGEST)
    if words is None:
        return
    found = offline_ballots.people_at_door(turn, community, vote, words)
    one = next((one for one in found if offline_ballots.may_vote(turn, vote, one)), None)
    if one is None:
        key = "proxy_vote.not_free" if found else f"paper.no_such_{offline_ballots.how_to_say(vote)}"
        ask_again(turn, asked, turn.context.texts(key, no=vote.no), lambda: ask_door(turn, community, role, asked))
        return
    turn.uow.votes.add_event(vote, "proxy", role, staff_id=turn.staff_id)
    offline_ballots.ask_colleagues(turn, community, vote, one)


# --- own data --------------------------------------------------------------------------------------------------------


def exported(turn: Turn) -> list[dict[str, Any]]:
    """Requests in which the person is voter or proxy, without any choice."""
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
