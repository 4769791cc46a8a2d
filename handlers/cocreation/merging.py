"""Merging two topics (evidence, supporters and contributions move; each person counts once), and separating them."""

from typing import Any

from handlers.cocreation import topic_card, topics
from handlers.cocreation.notifying import close_for_all
from handlers.reply import Button, Reply
from handlers.turn import Turn
from ledger import topics as rules
from ledger.lifecycle import NotAllowed, Role
from ledger.text import shortened
from ledger.topics import UNDECIDED, TopicAction, TopicState
from storage.cocreation.topics import TopicRow
from storage.reference import CommunityRow

LABEL = 20
BROUGHT = "merged_here"


def ask_target(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Ask into which topic to merge: another one that is proposed or under discussion."""
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    rules.step(topic.state, TopicAction.MERGE, {"target"})
    found = turn.uow.topics.listed([community.id], UNDECIDED, 12)
    rows = tuple(
        (
            Button(
                turn.context.texts("topic.called", no=other.no, title=shortened(other.title, LABEL)),
                "topic_merge_into",
                community.id,
                data={"topic": topic.no, "into": other.no},
                account=turn.account,
                once=True,
            ),
        )
        for other in found
        if other.no != topic.no
    )
    text = turn.context.texts("topic.merge_into" if rows else "topic.merge_none", no=topic.no)
    turn.send(Reply(turn.event.address, text, rows))


def merge(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Merge a topic into another, and tell its people."""
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    target = turn.uow.topics.get(community.id, int(data["into"]))
    if target.no == topic.no or target.state not in UNDECIDED:
        raise NotAllowed("a topic is merged into another that is not decided")
    given = {"target": turn.context.texts("topic.called", no=target.no, title=target.title)}
    topics.take(turn, topic, TopicAction.MERGE, role, given=given, merged_into=target.no)
    came = turn.uow.topic_merging.bring_over(topic.key, target.key)
    detail = {"from": topic.no} | came
    turn.uow.topics.add_event(target, BROUGHT, role, target.state, staff_id=turn.staff_id, detail=detail)
    close_for_all(turn, topic_card.draft_name(topic), "topic.merged", no=topic.no, into=target.no)
    topic_card.show(turn, community, role, target)


# --- separating ------------------------------------------------------------------------------------------------------


def unmerge(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Separate a merged topic again: each gets its own back, and its people are told.

    Raises:
        NotAllowed: it is not merged, or the other topic has been decided since.
    """
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    rules.step(topic.state, TopicAction.UNMERGE)
    target = turn.uow.topics.get(community.id, topic.merged_into or 0)
    if target.state not in UNDECIDED or topic.next_at is None:
        raise NotAllowed("the other has been decided since, or who was in this one is forgotten")
    merged = [event for event in turn.uow.topics.events(topic.key) if event.action == TopicAction.MERGE][-1]
    came = [event for event in turn.uow.topics.events(target.key) if _brought(event, topic)][-1]
    turn.uow.topic_merging.take_apart(topic.key, target.key, came.detail)
    topics.take(turn, topic, TopicAction.UNMERGE, role, merged_into=None)
    if merged.before != TopicState.OPEN:  # a draft waits for a decision, as before
        turn.uow.topics.change(topic, state=TopicState.DRAFT)
        topic_card.put_before_judges(turn, community, topic)
    detail = {"to": topic.no}
    turn.uow.topics.add_event(target, "went_again", role, target.state, staff_id=turn.staff_id, detail=detail)
    topic_card.show(turn, community, role, topic)


def _brought(event: Any, topic: TopicRow) -> bool:
    return bool(event.action == BROUGHT and event.detail["from"] == topic.no)
