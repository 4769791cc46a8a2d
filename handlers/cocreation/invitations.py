"""Invites residents to topics and votes; the only place here that messages many people."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from digests.dates import day_and_time
from handlers import pushes
from handlers.cocreation.notifying import tell_people
from handlers.pushes import Push
from handlers.reply import Button, Rows
from handlers.turn import Turn
from storage.cocreation.topics import TopicRow
from storage.cocreation.votes import VoteRow
from storage.reference import CommunityRow


def local(moment: datetime | None, community: CommunityRow) -> str:
    """Day and time in the community's time zone; empty for None."""
    return day_and_time(moment, community.zone) if moment else ""


def for_account(rows: Rows, account: int) -> Rows:
    """The same buttons, restricted to one person."""
    return tuple(tuple(replace(button, account=account) for button in row) for row in rows)


def about_topic(turn: Turn, community: CommunityRow, topic: TopicRow) -> None:
    """Invite all residents to an open topic, except its own people, who have been told already."""
    text = turn.context.texts("topic.ask_residents", no=topic.no, title=topic.title, community=community.name)
    label = turn.context.texts("button.topic_card")
    rows: Rows = ((Button(label, "topic_card", community.id, data={"topic": topic.no}),),)
    told = set(turn.uow.topics.everybody(topic.key))
    people = [who for who in turn.uow.voters.to_ask(community.id, []) if who[:2] not in told]
    invite(turn, community, f"topic:{topic.no}", text, rows, people=people)


def invite(
    turn: Turn,
    community: CommunityRow,
    thing: str,
    text: str,
    rows: Rows,
    *,
    people: Iterable[tuple[str, int, int]],
    until: datetime | None = None,
) -> None:
    """Invite people to something in their community, each once and at polite times (handlers/pushes.py)."""
    accounts = [(bot, account) for bot, account, _ in people]
    pushes.invite(turn, community.id, Push(thing, text, rows, until), people=accounts)


def call_off(turn: Turn, community: CommunityRow, thing: str) -> None:
    """Cancel invitations that have not been sent, because the thing is over."""
    pushes.call_off(turn, community.id, thing)


def tell_involved(turn: Turn, topic: TopicRow, text: str, vote: VoteRow) -> None:
    """Tell everybody who reported, seconded or contributed to a topic about its vote."""
    people = turn.uow.topics.everybody(topic.key).values()
    tell_people(turn, people, text, f"vote:{vote.community_id}:{vote.no}:{vote.state}")
