"""A random walk over the real handlers: after every step the rows are held against the plain model.

Checked: every event is one that the model allows and leads where the model says; every case stands where a replay of
its events puts it; nothing changes without an event; nothing ever vanishes from the history; every open case has a
next step; no clock runs backwards; nothing fails on the way.
"""

import logging
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from storage.messenger.buttons import ButtonRow
from storage.reference_queries import load
from storage.tables import Alarm, Case, CaseEvent, Inbox, Nudge, table_of
from storage.unit_of_work import UnitOfWork
from tests.support.world import World
from tests.walk.model import ANSWERED, OPEN, STEPS, Disagreement, Ledger
from tests.walk.people import GROUP, Crowd, Deed

CASES, EVENTS, NUDGES, ALARMS, INBOX = (table_of(model) for model in (Case, CaseEvent, Nudge, Alarm, Inbox))
SILENT = {"version", "changed_at", "next_at"}
"""What may change without an event: when the clock looks next."""
LEADS_TO = {"open_again": "reopen", "phoned_solved": "confirm", "phoned_unsolved": "reopen"}
ONE_TAP = ("accept", "sign", "start", "deny", "unmerge", "open_again")
"""Buttons that are the step itself, for whoever may press them at all."""
EARLIER = {"relabel", "undo", "edited", "start", "resolve", "park", "added", "reopen", "ask"}
INSIDE = (1, 2, 3, 6)


@dataclass
class Figures:
    """What a walk did."""

    steps: int = 0
    doings: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    presses: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    days: float = 0.0

    def add(self, other: "Figures") -> None:
        self.steps += other.steps
        self.cases += other.cases
        self.days += other.days
        self.doings += other.doings
        self.actions += other.actions
        self.presses += other.presses


class Ears(logging.Handler):
    """Hears what the program reports as having gone wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.heard.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


class Walk:
    def __init__(self, world: World, seed: int, *, group: bool = False) -> None:
        self.world = world
        chat = GROUP if group else None
        residents = [world.resident(account) for account in range(1001, 1007)]
        staff = [world.worker(account) for account in (1, 1, 2, 2, 3, 4, 5, 6, 7)]
        staff += [world.worker(account, chat) for account in (1, 2, 6) if chat]
        self.crowd = Crowd(world, random.Random(seed), residents, staff)
        self.seed, self.model, self.figures = seed, Ledger(), Figures()
        self.rows: dict[tuple[int, int], dict[str, Any]] = {}
        self.events: list[Any] = []
        self.ears = Ears()

    async def goes(self, steps: int) -> Figures:
        """So many steps.

        Raises:
            Disagreement: with the seed, the step and what was done.
        """
        started = self.world.clock.now()
        logging.getLogger().addHandler(self.ears)
        trail: list[str] = []
        try:
            for number in range(steps):
                await self._one(trail)
                self.figures.steps = number + 1
            await self._whole()
        except Disagreement as error:
            last = "; ".join(trail[-12:])
            raise Disagreement(f"seed {self.seed}, step {self.figures.steps}: {error} [{last}]") from error
        finally:
            logging.getLogger().removeHandler(self.ears)
        self.figures.cases = len(self.rows)
        self.figures.days = (self.world.clock.now() - started) / timedelta(days=1)
        return self.figures

    async def _one(self, trail: list[str]) -> None:
        deed = await self.crowd.does_something()
        awaited: tuple[int, int, str] | None = None
        name = deed.what
        if deed.person is not None:
            button = await self.world.rows(lambda connection: self._button(connection, deed.press))
            name = f"{deed.what} {button.action if button else 'nothing'}"
            self.figures.presses[button.action if button else "-"] += 1
            awaited = self._expected(deed, button)
            await deed.person.presses(deed.press)
        trail.append(f"{deed.who} {name}")
        self.figures.doings[deed.what.split(" '")[0] if deed.person is None else deed.what] += 1
        new = await self._look()
        if deed.person is not None:
            self._as_expected(awaited, new)

    # a press -----------------------------------------------------------------------------------------------------

    def _button(self, connection: Connection, pressed: str) -> ButtonRow | None:
        return UnitOfWork(connection, load(connection), self.world.clock.now()).buttons.find(pressed)

    def _expected(self, deed: Deed, button: ButtonRow | None) -> tuple[int, int, str] | None:
        """The step that has to come of this press; an empty name: nothing may; None: it depends."""
        person = deed.person
        assert person is not None
        if button is None or self._is_dead(button, person.channel.name, person.chat, person.account):
            return 0, 0, ""
        action = LEADS_TO.get(button.action, button.action)
        case = self.model.cases.get((button.community_id, button.case_no or 0))
        if button.action not in ONE_TAP or case is None or person.account not in INSIDE or case.key[0] != 1:
            return None
        if button.action == "deny" and person.account not in (2, 3):
            return 0, 0, ""
        return (*case.key, action if case.state in STEPS[action][0] else "")

    def _is_dead(self, button: ButtonRow, bot: str, chat: int, account: int) -> bool:
        elsewhere = (button.bot, button.chat) != (bot, chat)
        over = button.expires_at < self.world.clock.now() or (button.once and button.used)
        return elsewhere or over or button.account not in (None, account)

    def _as_expected(self, awaited: tuple[int, int, str] | None, new: list[Any]) -> None:
        if awaited is None:
            return
        done = [(e.community_id, e.case_no, e.action) for e in new if e.role != "system"]
        fits = awaited in done if awaited[2] else not done
        _hold(fits, f"the press should have done {awaited[2] or 'nothing'}, and did {done}")

    # after each step -----------------------------------------------------------------------------------------------

    async def _look(self) -> list[Any]:
        rows: dict[tuple[int, int], dict[str, Any]]
        new: list[Any]
        rows, new = await self.world.rows(self._read)
        _hold(not self.ears.heard, f"something failed: {self.ears.heard[:2]}")
        now = self.world.clock.now()
        for event in new:
            _hold(event.at == now, f"{event.action} was written for {event.at}, not for now")
            self.figures.actions[event.action] += 1
            self.model.replay(event)
        self.events += new
        touched = {(event.community_id, event.case_no): set() for event in new}  # type: dict[tuple[int, int], set[str]]
        for event in new:
            touched[event.community_id, event.case_no].add(event.action)
        for key, row in rows.items():
            self._compare(key, row, touched.get(key, set()), now)
        _hold(rows.keys() >= self.rows.keys(), "a case has vanished")
        self.rows = rows
        if stuck := [key for key, row in rows.items() if row["next_at"] is None and row["state"] in (*OPEN, *ANSWERED)]:
            await self.world.rows(lambda connection: self._has_next_step(connection, stuck))
        return new

    def _read(self, connection: Connection) -> tuple[dict[tuple[int, int], dict[str, Any]], list[Any]]:
        rows = {(row.community_id, row.no): dict(row._mapping) for row in connection.execute(select(CASES))}
        last = self.events[-1].id if self.events else 0
        new = list(connection.execute(select(EVENTS).where(EVENTS.c.id > last).order_by(EVENTS.c.id)))
        return rows, new

    def _compare(self, key: tuple[int, int], row: dict[str, Any], done: set[str], now: datetime) -> None:
        name = f"case {key[0]}-{key[1]}"
        _hold(key in self.model.cases, f"{name} is there without an event")
        plain = self.model.cases[key]
        if "erased" in done or "contacts_removed" in done:
            plain.supporters = row["supporters"]
        stands = {field: row[field] for field in plain.stands()}
        _hold(stands == plain.stands(), f"{name} stands at {stands}, its events say {plain.stands()} (now {done})")
        before = self.rows.get(key, row)
        changed = {field for field in row if row[field] != before[field]} - SILENT
        _hold(not changed or bool(done), f"{name} changed {changed} without an event")
        self._clocks(name, row, before, done, now)

    def _clocks(self, name: str, row: dict[str, Any], before: dict[str, Any], done: set[str], now: datetime) -> None:
        created = self.model.cases[row["community_id"], row["no"]].created_at
        _hold(row["created_at"] == created, f"{name}: the resident's clock does not start with the report")
        for when in ("due_at", "sign_due_at", "signed_at", "contacted_at", "answered_at", "closed_at"):
            _hold(row[when] is None or row[when] >= created, f"{name}: {when} lies before the report")
        earlier = row["due_at"] < before["due_at"]
        _hold(not earlier or bool(done & EARLIER), f"{name}: due earlier than before, by {done}")
        ended = row["state"] not in (*OPEN, *ANSWERED)
        _hold((row["closed_at"] is not None) == ended, f"{name}: {row['state']} with closed_at {row['closed_at']}")
        _hold(row["next_at"] is None or row["next_at"] > now, f"{name}: the clock should have looked by now")

    def _has_next_step(self, connection: Connection, stuck: list[tuple[int, int]]) -> None:
        """A due row, or a button that works and that somebody of the staff sees."""
        due = {
            (row.community_id, row.case_no)
            for table in (NUDGES, ALARMS)
            for row in connection.execute(select(table).where(table.c.next_at.is_not(None)))
        }
        uow = UnitOfWork(connection, load(connection), self.world.clock.now())
        for key in stuck:
            if key not in due:
                state = self.model.cases[key].state
                _hold(self._offered(uow, key, state), f"case {key[0]}-{key[1]} ({state}) has no next step")

    def _offered(self, uow: UnitOfWork, key: tuple[int, int], state: str) -> bool:
        for message in reversed(self.world.staff.messages):
            for data in message.buttons.values():
                button = uow.buttons.find(data)
                if button is None or (button.community_id, button.case_no) != key or button.expires_at < uow.now:
                    continue
                action = LEADS_TO.get(button.action, button.action)
                if action == "open_card" or (action in STEPS and state in STEPS[action][0]):
                    return True
        return False

    # at the end ----------------------------------------------------------------------------------------------------

    async def _whole(self) -> None:
        """The history is what it was when each event was written, and every update came to an end."""
        events = await self.world.rows(lambda c: list(c.execute(select(EVENTS).order_by(EVENTS.c.id))))
        _hold(events == self.events, "the history was changed afterwards")
        waits = await self.world.rows(lambda c: list(c.execute(select(INBOX.c.state).where(INBOX.c.state != "done"))))
        _hold(not waits, f"updates that did not come to an end: {Counter(row.state for row in waits)}")


def _hold(agreed: bool, why: str) -> None:
    if not agreed:
        raise Disagreement(why)
