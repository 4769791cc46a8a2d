"""表决公约: puts a draft of the rules to a vote, and publishes it once it has passed."""

from typing import Any

from handlers.cases.emergencies import reachable
from handlers.cocreation import rules, topics, votes
from handlers.feature import Feature, erased_from
from handlers.reply import Priority, Reply
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.text import shortened
from ledger.topics import ContributionKind, Source, TopicAction, TopicState
from ledger.votes import RUNNING
from storage.cocreation.topics import TopicRow
from storage.cocreation.votes import VoteRow
from storage.reference import CommunityRow

OPTIONS = ("rules.for_it", "rules.against_it")


def put_to_vote(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Create a topic with two options; the manager sets up its vote like any other."""
    draft = rules.living(turn, community, data)
    if vote := rules.voted_on(turn, draft, *RUNNING):
        turn.tell("rules.being_voted_on", alert=True, vote=vote.no)
        return
    topic = _open_topic(turn, draft) or _new_topic(turn, community, role, draft)
    votes.begin(turn, community, role, {"topic": topic.no})


def _open_topic(turn: Turn, draft: Any) -> TopicRow | None:
    """The open topic of an earlier vote on the draft that was cancelled or decided nothing, to vote again. Or None."""
    topic = turn.uow.topics.living(draft.community_id, draft.topic_no) if draft.topic_no else None
    return topic if topic and topic.state is TopicState.OPEN else None


def _new_topic(turn: Turn, community: CommunityRow, role: Role, draft: Any) -> TopicRow:
    texts, most = turn.context.texts, turn.context.district.limits.topics.longest_title
    clauses = turn.uow.rules.clauses(community.id, draft.version)
    topic = turn.uow.topics.begin(
        community.id,
        title=shortened(texts("rules.put_to_vote", title=draft.title, version=draft.version), most),
        text="\n".join(texts("rules.clause", no=row.no, text=row.text) for row in clauses),
        source=Source.MANAGER,
        staff_id=turn.staff_id,
    )
    turn.uow.topics.add_event(topic, "propose", role, None, staff_id=turn.staff_id)
    topics.take(turn, topic, TopicAction.OPEN, role, quietly=True, opened_at=turn.uow.now)
    for key in OPTIONS:
        turn.uow.contributions.add(topic.key, ContributionKind.OPTION, texts(key), None, shown=True)
    turn.uow.rules.put_to_vote(draft, topic.no, texts(OPTIONS[0]))
    return topic


def decided(turn: Turn, community: CommunityRow, vote: VoteRow, topic: TopicRow, option: str) -> None:
    """A vote was decided. If it was about a draft, publish it or keep it as a draft, and tell the manager."""
    draft = turn.uow.rules.voted_on(community.id, topic.no)
    if draft is None:
        return
    passed = option == draft.passes and rules.comes_into_force(turn, community, draft, vote.no)
    if passed:
        words = turn.context.texts("rules.published_by_vote", title=draft.title, version=draft.version, vote=vote.no)
        topics.take(turn, topic, TopicAction.CARRY_OUT, Role.SYSTEM, given={"words": words}, quietly=True)
    key = "rules.passed" if passed else "rules.not_passed"
    text = turn.context.texts(key, title=draft.title, version=draft.version, vote=vote.no)
    for to in reachable(turn, turn.uow.reference.staff_with(community.id, Role.MANAGER)):
        turn.send(Reply(to, text, priority=Priority.NOTICE))


# --- without a vote --------------------------------------------------------------------------------------------------


def publish(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """The manager publishes a draft; a vote that has not started is dropped, and its topic is ended."""
    draft = rules.living(turn, community, data)
    if rules.publish(turn, community, draft):
        _topic_is_over(turn, draft, role, "rules.without_a_vote")


def drop(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    draft = rules.living(turn, community, data)
    if rules.drop(turn, community, draft):
        _topic_is_over(turn, draft, role, "rules.not_any_more")


def _topic_is_over(turn: Turn, draft: Any, role: Role, key: str) -> None:
    topic = _open_topic(turn, draft)
    if topic is None:
        return
    votes.drop_drafts(turn, topic)
    words = turn.context.texts(key, title=draft.title, version=draft.version)
    at = turn.uow.now
    topics.take(
        turn, topic, TopicAction.DECIDE, role, given={"decision": words}, quietly=True, decision=words, decided_at=at
    )
    topics.take(turn, topic, TopicAction.CARRY_OUT, role, given={"words": words}, quietly=True)


FEATURE = Feature(
    buttons={
        "rules_draft": rules.ask_draft,
        "rules_look": rules.look,
        "rules_comment": rules.ask_comment,
        "rules_vote": put_to_vote,
        "rules_read": rules.read,
        "rules_publish": publish,
        "rules_drop": drop,
    },
    questions={"rules_words": rules.drafted, "rules_comment_words": rules.commented},
    resident_commands={"rules": rules.show},
    staff_commands={"rules": rules.show},
    exports=rules.exported,
    erases=erased_from(lambda uow: uow.rules),
)
