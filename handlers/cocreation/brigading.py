"""Many new accounts vote within a short time: a person reviews them. Whoever is left out is told and may appeal."""

from typing import Any

from handlers.cocreation import ballots, invitations
from handlers.cocreation.notifying import (
    Judge,
    accounts_of,
    close_for_all,
    judges,
    notify,
    other_judges,
    send_to,
    tell_people,
)
from handlers.cocreation.prompts import ask_words, given_words
from handlers.reply import Button, Rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Refusal, Role
from ledger.votes import Electorate, Hold, VoteState
from storage.cocreation.votes import VoteRow
from storage.messenger.people import PersonRow
from storage.reference import CommunityRow

WAITING, ADMITTED, LEFT_OUT = "waiting", "admitted", "left_out"
UNDECIDED = (VoteState.OPEN, VoteState.LOOKED_AT)


def note(turn: Turn, community: CommunityRow, vote: VoteRow, person: PersonRow | None) -> None:
    """Record that `person` has voted if they are new here; enough new people hold the vote for review.

    People on the register have been confirmed, so votes by register are not checked.
    """
    limits = turn.context.district.limits.votes.brigading
    since = turn.uow.people.here_since(person) if person else None
    if vote.electorate is not Electorate.RESIDENT or since is None or turn.uow.now - since > limits.within.wall:
        return
    if person is not None:
        turn.uow.votes.note_newcomer(vote.primary_key, person.bot, person.account, person.chat)
    waiting = [row for row in turn.uow.votes.newcomers(vote.primary_key) if row.state == WAITING]
    if len(waiting) >= limits.accounts and vote.hold != Hold.OPEN:
        _hold(turn, community, vote, len(waiting))


def _hold(turn: Turn, community: CommunityRow, vote: VoteRow, n: int) -> None:
    turn.uow.votes.change(vote, held_at=turn.uow.now, hold=Hold.OPEN)
    turn.uow.votes.add_event(vote, "hold", Role.SYSTEM, detail={"accounts": n})
    put_before_manager(turn, community, vote)


def put_before_manager(turn: Turn, community: CommunityRow, vote: VoteRow) -> None:
    n = sum(row.state == WAITING for row in turn.uow.votes.newcomers(vote.primary_key))
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    minutes = round(turn.context.district.limits.votes.brigading.within.wall.total_seconds() / 60)
    text = turn.context.texts("vote.held_card", no=vote.no, title=topic.title, n=n, minutes=minutes)
    for judge in judges(turn, community, council=False):
        rows = _rows(turn, vote, judge, ("vote_admit", "vote_leave_out"))
        send_to(turn, judge, text, rows, _name(vote))


def _rows(turn: Turn, vote: VoteRow, judge: Judge, actions: tuple[str, ...], **data: Any) -> Rows:
    values = {"vote": vote.no} | data
    return (
        tuple(
            Button(
                turn.context.texts(f"button.{action}"), action, vote.community_id, data=values, account=judge.account
            )
            for action in actions
        ),
    )


def _name(vote: VoteRow) -> str:
    return f"vote:{vote.community_id}:{vote.no}:held"


def _held(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> VoteRow:
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    if vote.hold != Hold.OPEN or vote.state not in UNDECIDED:
        raise NotAllowed("nobody has to look at this vote")
    return vote


def admit(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Decide that the new accounts are residents, so that all ballots count."""
    vote = _held(turn, community, data)
    _decide(turn, vote, Hold.ADMITTED, role, None)
    for row in turn.uow.votes.newcomers(vote.primary_key):
        if row.state == WAITING:
            turn.uow.votes.judge_newcomer(vote.primary_key, row.bot, row.account, state=ADMITTED)
    close_for_all(turn, _name(vote), "vote.admitted", no=vote.no)


def ask_reason(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    vote = _held(turn, community, data)
    ask_words(turn, "vote_leave_out", community, turn.context.texts("vote.ask_leave_out"), vote=vote.no)


def leave_out(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Decide that the new accounts are left out; each voter is told why, and how to appeal."""
    vote = _held(turn, community, asked)
    reason = given_words(turn, community, asked, turn.context.district.limits.topics.longest)
    if reason is None:
        return
    out = [row for row in turn.uow.votes.newcomers(vote.primary_key) if row.state == WAITING]
    _decide(turn, vote, Hold.LEFT_OUT, role, reason, accounts=len(out))
    until = turn.uow.now + turn.context.district.limits.votes.appeals.wall
    turn.uow.votes.change(vote, appeals_until=until)
    tags = [tag for row in out for tag in ballots.tags_of(turn, vote, row.bot, row.account)]
    turn.uow.votes.leave_out(vote.primary_key, tags, left_out=True)
    for row in out:
        turn.uow.votes.judge_newcomer(vote.primary_key, row.bot, row.account, state=LEFT_OUT)
    _tell_left_out(turn, community, vote, out, reason)
    close_for_all(turn, _name(vote), "vote.left_out", no=vote.no, n=len(out), reason=reason)


def _decide(turn: Turn, vote: VoteRow, hold: Hold, role: Role, reason: str | None, **detail: int) -> None:
    values = {"hold": hold, "hold_reason": reason, "hold_staff_id": turn.staff_id}
    next_at = turn.uow.now if vote.state is VoteState.LOOKED_AT else vote.next_at
    turn.uow.votes.change(vote, **values, next_at=next_at)
    turn.uow.votes.add_event(vote, hold, role, staff_id=turn.staff_id, reason=reason, detail=detail or None)


def _tell_left_out(turn: Turn, community: CommunityRow, vote: VoteRow, out: list[Any], reason: str) -> None:
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    until = invitations.local(vote.appeals_until, community)
    text = turn.context.texts("vote.told_left_out", title=topic.title, reason=reason, until=until)
    label = turn.context.texts("button.vote_appeal")

    def rows(account: int) -> Rows:
        return ((Button(label, "vote_appeal", community.id, data={"vote": vote.no}, account=account),),)

    people = [(row.bot, row.account, row.chat) for row in out]
    tell_people(turn, people, text, f"vote:{community.id}:{vote.no}:left_out", rows)


# --- appeals ---------------------------------------------------------------------------------------------------------


def ask_appeal(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    vote = _appealable(turn, community, data)
    if vote is not None:
        ask_words(turn, "vote_appeal", community, turn.context.texts("vote.ask_appeal"), vote=vote.no)


def _appealable(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> VoteRow | None:
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    me = turn.uow.votes.newcomer(vote.primary_key, turn.event.address.bot, turn.account)
    late = vote.appeals_until is None or turn.uow.now >= vote.appeals_until
    if me is None or me.state != LEFT_OUT or me.appealed or late or vote.state not in UNDECIDED:
        turn.tell("vote.appeal_not_now", alert=True)
        return None
    return vote


def appeal(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """File an appeal; people other than the one who decided get it: council, other managers, the street."""
    vote = _appealable(turn, community, asked)
    words = given_words(turn, community, asked, turn.context.district.limits.topics.longest) if vote else None
    if vote is None or words is None:
        return
    here = turn.event.address
    turn.uow.votes.judge_newcomer(vote.primary_key, here.bot, turn.account, appeal=words, appealed=True)
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    values = {"no": vote.no, "title": topic.title, "reason": vote.hold_reason or ""}
    text = turn.context.texts("vote.appeal_card", **values) + f"\n「{words}」"
    for judge in other_judges(turn, community, {*accounts_of(turn, vote.hold_staff_id), (here.bot, turn.account)}):
        rows = _rows(turn, vote, judge, ("vote_readmit", "vote_keep_out"), bot=here.bot, account=turn.account)
        send_to(turn, judge, text, rows, _appeal_name(vote, here.bot, turn.account))
    turn.say("vote.appealed")


def _appeal_name(vote: VoteRow, bot: str, account: int) -> str:
    return f"appeal:{vote.community_id}:{vote.no}:{bot}:{account}"


def readmit(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _hear(turn, community, role, data, admitted=True)


def keep_out(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _hear(turn, community, role, data, admitted=False)


def _hear(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any], *, admitted: bool) -> None:
    """Decide an appeal.

    Raises:
        NotAllowed: this person left the accounts out, or is the one who appeals.
    """
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    bot, account = str(data["bot"]), int(data["account"])
    row = turn.uow.votes.newcomer(vote.primary_key, bot, account)
    if row is None or row.appeal is None or vote.state not in UNDECIDED:
        turn.tell("vote.appeal_over", alert=True)
        return
    myself = (bot, account) == (turn.event.address.bot, turn.account)
    if myself or (turn.staff_id is not None and turn.staff_id == vote.hold_staff_id):
        raise NotAllowed("somebody else hears an appeal", Refusal.OWN)
    decide_appeal(turn, vote, row, role, admitted=admitted)
    close_for_all(turn, _appeal_name(vote, bot, account), "vote.appeal_heard")


def decide_appeal(turn: Turn, vote: VoteRow, row: Any, role: Role, *, admitted: bool) -> None:
    state = ADMITTED if admitted else LEFT_OUT
    turn.uow.votes.judge_newcomer(vote.primary_key, row.bot, row.account, state=state, appeal=None)
    tags = sorted(ballots.tags_of(turn, vote, row.bot, row.account))
    turn.uow.votes.leave_out(vote.primary_key, tags, left_out=not admitted)
    staff_id = turn.staff_id if role not in (Role.RESIDENT, Role.SYSTEM) else None
    turn.uow.votes.add_event(vote, "readmit" if admitted else "keep_out", role, staff_id=staff_id)
    key = "vote.told_readmitted" if admitted else "vote.told_kept_out"
    notify(turn, row, key, no=vote.no)
