"""A digest equals a plain recount of the rows, on both databases."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, delete

from digests.hotspots import HotSpot
from digests.weekly import Rates, Weekly, from_content, measured_since, soon, weekly
from ledger.lifecycle import OPEN
from ledger.periods import Period, week_from
from ledger.scenes import Scene
from storage.database import Database, open_database
from storage.reference import Reference
from storage.reporting.queries import RESOLVED
from storage.tables import Case, CaseEvent
from storage.types import Json
from storage.unit_of_work import UnitOfWork
from tests.digests.histories import Row, case, event, history, write

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = week_from(date(2026, 11, 16), ZONE)
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
NOBODY = Reference(0, {}, {}, {}, {}, (), {})


@pytest.fixture
async def database(filled_url: str) -> AsyncIterator[Database]:
    found = open_database(filled_url)
    yield found
    await found.close()


def digest(connection: Connection, period: Period = WEEK, community_id: int = 1, limit: int = 500) -> Weekly:
    uow = UnitOfWork(connection, NOBODY, NOW)
    rows = uow.reports.week(
        community_id, period, period.before(ZONE), since=measured_since(period, ZONE), soon=soon(NOW, ZONE), limit=limit
    )
    return weekly(community_id, period, NOW, rows)


async def after(database: Database, cases: list[Row], events: list[Row], period: Period = WEEK) -> Weekly:
    await database.write(lambda connection: write(connection, cases, events))
    return await database.read(lambda connection: digest(connection, period))


def within(rows: Iterable[Row], column: str, period: Period) -> list[Row]:
    return [row for row in rows if row[column] and period.start <= row[column] < period.end]


async def test_a_digest_equals_a_plain_recount_of_random_histories(database: Database) -> None:
    for seed in range(8):
        cases, events = history(seed, NOW)
        others, their_events = history(seed + 100, NOW, community_id=2)
        found = await after(database, cases + others, events + their_events)
        recount(found, cases, events)
        await database.write(empty)


async def test_a_case_about_a_root_cause_came_from_nobody(database: Database) -> None:
    """As in the month's report, so that the weeks add up to it."""
    there = {"building_id": 3, "scene": "safety"}
    monday, last_week = WEEK.start + timedelta(hours=9), WEEK.start - timedelta(days=2)
    cases = [
        case(1, monday, **there),
        case(2, monday, source="root_cause", **there),
        case(3, last_week, source="root_cause", **there),
    ]
    found = await after(database, cases, [])
    assert (found.received, found.received_before, found.problems) == (1, 0, 1)
    assert found.hot == ()
    assert found.waiting.total == 3, "somebody has to see to them all the same"


def empty(connection: Connection) -> None:
    connection.execute(delete(CaseEvent))
    connection.execute(delete(Case))


def recount(found: Weekly, cases: list[Row], events: list[Row]) -> None:
    now, before = within(cases, "created_at", WEEK), within(cases, "created_at", WEEK.before(ZONE))
    scenes, scenes_before = Counter(row["scene"] for row in now), Counter(row["scene"] for row in before)
    assert {c.scene: c.now for c in found.scenes if c.now} == scenes
    assert {c.scene: c.before for c in found.scenes if c.before} == scenes_before
    assert (found.problems, found.needs, found.queries) == tuple(
        sum(row["kind"] == kind for row in now) for kind in ("problem", "need", "query")
    )
    assert {need.item: need.n for need in found.items} == Counter(row["item"] for row in now if row["kind"] == "need")
    assert {r.no: r.times for r in found.repeats} == Counter(row["merged_into"] for row in now if row["merged_into"])
    recount_waiting(found, [row for row in cases if row["state"] in OPEN])
    recount_resolved(found, [row for row in within(cases, "answered_at", WEEK) if row["state"] in RESOLVED])
    recount_rates(found, {row["no"]: row for row in cases}, within(events, "at", WEEK))


def recount_waiting(found: Weekly, waiting: list[Row]) -> None:
    urgent = {row["no"] for row in waiting if row["urgency"] in "EU"}
    overdue = {row["no"] for row in waiting if row["due_at"] < NOW}
    near = {row["no"] for row in waiting if NOW <= row["due_at"] < soon(NOW, ZONE)}
    counts = found.waiting
    assert (counts.total, counts.urgent, counts.overdue, counts.soon) == (
        len(waiting),
        len(urgent),
        len(overdue),
        len(near),
    )
    assert counts.pressing == len(urgent | overdue | near)
    pressing = [row for row in waiting if row["no"] in urgent | overdue | near]
    ranked = sorted(pressing, key=lambda r: ("EUNL".index(r["urgency"]), r["due_at"], -r["supporters"], r["no"]))
    assert [matter.no for matter in found.act] == [row["no"] for row in ranked[: len(found.act)]]
    most = sorted((row["supporters"] for row in waiting if row["supporters"] > 1), reverse=True)
    assert [matter.supporters for matter in found.supported] == most[:3]


def recount_resolved(found: Weekly, resolved: list[Row]) -> None:
    assert found.resolved == len(resolved)
    assert found.resolved_in_time == sum(row["answered_at"] <= row["due_at"] for row in resolved)
    assert {matter.no for matter in found.done} <= {row["no"] for row in resolved}


def recount_rates(found: Weekly, cases: dict[int, Row], events: list[Row]) -> None:
    judged = sorted(
        (e for e in events if e["action"] in ("confirm", "reopen", "object")), key=lambda e: (e["at"], e["id"])
    )
    assert set(found.reopened) == {e["case_no"] for e in judged if e["action"] == "reopen"}
    last = {e["case_no"]: e["action"] for e in judged if e["role"] == "resident"}
    solved = [cases[no] for no, action in last.items() if action == "confirm"]
    in_time = [no for no in last if cases[no]["signed_at"] and cases[no]["signed_at"] <= cases[no]["sign_due_at"]]
    satisfied = Counter(row["satisfied"] for row in solved)
    assert found.rates == Rates(len(last), len(in_time), len(solved), satisfied[2], satisfied[1])


async def test_a_place_with_clearly_more_than_its_eight_weeks_before_is_a_hot_spot(database: Database) -> None:
    monday, hour = WEEK.start, timedelta(hours=1)
    busy = [case(no, monday + no * hour, place="3栋 楼下", confirmed=True) for no in (1, 2, 3)]
    as_ever = [case(no, monday + no * hour, place="5栋") for no in (4, 5)]
    before = [case(10 + week, monday - week * timedelta(weeks=1), place="5栋") for week in range(1, 9)]
    too_old = [case(30 + no, monday - timedelta(weeks=9), place="３栋楼下") for no in range(9)]
    nowhere = [case(50 + no, monday) for no in range(5)]
    found = await after(database, [*busy, *as_ever, *before, *too_old, *nowhere], [])
    assert found.hot == (HotSpot(3, Scene.GREEN, now=3, before=0, confirmed=True),)


async def test_every_case_is_counted_in_exactly_one_week(database: Database) -> None:
    cases, events = history(1, NOW)
    await database.write(lambda connection: write(connection, cases, events))
    weeks = [WEEK]
    while weeks[0].start > min(row["created_at"] for row in cases):
        weeks.insert(0, weeks[0].before(ZONE))
    running = week_from(date(2026, 11, 23), ZONE)
    found = [await database.read(partial(digest, period=week)) for week in [*weeks, running]]
    assert sum(week.received for week in found) == len(cases)
    assert [week.received for week in found[:-1]] == [week.received_before for week in found[1:]]


async def test_a_case_at_midnight_of_monday_belongs_to_the_week_that_begins(database: Database) -> None:
    moment = timedelta(microseconds=1)
    cases = [case(1, WEEK.start), case(2, WEEK.start - moment), case(3, WEEK.end - moment), case(4, WEEK.end)]
    found = await after(database, cases, [])
    assert (found.received, found.received_before) == (2, 1)


async def test_what_was_opened_again_is_no_longer_counted_as_answered(database: Database) -> None:
    answered = WEEK.start + timedelta(days=1)
    cases = [
        case(1, WEEK.start, state="closed", answered_at=answered, signed_at=WEEK.start, satisfied=2),
        case(2, WEEK.start, state="redo", answered_at=answered, reopened=1),
    ]
    found = await after(database, cases, [event(1, answered, "confirm"), event(2, answered, "reopen")])
    assert (found.resolved, found.reopened) == (1, (2,))
    assert found.rates == Rates(n=2, responded=1, solved=1, satisfied=1)


async def test_many_pressing_cases_are_counted_whole_though_few_are_listed(database: Database) -> None:
    await database.write(lambda c: write(c, [case(no, WEEK.start, urgency="U") for no in range(1, 41)]))
    found = await database.read(lambda connection: digest(connection, limit=10))
    assert (found.waiting.pressing, len(found.act)) == (40, 8)


async def test_a_digest_comes_back_from_its_stored_form_as_it_was(database: Database) -> None:
    cases, events = history(3, NOW)
    found = await after(database, cases, events)
    stored: Any = Json()
    content = stored.process_result_value(stored.process_bind_param(found, None), None)
    assert from_content(content) == found


async def test_a_community_with_nothing_in_it_has_an_empty_digest(database: Database) -> None:
    found = await database.read(digest)
    assert found.empty
    assert len(found.scenes) == 8
