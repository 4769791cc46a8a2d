"""Topics with their evidence, supporters, options and reasons."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, func, literal_column, select, union, update

from ledger.lifecycle import State
from ledger.topics import TALKED_OVER, Source, TopicState
from storage.cases import ROOT_CAUSE, CaseRow, case_row
from storage.counters import next_no
from storage.errors import LostRace, NotFound
from storage.ids import new_id
from storage.reporting.rows import TopicLine
from storage.sql.bulk import upsert
from storage.sql.compiled import CompiledQuery
from storage.tables import (
    Case,
    CasePerson,
    Contribution,
    Topic,
    TopicCase,
    TopicEvent,
    TopicSupporter,
    TopicWatch,
    table_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ledger.lifecycle import Role
    from storage.unit_of_work import UnitOfWork

Key = tuple[int, int]
Account = tuple[str, int, int]
"""Bot, account and chat of somebody."""
NOT_EVIDENCE = (State.MERGED, State.WITHDRAWN, State.REFUSED, State.TRANSFERRED)


@dataclass(slots=True)
class TopicRow:
    """One topic as it was read; only `Topics.change` changes it. `state` is HIDDEN while its text is taken down."""

    community_id: int
    no: int
    version: int
    state: TopicState
    title: str
    text: str | None
    item: int
    source: Source
    bot: str | None
    account: int | None
    chat: int | None
    staff_id: int | None
    merged_into: int | None
    decision: str | None
    created_at: datetime
    opened_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None

    @property
    def key(self) -> Key:
        return self.community_id, self.no


class Topics:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    # topics ----------------------------------------------------------------------------------------------------------

    def begin(self, community_id: int, **values: Any) -> TopicRow:
        """Add a topic under the community's next number."""
        row: dict[str, Any] = dict.fromkeys(_TOPIC_COLUMNS)
        row |= {"version": 1, "state": TopicState.DRAFT, "item": 0, "created_at": self._uow.now}
        row |= values | {"community_id": community_id, "no": next_no(self._uow, community_id, "topic")}
        self._uow.insert(Topic, row | {"appealed": False})
        return TopicRow(**row)

    def get(self, community_id: int, no: int) -> TopicRow:
        """Read one topic.

        Raises:
            NotFound: there is none.
        """
        statement = select(_TOPICS).where(_TOPICS.c.community_id == community_id, _TOPICS.c.no == no)
        row = self._uow.read(statement, Topic).one_or_none()
        if row is None:
            raise NotFound(f"topic {community_id}/{no}")
        return _topic(row)

    def living(self, community_id: int, no: int) -> TopicRow:
        """The topic, or the one that it was merged into."""
        found = self.get(community_id, no)
        while found.merged_into is not None:
            found = self.get(community_id, found.merged_into)
        return found

    def change(self, topic: TopicRow, **values: Any) -> None:
        """Change a topic from the version that was read.

        Raises:
            LostRace: somebody else changed it since.
        """
        values |= {"version": topic.version + 1}
        this = (Topic.community_id == topic.community_id, Topic.no == topic.no, Topic.version == topic.version)
        if self._uow.execute(update(Topic).where(*this).values(**values)).rowcount != 1:
            raise LostRace(f"topic {topic.community_id}/{topic.no}")
        for name, value in values.items():
            setattr(topic, name, value)

    def listed(self, community_ids: list[int], states: Iterable[TopicState], limit: int) -> list[TopicRow]:
        """Topics in these states, those with most people behind them first, then the newest."""
        seconded = (
            select(func.count())
            .where(TopicSupporter.community_id == Topic.community_id, TopicSupporter.topic_no == Topic.no)
            .scalar_subquery()
        )
        statement = (
            select(_TOPICS)
            .where(Topic.community_id.in_(community_ids), Topic.state.in_(list(states)), Topic.hidden.is_(None))
            .order_by(seconded.desc(), Topic.created_at.desc(), Topic.no.desc())
            .limit(limit)
        )
        return [_topic(row) for row in self._uow.read(statement, Topic, TopicSupporter)]

    def undecided(self, community_id: int, limit: int) -> list[TopicLine]:
        """Topics under discussion that are not decided yet, those with most people behind them first.

        The council and the weekly digest list them.
        """
        given = {"community": community_id, "most": limit}
        found = self._uow.fetch(_UNDECIDED, Topic, TopicCase, TopicSupporter, CasePerson, given=given)
        return [TopicLine(row.no, row.people) for row in found]

    def proposed_by(self, bot: str, account: int, since: datetime) -> int:
        """How many topics a person has proposed since `since`."""
        mine = (Topic.bot == bot, Topic.account == account, Topic.created_at > since)
        return int(self._uow.read(select(func.count()).where(*mine), Topic).scalar_one())

    def of_author(self, bot: str, account: int) -> list[TopicRow]:
        statement = select(_TOPICS).where(Topic.bot == bot, Topic.account == account).order_by(Topic.no)
        return [_topic(row) for row in self._uow.read(statement, Topic)]

    def due(self, limit: int = 50) -> list[TopicRow]:
        """Topics whose `next_at` has come, without those that another process has locked."""
        statement = select(_TOPICS).where(Topic.next_at <= self._uow.now).order_by(Topic.next_at).limit(limit)
        return [_topic(row) for row in self._uow.read(statement.with_for_update(skip_locked=True), Topic)]

    def add_event(
        self,
        topic: TopicRow,
        action: str,
        role: Role,
        before: TopicState | None,
        *,
        staff_id: int | None = None,
        reason: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> int:
        """Append a step to a topic's history; returns its id."""
        event_id = new_id()
        row = {"community_id": topic.community_id, "id": event_id, "topic_no": topic.no, "at": self._uow.now}
        row |= {"action": action, "role": role, "staff_id": staff_id, "before": before, "after": topic.state}
        self._uow.insert(TopicEvent, row | {"reason": reason, "detail": detail})
        return event_id

    def events(self, key: Key) -> list[Any]:
        this = (TopicEvent.community_id == key[0], TopicEvent.topic_no == key[1])
        return list(self._uow.read(select(table_of(TopicEvent)).where(*this).order_by(TopicEvent.id), TopicEvent))

    # evidence --------------------------------------------------------------------------------------------------------

    def add_cases(self, key: Key, numbers: Iterable[int]) -> None:
        """Add cases as evidence. A case that is evidence for another topic stays there."""
        rows = [
            {"community_id": key[0], "case_no": no, "topic_no": key[1], "since": self._uow.now}
            for no in sorted(set(numbers))
        ]
        if rows:
            self._uow.execute(upsert(self._uow.connection)(table_of(TopicCase)).on_conflict_do_nothing(), rows)

    def cases(self, key: Key) -> list[CaseRow]:
        """The cases that are evidence, oldest first."""
        same = and_(TopicCase.community_id == Case.community_id, TopicCase.case_no == Case.no)
        statement = (
            select(Case.__table__)
            .join(TopicCase, same)
            .where(TopicCase.community_id == key[0], TopicCase.topic_no == key[1])
            .order_by(Case.no)
        )
        return [case_row(row) for row in self._uow.read(statement, Case, TopicCase)]

    def of_case(self, key: Key) -> int | None:
        """The number of the topic that a case is evidence for, or None."""
        this = (TopicCase.community_id == key[0], TopicCase.case_no == key[1])
        found = self._uow.read(select(TopicCase.topic_no).where(*this), TopicCase).scalar_one_or_none()
        return None if found is None else int(found)

    def candidates(self, community_id: int, since: datetime, limit: int) -> list[CaseRow]:
        """Cases since `since` that are evidence for no topic yet: the newest `limit` of them, oldest first."""
        statement = (
            select(Case.__table__)
            .where(Case.community_id == community_id, Case.created_at >= since, ~SPEAKS_FOR_A_TOPIC)
            .where(Case.state.not_in(NOT_EVIDENCE), Case.source != ROOT_CAUSE)
            .order_by(Case.no.desc())
            .limit(limit)
        )
        return [case_row(row) for row in self._uow.read(statement, Case, TopicCase)][::-1]

    def people_of_cases(self, community_id: int, numbers: Iterable[int]) -> set[Account]:
        """Everybody who reported or joined one of these cases."""
        theirs = (CasePerson.community_id == community_id, CasePerson.case_no.in_(list(numbers)))
        statement = select(CasePerson.bot, CasePerson.account, CasePerson.chat).where(*theirs)
        return {(row.bot, row.account, row.chat) for row in self._uow.read(statement, CasePerson)}

    # people ----------------------------------------------------------------------------------------------------------

    def second(self, key: Key, who: Account) -> bool:
        """Add a supporter. False: this person supports the topic already."""
        bot, account, chat = who
        row = {"community_id": key[0], "topic_no": key[1], "bot": bot, "account": account, "chat": chat}
        row |= {"came_from": None, "since": self._uow.now}
        statement = upsert(self._uow.connection)(table_of(TopicSupporter)).on_conflict_do_nothing()
        return self._uow.execute(statement, row).rowcount == 1

    def take_back_support(self, key: Key, bot: str, account: int) -> bool:
        """Remove a supporter, also from topics merged into this one; else separating them would bring them back."""
        mine = (TopicSupporter.bot == bot, TopicSupporter.account == account)
        numbers = self._with_absorbed(key)
        there = (TopicSupporter.community_id == key[0], TopicSupporter.topic_no.in_(numbers))
        return self._uow.execute(delete(TopicSupporter).where(*there, *mine)).rowcount > 0

    def supporters(self, key: Key) -> list[Any]:
        there = (TopicSupporter.community_id == key[0], TopicSupporter.topic_no == key[1])
        order = (TopicSupporter.since, TopicSupporter.bot, TopicSupporter.account)
        return list(self._uow.read(select(table_of(TopicSupporter)).where(*there).order_by(*order), TopicSupporter))

    def supports(self, key: Key, bot: str, account: int) -> bool:
        return any((row.bot, row.account) == (bot, account) for row in self.supporters(key))

    def everybody(self, key: Key) -> dict[tuple[str, int], Account]:
        """Everybody who reported one of its cases, supports it or contributed to it, each once."""
        told = self.people_of_cases(key[0], [case.no for case in self.cases(key)])
        seconded = {(row.bot, row.account, row.chat) for row in self.supporters(key)}
        wrote = {row.author for row in self._uow.contributions.of(key) if row.author}
        return {(bot, account): (bot, account, chat) for bot, account, chat in (*told, *seconded, *wrote)}

    def people_behind(self, key: Key) -> int:
        """How many different people reported one of its cases or support it."""
        told = self.people_of_cases(key[0], [case.no for case in self.cases(key)])
        return len({who[:2] for who in told} | {(row.bot, row.account) for row in self.supporters(key)})

    def absorbed(self, key: Key) -> list[TopicRow]:
        """Topics that were merged into this one, the newest first."""
        statement = select(_TOPICS).where(Topic.community_id == key[0], Topic.merged_into == key[1])
        return [_topic(row) for row in self._uow.read(statement.order_by(Topic.no.desc()), Topic)]

    def _with_absorbed(self, key: Key) -> list[int]:
        """The numbers of a topic and of all topics merged into it, directly or through others."""
        found, todo = [], [key[1]]
        while todo:
            found.append(todo.pop())
            todo += [topic.no for topic in self.absorbed((key[0], found[-1])) if topic.no not in found]
        return found

    def seconded_by(self, bot: str, account: int) -> list[TopicRow]:
        same = and_(TopicSupporter.community_id == Topic.community_id, TopicSupporter.topic_no == Topic.no)
        mine = (TopicSupporter.bot == bot, TopicSupporter.account == account)
        statement = select(_TOPICS).join(TopicSupporter, same).where(*mine).order_by(Topic.no)
        return [_topic(row) for row in self._uow.read(statement, Topic, TopicSupporter)]

    # the clock -------------------------------------------------------------------------------------------------------

    def to_look_through(self, community_ids: list[int]) -> list[int]:
        """Communities whose cases are due to be searched for new topics."""
        statement = select(TopicWatch.community_id).where(TopicWatch.next_at > self._uow.now)
        later = set(self._uow.read(statement, TopicWatch).scalars())
        return [number for number in community_ids if number not in later]

    def look_again_at(self, community_id: int, moment: datetime) -> None:
        table = table_of(TopicWatch)
        statement = upsert(self._uow.connection)(table).on_conflict_do_update(
            index_elements=["community_id"], set_={"next_at": moment}
        )
        self._uow.execute(statement, {"community_id": community_id, "next_at": moment})

    # erasing ---------------------------------------------------------------------------------------------------------

    def forget_person(self, bot: str, account: int) -> None:
        """Remove an account from all topics. Its texts stay without an author, or are erased (see `Erasure`)."""
        self._uow.execute(delete(TopicSupporter).where(TopicSupporter.bot == bot, TopicSupporter.account == account))
        self._nobody(Contribution, Contribution.bot == bot, Contribution.account == account)
        self._nobody(Topic, Topic.bot == bot, Topic.account == account)

    def forget_people(self, key: Key) -> None:
        """Delete the people of a topic that ended long ago; its history keeps how many they were."""
        this = (TopicSupporter.community_id == key[0], TopicSupporter.topic_no == key[1])
        self._uow.execute(delete(TopicSupporter).where(*this))
        self._nobody(Contribution, Contribution.community_id == key[0], Contribution.topic_no == key[1])
        self._nobody(Topic, Topic.community_id == key[0], Topic.no == key[1])

    def _nobody(self, table: type[Topic | Contribution], *where: Any) -> None:
        self._uow.execute(update(table).where(*where).values(bot=None, account=None, chat=None))


_TOPIC_COLUMNS = tuple(field.name for field in fields(TopicRow))
_TOPICS = table_of(Topic)

SPEAKS_FOR_A_TOPIC = (
    select(TopicCase.case_no).where(TopicCase.community_id == Case.community_id, TopicCase.case_no == Case.no).exists()
)
_COMMUNITY: Any = bindparam("community")
_states: list[Any] = [literal_column(f"'{state}'") for state in sorted(TALKED_OVER - {TopicState.DECIDED})]
_undecided = (
    select(Topic.no).where(Topic.community_id == _COMMUNITY, Topic.state.in_(_states), Topic.hidden.is_(None)).cte()
)
_told = (
    select(TopicCase.topic_no, CasePerson.bot, CasePerson.account)
    .join(_undecided, _undecided.c.no == TopicCase.topic_no)
    .join(CasePerson, and_(CasePerson.community_id == TopicCase.community_id, CasePerson.case_no == TopicCase.case_no))
    .where(TopicCase.community_id == _COMMUNITY)
)
_seconded = (
    select(TopicSupporter.topic_no, TopicSupporter.bot, TopicSupporter.account)
    .join(_undecided, _undecided.c.no == TopicSupporter.topic_no)
    .where(TopicSupporter.community_id == _COMMUNITY)
)
_behind = union(_told, _seconded).subquery()
_people = func.count(_behind.c.topic_no)
_UNDECIDED = CompiledQuery(
    select(_undecided.c.no, _people.label("people"))
    .outerjoin(_behind, _behind.c.topic_no == _undecided.c.no)
    .group_by(_undecided.c.no)
    .order_by(_people.desc(), _undecided.c.no)
    .limit(bindparam("most"))
)
"""Counts people only for undecided topics, because decided ones are many times as many after some years."""


def _topic(row: Any) -> TopicRow:
    values = {name: getattr(row, name) for name in _TOPIC_COLUMNS}
    state = TopicState.HIDDEN if row.hidden else TopicState(row.state)
    return TopicRow(**values | {"state": state, "source": Source(row.source)})
