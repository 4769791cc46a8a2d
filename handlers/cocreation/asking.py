"""Inviting residents to topics and votes: the one place from which many people are messaged."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from handlers import pushes
from handlers.cocreation.telling import tell_people
from handlers.format import day_and_time
from handlers.pushes import Push
from handlers.reply import Button, Rows
from handlers.turn import Turn
from storage.cocreation.topics import TopicRow
from storage.cocreation.votes import VoteRow
from storage.reference import CommunityRow


def local(moment: datetime | None, community: CommunityRow) -> str:
    """A time, as clocks in the community show it."""
    return day_and_time(moment, community.zone) if moment else ""


def for_account(rows: Rows, account: int) -> Rows:
    """The same buttons, for one person only."""
    return tuple(tuple(replace(button, account=account) for button in row) for row in rows)


def about_topic(turn: Turn, community: CommunityRow, topic: TopicRow) -> None:
    """All residents hear that a topic is open; who is in it has been told already."""
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
    """Ask people about a thing of their community, each once and politely (handlers/pushes.py)."""
    accounts = [(bot, account) for bot, account, _ in people]
    pushes.invite(turn, community.id, Push(thing, text, rows, until), people=accounts)


def call_off(turn: Turn, community: CommunityRow, thing: str) -> None:
    """The thing is over: nobody is asked any more."""
    pushes.call_off(turn, community.id, thing)


def tell_involved(turn: Turn, topic: TopicRow, text: str, vote: VoteRow) -> None:
    """Who told of a topic, seconded it or wrote for it hears of its vote."""
    people = turn.uow.topics.everybody(topic.key).values()
    tell_people(turn, people, text, f"vote:{vote.community_id}:{vote.no}:{vote.state}")
