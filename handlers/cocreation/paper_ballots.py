"""Votes on paper, also for older neighbours who need help: recorded on the roll, and read by two people.

People who take a paper ballot are on the roll and cannot vote in the chat as well. The slip has no name. Two workers
read each slip independently, and it counts only if both read the same.
"""

import re
from typing import Any

from handlers.cocreation import offline_ballots
from handlers.cocreation.prompts import ask_again, ask_words, given_words
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.votes import LETTERS, Method, VoteState
from storage.cocreation.votes import SlipRead, VoteRow
from storage.reference import CommunityRow

SLIP = re.compile(r"\s*(\d{1,6})(?:\s{0,3}[号:：,，]|\s)([A-Za-z,，、>\s]*)")
READ_IN = (VoteState.OPEN, VoteState.LOOKED_AT)


def ask_door(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """领纸票: ask who takes a paper ballot."""
    vote = offline_ballots.running(turn, community, data)
    text = turn.context.texts(f"paper.ask_{offline_ballots.how_to_say(vote)}", no=vote.no)
    ask_words(turn, "paper_hand_out", community, text, vote=vote.no)


def hand_out(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Give a slip to the first voter at a door who is not on the roll; without a register, ask a colleague first."""
    vote = offline_ballots.running(turn, community, asked)
    words = given_words(turn, community, asked, offline_ballots.LONGEST)
    if words is None:
        return
    found = offline_ballots.people_at_door(turn, community, vote, words)
    for one in found:
        if one.called is not None and offline_ballots.may_vote(turn, vote, one):
            offline_ballots.ask_colleagues(turn, community, vote, one, paper=True)
            return
        if one.line_id is not None and turn.uow.votes.hand_out_paper(vote.primary_key, one.voter):
            turn.uow.votes.add_event(vote, "paper", role, staff_id=turn.staff_id)
            turn.say("paper.handed_out", no=vote.no)
            return
    why = turn.context.texts(
        "paper.on_the_roll" if found else f"paper.no_such_{offline_ballots.how_to_say(vote)}", no=vote.no
    )
    ask_again(turn, asked, why, lambda: ask_door(turn, community, role, asked))


def ask_slip(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """录纸票: ask for a slip's number (given when the box was emptied) and its letters."""
    vote = _read_in(turn, community, data)
    texts = turn.context.texts
    options = "\n".join(f"{letter}. {text}" for letter, text in zip(LETTERS, vote.options, strict=False))
    text = texts("paper.ask_slip", no=vote.no, how=texts(f"paper.how_{vote.method}")) + "\n" + options
    ask_words(turn, "slip_read", community, text, vote=vote.no)


def _read_in(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> VoteRow:
    vote = turn.uow.votes.to_read_paper_of(community.id, int(data["vote"]))
    if vote.state not in READ_IN or vote.papers_done:
        raise NotAllowed("paper is read while a vote is not counted")
    return vote


def read_slip(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Store a reading, and tell the result without revealing the other reading."""
    vote = _read_in(turn, community, asked)
    words = given_words(turn, community, asked, offline_ballots.LONGEST)
    if words is None:
        return
    found = SLIP.fullmatch(words)
    choice = choice_in(vote, found[2]) if found else None
    if found is None or choice is None:
        why = turn.context.texts("paper.not_understood")
        ask_again(turn, asked, why, lambda: ask_slip(turn, community, role, {"vote": vote.no}))
        return
    read = turn.uow.votes.read_slip(vote.primary_key, int(found[1]), turn.staff_id or 0, choice)
    turn.say(f"paper.read_{read}", slip=found[1])
    if read in (SlipRead.FIRST, SlipRead.SAME):
        ask_slip(turn, community, role, {"vote": vote.no})


def choice_in(vote: VoteRow, letters: str) -> list[int] | None:
    """The places on the ballot for letters such as B or C,A. None: not valid in this vote."""
    named = [LETTERS.index(letter) for letter in letters.upper() if letter in LETTERS]
    if not named or len(set(named)) != len(named) or max(named) >= len(vote.options):
        return None
    if vote.method is Method.SINGLE and len(named) != 1:
        return None
    return named if vote.method is Method.RANKED else sorted(named)
