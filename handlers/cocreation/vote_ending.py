"""The end of a vote, by the clock and after reviews: links to voters are destroyed, then ballots are counted."""

from datetime import datetime
from typing import Any

from digests.votes import log
from digests.votes.counting import Count, count
from digests.votes.text import result_text
from handlers.cocreation import ballots, brigading, invitations, offline_ballots, rules_by_vote, topics, votes
from handlers.cocreation.notifying import judges, send_to, tell_people
from handlers.reply import Button, OutFile, Priority, Reply, Rows
from handlers.turn import Turn
from ledger import topics as topic_rules
from ledger import votes as rules
from ledger.lifecycle import Role
from ledger.topics import TopicAction, TopicState
from ledger.votes import Hold, Turnout, Validity, VoteAction, VoteState, validity
from storage.cocreation.topics import TopicRow
from storage.cocreation.votes import VoteRow
from storage.reference import CommunityRow


def look_at(turn: Turn, vote: VoteRow) -> None:
    """Handle a due vote: open it, remind voters, end it, or count it."""
    if vote.state is VoteState.PLANNED:
        votes.open_(turn, vote)
    elif vote.state is VoteState.OPEN and vote.closes_at is not None and turn.uow.now < vote.closes_at:
        votes.remind(turn, vote)
    else:
        if vote.state is VoteState.OPEN:
            _end(turn, vote)
        _count_if_ready(turn, vote)


def _end(turn: Turn, vote: VoteRow) -> None:
    """End voting; no more ballots are accepted."""
    community = turn.uow.reference.communities[vote.community_id]
    invitations.call_off(turn, community, ballots.push_name(vote))
    turn.uow.votes.change(vote, state=rules.step(vote.state, VoteAction.END), next_at=None)
    turn.uow.votes.add_event(vote, VoteAction.END, Role.SYSTEM)
    if _papers_open(turn, vote):
        _ask_for_papers(turn, community, vote)


def _papers_open(turn: Turn, vote: VoteRow) -> bool:
    return not vote.papers_done and any(row.paper for row in turn.uow.votes.roll(vote.primary_key))


def _ask_for_papers(turn: Turn, community: CommunityRow, vote: VoteRow) -> None:
    handed_out = sum(bool(row.paper) for row in turn.uow.votes.roll(vote.primary_key))
    text = turn.context.texts("paper.ended", no=vote.no, n=handed_out)
    for judge in judges(turn, community, council=False):
        actions = ("slip_read", "papers_done")
        buttons = [
            Button(turn.context.texts(f"button.{action}"), action, community.id, data={"vote": vote.no})
            for action in actions
        ]
        send_to(turn, judge, text, (tuple(buttons),), f"vote:{community.id}:{vote.no}:papers")


def papers_done(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """The manager says that the box is empty; every slip must have been read twice."""
    vote = turn.uow.votes.to_read_paper_of(community.id, int(data["vote"]))
    left = turn.uow.votes.unfinished_slips(vote.primary_key)
    if vote.state is not VoteState.LOOKED_AT or vote.papers_done:
        turn.tell("paper.not_now", alert=True)
    elif left:
        turn.tell("paper.unfinished", alert=True, slips="、".join(map(str, left[:10])))
    else:
        turn.uow.votes.change(vote, papers_done=True)
        turn.uow.votes.add_event(vote, "papers_done", role, staff_id=turn.staff_id)
        turn.close(f"vote:{community.id}:{vote.no}:papers", "paper.done", no=vote.no)
        turn.tell("paper.done", no=vote.no)
        _count_if_ready(turn, vote)


def _count_if_ready(turn: Turn, vote: VoteRow) -> None:
    """Count the vote, unless new accounts, appeals or paper still need a person."""
    if vote.hold == Hold.OPEN or _papers_open(turn, vote):
        turn.uow.votes.change(vote, next_at=None)  # continues with a person's step
        return
    if vote.hold == Hold.LEFT_OUT and (until := _appeals_open(turn, vote)):
        turn.uow.votes.change(vote, next_at=until)
        return
    for row in turn.uow.votes.newcomers(vote.primary_key):
        if row.appeal is not None:  # not decided in time, so the ballot counts
            brigading.decide_appeal(turn, vote, row, Role.SYSTEM, admitted=True)
    _count(turn, vote)


def _appeals_open(turn: Turn, vote: VoteRow) -> datetime | None:
    """The end of the time for appeals or, with open appeals, for deciding them. None: it is over."""
    if vote.appeals_until is None:
        return None
    heard_by = vote.appeals_until
    if any(row.appeal is not None for row in turn.uow.votes.newcomers(vote.primary_key)):
        heard_by += turn.context.district.limits.votes.appeals.wall
    return heard_by if turn.uow.now < heard_by else None


def _count(turn: Turn, vote: VoteRow) -> None:
    """Destroy the links to voters, count the ballots, and seal the result."""
    left_out = sum(bool(row.left_out) for row in turn.uow.votes.roll(vote.primary_key))
    eligible = None if vote.eligible is None else vote.eligible + offline_ballots.voted_outside(turn, vote)
    choices = turn.uow.votes.unlink(vote)
    fewest = turn.context.district.limits.votes.fewest
    turnout = Turnout(len(choices), eligible, vote.quorum)
    counted = count(vote.method, len(vote.options), choices)
    how = validity(turnout, fewest, counted.winners)
    if how is Validity.TOO_FEW:
        turn.uow.votes.destroy(vote.primary_key)
    result = _result(how, turnout, counted, left_out)
    turn.uow.votes.add_event(vote, VoteAction.COUNT, Role.SYSTEM)
    turn.uow.votes.change(
        vote,
        state=rules.step(vote.state, VoteAction.COUNT),
        key=None,
        hold_staff_id=None,
        next_at=None,
        eligible=eligible,
        result=result,
    )
    community = turn.uow.reference.communities[vote.community_id]
    turn.uow.votes.change(vote, seal=log.seal(log.of_vote(turn.uow, community, vote)))
    _tell_topic(turn, vote, how, counted)


def _result(how: Validity, turnout: Turnout, counted: Count, left_out: int) -> dict[str, Any]:
    """The stored result. With too few ballots, only their number."""
    shown = counted if how is not Validity.TOO_FEW else Count((), (), ())
    return {
        "validity": how,
        "n": turnout.n,
        "left_out": left_out,
        "counts": list(shown.counts),
        "winners": list(shown.winners),
        "rounds": [list(counts) for counts in shown.rounds],
    }


def _tell_topic(turn: Turn, vote: VoteRow, how: Validity, counted: Count) -> None:
    """Decide the topic, or reopen its discussion. People are told later, together with the picture."""
    topic = turn.uow.topics.get(vote.community_id, vote.topic_no)
    before = topic.state
    turn.uow.topics.change(topic, state=topic_rules.step(topic.state, TopicAction.END_VOTE))
    turn.uow.topics.add_event(topic, TopicAction.END_VOTE, Role.SYSTEM, before, detail={"vote": vote.no})
    if how is Validity.DECIDES:
        place = counted.winners[0]
        decision = turn.context.texts("vote.decided", option=vote.options[place])
        given, at = {"decision": decision}, turn.uow.now
        topics.take(
            turn, topic, TopicAction.DECIDE, Role.SYSTEM, given=given, quietly=True, decision=decision, decided_at=at
        )
        community = turn.uow.reference.communities[vote.community_id]
        rules_by_vote.decided(turn, community, vote, topic, vote.options[place])


# --- the result ------------------------------------------------------------------------------------------------------


def show_result(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Show a result again, with its picture if it was drawn."""
    vote = turn.uow.votes.get(community.id, int(data["vote"]))
    if vote.state is not VoteState.CLOSED or vote.result is None:
        turn.tell("vote.not_counted", alert=True)
        return
    topic = turn.uow.topics.get(community.id, vote.topic_no)
    turn.send(Reply(turn.event.address, words_of(turn, community, vote, topic.title), files=picture(turn, vote)))


def tell(turn: Turn, vote: VoteRow, digest: str | None) -> None:
    """Announce the result: to managers, council and people of the topic at once, to others as an invitation.

    Managers and council get the picture at once, everybody else by a tap.
    """
    turn.uow.votes.change(vote, told_at=turn.uow.now, result=(vote.result or {}) | {"picture": digest})
    community = turn.uow.reference.communities[vote.community_id]
    topic = turn.uow.topics.get(vote.community_id, vote.topic_no)
    text, key = words_of(turn, community, vote, topic.title), f"result:{community.id}:{vote.no}"
    deciding = judges(turn, community)
    for judge in deciding:
        name = f"{key}:{judge.to.bot}:{judge.to.chat}"
        rows = _who_sees_to_it(turn, vote, topic) if judge.account is None else ()
        turn.send(Reply(judge.to, text, rows, files=picture(turn, vote), priority=Priority.NOTICE, key=name))
    button = Button(turn.context.texts("button.vote_result"), "vote_result", community.id, data={"vote": vote.no})
    involved = turn.uow.topics.everybody(topic.key)
    told = {(judge.to.bot, judge.to.chat) for judge in deciding}
    left = [who for who in involved.values() if (who[0], who[2]) not in told]
    tell_people(turn, left, text, key, lambda account: invitations.for_account(((button,),), account))
    people = [who for who in turn.uow.voters.to_ask(community.id, vote.buildings) if who[:2] not in involved]
    invitations.invite(turn, community, f"{ballots.push_name(vote)}:result", text, ((button,),), people=people)


def _who_sees_to_it(turn: Turn, vote: VoteRow, topic: TopicRow) -> Rows:
    """The manager's button to give the decision an owner and a date, which makes it a promise."""
    action = {TopicState.DECIDED: "decision_add", TopicState.OPEN: "topic_card"}.get(topic.state)
    if action is None:
        return ()
    return ((Button(turn.context.texts(f"button.{action}"), action, vote.community_id, data={"topic": topic.no}),),)


def picture(turn: Turn, vote: VoteRow) -> tuple[OutFile, ...]:
    digest = (vote.result or {}).get("picture")
    return (OutFile("photo", digest, turn.context.texts("result.file", no=vote.no)),) if digest else ()


def words_of(turn: Turn, community: CommunityRow, vote: VoteRow, title: str) -> str:
    return result_text(turn.context.texts, vote, title, invitations.local(vote.closes_at, community))
