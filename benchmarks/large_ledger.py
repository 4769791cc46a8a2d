"""A ledger of any size, as it would have grown: communities mixed, most cases closed, some judged."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection, insert, literal, select, text
from sqlalchemy.dialects import sqlite

from benchmarks.sample import texts
from ledger.lifecycle import State
from ledger.scenes import EIGHT_SCENES, Kind, Urgency
from ledger.topics import TopicState
from storage.tables import Base, Case, CaseEvent, CaseMessage, CasePerson, Community, Topic, TopicCase, TopicSupporter

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
WEEKS = 104
ENDED = (State.CLOSED, State.CLOSED, State.CLOSED, State.CLOSED_UNCONFIRMED, State.MERGED)
WAITING = (State.WAITING, State.ACCEPTED, State.DISPATCHED, State.WORKING)
BATCH = 50_000
TOPICS, TALKED_OF, SPEAK, SECOND = 30, 4, 12, 15
"""Topics of a community, those not yet decided, cases that speak for one, people who second it."""


def rows(count: int, communities: int) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Cases in the order in which they came in, communities mixed, each with its events."""
    dice, words = random.Random(1), texts(5000)
    step = timedelta(weeks=WEEKS) / count
    for number in range(count):
        community, no = number % communities + 1, number // communities + 1
        created = NOW - step * (count - number)
        case = _case(dice, community, no, created, words[number % len(words)])
        yield case, list(_events(dice, number, case))


def _case(dice: random.Random, community: int, no: int, created: datetime, said: str) -> dict[str, Any]:
    ended = dice.random() < (0.985 if NOW - created > timedelta(weeks=3) else 0.5)
    state = dice.choice(ENDED if ended else WAITING)
    answered = min(created + timedelta(hours=dice.expovariate(1 / 50)), NOW) if ended else None
    case: dict[str, Any] = dict.fromkeys(column.name for column in Case.__table__.columns)
    case |= {"community_id": community, "no": no, "version": 1, "state": state, "text": said, "place": "3栋楼下"}
    case |= {"scene": dice.choice(EIGHT_SCENES), "kind": dice.choice(list(Kind)[:3]), "item": dice.randrange(21)}
    case |= {"urgency": dice.choices(list(Urgency), (1, 9, 70, 20))[0], "proposal": "{}", "confirmed": ended}
    case |= {"anonymous": False, "supporters": dice.choice((1, 1, 1, 1, 2, 7)), "source": "resident", "reopened": 0}
    case |= {"merged_into": max(no - 3, 1) if state is State.MERGED else None, "satisfied": 2 if ended else None}
    case |= {"created_at": created, "changed_at": answered or created, "sign_due_at": created + timedelta(days=1)}
    case |= {"due_at": created + timedelta(days=7), "answered_at": answered, "closed_at": answered}
    case |= {"signed_at": answered, "reply": "已经处理好了，请您看看" if ended else None}
    return case


def _events(dice: random.Random, number: int, case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """How it came in and, for some, what the resident said of the answer."""
    plain = dict.fromkeys(column.name for column in CaseEvent.__table__.columns)
    plain |= {"community_id": case["community_id"], "case_no": case["no"], "role": "resident", "after": case["state"]}
    yield plain | {"id": 2 * number, "at": case["created_at"], "action": "file"}
    if case["answered_at"] and dice.random() < 0.4:
        action = dice.choices(("confirm", "reopen"), (9, 1))[0]
        yield plain | {"id": 2 * number + 1, "at": case["answered_at"], "action": action}


def batches(count: int, communities: int) -> Iterator[tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]]:
    made = rows(count, communities)
    while part := list(islice(made, BATCH)):
        yield [tuple(case.values()) for case, _ in part], [tuple(e.values()) for _, events in part for e in events]


def fill_sqlite(path: Path, count: int, communities: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for cases, events in batches(count, communities):
            for table, values in ((Case, cases), (CaseEvent, events)):
                statement = str(insert(table).compile(dialect=sqlite.dialect()))
                connection.executemany(statement, [tuple(map(_stored, row)) for row in values])
            connection.commit()
        connection.execute("ANALYZE")
        connection.commit()


def _names(table: type[Base]) -> list[str]:
    return [column.name for column in table.__table__.columns]


def _stored(value: Any) -> Any:
    """A value as our SQLite tables hold it."""
    return value.replace(tzinfo=None).isoformat(" ", "microseconds") if isinstance(value, datetime) else value


async def fill_postgres(url: str, count: int, communities: int) -> None:
    connection = await asyncpg.connect(url)
    for cases, events in batches(count, communities):
        for table, values in ((Case, cases), (CaseEvent, events)):
            await connection.copy_records_to_table(table.__tablename__, records=values, columns=_names(table))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def add_communities(connection: Connection, count: int) -> None:
    plain = {"time_zone": "Asia/Shanghai"}
    communities = [plain | {"id": n, "code": f"C{n}", "name": f"第{n}社区"} for n in range(1, count + 1)]
    connection.execute(insert(Community), communities)
    for table, values in _topics(count):
        connection.execute(insert(table), values)
    connection.execute(text("ANALYZE"))


def add_reporters(connection: Connection) -> None:
    """Each case was told by one person, in one message."""
    of = {"community_id": Case.community_id, "case_no": Case.no, "bot": literal("resident"), "chat": Case.no}
    part = {"account": Case.no, "part": literal("reporter"), "anonymous": Case.anonymous, "joined_at": Case.created_at}
    said = {"id": Case.no, "by": literal("resident"), "kind": literal("text"), "text": Case.text}
    said |= {"revision": literal(0), "at": Case.created_at}
    for table, values in ((CasePerson, of | part), (CaseMessage, of | said)):
        connection.execute(insert(table).from_select(list(values), select(*values.values())))


def _topics(communities: int) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    """What neighbours talked over in these years, and talk over now."""
    here: list[dict[str, Any]] = [{"community_id": community} for community in range(1, communities + 1)]
    of_topic = [one | {"topic_no": no, "since": NOW} for one in here for no in range(1, TOPICS + 1)]
    made = {"title": "加装充电棚", "source": "cluster", "created_at": NOW}
    yield Topic, [one | made | {"no": no, "state": _topic_state(no)} for one in here for no in range(1, TOPICS + 1)]
    speaks = [one | {"case_no": (one["topic_no"] - 1) * SPEAK + n} for one in of_topic for n in range(1, SPEAK + 1)]
    person = {"bot": "resident", "part": "reporter", "joined_at": NOW}
    told = [{"community_id": one["community_id"], "case_no": one["case_no"]} for one in speaks]
    yield CasePerson, [one | person | {"account": n, "chat": n} for n, one in enumerate(told)]
    yield TopicCase, speaks
    seconds = [one | {"account": n, "chat": n} for one in of_topic for n in range(SECOND)]
    yield TopicSupporter, [one | {"bot": "resident"} for one in seconds]


def _topic_state(no: int) -> TopicState:
    return TopicState.OPEN if no <= TALKED_OF else TopicState.DONE
