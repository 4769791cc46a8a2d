"""发起投票: a manager sets a vote up by tapping and starts it; the clock opens it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from handlers.cocreation import ballots, invitations
from handlers.cocreation.notifying import close_for_all
from handlers.cocreation.prompts import ask_words, for_community, given_words
from handlers.feature import role_for
from handlers.reply import Button, Reply, Rows, in_rows
from handlers.turn import Turn
from ledger import topics as topic_rules
from ledger import votes as rules
from ledger.lifecycle import NotAllowed, Role
from ledger.text import shortened
from ledger.topics import TopicAction
from ledger.votes import REGISTERED, RUNNING, Electorate, Method, VoteAction, VoteState
from storage.cocreation.topics import TopicRow
from storage.cocreation.votes import VoteRow
from storage.ids import in_lot_order, new_secret
from storage.reference import CommunityRow

T = TypeVar("T")
NOW, NEXT_DAY = "now", "next_day"
LISTED = 8
OUTSIDE = ("paper_hand_out", "proxy_at_door", "slip_read")
"""Buttons for voters who use no chat."""


# --- setting up ------------------------------------------------------------------------------------------------------


def begin(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Set up a vote about an open topic with at least two options, with the district's defaults."""
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    if not _can_be_chosen(turn, topic, len(turn.uow.contributions.options(topic.key))):
        return
    limits = turn.context.district.limits.votes
    vote = turn.uow.votes.begin(
        community.id,
        topic.no,
        method=Method.SINGLE,
        electorate=Electorate.RESIDENT,
        quorum=limits.quorums[0],
        days=limits.days[0],
        starts=NOW,
        staff_id=turn.staff_id,
    )
    _show_setup(turn, community, vote)


def _can_be_chosen(turn: Turn, topic: TopicRow, options: int) -> bool:
    """Whether the number of options is possible; if not, the manager is told.

    Raises:
        NotAllowed: the topic is not open.
    """
    topic_rules.step(topic.state, TopicAction.CALL_VOTE)
    most = turn.context.district.limits.votes.most_options
    if 1 < options <= most:
        return True
    turn.say("vote.options_many" if options > most else "vote.options_few", n=options, most=most, no=topic.no)
    return False


def set_(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Change a setting to its next value, by a tap."""
    vote, limits = _draft(turn, community, data), turn.context.district.limits.votes
    values: dict[str, Sequence[Any]] = {
        "method": tuple(Method),
        "electorate": tuple(Electorate),
        "quorum": limits.quorums,
        "days": limits.days,
        "starts": (NOW, NEXT_DAY),
    }
    field = str(data["field"])
    turn.uow.votes.change(vote, **{field: _next(values[field], getattr(vote, field))})
    _show_setup(turn, community, vote)


def _next(values: Sequence[T], now: T) -> T:
    return values[(values.index(now) + 1) % len(values)] if now in values else values[0]


def _draft(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> VoteRow:
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    if vote.state is not VoteState.DRAFT:
        raise NotAllowed("it has begun; what a vote is does not change any more")
    return vote


def _show_setup(turn: Turn, community: CommunityRow, vote: VoteRow) -> None:
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    texts = turn.context.texts
    options = "、".join(row.text for row in turn.uow.contributions.options(topic.key))
    text = texts("vote.setup", no=vote.no, title=topic.title, options=shortened(options, 120))
    settings = [
        ("method", texts(f"vote.method_{vote.method}")),
        ("electorate", texts(f"vote.electorate_{vote.electorate}")),
        ("quorum", texts("vote.quorum_is", percent=vote.quorum) if vote.quorum else texts("vote.quorum_none")),
        ("days", texts("length.days", n=vote.days)),
        ("starts", texts(f"vote.starts_{vote.starts}")),
    ]
    rows: list[tuple[Button, ...]] = [
        (_button(turn, vote, f"🔁 {words}", "vote_set", field=field),) for field, words in settings
    ]
    where = _names(turn, vote) or texts("vote.everywhere")
    rows.append((_button(turn, vote, f"🏠 {shortened(where, 20)}", "vote_buildings"),))
    rows.append(
        (
            _button(turn, vote, texts("button.vote_start"), "vote_start"),
            _button(turn, vote, texts("button.vote_cancel"), "vote_cancel"),
        )
    )
    turn.send(Reply(turn.event.address, text, tuple(rows), logical=_setup_name(vote)))


def _button(turn: Turn, vote: VoteRow, label: str, action: str, **data: Any) -> Button:
    return Button(label, action, vote.community_id, data={"vote": vote.no} | data, account=turn.account)


def _setup_name(vote: VoteRow) -> str:
    return f"vote:{vote.community_id}:{vote.no}:setup"


def _names(turn: Turn, vote: VoteRow) -> str:
    buildings = turn.uow.reference.buildings_of.get(vote.community_id, [])
    return "、".join(b.name for b in buildings if b.id in vote.buildings)


def buildings(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Choose the buildings of a vote; none means the whole community."""
    vote = _draft(turn, community, data)
    found = turn.uow.reference.buildings_of.get(community.id, [])
    marked = [("✅ " if b.id in vote.buildings else "") + b.name for b in found]
    chips = [_button(turn, vote, label, "vote_building", building=b.id) for label, b in zip(marked, found, strict=True)]
    back = _button(turn, vote, turn.context.texts("button.vote_back"), "vote_set", field="")
    rows: Rows = (*in_rows(chips), (back,))
    turn.send(Reply(turn.event.address, turn.context.texts("vote.which_buildings"), rows, logical=_setup_name(vote)))


def building(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    vote, number = _draft(turn, community, data), int(data["building"])
    chosen = [other for other in vote.buildings if other != number]
    turn.uow.votes.change(vote, buildings=chosen if number in vote.buildings else sorted([*chosen, number]))
    buildings(turn, community, role, data)


def back_or_set(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    if data["field"]:
        set_(turn, community, role, data)
    else:
        _show_setup(turn, community, _draft(turn, community, data))


# --- starting --------------------------------------------------------------------------------------------------------


def start(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Start a vote. From now on options, their order (drawn by lot), electorate, quorum and times are fixed."""
    vote = _draft(turn, community, data)
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    options = [row.text for row in turn.uow.contributions.options(topic.key)]
    if not _can_be_chosen(turn, topic, len(options)):
        return
    eligible = turn.uow.voters.count(community.id, vote.electorate, vote.buildings)
    if not eligible:
        key = "vote.nobody_registered" if vote.electorate in REGISTERED else "vote.nobody"
        turn.say(key, electorate=turn.context.texts(f"vote.electorate_{vote.electorate}"))
        return
    opens_at = _opens_at(turn, community, vote)
    turn.uow.votes.change(
        vote,
        state=rules.step(vote.state, VoteAction.PLAN),
        options=in_lot_order(options),
        key=new_secret(),
        eligible=eligible,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=vote.days),
        next_at=opens_at,
    )
    _take_topic(turn, topic, TopicAction.CALL_VOTE, role)
    turn.uow.votes.add_event(vote, VoteAction.PLAN, role, staff_id=turn.staff_id)
    turn.close(
        _setup_name(vote),
        "vote.planned",
        no=vote.no,
        opens=invitations.local(vote.opens_at, community),
        closes=invitations.local(vote.closes_at, community),
        n=eligible,
    )
    turn.tell("vote.planned_short", no=vote.no)
    if vote.starts == NOW:
        open_(turn, vote)


def _opens_at(turn: Turn, community: CommunityRow, vote: VoteRow) -> datetime:
    if vote.starts == NOW:
        return turn.uow.now
    at = turn.context.district.limits.votes.next_day_at
    tomorrow = turn.uow.now.astimezone(community.zone) + timedelta(days=1)
    return tomorrow.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)


def _take_topic(turn: Turn, topic: TopicRow, action: TopicAction, role: Role) -> None:
    before = topic.state
    turn.uow.topics.change(topic, state=topic_rules.step(topic.state, action))
    staff_id = turn.staff_id if role is not Role.SYSTEM else None
    turn.uow.topics.add_event(topic, action, role, before, staff_id=staff_id)


def open_(turn: Turn, vote: VoteRow) -> None:
    """Open a vote and invite everybody who may vote."""
    turn.uow.votes.change(vote, state=rules.step(vote.state, VoteAction.OPEN), next_at=_next_look(turn, vote))
    turn.uow.votes.add_event(vote, VoteAction.OPEN, Role.SYSTEM)
    community = turn.uow.reference.communities[vote.community_id]
    topic = turn.uow.topics.get(vote.community_id, vote.topic_no)
    text, rows = ballots.card(turn, community, topic, vote)
    people = turn.uow.voters.to_ask(community.id, vote.buildings)
    invitations.invite(turn, community, ballots.push_name(vote), text, rows, people=people, until=vote.closes_at)


def _next_look(turn: Turn, vote: VoteRow) -> datetime | None:
    """The time of the reminder, if there is time for one; otherwise of the end."""
    if vote.closes_at is None:
        return None
    reminder = vote.closes_at - turn.context.district.limits.votes.reminded_before.wall
    return reminder if reminder > turn.uow.now else vote.closes_at


def remind(turn: Turn, vote: VoteRow) -> None:
    """Remind people who have not voted, once, some time before the end."""
    community = turn.uow.reference.communities[vote.community_id]
    people = turn.uow.voters.to_ask(community.id, vote.buildings, vote)
    there = {row.voter for row in turn.uow.votes.roll(vote.primary_key)}
    left = [who for who in people if not ballots.tags_of(turn, vote, who[0], who[1]) & there]
    topic = turn.uow.topics.get(vote.community_id, vote.topic_no)
    text, rows = ballots.card(turn, community, topic, vote)
    words = turn.context.texts("vote.reminder", until=invitations.local(vote.closes_at, community))
    name = f"{ballots.push_name(vote)}:reminder"
    invitations.invite(turn, community, name, f"{words}\n\n{text}", rows, people=left, until=vote.closes_at)
    turn.uow.votes.change(vote, next_at=vote.closes_at)


# --- viewing, cancelling ---------------------------------------------------------------------------------------------


def listed(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """投票 for the manager: list the votes. Nobody is told before the end how many have voted."""
    for_community(turn, "votes", _list)


def _list(turn: Turn, community: CommunityRow) -> None:
    found = turn.uow.votes.listed([community.id], [*RUNNING, VoteState.CLOSED], LISTED)
    if not found:
        turn.say("vote.none_here", community=community.name)
        return
    texts = turn.context.texts
    lines = [texts("vote.list_head", community=community.name)]
    rows: list[tuple[Button, ...]] = []
    for vote in found:
        topic = turn.uow.topics.get(community.id, vote.topic_no)
        state = texts(f"vote.state_{vote.state}", until=invitations.local(vote.closes_at, community))
        lines.append(texts("vote.list_line", no=vote.no, title=topic.title, state=state))
        rows.append(_of_running(turn, community, vote))
    turn.send(Reply(turn.event.address, "\n".join(lines), tuple(row for row in rows if row)))


def _of_running(turn: Turn, community: CommunityRow, vote: VoteRow) -> tuple[Button, ...]:
    texts = turn.context.texts
    actions: tuple[str, ...] = ()
    if vote.state is VoteState.PLANNED:
        actions = ("vote_cancel",)
    elif vote.state is VoteState.OPEN:
        actions = (*OUTSIDE, "vote_cancel")
    elif vote.state is VoteState.LOOKED_AT:
        actions = ("slip_read", "papers_done") if not vote.papers_done else ()
    mine = [action for action in actions if role_for(turn, action, community)]
    return tuple(_button(turn, vote, f"{texts(f'button.{action}')} {vote.no}", action) for action in mine)


def ask_cancel(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Drop a draft, or ask for the reason to cancel a running vote, whose ballots are then destroyed."""
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    rules.step(vote.state, VoteAction.CANCEL)
    if vote.state is VoteState.DRAFT:
        _drop(turn, vote)
        return
    ask_words(turn, "vote_cancel", community, turn.context.texts("vote.ask_cancel", no=vote.no), vote=vote.no)


def _drop(turn: Turn, vote: VoteRow) -> None:
    turn.uow.votes.change(vote, state=VoteState.CANCELLED)
    turn.close(_setup_name(vote), "vote.dropped", no=vote.no)


def drop_drafts(turn: Turn, topic: TopicRow) -> None:
    """Drop votes about a topic that have not started."""
    for vote in turn.uow.votes.of_topic(topic.community_id, topic.no):
        if vote.state is VoteState.DRAFT:
            _drop(turn, vote)


def cancel(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    vote = turn.uow.votes.get(community.id, int(asked["vote"]))
    state = rules.step(vote.state, VoteAction.CANCEL)
    reason = given_words(turn, community, asked, turn.context.district.limits.topics.longest)
    if reason is None:
        return
    turn.uow.votes.change(vote, state=state, key=None, next_at=None)
    turn.uow.votes.destroy(vote.primary_key)
    turn.uow.votes.add_event(vote, VoteAction.CANCEL, role, staff_id=turn.staff_id, reason=reason)
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    _take_topic(turn, topic, TopicAction.END_VOTE, role)
    invitations.call_off(turn, community, ballots.push_name(vote))
    invitations.tell_involved(
        turn, topic, turn.context.texts("vote.told_cancelled", title=topic.title, reason=reason), vote
    )
    close_for_all(turn, ballots.logical(vote), "vote.cancelled", title=topic.title, reason=reason)
    turn.say("vote.cancelled", title=topic.title, reason=reason)
