"""Posts come and go while people work: whoever acts must hold, at that moment, a right that reaches the case.

The model is a list of posts for each member of staff, kept beside the product's tables and compared with every event.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ledger.scenes import Urgency
from storage.messenger.buttons import ButtonRow
from storage.reference_queries import changed, load
from storage.tables import Case, CaseEvent, CaseUnit, StaffRight, table_of
from storage.unit_of_work import UnitOfWork
from tests.support.world import Person, World
from tests.walk.model import INSIDE, STEPS, Disagreement
from tests.walk.people import WORK
from tests.ways.steps import LAMP, RUBBISH, change, employs

CASES, EVENTS, HELPERS, RIGHTS = (table_of(model) for model in (Case, CaseEvent, CaseUnit, StaffRight))
STREETS = {1: 1, 2: 2}
"""Street by community, as in the sample."""
POSTS = (
    ("worker", "grid", 1, 1), ("worker", "community", 1, 0), ("worker", "community", 2, 0), ("manager", "community", 1, 0),
    ("manager", "community", 2, 0), ("supervisor", "street", 1, 0), ("supervisor", "street", 2, 0),
    ("officer", "unit", 1, 0), ("officer", "unit", 2, 0), ("admin", "district", 0, 0),
)  # fmt: skip
"""Role, scope, its number, community of a grid."""
STAFF = range(1, 9)
ON_DUTY = (1, 1)
"""Who is on duty for emergencies, and in which community: they handle them there, as long as they hold any post."""
HOMES = ("延安岭社区", "文化宫社区")
Post = tuple[str, str, int, int]


@dataclass
class Figures:
    steps: int = 0
    changes: int = 0
    presses: int = 0
    acts: int = 0
    refused: int = 0
    """Presses of people without a right, which did nothing."""


@dataclass
class PostsWalk:
    """One walk; `goes` raises Disagreement."""

    world: World
    luck: random.Random
    posts: dict[int, list[Post]] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)
    last_event: int = 0
    asked: int = 0

    async def goes(self, steps: int) -> Figures:
        for number in (6, 7, 8):
            await change(self.world, employs(number, f"同事{number}", "worker", "community", 1))
        self.posts = await self.world.rows(_posts)
        for account in range(1001, 1005):
            await self._reports(account)
        for _ in range(steps):
            await self._one()
            self.figures.steps += 1
        return self.figures

    async def _one(self) -> None:
        match self.luck.choices(["taps", "says", "post", "report", "time"], [70, 10, 12, 4, 4])[0]:
            case "taps":
                await self._taps()
            case "says":
                await self._says()
            case "post":
                await self._changes_a_post()
            case "report":
                await self._reports(self.luck.randint(1001, 1020))
            case "time":
                await self.world.passes(**self.luck.choice(({"seconds": 61}, {"minutes": 20}, {"hours": 5})))
                await self._new()

    # what people do ------------------------------------------------------------------------------------------------

    async def _reports(self, account: int) -> None:
        person = self.world.resident(account)
        await person.says(self.luck.choice((LAMP, RUBBISH)))
        for label in (HOMES[account % 2], "同意，提交"):
            if any(label in name for name in person.last.buttons):
                await person.taps(label)
        await self._new()

    async def _changes_a_post(self) -> None:
        """Somebody loses a post, or gets one."""
        number = self.luck.choice(STAFF)
        held = self.posts.setdefault(number, [])
        free = [post for post in POSTS if post not in held]
        if held and (not free or self.luck.random() < 0.5):
            held.remove(self.luck.choice(held))
        else:
            held.append(self.luck.choice(free))
        await change(self.world, lambda connection: _set(connection, number, held))
        self.figures.changes += 1

    async def _taps(self) -> None:
        """A button of one's own chat or, as a forged press, of somebody else's."""
        person = self.world.worker(self.luck.choice(STAFF))
        shown = [
            m
            for m in self.world.staff.messages[-60:]
            if m.buttons and (m.chat == person.chat or self.luck.random() < 0.2)
        ]
        if not shown:
            return
        data = self.luck.choice(list(self.luck.choice(shown[-8:]).buttons.values()))
        button, state = await self.world.rows(lambda connection: self._pressed(connection, data))
        must = button is not None and self._must_accept(person, button, state)
        await person.presses(data)
        self.figures.presses += 1
        self.asked = person.account
        done = await self._new(person.account)
        _hold(not must or "accept" in done, f"{person.account} may accept {data} and was refused")
        self.figures.refused += not self.posts.get(person.account) and not done

    async def _says(self) -> None:
        account = self.asked or self.luck.choice(STAFF)
        await self.world.worker(account).says(self.luck.choice(WORK))
        await self._new(account)

    # what must have come of it -------------------------------------------------------------------------------------

    def _pressed(self, connection: Connection, data: str) -> tuple[ButtonRow | None, str]:
        button = UnitOfWork(connection, load(connection), self.world.clock.now()).buttons.find(data)
        if button is None or button.case_no is None:
            return button, ""
        here = (CASES.c.community_id == button.community_id, CASES.c.no == button.case_no)
        return button, str(connection.execute(select(CASES.c.state).where(*here)).scalar())

    def _must_accept(self, person: Person, button: ButtonRow, state: str) -> bool:
        mine = (button.bot, button.chat) == (person.channel.name, person.chat) and button.account in (
            None,
            person.account,
        )
        live = button.expires_at > self.world.clock.now() and not (button.once and button.used)
        inside = any(
            post[0] in INSIDE and _covers(post, button.community_id, set()) for post in self._held(person.account)
        )
        return mine and live and inside and button.action == "accept" and state in STEPS["accept"][0]

    def _held(self, account: int) -> list[Post]:
        return self.posts.get(account, [])

    async def _new(self, account: int | None = None) -> set[str]:
        """Actions of the events since the last look; each must have been within the rights of who did it."""
        for event, units, urgent in await self.world.rows(self._read):
            self.last_event = event.id
            if event.staff_id is None:
                continue
            _hold(event.staff_id == account, f"{event.action} in the name of {event.staff_id}, but {account} acted")
            self._within_rights(event, units, urgent=urgent)
            self.figures.acts += 1
        return {event.action for event, *_ in self._looked}

    def _read(self, connection: Connection) -> list[tuple[Any, set[int], bool]]:
        self._looked = []
        new = connection.execute(select(EVENTS).where(EVENTS.c.id > self.last_event).order_by(EVENTS.c.id)).all()
        for event in new:
            here = (CASES.c.community_id == event.community_id, CASES.c.no == event.case_no)
            helps = (HELPERS.c.community_id == event.community_id, HELPERS.c.case_no == event.case_no)
            units = set(connection.execute(select(HELPERS.c.unit_id).where(*helps)).scalars())
            case = connection.execute(select(CASES.c.unit_id, CASES.c.urgency).where(*here)).one()
            units |= {case.unit_id, *_unit_before(event)}
            self._looked.append((event, units, case.urgency == Urgency.EMERGENCY))
        return self._looked

    def _within_rights(self, event: Any, units: set[int], *, urgent: bool) -> None:
        held = self._held(event.staff_id)
        reaching = {post[0] for post in held if _covers(post, event.community_id, units)}
        if urgent and held and reaching <= {"officer"} and (event.staff_id, event.community_id) == ON_DUTY:
            reaching |= {"worker"}
        if event.role == "helper":
            reaching |= {"helper"} if "officer" in reaching else set()
        told = f"{event.action} of {event.staff_id} as {event.role} in {event.community_id}-{event.case_no}"
        _hold(event.role in reaching, f"{told}, who holds {held}")
        if event.action in STEPS:
            _hold(event.role in STEPS[event.action][2], f"{told}: not a step of that role")


def _unit_before(event: Any) -> set[int]:
    """Units that a step took the case from: who hands back had it until then."""
    detail = event.detail or {}
    return {value for key, value in detail.items() if "unit" in key and isinstance(value, int)}


def _covers(post: Post, community: int, units: set[int]) -> bool:
    _, scope, number, of_grid = post
    match scope:
        case "district":
            return True
        case "street":
            return STREETS.get(community) == number
        case "community":
            return number == community
        case "grid":
            return of_grid == community
        case _:
            return number in units


def _posts(connection: Connection) -> dict[int, list[Post]]:
    found: dict[int, list[Post]] = {}
    for row in connection.execute(select(RIGHTS)):
        found.setdefault(row.staff_id, []).append((row.role, row.scope, row.scope_id, row.community_id))
    return found


def _set(connection: Connection, number: int, held: list[Post]) -> None:
    connection.execute(delete(RIGHTS).where(RIGHTS.c.staff_id == number))
    for role, scope, scope_id, community in held:
        right = {"staff_id": number, "role": role, "scope": scope, "scope_id": scope_id, "community_id": community}
        connection.execute(insert(RIGHTS).values(**right))
    changed(connection)


def _hold(agreed: bool, why: str) -> None:
    if not agreed:
        raise Disagreement(why)
