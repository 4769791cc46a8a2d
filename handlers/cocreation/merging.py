"""Two topics that are one: evidence, supporters, options and reasons come over, one person counts once."""

from typing import Any

from handlers.cocreation import topics
from handlers.cocreation.telling import close_for_all
from handlers.reply import Button, Reply
from handlers.turn import Turn
from ledger import topics as rules
from ledger.lifecycle import NotAllowed, Role
from ledger.topics import PROPOSED, TopicAction, TopicState
from ledger.words import shortened
from storage.reference import CommunityRow

LABEL = 20


def ask_target(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Into which: another that is proposed or talked over."""
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    rules.step(topic.state, TopicAction.MERGE, {"target"})
    found = turn.uow.topics.listed([community.id], PROPOSED | {TopicState.OPEN}, 12)
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
    """The one tells its people where it went; the other has them all from now on."""
    topic = turn.uow.topics.get(community.id, int(data["topic"]))
    target = turn.uow.topics.get(community.id, int(data["into"]))
    if target.no == topic.no or target.state not in PROPOSED | {TopicState.OPEN}:
        raise NotAllowed("a topic is merged into another that is not decided")
    given = {"target": turn.context.texts("topic.called", no=target.no, title=target.title)}
    topics.take(turn, topic, TopicAction.MERGE, role, given=given, merged_into=target.no)
    came = turn.uow.topics.bring_over(topic.key, target.key)
    detail = {"from": topic.no} | came
    turn.uow.topics.add_event(target, "merged_here", role, target.state, staff_id=turn.staff_id, detail=detail)
    close_for_all(turn, topics.draft_name(topic), "topic.merged", no=topic.no, into=target.no)
    topics.show(turn, community, role, target)
