"""Options and reasons for a topic; neighbours see them once a person has approved them (moderation/)."""

from typing import Any

from handlers.cocreation.notifying import topic_button
from handlers.cocreation.prompts import ask_words, given_words
from handlers.moderation import content
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.moderation import ContentKind, ContentState
from ledger.topics import ContributionKind, TopicState
from storage.cocreation.topics import TopicRow
from storage.reference import CommunityRow


def ask_option(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _ask(turn, community, role, ContributionKind.OPTION, data)


def ask_reason(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    _ask(turn, community, role, ContributionKind.REASON, data)


def _ask(turn: Turn, community: CommunityRow, role: Role, kind: ContributionKind, data: dict[str, Any]) -> None:
    topic, limits = _open(turn, community, data), turn.context.district.limits.topics
    if role is Role.RESIDENT and _so_far(turn) >= limits.contributions:
        turn.tell("contribution.enough", alert=True, n=limits.contributions)
        return
    text = turn.context.texts(f"contribution.ask_{kind}", no=topic.no, title=topic.title, most=limits.longest)
    ask_words(turn, f"{kind}_add", community, text, topic=topic.no)


def _open(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> TopicRow:
    topic = turn.uow.topics.living(community.id, int(data["topic"]))
    if topic.state is not TopicState.OPEN:
        raise NotAllowed("only an open topic is written for")
    return topic


def _so_far(turn: Turn) -> int:
    since = turn.uow.now - turn.context.district.limits.topics.counted_over.wall
    return turn.uow.contributions.count_by(turn.event.address.bot, turn.account, since)


def option_given(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    _given(turn, community, role, ContributionKind.OPTION, asked)


def reason_given(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    _given(turn, community, role, ContributionKind.REASON, asked)


def _given(turn: Turn, community: CommunityRow, role: Role, kind: ContributionKind, asked: dict[str, Any]) -> None:
    topic = _open(turn, community, asked)
    words = given_words(turn, community, asked, turn.context.district.limits.topics.longest)
    if words is None:
        return
    known = turn.uow.contributions.of(topic.key, ContentState.SHOWN, ContentState.WAITING)
    if any(row.text == words and row.kind is kind for row in known):
        turn.say("contribution.there_already")
        return
    here = turn.event.address
    by_resident = role is Role.RESIDENT
    words = turn.context.mask(words) if by_resident else words  # neighbours read it, and it may stand on a ballot
    who = (here.bot, turn.account, here.chat) if by_resident else None
    row = turn.uow.contributions.add(topic.key, kind, words, who, shown=not by_resident)
    turn.uow.topics.add_event(topic, f"{kind}_added", role, topic.state, detail={"contribution": row.id})
    if by_resident:
        turn.say("contribution.waits", no=topic.no)
        content.put_before(turn, community, ContentKind.CONTRIBUTION, row.id)
    else:
        look = topic_button(turn.context.texts("button.topic_card"), "topic_card", topic)(turn.account)
        n = len(turn.uow.contributions.options(topic.key))
        turn.say(f"contribution.{kind}_shown", ((look,),), no=topic.no, n=n)
