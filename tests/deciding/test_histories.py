"""Random histories of a vote and of topics beside a plain model: counts are right, nobody votes twice, none is lost.

Runs on the stores, in one transaction a history: thousands of taps, withdrawals, papers, households, brigades and
merges, in any order. What goes through the chat is walked by the other tests.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, event

from digests.votes import log
from digests.votes.counting import count
from ledger.topics import Source
from ledger.votes import Electorate, Method, VoteState, chosen, tag
from storage.cocreation.votes import SlipRead, VoteRow
from storage.ids import new_secret
from storage.reference_queries import load
from storage.tables import Mark
from storage.unit_of_work import UnitOfWork
from tests.deciding.neighbours import ballots_as_they_lie
from tests.support.world import NOW

OPTIONS = 3
HOUSES = st.integers(1, 6)
HANDS = st.integers(1, 2)
PLACES = st.integers(0, OPTIONS - 1)
STAFF = st.integers(1, 2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("tap"), HOUSES, HANDS, PLACES),
        st.tuples(st.just("withdraw"), HOUSES),
        st.tuples(st.just("paper"), HOUSES),
        st.tuples(st.just("slip"), st.integers(1, 4), STAFF, PLACES),
        st.tuples(st.just("leave_out"), HOUSES, st.booleans()),
    ),
    max_size=60,
)


@dataclass
class Model:
    """What a careful person would write down."""

    method: Method
    choices: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    paper: set[int] = field(default_factory=set)
    read: dict[int, tuple[int, int]] = field(default_factory=dict)
    slips: dict[int, int] = field(default_factory=dict)
    out: set[int] = field(default_factory=set)

    def tap(self, house: int, hand: int, place: int) -> None:
        if house in self.paper:
            return
        before = self.choices.get(house)
        choice = chosen(self.method, before[1] if before and before[0] == hand else [], place)
        if choice:
            self.choices[house] = (hand, choice)
        else:
            self.choices.pop(house, None)
            self.out.discard(house)

    def withdraw(self, house: int) -> None:
        if house not in self.paper and house in self.choices:
            del self.choices[house]
            self.out.discard(house)

    def take_paper(self, house: int) -> None:
        if house not in self.choices:
            self.paper.add(house)

    def slip(self, number: int, staff: int, place: int) -> None:
        if number in self.slips:
            return
        first = self.read.get(number)
        if first is None:
            if len(self.slips) + len(self.read) < len(self.paper):
                self.read[number] = (staff, place)
        elif first[0] == staff:
            self.read[number] = (staff, place)
        elif first[1] != place:
            del self.read[number]
        else:
            del self.read[number]
            self.slips[number] = place

    def leave_out(self, house: int, *, out: bool) -> None:
        if house in self.choices:
            (self.out.add if out else self.out.discard)(house)

    def counted(self) -> list[list[int]]:
        kept = [choice for house, (_, choice) in self.choices.items() if house not in self.out]
        return kept + [[place] for place in self.slips.values()]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Any:
    path = tmp_path_factory.mktemp("histories") / "chulin.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _by_hand(raw: Any, _record: object) -> None:
        raw.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(one: Connection) -> None:
        one.exec_driver_sql("BEGIN")

    with engine.connect() as found:
        yield found
    engine.dispose()


def begun(connection: Connection, method: Method) -> tuple[UnitOfWork, VoteRow]:
    uow = UnitOfWork(connection, load(connection), NOW)
    topic = uow.topics.begin(1, title="车棚", source=Source.MANAGER)
    values: dict[str, Any] = {"method": method, "electorate": Electorate.HOUSEHOLD, "quorum": 0, "days": 7}
    values |= {"starts": "now", "options": ["东头", "西头", "不建"], "key": new_secret(), "state": VoteState.OPEN}
    return uow, uow.votes.begin(1, topic.no, **values)


def play(uow: UnitOfWork, vote: VoteRow, model: Model, step: tuple[Any, ...]) -> None:
    what, *values = step
    key = vote.key or ""
    if what == "slip":
        number, staff, place = values
        uow.votes.read_slip(vote.primary_key, number, staff, [place])
        model.slip(number, staff, place)
        return
    voter = tag(key, f"line:{values[0]}")
    if what == "tap":
        uow.votes.cast(vote, voter, tag(key, f"account:{values[0]}:{values[1]}"), values[2])
        model.tap(*values)
    elif what == "withdraw":
        mark = uow.votes.mark_of(vote.primary_key, voter)
        if mark and not mark.paper:
            uow.votes.withdraw(vote.primary_key, voter)
        model.withdraw(*values)
    elif what == "paper":
        uow.votes.hand_out_paper(vote.primary_key, voter)
        model.take_paper(*values)
    else:
        mark = uow.votes.mark_of(vote.primary_key, voter)
        if mark and not mark.paper:
            uow.votes.leave_out(vote.primary_key, [voter], left_out=values[1])
        model.leave_out(values[0], out=values[1])


@given(st.sampled_from(Method), steps)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_vote_counts_what_its_history_says(connection: Connection, method: Method, history: list[Any]) -> None:
    transaction = connection.begin()
    try:
        uow, vote = begun(connection, method)
        model = Model(method)
        for step in history:
            play(uow, vote, model, step)
        _nobody_votes_twice(uow, vote, model)
        choices = uow.votes.unlink(vote)
        assert Counter(map(tuple, choices)) == Counter(map(tuple, model.counted())), "none lost, none doubled"
        _secret(uow, vote)
    finally:
        transaction.rollback()


def _nobody_votes_twice(uow: UnitOfWork, vote: VoteRow, model: Model) -> None:
    roll = uow.votes.roll(vote.primary_key)
    assert len({row.voter for row in roll}) == len(roll) == len(model.choices) + len(model.paper)
    assert not model.paper & model.choices.keys()


def _secret(uow: UnitOfWork, vote: VoteRow) -> None:
    """After the closing roll and ballots have nothing in common, and what is exported leads to nobody."""
    marks = list(uow.read(Mark.__table__.select(), Mark))
    assert all(row.ballot_id is None and row.hand is None for row in marks)
    ids = ballots_as_they_lie(uow.connection)
    assert ids == sorted(ids)
    uow.votes.change(vote, state=VoteState.CLOSED, key=None)
    community = uow.reference.communities[1]
    for line in map(json.loads, log.written(log.of_vote(uow, community, vote)).splitlines()):
        allowed = {log.VOTER: {"line", "receipt", "tag", "paper", "left_out", "chain"}}
        allowed |= {log.BALLOT: {"line", "id", "choice", "chain"}}
        assert line.keys() == allowed.get(line["line"], line.keys())


@given(st.sampled_from(Method), steps)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_log_of_any_history_is_recounted_to_the_same(
    connection: Connection, method: Method, history: list[Any]
) -> None:
    transaction = connection.begin()
    try:
        uow, vote = begun(connection, method)
        model = Model(method)
        for step in history:
            play(uow, vote, model, step)
        choices = uow.votes.unlink(vote)
        counted = count(method, OPTIONS, choices)
        result = {"validity": "decides", "n": len(choices), "left_out": len(model.out)}
        result |= {"counts": list(counted.counts), "winners": list(counted.winners), "rounds": []}
        uow.votes.change(vote, state=VoteState.CLOSED, key=None, result=result)
        lines = log.read(log.written(log.of_vote(uow, uow.reference.communities[1], vote)))
        found = log.recount(lines, 0)
        assert found.counted == counted
        assert (found.ballots, found.left_out) == (len(choices), len(model.out))
    finally:
        transaction.rollback()


# --- merged supports -------------------------------------------------------------------------------------------------

topic_steps = st.lists(
    st.one_of(
        st.tuples(st.just("second"), st.integers(0, 4), st.integers(1, 8)),
        st.tuples(st.just("unsecond"), st.integers(0, 4), st.integers(1, 8)),
        st.tuples(st.just("merge"), st.integers(0, 4), st.integers(0, 4)),
        st.tuples(st.just("apart"), st.integers(0, 4), st.just(0)),
    ),
    max_size=40,
)


@dataclass
class Supports:
    """Who seconded which topic themselves; a topic has its own and those of all that were merged into it."""

    own: list[set[int]]
    into: dict[int, int] = field(default_factory=dict)

    def of(self, number: int) -> set[int]:
        return self.own[number].union(*(self.of(one) for one, target in self.into.items() if target == number))

    def second(self, number: int, who: int) -> None:
        if who not in self.of(number):
            self.own[number].add(who)

    def unsecond(self, number: int, who: int) -> None:
        self.own[number].discard(who)
        for one, target in self.into.items():
            if target == number:
                self.unsecond(one, who)


@given(topic_steps)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merged_supports_add_up_and_one_person_counts_once(connection: Connection, history: list[Any]) -> None:
    transaction = connection.begin()
    try:
        uow = UnitOfWork(connection, load(connection), NOW)
        topics = [uow.topics.begin(1, title=f"议题{n}", source=Source.MANAGER) for n in range(5)]
        model = Supports(own=[set() for _ in topics])
        came: dict[int, dict[str, Any]] = {}
        for what, one, other in history:
            key = topics[one].key
            if what == "apart" and one in model.into and model.into[one] not in model.into:
                target = topics[model.into.pop(one)]
                uow.topic_merging.take_apart(key, target.key, came.pop(one))
                uow.topics.change(topics[one], merged_into=None)
            elif one in model.into or other in model.into:
                continue
            elif what == "second":
                assert uow.topics.second(key, ("resident", other, other)) is (other not in model.of(one))
                model.second(one, other)
            elif what == "unsecond":
                uow.topics.take_back_support(key, "resident", other)
                model.unsecond(one, other)
            elif what == "merge" and other != one:
                came[one] = uow.topic_merging.bring_over(key, topics[other].key)
                uow.topics.change(topics[one], merged_into=topics[other].no)
                model.into[one] = other
        for number, topic in enumerate(topics):
            if number not in model.into:
                found = [row.account for row in uow.topics.supporters(topic.key)]
                assert sorted(found) == sorted(model.of(number)), "each once, whatever was merged and taken apart"
                assert uow.topics.people_behind(topic.key) == len(found)
    finally:
        transaction.rollback()


def test_a_paper_that_two_read_alike_is_known_ever_after(connection: Connection) -> None:
    transaction = connection.begin()
    try:
        uow, vote = begun(connection, Method.SINGLE)
        uow.votes.hand_out_paper(vote.primary_key, tag(vote.key or "", "line:1"))
        read = [uow.votes.read_slip(vote.primary_key, 7, staff, [0]) for staff in (1, 2, 1, 2)]
        assert read == [SlipRead.FIRST, SlipRead.SAME, SlipRead.KNOWN, SlipRead.KNOWN]
        assert uow.votes.read_slip(vote.primary_key, 8, 1, [0]) is SlipRead.TOO_MANY
    finally:
        transaction.rollback()
