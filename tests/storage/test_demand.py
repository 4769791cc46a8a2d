"""What residents ask for equals a plain recount, on both databases: people once each, what is not demand left out."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert

from ledger.needs import Demand
from ledger.periods import Period
from storage.database import open_database
from storage.reporting.demand import NO_DEMAND, PRESSING
from storage.tables import CasePerson, Survey, SurveyAnswer
from storage.unit_of_work import UnitOfWork
from tests.digests.histories import history, write
from tests.digests.test_recount import NOBODY, empty

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
PERIOD = Period(NOW - timedelta(days=20), NOW)
Row = dict[str, Any]


def people_of(dice: random.Random, cases: list[Row]) -> list[Row]:
    """Nobody, one, or some of few people in each case; a clerk is no resident."""
    found = []
    for case in cases:
        for account in dice.sample(range(1, 9), dice.choice([0, 1, 1, 3])):
            part = dice.choice(["reporter", "joiner", "clerk"])
            key = {"community_id": case["community_id"], "case_no": case["no"], "bot": "resident", "account": account}
            found.append(key | {"chat": account, "part": part, "anonymous": False, "joined_at": NOW})
    return found


def answers_of(dice: random.Random) -> list[Row]:
    days = [NOW - timedelta(days=dice.choice([1, 5, 30])) for _ in range(12)]
    key = {"community_id": 1, "survey_id": 1, "bot": "resident", "question": 0, "option": 0, "words": None}
    return [key | {"account": n, "item": dice.randrange(4), "at": at} for n, at in enumerate(days, 1)]


def recounted(cases: list[Row], people: list[Row], answers: list[Row]) -> dict[tuple[int, int], Demand]:
    said = [
        c
        for c in cases
        if PERIOD.start <= c["created_at"] < PERIOD.end
        and c["item"]
        and c["kind"] in ("problem", "need")
        and c["state"] not in NO_DEMAND
    ]
    asked = [a for a in answers if a["item"] and PERIOD.start <= a["at"] < PERIOD.end]
    found = {}
    for key in {(c["community_id"], c["item"]) for c in said} | {(1, a["item"]) for a in asked}:
        own = [c for c in said if (c["community_id"], c["item"]) == key]
        known = {c["no"]: {p["account"] for p in people if _in(p, c)} for c in own}
        named = {a["account"] for a in asked if (1, a["item"]) == key}
        accounts = set().union(*known.values(), named)
        nobody = sum(c["supporters"] for c in own if not known[c["no"]])
        urgent = sum(c["urgency"] in PRESSING for c in own)
        found[key] = Demand(len(accounts) + nobody, len(own), urgent, len(named))
    return found


def _in(person: Row, case: Row) -> bool:
    same = (person["community_id"], person["case_no"]) == (case["community_id"], case["no"])
    return same and person["part"] != "clerk"


async def test_voices_equal_a_plain_recount(filled_url: str) -> None:
    database = open_database(filled_url)
    for seed in range(3):
        dice = random.Random(seed)
        cases, _ = history(seed, NOW, 120)
        cases += history(seed + 9, NOW, 40, community_id=2)[0]
        people, answers = people_of(dice, cases), answers_of(dice)
        survey = {"community_id": 1, "id": 1, "template": {}, "state": "ended", "started_at": NOW, "ends_at": NOW}

        def plant(c: Any, cases: list[Row] = cases, people: list[Row] = people, answers: list[Row] = answers) -> None:
            write(c, cases)
            c.execute(insert(CasePerson), people)
            c.execute(insert(Survey), [survey])  # noqa: B023 - the same each time
            c.execute(insert(SurveyAnswer), answers)

        await database.write(plant)
        found = await database.read(lambda c: UnitOfWork(c, NOBODY, NOW).demand.of([1, 2], PERIOD))
        assert found == recounted(cases, people, answers)
        loudest = await database.read(lambda c: UnitOfWork(c, NOBODY, NOW).demand.loudest(1, PERIOD))
        assert set(loudest) == {item for community, item in found if community == 1 and found[community, item].cases}

        def clear(c: Any) -> None:
            for table in (SurveyAnswer, Survey, CasePerson):
                c.execute(delete(table))
            empty(c)

        await database.write(clear)
    await database.close()


async def test_counts_of_a_survey_stay_when_who_said_what_is_forgotten(filled_url: str) -> None:
    database = open_database(filled_url)
    ended = NOW - timedelta(days=3)
    survey = {"community_id": 1, "id": 1, "template": {}, "state": "ended", "started_at": ended, "ends_at": ended}
    survey |= {"ended_at": ended, "results": {"items": {"3": 7}}, "answers_gone_at": NOW}
    await database.write(lambda c: c.execute(insert(Survey), [survey]))
    found = await database.read(lambda c: UnitOfWork(c, NOBODY, NOW).demand.of([1], PERIOD))
    await database.close()
    assert found == {(1, 3): Demand(people=7, surveyed=7)}
