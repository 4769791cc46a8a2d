"""Raw updates and the lanes in which they wait. Intake stores them; a worker takes whole lanes."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from storage.base_store import count_by_state
from storage.sql.bulk import Batch, Change, Rows, inserting, run
from storage.sql.compiled import CompiledQuery
from storage.sql.keys import given, keys_in, packed, select_by_keys
from storage.tables import Inbox, Lane, table_of

WAITING, DONE, PARKED = "waiting", "done", "parked"
URGENT, NORMAL, THROTTLED = 0, 1, 2
"""Ranks of lanes, first to last: somebody may be in danger; most lanes; the person is over the rate limit."""
ALL_RANKS = (URGENT, THROTTLED)

LaneKey = tuple[str, int]
"""A lane: bot and chat."""


class LaneLock(StrEnum):
    """What came of locking a lane. There is none where nothing was said since a chat was forgotten or got a new id."""

    LOCKED = "locked"
    BUSY = "busy"
    NO_LANE = "no lane"


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as it arrived. `body` is ASCII JSON; `urgent`: somebody may be in danger."""

    bot: str
    update_id: int
    chat: int
    body: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """An update as it waits in its lane. `attempts` counts those that failed."""

    bot: str
    update_id: int
    chat: int
    body: str
    attempts: int
    received_at: datetime


class InboxRows:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def store(self, updates: list[RawUpdate], now: datetime) -> None:
        """Store updates and wake their lanes. An update that is stored already is left unchanged."""
        rows = [
            {
                "bot": u.bot,
                "update_id": u.update_id,
                "chat": u.chat,
                "body": u.body,
                "received_at": now,
            }
            for u in updates
        ]
        urgent = {(u.bot, u.chat) for u in updates if u.urgent}
        lanes = [
            {"bot": lane[0], "chat": lane[1], "ready_at": now, "rank": URGENT if lane in urgent else NORMAL}
            # one order everywhere, so that two intakes cannot deadlock
            for lane in sorted({(u.bot, u.chat) for u in updates})
        ]
        if rows:
            run(self.connection, (inserting(Inbox, tuple(rows[0]), ("bot", "update_id")), rows), (_WAKING, lanes))

    def ready_lanes(
        self, bots: list[str], now: datetime, limit: int, ranks: tuple[int, int] = ALL_RANKS
    ) -> dict[LaneKey, int]:
        """Lock up to `limit` lanes in which updates are due, with ranks from the first to the last of `ranks`.

        Returns the rank of each. Lanes that others have locked are skipped. Lower ranks come first, then the longest
        wait.
        """
        values = {"now": now, "limit": limit, "first": ranks[0], "last": ranks[1]}
        return {(row.bot, row.chat): row.rank for row in _ready(tuple(bots)).rows(self.connection, values)}

    def waiting(
        self, lanes: Collection[LaneKey], per_lane: int, now: datetime, *, in_order: bool = True
    ) -> list[Stored]:
        """The next updates of each lane, in order; an update that is put off until later holds those behind it.

        Where somebody may be in danger, it does not (`in_order` False).
        """
        if not lanes:
            return []
        found: list[Stored] = []
        held: set[LaneKey] = set()
        for row in _WAITING.rows(self.connection, given(lanes) | {"per_lane": per_lane}):
            lane = (row.bot, row.chat)
            put_off = row.next_at is not None and row.next_at > now
            if put_off and in_order:
                held.add(lane)
            if not put_off and lane not in held:
                found.append(Stored(row.bot, row.update_id, row.chat, row.body or "", row.attempts, row.received_at))
        return found

    def take(self, stored: Stored) -> bool:
        """Lock the lane of one update. False: another worker has finished the update since it was read."""
        self.lock_lane(stored.bot, stored.chat, wait=True)
        mine = (Inbox.bot == stored.bot, Inbox.update_id == stored.update_id, Inbox.state == WAITING)
        return self.connection.execute(select(Inbox.update_id).where(*mine)).one_or_none() is not None

    def lock_lane(self, bot: str, chat: int, *, wait: bool) -> LaneLock:
        """Lock a chat's lane until the commit, so that nothing of the chat is handled meanwhile.

        `wait`: until whoever holds it has committed. Otherwise the lane is BUSY.
        """
        lane = select(Lane.chat).where(Lane.bot == bot, Lane.chat == chat)
        if self.connection.execute(lane.with_for_update(skip_locked=not wait)).one_or_none() is not None:
            return LaneLock.LOCKED
        there = not wait and self.connection.execute(lane).one_or_none() is not None
        return LaneLock.BUSY if there else LaneLock.NO_LANE

    def ending(
        self,
        done: list[tuple[Stored, str]],
        lanes: Collection[LaneKey],
        now: datetime,
        throttled: Collection[LaneKey] = (),
    ) -> list[Batch]:
        """Changes that mark updates as done, with their outcomes. Bodies are emptied; the keys stay against duplicates.

        Each lane sleeps, or stays awake for what is left in it. Lanes in `throttled` get the last rank from now on.
        """
        rows = [{"of": s.bot, "id": s.update_id, "outcome": outcome[:400], "done_at": now} for s, outcome in done]
        finished = [(_FINISHED, rows)] if rows else []
        return [*finished, *_resting(lanes, [stored for stored, _ in done], throttled)]

    def rest(self, lanes: Collection[LaneKey]) -> None:
        """Let lanes sleep until something arrives, or keep them awake for what is left; throttled ones stay so."""
        run(self.connection, *_resting(lanes, throttled=None))

    def put_off(self, stored: Stored, error: str, again_at: datetime) -> None:
        """Try an update again later. Its lane waits with it, so that the order holds, unless it is urgent."""
        self._set(stored.bot, stored.update_id, attempts=stored.attempts + 1, next_at=again_at, outcome=error[:400])
        self.rest([(stored.bot, stored.chat)])

    def park(self, stored: Stored, reason: str, now: datetime) -> None:
        """Set an update aside with its reason: it is kept and listed, but no longer blocks its lane."""
        self._set(
            stored.bot,
            stored.update_id,
            state=PARKED,
            attempts=stored.attempts + 1,
            outcome=reason[:400],
            done_at=now,
        )
        self.rest([(stored.bot, stored.chat)])

    def parked(self, limit: int = 200) -> list[Any]:
        statement = select(Inbox.__table__).where(Inbox.state == _IS_PARKED).order_by(Inbox.done_at).limit(limit)
        return list(self.connection.execute(statement))

    def retry(self, bot: str, update_id: int, now: datetime) -> bool:
        """Put a parked update back into its lane."""
        key = and_(Inbox.bot == bot, Inbox.update_id == update_id, Inbox.state == PARKED)
        chat = self.connection.execute(select(Inbox.chat).where(key)).scalar()
        if chat is None:
            return False
        self._set(bot, update_id, state=WAITING, attempts=0, next_at=None, done_at=None)
        # whoever was forgotten has no lane any more
        run(self.connection, (_WAKING, [{"bot": bot, "chat": chat, "ready_at": now, "rank": NORMAL}]))
        self.connection.execute(update(Lane).where(Lane.bot == bot, Lane.chat == chat).values(ready_at=now))
        return True

    def drop(self, bot: str, update_id: int, now: datetime) -> bool:
        """Give a parked update up: its body is deleted, its key stays."""
        key = and_(Inbox.bot == bot, Inbox.update_id == update_id, Inbox.state == PARKED)
        values = {"state": DONE, "body": None, "done_at": now, "outcome": "dropped"}
        return self.connection.execute(update(Inbox).where(key).values(**values)).rowcount > 0

    def forget_before(self, moment: datetime) -> None:
        """Delete the keys of updates finished before `moment`."""
        self.connection.execute(delete(Inbox).where(Inbox.done_at < moment, Inbox.state == DONE))

    def counts(self) -> dict[str, int]:
        """How many updates wait, and how many are set aside."""
        return count_by_state(self.connection, Inbox, (WAITING, PARKED))

    def oldest_waiting(self) -> datetime | None:
        return self.connection.execute(select(func.min(Lane.ready_at))).scalar()

    def _set(self, bot: str, update_id: int, **values: Any) -> None:
        statement = update(Inbox).where(Inbox.bot == bot, Inbox.update_id == update_id).values(**values)
        self.connection.execute(statement)


_INBOX, _LANES = table_of(Inbox), table_of(Lane)
_IS_WAITING: ColumnElement[str] = literal_column(f"'{WAITING}'")  # as the partial indices have it
_IS_PARKED: ColumnElement[str] = literal_column(f"'{PARKED}'")
_PLACES = (
    select_by_keys([_INBOX.c.bot, _INBOX.c.chat])
    .where(_INBOX.c.state == _IS_WAITING)
    # only what the index holds: a long backlog is counted without reading its bodies
    .with_only_columns(
        _INBOX.c.bot,
        _INBOX.c.update_id,
        func.row_number().over(partition_by=(_INBOX.c.bot, _INBOX.c.chat), order_by=_INBOX.c.update_id).label("place"),
    )
    .subquery()
)
_WAITING = CompiledQuery(
    select(_INBOX)
    .join(_PLACES, and_(_PLACES.c.bot == _INBOX.c.bot, _PLACES.c.update_id == _INBOX.c.update_id))
    .where(_PLACES.c.place <= bindparam("per_lane"))
    .order_by(_INBOX.c.bot, _INBOX.c.chat, _INBOX.c.update_id)
)


@cache
def _ready(bots: tuple[str, ...]) -> CompiledQuery:
    return CompiledQuery(
        select(_LANES.c.bot, _LANES.c.chat, _LANES.c.rank)
        .where(
            _LANES.c.ready_at <= bindparam("now"),
            _LANES.c.rank.between(bindparam("first"), bindparam("last")),
            # not the bot's column itself: SQLite would take its index, and look at every chat there ever was
            or_(*(_LANES.c.bot.concat("") == bot for bot in bots)),
        )
        .order_by(_LANES.c.rank, _LANES.c.ready_at)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )


def _waking(rows: Rows) -> Any:
    statement = rows.insert(_LANES)
    new = statement.excluded
    rank = case((new.rank == URGENT, new.rank), else_=_LANES.c.rank)
    # what is put off holds its lane, but not an emergency behind it
    ready_at = case((rank == URGENT, new.ready_at), else_=func.coalesce(_LANES.c.ready_at, new.ready_at))
    return statement.on_conflict_do_update(index_elements=["bot", "chat"], set_={"ready_at": ready_at, "rank": rank})


def _finished(rows: Rows) -> Any:
    this = (_INBOX.c.bot == rows.c["of"], _INBOX.c.update_id == rows.c["id"])
    ended: dict[str, Any] = {"state": literal_column(f"'{DONE}'"), "body": null()}
    return update(_INBOX).where(*this).values(ended | {name: rows.c[name] for name in ("done_at", "outcome")})


def _rested(rows: Rows) -> Any:
    this = (_LANES.c.bot == rows.c["of"], _LANES.c.chat == rows.c["id"])
    due = func.coalesce(_INBOX.c.next_at, _INBOX.c.received_at)
    left = _left(due, rows.c["done"])
    first = left.order_by(_INBOX.c.update_id).limit(1).scalar_subquery()
    earliest = left.with_only_columns(func.min(due)).scalar_subquery()
    # an urgent lane keeps its rank until everything in it has been handled, and waits for nothing that is put off
    urgent = _LANES.c.rank == URGENT
    throttled = case((_LANES.c.rank == THROTTLED, THROTTLED), else_=NORMAL)
    rank = case((and_(urgent, first.is_not(None)), URGENT), else_=func.coalesce(rows.c["next"], throttled))
    return update(_LANES).where(*this).values(ready_at=case((urgent, earliest), else_=first), rank=rank)


def _left(column: Any, done: Any) -> Any:
    """A column of the updates that wait in a lane, without those whose ids are in `done`."""
    waits = (_INBOX.c.bot == _LANES.c.bot, _INBOX.c.chat == _LANES.c.chat, _INBOX.c.state == _IS_WAITING)
    return select(column).where(*waits, _INBOX.c.update_id.not_in(keys_in(done, BigInteger)))


def _resting(
    lanes: Collection[LaneKey], done: Collection[Stored] = (), throttled: Collection[LaneKey] | None = ()
) -> list[Batch]:
    """Changes that set each lane's next due time. `done` is marked in the same statement, so it is left out by id.

    Lanes in `throttled` get the last rank, the others are normal; None: those that are throttled stay so.
    """
    ids: defaultdict[LaneKey, list[int]] = defaultdict(list)
    for stored in done:
        ids[stored.bot, stored.chat].append(stored.update_id)

    def rank(lane: LaneKey) -> int | None:
        return None if throttled is None else THROTTLED if lane in throttled else NORMAL

    rows = [{"of": lane[0], "id": lane[1], "next": rank(lane), "done": packed(ids[lane])} for lane in lanes]
    return [(_RESTED, rows)] if rows else []


_WAKING = Change({name: _LANES.c[name] for name in ("bot", "chat", "ready_at", "rank")}, _waking)
_FINISHED = Change(
    {"of": _INBOX.c.bot, "id": _INBOX.c.update_id, "done_at": _INBOX.c.done_at, "outcome": _INBOX.c.outcome}, _finished
)
_RESTED = Change(
    {"of": _LANES.c.bot, "id": _LANES.c.chat, "next": _LANES.c.rank, "done": Column("done", Text)}, _rested
)
