"""Random but fixed histories of a community, written straight into the tables, and plain recounts of them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from ledger.lifecycle import State
from ledger.scenes import EIGHT_SCENES, Kind, Scene, Urgency
from storage.ids import new_id
from storage.tables import Case, CaseEvent

Row = dict[str, Any]
HOUR = timedelta(hours=1)


def case(no: int, created_at: datetime, **values: Any) -> Row:
    """A row of the ledger; what is not given is plain."""
    row = dict.fromkeys(column.name for column in Case.__table__.columns)
    row |= {
        "community_id": 1, "no": no, "version": 1, "state": State.WAITING, "scene": Scene.GREEN, "kind": Kind.PROBLEM,
        "item": 0, "urgency": Urgency.NORMAL, "text": f"第{no}件事", "proposal": {}, "confirmed": False,
        "anonymous": False, "supporters": 1, "source": "resident", "reopened": 0,
        "created_at": created_at, "changed_at": created_at,
        "sign_due_at": created_at + 2 * HOUR, "due_at": created_at + 24 * HOUR,
    }  # fmt: skip
    return row | values


def event(case_no: int, at: datetime, action: str, role: str = "resident", community_id: int = 1) -> Row:
    """A step of a case."""
    row = dict.fromkeys(column.name for column in CaseEvent.__table__.columns)
    row |= {"community_id": community_id, "id": new_id(), "case_no": case_no, "at": at, "action": action, "role": role}
    return row | {"after": "closed"}


def write(connection: Connection, cases: list[Row], events: list[Row] | None = None) -> None:
    connection.execute(insert(Case), cases)
    if events:
        connection.execute(insert(CaseEvent), events)


def history(seed: int, now: datetime, size: int = 120, community_id: int = 1) -> tuple[list[Row], list[Row]]:
    """Cases and judgements of the last five weeks, many of them at whole hours so that windows' edges are met."""
    dice = random.Random(seed)
    cases = [_random_case(dice, no, now, community_id) for no in range(1, size + 1)]
    return cases, list(_random_events(dice, cases, now, community_id))


def _random_case(dice: random.Random, no: int, now: datetime, community_id: int) -> Row:
    created = now - dice.randrange(24 * 35) * HOUR
    answered = created + dice.randrange(24 * 20) * HOUR if dice.random() < 0.5 else None
    state = dice.choice(list(State))
    return case(
        no,
        created,
        community_id=community_id,
        state=state,
        scene=dice.choice([*EIGHT_SCENES, Scene.OUT_OF_REMIT]),
        kind=dice.choice(list(Kind)[:3]),
        item=dice.randrange(21),
        urgency=dice.choice(list(Urgency)),
        supporters=dice.choice([1, 1, 1, 2, 5]),
        merged_into=dice.randrange(1, 6) if state is State.MERGED else None,
        satisfied=dice.choice([None, 0, 1, 2]),
        signed_at=created + dice.randrange(5) * HOUR if dice.random() < 0.7 else None,
        due_at=created + dice.randrange(24 * 30) * HOUR,
        answered_at=answered,
        closed_at=answered,
    )


def _random_events(dice: random.Random, cases: list[Row], now: datetime, community_id: int) -> Iterator[Row]:
    for row in dice.sample(cases, len(cases) // 2):
        for _ in range(dice.choice([1, 1, 2])):
            at = now - dice.randrange(24 * 21) * HOUR - timedelta(seconds=dice.randrange(60))
            action = dice.choice(["confirm", "reopen", "object", "judged", "resolve"])
            yield event(row["no"], at, action, dice.choice(["resident", "resident", "manager"]), community_id)
