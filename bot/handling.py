"""What becomes of updates: parsed, then understood and handled within a transaction. Nothing is awaited here."""

import json
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
from handlers.post import post
from handlers.reply import Answer, Reply
from handlers.router import Result
from ledger.lifecycle import NotAllowed
from nlp.understanding import Reading
from storage.errors import NotFound
from storage.sql.compiled import Asking, ask
from storage.messenger.inbox import InboxRows, Stored
from storage.messenger.inbox import Key as Lane
from storage.reference import Reference
from storage.reference_queries import VERSION, load, version
from storage.unit_of_work import UnitOfWork

TRIES = 8


@dataclass(slots=True)
class Prepared:
    """An update, parsed; `unreadable` says why it could not be. `reading`: what it says, where that was read ahead."""

    stored: Stored
    event: Event | None
    unreadable: str = ""
    reading: Reading | None = None


@dataclass(slots=True)
class Done:
    """What comes of a group, and what is left to be done when it is committed. `ended` has the outcomes."""

    taken: int = 0
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    answers: list[tuple[str, str, Answer]] = field(default_factory=list)
    ended: list[tuple[Stored, str]] = field(default_factory=list)
    late: set[Lane] = field(default_factory=set)
    """Lanes of people who write more than the limits take."""


class Handling:
    """Handles updates in the transaction at hand."""

    def __init__(self, context: Context, channels: dict[str, Channel], clock: Clock) -> None:
        self._context = context
        self._channels = channels
        self._clock = clock
        self._reference: Reference | None = None

    def reference(self, connection: Connection) -> Reference:
        """The snapshot of the reference tables, read again when something in them was changed."""
        return self._reference_of(connection, version(connection))

    def _reference_of(self, connection: Connection, version: int) -> Reference:
        if self._reference is None or self._reference.version != version:
            self._reference = load(connection)
        return self._reference

    def prepare(self, stored: Stored) -> Prepared:
        """Parse with the library's models, which does not touch the database."""
        try:
            event = self._channels[stored.bot].parse(_loaded(stored.body))
        except Unreadable as error:
            return Prepared(stored, None, f"{type(error).__name__}: {error}")
        except (ValueError, RecursionError) as error:
            return Prepared(stored, None, type(error).__name__)
        event.update_id, event.taken_at = stored.update_id, stored.received_at
        return Prepared(stored, event)

    def read_ahead(self, group: list[Prepared]) -> None:
        """Understand what several people say together, which takes a third less of each than one after another."""
        told = [(p, p.event.text) for p in group if p.event and router.tells(self._context, p.event)]
        if len(told) > 1:
            for (prepared, _), reading in zip(told, self._context.read_all([text for _, text in told]), strict=True):
                prepared.reading = reading

    def group(self, connection: Connection, lanes: Collection[Lane], group: list[Prepared]) -> Done:
        """Handle the updates of some lanes, which are locked."""
        now, inbox = self._clock.now(), InboxRows(connection)
        with UnitOfWork(connection, self._reference or self.reference(connection), now) as uow:
            self._preload(uow, [p.event for p in group if p.event])
            done = Done(len(group), uow.after_commit)
            for prepared in group:
                self._handle(uow, prepared, done)
            uow.flush(*inbox.ending(done.ended, lanes, now, done.late))
        for prepared in group:
            if prepared.event is None:
                inbox.park(prepared.stored, prepared.unreadable, now)
                METRICS.set_aside.labels(prepared.stored.bot).inc()
        return done

    def single(self, stored: Stored, connection: Connection) -> Done:
        """As `group`, for one update of a lane that nobody holds yet."""
        if not InboxRows(connection).take(stored):
            return Done()
        return self.group(connection, [(stored.bot, stored.chat)], [self.prepare(stored)])

    def refused(self, stored: Stored, error: NotAllowed | NotFound, connection: Connection) -> Done:
        """The update asked for something that cannot be done: say so, having done nothing."""
        prepared = self.prepare(stored)
        uow = UnitOfWork(connection, self.reference(connection), self._clock.now())
        done = Done(1, uow.after_commit)
        if prepared.event is None or not uow.inbox.take(stored):
            return done
        self._settle(uow, prepared, router.refuse(self._context, uow, prepared.event, error), done)
        uow.flush(*uow.inbox.ending(done.ended, [(stored.bot, stored.chat)], uow.now))
        return done

    def failed(self, stored: Stored, error: Exception, connection: Connection) -> None:
        """Put an update off; after `TRIES` it is set aside with its reason, so that it blocks nobody."""
        now, inbox = self._clock.now(), InboxRows(connection)
        reason = type(error).__name__  # its text may quote what somebody said
        if stored.attempts + 1 < TRIES:
            inbox.put_off(stored, reason, now + timedelta(seconds=2**stored.attempts))
            return
        inbox.park(stored, reason, now)
        METRICS.set_aside.labels(stored.bot).inc()
        self._say_sorry(stored, connection, now)

    def _preload(self, uow: UnitOfWork, events: list[Event]) -> None:
        """Read what all of them will ask for, in as few goes as can be."""
        accounts = {(event.address.bot, event.account or 0) for event in events}
        ask(
            uow.connection,
            Asking(VERSION, {}, partial(self._refer, uow)),
            uow.conversations.asking({_talk_key(event) for event in events}),
            *uow.people.asking(accounts),
        )
        uow.cases.preload(uow.conversations.about())
        uow.find_reach(accounts)
        communities = uow.people.communities()
        staff = uow.reference.shown_to(self._context.staff_bot, communities)
        ask(uow.connection, *uow.cases.counting(communities), *uow.people.asking(staff))
        uow.cases.lock_counters(communities)

    def _refer(self, uow: UnitOfWork, found: Sequence[Any]) -> None:
        uow.reference = self._reference_of(uow.connection, found[0].version)

    def _handle(self, uow: UnitOfWork, prepared: Prepared, done: Done) -> None:
        if prepared.event is not None:
            self._settle(uow, prepared, router.handle(self._context, uow, prepared.event, prepared.reading), done)

    def _settle(self, uow: UnitOfWork, prepared: Prepared, result: Result, done: Done) -> None:
        """Queue what an event said."""
        event = prepared.event
        assert event is not None  # noqa: S101 - an unreadable update has no result
        for reply in result.replies:
            post(self._context, uow, reply)
        if event.press_id:
            done.answers.append((event.address.bot, event.press_id, result.answer or Answer("")))
        done.ended.append((prepared.stored, result.outcome))
        if result.hurried:
            done.late.add((prepared.stored.bot, prepared.stored.chat))

    def _say_sorry(self, stored: Stored, connection: Connection, now: datetime) -> None:
        """Once, in plain words: it did not work, the words are kept, somebody will look at them."""
        try:
            event = self._channels[stored.bot].parse(_loaded(stored.body))
        except (Unreadable, ValueError, RecursionError):
            return
        if event.kind in router.SPOKEN:
            uow = UnitOfWork(connection, self.reference(connection), now)
            key = f"failed:{stored.bot}:{stored.update_id}"
            post(self._context, uow, Reply(event.address, self._context.texts("problem.failed"), key=key))
            uow.flush()


def _loaded(body: str) -> dict[str, object]:
    """A raw update; orjson takes no lone surrogates, which people do send."""
    try:
        found: dict[str, object] = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = json.loads(body)
    return found


def _talk_key(event: Event) -> tuple[str, int, int, int]:
    return event.address.bot, event.address.chat, event.address.topic, event.account or 0
