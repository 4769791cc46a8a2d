"""投票: marking a ballot by tapping. A choice is stored only in the ballot, and shown only in the answer to the tap.

No message, button, event, outcome or conversation contains a choice: a voter gets the same ones for every choice
(docs/adr/0007-secret-ballots.md).
"""

import re
from dataclasses import dataclass
from typing import Any

from handlers.cocreation import brigading, invitations
from handlers.cocreation.prompts import for_community
from handlers.event import Address
from handlers.reply import Answer, Button, Priority, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.text import shortened
from ledger.votes import LETTERS, REGISTERED, Method, VoteState, receipt, tag
from storage.cocreation.topics import TopicRow
from storage.cocreation.votes import VoteRow
from storage.messenger.people import PersonRow
from storage.reference import CommunityRow

SAYS = "我?(?:要|想)?(?:选|投票给?|投给|投(?!诉|票))"
CHOICE = re.compile(rf"(?:{SAYS})?\s*(?P<letter>[A-Za-z])|{SAYS}\s*(?P<words>.{{2,30}})")
"""Words by which people try to vote."""
ENDS = " 。.!！~"
LABEL = 40
POPUP = 190
REQUEST = "wish"
"""The request of a proxy in the data of buttons: the old word, because buttons in chats and older versions use it."""


def push_name(vote: VoteRow) -> str:
    """Name of a vote's invitations."""
    return f"vote:{vote.no}"


def logical(vote: VoteRow) -> str:
    return f"ballot:{vote.community_id}:{vote.no}"


# --- who votes -------------------------------------------------------------------------------------------------------


def tag_of(turn: Turn, vote: VoteRow) -> str | None:
    """The tag of the person in this turn. None: they may not vote in this vote."""
    here = turn.event.address
    if vote.electorate in REGISTERED:
        lines = turn.uow.voters.lines_for(vote, here.bot, turn.account)
        return _of_line(vote, lines[0]) if lines else None
    if vote.buildings and turn.person.building_id not in vote.buildings:
        return None
    return _of_account(vote, here.bot, turn.account)


def tags_of(turn: Turn, vote: VoteRow, bot: str, account: int) -> set[str]:
    """All tags under which a person may be on the roll."""
    if vote.electorate in REGISTERED:
        return {_of_line(vote, line) for line in turn.uow.voters.lines_for(vote, bot, account)}
    return {_of_account(vote, bot, account)}


def _of_line(vote: VoteRow, line: int) -> str:
    return tag(vote.key or "", f"line:{line}")


def _of_account(vote: VoteRow, bot: str, account: int) -> str:
    return tag(vote.key or "", f"account:{bot}:{account}")


line_tag = _of_line


def person_tag(vote: VoteRow, called: str) -> str:
    """The tag of somebody who is neither in a chat nor on the register (offline_ballots.py)."""
    return tag(vote.key or "", f"person:{called}")


def voter_of(vote: VoteRow, request: Any) -> str:
    """The tag of the voter whose ballot a proxy marks."""
    if request.line_id is not None:
        return _of_line(vote, request.line_id)
    if request.called is not None:
        return person_tag(vote, request.called)
    return _of_account(vote, request.voter_bot, request.voter_account)


# --- the ballot ------------------------------------------------------------------------------------------------------


def card(
    turn: Turn, community: CommunityRow, topic: TopicRow, vote: VoteRow, *, request: int | None = None
) -> tuple[str, Rows]:
    """The ballot, the same for everybody. `request`: the request by which a proxy marks it (voting_for.py)."""
    texts = turn.context.texts
    lines = [texts("vote.head", no=vote.no, title=topic.title)]
    lines += [f"{letter}. {text}" for letter, text in zip(LETTERS, vote.options, strict=False)]
    who = texts(f"vote.who_{vote.electorate}")
    lines.append(texts("vote.how", how=texts(f"vote.how_{vote.method}"), who=who))
    lines.append(texts("vote.until", until=invitations.local(vote.closes_at, community)))
    data = {"vote": vote.no} | ({REQUEST: request} if request else {})
    rows: list[tuple[Button, ...]] = [
        (Button(_label(letter, text), "ballot_mark", community.id, data=data | {"place": place}),)
        for place, (letter, text) in enumerate(zip(LETTERS, vote.options, strict=False))
    ]
    rest = ("ballot_see", "ballot_clear")
    rows.append(tuple(Button(texts(f"button.{action}"), action, community.id, data=data) for action in rest))
    if request is None:
        rows.append((Button(texts("button.proxy_vote"), "proxy_vote", community.id, data=data),))
    if request is None and vote.electorate in REGISTERED:
        rows.append((Button(texts("button.line_claim"), "line_claim", community.id),))
    return "\n".join(lines), tuple(rows)


def _label(letter: str, text: str) -> str:
    return shortened(f"{letter}. {text}", LABEL)


def listed(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """投票: show the running votes, each with its ballot."""
    for_community(turn, "ballots", _list)


def _list(turn: Turn, community: CommunityRow) -> None:
    running = turn.uow.votes.listed([community.id], [VoteState.OPEN], 3)
    for vote in running:
        _give(turn, community, vote)
    if not running:
        turn.say("vote.none_here", community=community.name)


def give(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Send the ballot of a vote, after a tap on its topic."""
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    if _runs(turn, vote):
        _give(turn, community, vote)


def _give(turn: Turn, community: CommunityRow, vote: VoteRow) -> None:
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    text, rows = card(turn, community, topic, vote)
    turn.send(Reply(turn.event.address, text, invitations.for_account(rows, turn.account)))


def spoken(turn: Turn) -> bool:
    """Whether the words state a choice (我选A, 我选车棚). They are not stored; the person gets the ballot instead."""
    found = CHOICE.fullmatch(turn.event.text.strip().rstrip(ENDS))
    community = turn.community(turn.person.community_id) if found else None
    if found is None or community is None:
        return False
    running = turn.uow.votes.listed([community.id], [VoteState.OPEN], 3)
    if not any(_is_on(vote, found["letter"] or found["words"]) for vote in running):
        return False
    turn.say("vote.tap_it")
    _list(turn, community)
    turn.outcome = "a choice in words"
    return True


def _is_on(vote: VoteRow, words: str) -> bool:
    """Whether the words name an option, by its letter or part of its text."""
    letters = dict(zip(LETTERS, vote.options, strict=False))
    return words.upper() in letters or (len(words) > 1 and any(words in text or text in words for text in vote.options))


# --- marking it ------------------------------------------------------------------------------------------------------


def mark(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Tap an option: it is put on the ballot, or removed. Each tap counts at once, and can be changed until the end."""
    vote = turn.uow.votes.to_vote_in(community.id, int(data["vote"]))
    hand = _hand(turn, vote, data)
    if hand is None:
        return
    cast = turn.uow.votes.cast(vote, hand.voter, hand.tag, int(data["place"]))
    if cast is None:
        turn.tell("vote.on_paper", alert=True)
        return
    if cast.first:
        brigading.note(turn, community, vote, hand.person)
    if cast.first or not cast.choice:
        _receive(turn, community, vote, hand, there=bool(cast.choice))
    _say(turn, vote, cast.choice)


@dataclass(frozen=True, slots=True)
class Hand:
    """The voter whose ballot is marked, and the tag of the hand. `person`, `to`: the voter and their chat, if any."""

    voter: str
    tag: str
    person: PersonRow | None
    to: Address | None = None


def _hand(turn: Turn, vote: VoteRow, data: dict[str, Any]) -> Hand | None:
    """The person's own hand or, with a request, the proxy's. None: marking is not possible; they are told why."""
    here = turn.event.address
    if not data.get(REQUEST):
        voter = may_vote(turn, vote)
        return Hand(voter, _of_account(vote, here.bot, turn.account), turn.person) if voter else None
    request = turn.uow.proxies.get(vote.primary_key, int(data[REQUEST]))
    mine = request is not None and (request.bot, request.account) == (here.bot, turn.account)
    if not _runs(turn, vote):
        return None
    if not mine:
        turn.tell("proxy_vote.over", alert=True)
        return None
    person = (
        turn.uow.people.find(request.voter_bot, request.voter_account) if request.voter_account is not None else None
    )
    to = Address(request.voter_bot, request.voter_chat) if request.voter_chat is not None else None
    # the tag is stored with the ballot: under a new word the proxy would be another hand, and begin anew
    return Hand(voter_of(vote, request), tag(vote.key or "", f"wish:{request.id}"), person, to)


def may_vote(turn: Turn, vote: VoteRow) -> str | None:
    """The tag of the person in this turn. None: they may not vote now, and are told why."""
    if not _runs(turn, vote):
        return None
    voter = tag_of(turn, vote)
    if voter is None:
        key = "vote.not_registered" if vote.electorate in REGISTERED else "vote.not_your_building"
        turn.tell(key, alert=True)
    return voter


def _runs(turn: Turn, vote: VoteRow) -> bool:
    if vote.state is VoteState.OPEN and vote.closes_at is not None and turn.uow.now < vote.closes_at:
        return True
    turn.tell("vote.not_yet" if vote.state is VoteState.PLANNED else "vote.over", alert=True)
    return False


def see(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Show a ballot above the button, only to the hand that marked it."""
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    if (hand := _hand(turn, vote, data)) is None:
        return
    found = turn.uow.votes.mark_of(vote.primary_key, hand.voter)
    if found is None:
        turn.tell("vote.nothing_yet", alert=True)
    elif found.paper:
        turn.tell("vote.on_paper", alert=True)
    else:
        _say(turn, vote, turn.uow.votes.choice_of(vote.primary_key, hand.voter, hand.tag))


def clear(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Delete a ballot, so that the voter can start again."""
    vote = turn.uow.votes.to_vote_in(community.id, int(data["vote"]))
    if (hand := _hand(turn, vote, data)) is None:
        return
    found = turn.uow.votes.mark_of(vote.primary_key, hand.voter)
    if found is None or found.paper:
        turn.tell("vote.on_paper" if found else "vote.nothing_yet", alert=True)
        return
    turn.uow.votes.withdraw(vote.primary_key, hand.voter)
    _receive(turn, community, vote, hand, there=False)
    turn.tell("vote.cleared", alert=True)


def _say(turn: Turn, vote: VoteRow, choice: list[int]) -> None:
    """Show the choice above the button, where it is not stored. Without buttons it is not repeated at all."""
    if not turn.event.press_id:
        turn.say("vote.counted_plain")
    elif not choice:
        turn.answer = Answer(turn.context.texts("vote.nothing_yet"), alert=True)
    else:
        names = [f"{LETTERS[place]}. {vote.options[place]}" for place in choice if place < len(vote.options)]
        order = f" {turn.context.texts('vote.then')} ".join(names) if vote.method is Method.RANKED else "、".join(names)
        turn.answer = Answer(shortened(turn.context.texts("vote.yours", choice=order), POPUP), alert=True)


def _receive(turn: Turn, community: CommunityRow, vote: VoteRow, hand: Hand, *, there: bool) -> None:
    """Send the receipt: whether the voter has a ballot, never what is on it. After marking by a proxy both get it."""
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    text = turn.context.texts(
        "vote.receipt" if there else "vote.receipt_none",
        title=topic.title,
        receipt=receipt(hand.voter),
        until=invitations.local(vote.closes_at, community),
    )
    if hand.to is None:
        turn.send(Reply(turn.event.address, text, priority=Priority.INTERACTIVE, logical=logical(vote)))
        return
    for to, key in ((hand.to, "proxy_vote.marked"), (turn.event.address, "proxy_vote.you_marked")):
        turn.send(Reply(to, f"{turn.context.texts(key)}\n{text}", priority=Priority.NOTICE))
