"""Handles updates within a transaction: parse, understand, run the handlers, queue the replies. Nothing awaits here."""

import json
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection

from bot.channels.port import Channel, Unreadable
from bot.clock import Clock
from bot.metrics import METRICS
from handlers import router
from handlers.context import Context
from handlers.event import Event
from handlers.outbox import enqueue
from handlers.reply import Answer, Reply
from handlers.router import Result
from ledger.lifecycle import NotAllowed
from nlp.understanding import Reading
from storage.database import attempt
from storage.errors import NotFound
from storage.messenger.inbox import InboxRows, LaneKey, Stored
from storage.reference_queries import VERSION, ReferenceCache
from storage.sql.compiled import QueryCall, fetch_together
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

TRIES = 8


@dataclass(slots=True)
class Prepared:
    """A parsed update. `event` is None where it could not be parsed, and `unreadable` says why.

    `reading`: its text as understood by `Handling.read_ahead`, if that was done.
    """

    stored: Stored
    event: Event | None
    unreadable: str = ""
    reading: Reading | None = None


@dataclass(slots=True)
class BatchResult:
    """What a batch has done, and what remains to be done once it is committed."""

    handled: int = 0
    """Number of updates, including those that could not be parsed."""
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    answers: list[tuple[str, str, Answer]] = field(default_factory=list)
    """Answers to pressed buttons: bot, id of the press, answer."""
    outcomes: list[tuple[Stored, str]] = field(default_factory=list)
    throttled: set[LaneKey] = field(default_factory=set)
    """Lanes of people who are over the rate limit."""


class Handling:
    """Handles updates on the connection it is given; whoever opened the transaction commits it."""

    def __init__(self, context: Context, channels: dict[str, Channel], clock: Clock, reference: ReferenceCache) -> None:
        self._context = context
        self._channels = channels
        self._clock = clock
        self._reference = reference

    def prepare(self, stored: Stored) -> Prepared:
        """Parse an update with its channel's library. Does not touch the database and never raises."""
        try:
            event = self._channels[stored.bot].parse(_loaded(stored.body))
        except Unreadable as error:
            return Prepared(stored, None, f"{type(error).__name__}: {error}")
        except (ValueError, RecursionError) as error:
            return Prepared(stored, None, type(error).__name__)
        event.update_id, event.taken_at = stored.update_id, stored.received_at
        return Prepared(stored, event)

    def read_ahead(self, batch: list[Prepared]) -> None:
        """Understand the texts of a batch together: that takes a third less time than one after another."""
        texts = [(p, p.event.text) for p in batch if p.event and router.needs_understanding(self._context, p.event)]
        if len(texts) > 1:
            for (prepared, _), reading in zip(texts, self._context.read_all([text for _, text in texts]), strict=True):
                prepared.reading = reading

    def batch(self, connection: Connection, lanes: Collection[LaneKey], batch: list[Prepared]) -> BatchResult:
        """Handle updates of `lanes`, which the caller has locked, and mark them as finished."""
        now, inbox = self._clock.now(), InboxRows(connection)
        with UnitOfWork(connection, self._reference.last_read(connection), now) as uow:
            self._preload(uow, [p.event for p in batch if p.event])
            result = BatchResult(len(batch), uow.after_commit)
            for prepared in batch:
                self._handle(uow, prepared, result)
            uow.flush(*inbox.ending(result.outcomes, lanes, now, result.throttled))
        for prepared in batch:
            if prepared.event is None:
                self._set_aside(inbox, prepared.stored, prepared.unreadable, result)
        return result

    def alone(self, stored: Stored, connection: Connection) -> BatchResult:
        """Handle an update whose batch has failed, and end it in the same transaction: done, refused, or put off.

        Nothing is done if somebody else has finished it meanwhile.
        """
        if not InboxRows(connection).take(stored):
            return BatchResult()
        prepared = self.prepare(stored)
        done = attempt(connection, lambda: self.batch(connection, [(stored.bot, stored.chat)], [prepared]))
        if isinstance(done, NotAllowed | NotFound):
            done = attempt(connection, partial(self._refuse, connection, prepared, done))
        return self._put_off(connection, prepared, done) if isinstance(done, Exception) else done

    def failed(self, stored: Stored, error: Exception, connection: Connection) -> BatchResult:
        """Put off an update that could not be handled alone, because the transaction itself failed."""
        if not InboxRows(connection).take(stored):
            return BatchResult()
        return self._put_off(connection, self.prepare(stored), error)

    def _refuse(self, connection: Connection, prepared: Prepared, error: NotAllowed | NotFound) -> BatchResult:
        """Finish an update that asked for something impossible: tell the person so."""
        stored, event = prepared.stored, prepared.event
        assert event is not None  # noqa: S101 - an unreadable update asks for nothing
        uow = UnitOfWork(connection, self._reference.current(connection), self._clock.now())
        result = BatchResult(1, uow.after_commit)
        self._settle(uow, prepared, router.refuse(self._context, uow, event, error), result)
        uow.flush(*uow.inbox.ending(result.outcomes, [(stored.bot, stored.chat)], uow.now))
        return result

    def _put_off(self, connection: Connection, prepared: Prepared, error: Exception) -> BatchResult:
        """Put a failed update off. After `TRIES` attempts it is set aside with its reason, so that its lane goes on."""
        stored, now, inbox = prepared.stored, self._clock.now(), InboxRows(connection)
        result, about = BatchResult(1), f"update {stored.bot}/{stored.update_id}"
        result.after_commit.append(partial(log.error, "%s failed", about, exc_info=error))
        reason = type(error).__name__  # its text may quote what somebody said
        if stored.attempts + 1 < TRIES:
            inbox.put_off(stored, reason, now + timedelta(seconds=2**stored.attempts))
        else:
            self._set_aside(inbox, stored, reason, result)
            told = attempt(connection, partial(self._apologise, connection, prepared, now))
            if isinstance(told, Exception):
                result.after_commit.append(partial(log.error, "no apology for %s", about, exc_info=told))
        return result

    def _set_aside(self, inbox: InboxRows, stored: Stored, reason: str, result: BatchResult) -> None:
        inbox.park(stored, reason, self._clock.now())
        result.after_commit.append(METRICS.set_aside.labels(stored.bot).inc)

    def _preload(self, uow: UnitOfWork, events: list[Event]) -> None:
        """Read what the handlers of all events will need, in as few round trips as possible."""
        accounts = {(event.address.bot, event.account or 0) for event in events}
        fetch_together(
            uow.connection,
            QueryCall(VERSION, {}, partial(self._refer, uow)),
            uow.conversations.query_call({_talk_key(event) for event in events}),
            *uow.people.query_calls(accounts),
        )
        uow.cases.preload(uow.conversations.about())
        uow.find_reach(accounts)
        communities = uow.people.communities()
        staff = uow.reference.shown_to(self._context.staff_bot, communities)
        fetch_together(uow.connection, *uow.cases.counter_calls(communities), *uow.people.query_calls(staff))
        uow.cases.lock_counters(communities)

    def _refer(self, uow: UnitOfWork, found: Sequence[Any]) -> None:
        uow.reference = self._reference.at(uow.connection, found[0].version)

    def _handle(self, uow: UnitOfWork, prepared: Prepared, result: BatchResult) -> None:
        if prepared.event is not None:
            self._settle(uow, prepared, router.handle(self._context, uow, prepared.event, prepared.reading), result)

    def _settle(self, uow: UnitOfWork, prepared: Prepared, handled: Result, result: BatchResult) -> None:
        """Queue the replies to one event and note its outcome."""
        event = prepared.event
        assert event is not None  # noqa: S101 - an unreadable update has no result
        for reply in handled.replies:
            enqueue(self._context, uow, reply)
        if event.press_id:
            result.answers.append((event.address.bot, event.press_id, handled.answer or Answer("")))
        result.outcomes.append((prepared.stored, handled.outcome))
        if handled.throttled:
            result.throttled.add((prepared.stored.bot, prepared.stored.chat))

    def _apologise(self, connection: Connection, prepared: Prepared, now: datetime) -> None:
        """Tell the person once that it did not work, that their words are kept, and that somebody will look at them."""
        event = prepared.event
        if event and event.kind in router.SPOKEN:
            uow = UnitOfWork(connection, self._reference.current(connection), now)
            key = f"failed:{prepared.stored.bot}:{prepared.stored.update_id}"
            enqueue(self._context, uow, Reply(event.address, self._context.texts("problem.failed"), key=key))
            uow.flush()


def _loaded(body: str) -> dict[str, object]:
    """Decode a raw update. orjson refuses lone surrogates, which people do send; the standard library takes them."""
    try:
        found: dict[str, object] = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = json.loads(body)
    return found


def _talk_key(event: Event) -> tuple[str, int, int, int]:
    return event.address.bot, event.address.chat, event.address.topic, event.account or 0
