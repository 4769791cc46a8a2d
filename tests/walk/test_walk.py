"""Random people and the plain model: a short walk here; `benchmarks.ledger_walk` goes 50,000 steps."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.world import NOW, World
from tests.walk.ground import walk_in
from tests.walk.model import Disagreement, Ledger


@pytest.mark.parametrize("seed", [1, 2])
async def test_random_people_find_no_disagreement_with_the_plain_model(small_world: World, seed: int) -> None:
    figures = await walk_in(small_world, seed, 60)
    assert figures.steps == 60
    assert figures.actions["file"]


async def test_random_people_find_none_on_either_database(world: World) -> None:
    assert (await walk_in(world, 3, 25)).steps == 25


@dataclass(frozen=True)
class Told:
    id: int
    action: str
    role: str
    before: str | None
    after: str
    staff_id: int | None = None
    at: Any = NOW
    detail: Any = None
    via: str = ""
    community_id: int = 1
    case_no: int = 1


FILED = Told(1, "file", "resident", None, "waiting")
ACCEPTED = Told(2, "accept", "worker", "waiting", "accepted", 1)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (replace(ACCEPTED, role="resident"), "not by resident"),
        (replace(ACCEPTED, after="working"), "it should now be accepted"),
        (replace(ACCEPTED, before="redo"), "it was waiting"),
        (replace(ACCEPTED, case_no=2), "nobody filed"),
        (replace(ACCEPTED, at=NOW - timedelta(seconds=1)), "time ran backwards"),
        (replace(ACCEPTED, action="sign"), "not from waiting"),
        (replace(ACCEPTED, action="vanish"), "nobody knows"),
        (replace(FILED, id=3), "filed twice"),
    ],
)
def test_the_plain_model_sees_what_is_wrong(wrong: Told, why: str) -> None:
    ledger = Ledger()
    ledger.replay(FILED)
    with pytest.raises(Disagreement, match=why):
        ledger.replay(wrong)


def test_the_plain_model_takes_an_undone_step_back() -> None:
    ledger = Ledger()
    for event in (FILED, ACCEPTED, Told(3, "undo", "worker", "accepted", "waiting", 1, detail={"event": 2})):
        ledger.replay(event)
    assert ledger.cases[1, 1].state == "waiting"
