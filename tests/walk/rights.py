"""Random hiring, demoting, dismissing, inviting, joining and leaving, beside a plain model of who may do what.

After every change somebody presses a forged button or asks for the queue; the answer must be what the model says of
that very moment. The model knows scopes by its own plain rules; which roles an action takes stands in the table of rights.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from ledger.lifecycle import Role
from ledger.rights import PERMISSIONS, Part
from storage.tables import Case, CasePerson, Inbox, Staff, StaffAccount, StaffRight
from storage.unit_of_work import UnitOfWork
from tests.support.world import NOW, Person, World
from tests.walk.model import Disagreement
from tests.ways.steps import LAMP, RUBBISH, change, settled

STAFF, RESIDENTS = range(21, 27), range(2001, 2005)
CASES = {(1, 1): "YA-1", (2, 1): "WH-1"}
STREET_OF = {1: 1, 2: 2}
UNIT_OF = {1: 2, 2: 1}
"""Which unit leads the case of which community."""
RIGHTS: tuple[tuple[str, str, int, int], ...] = (
    ("worker", "grid", 1, 1), ("worker", "community", 1, 0), ("worker", "community", 2, 0),
    ("manager", "community", 1, 0), ("manager", "community", 2, 0), ("supervisor", "street", 1, 0),
    ("supervisor", "street", 2, 0), ("officer", "unit", 1, 0), ("officer", "unit", 2, 0), ("admin", "district", 0, 0),
)  # fmt: skip
PRESSED = ("open_card", "show_files", "staff_scene", "dispatch", "supervise", "note", "refuse", "uphold", "grant")
TOUCHED = ("details", "ask_scene", "ask_withdraw", "share_case", "join_case", "solved")
"""Buttons that ask or show: they leave the case where it is, whoever is let through."""


@dataclass
class Model:
    """Who has which rights, by the number of the staff row; which account stands for which row; parts in cases."""

    rights: dict[int, set[tuple[str, str, int, int]]] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)
    bound: dict[int, int] = field(default_factory=dict)
    parts: dict[tuple[int, int], str] = field(default_factory=dict)
    """(account, community) to the part in that community's case."""

    def roles(self, account: int, community: int) -> set[str]:
        row = self.bound.get(account)
        if row is None or row not in self.active:
            return set()
        return {right[0] for right in self.rights[row] if self._reaches(right, community)}

    def _reaches(self, right: tuple[str, str, int, int], community: int) -> bool:
        _, scope, number, grid_of = right
        match scope:
            case "grid":
                return grid_of == community
            case "community":
                return number == community
            case "street":
                return number == STREET_OF[community]
            case "unit":
                return number == UNIT_OF[community]
            case _:
                return True

    def staff_may(self, account: int, action: str, community: int) -> bool:
        return bool(self.roles(account, community) & (PERMISSIONS[action].roles - {Role.RESIDENT}))

    def resident_may(self, account: int, action: str, community: int) -> bool:
        part = self.parts.get((account, community), Part.NEIGHBOUR)
        return Role.RESIDENT in PERMISSIONS[action].roles and part in PERMISSIONS[action].parts


class RightsWalk:
    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice, self.model = world, random.Random(seed), Model()
        self.done: Counter[str] = Counter()
        self.used: list[str] = []
        self._numbers = 0

    async def goes(self, steps: int) -> Counter[str]:
        """Walk; raises Disagreement at the first answer that is not the model's."""
        await self._begin()
        doings = [
            self._grant,
            self._demote,
            self._dismiss,
            self._take_on,
            self._invite,
            self._forge_invitation,
            self._join,
            self._leave,
        ]
        for _ in range(steps):
            if self.dice.random() < 0.4:
                doing = self.dice.choice(doings)
                await doing()
                self.done[doing.__name__.strip("_")] += 1
            await self.dice.choice((self._staff_presses, self._staff_presses, self._resident_presses, self._queue))()
        return self.done

    async def _begin(self) -> None:
        await settled(self.world, 1001, LAMP)
        other = self.world.resident(1002)
        await other.says(RUBBISH)
        await other.taps("文化宫社区")
        await other.taps("同意，提交")
        rows = [{"id": number, "name": f"员{number}", "active": True} for number in STAFF]

        def work(connection: Connection) -> None:
            connection.execute(delete(StaffRight))
            connection.execute(insert(Staff), rows)
            for community, unit in UNIT_OF.items():
                connection.execute(update(Case).where(Case.community_id == community).values(unit_id=unit))

        await change(self.world, work)
        self.model.rights = {number: set() for number in STAFF}
        self.model.active = set(STAFF)

    # --- changes -----------------------------------------------------------------------------------------------------

    async def _grant(self) -> None:
        row, right = self.dice.choice(STAFF), self.dice.choice(RIGHTS)
        if right not in self.model.rights[row]:
            self.model.rights[row].add(right)
            values = dict(zip(("role", "scope", "scope_id", "community_id"), right, strict=True))
            await change(self.world, lambda c: c.execute(insert(StaffRight).values(staff_id=row, **values)))

    async def _demote(self) -> None:
        row = self.dice.choice(STAFF)
        if self.model.rights[row]:
            right = self.dice.choice(sorted(self.model.rights[row]))
            self.model.rights[row].remove(right)
            names = (StaffRight.role, StaffRight.scope, StaffRight.scope_id, StaffRight.community_id)
            same = [column == value for column, value in zip(names, right, strict=True)]
            await change(self.world, lambda c: c.execute(delete(StaffRight).where(StaffRight.staff_id == row, *same)))

    async def _dismiss(self) -> None:
        await self._set_active(self.dice.choice(STAFF), active=False)

    async def _take_on(self) -> None:
        await self._set_active(self.dice.choice(STAFF), active=True)

    async def _set_active(self, row: int, *, active: bool) -> None:
        (self.model.active.add if active else self.model.active.discard)(row)
        await change(self.world, lambda c: c.execute(update(Staff).where(Staff.id == row).values(active=active)))

    async def _invite(self) -> None:
        """An invitation, taken by somebody: from then on their account stands for that row."""
        row, account, token = self.dice.choice(STAFF), self.dice.choice(STAFF), self._token()
        late = self.dice.random() < 0.2
        await self._made(row, token, timedelta(hours=-1 if late else 48))
        await self._staff(account).says(f"/start inv_{token}")
        if not late:
            self.model.bound[account] = row
            self.used.append(token)

    async def _forge_invitation(self) -> None:
        """One that was used, or that never was: it binds nobody."""
        token = self.dice.choice(self.used) if self.used and self.dice.random() < 0.7 else self._token()
        account = self.dice.choice(STAFF)
        before = await self._bound()
        await self._staff(account).says(f"/start inv_{token}")
        self._agree("a used or forged invitation", await self._bound(), before)

    async def _join(self) -> None:
        account, community = self.dice.choice(RESIDENTS), self.dice.choice((1, 2))
        if (account, community) not in self.model.parts:
            part = self.dice.choice((Part.JOINER, Part.PROXY, Part.REPORTER))
            self.model.parts[account, community] = part
            row = {"community_id": community, "case_no": 1, "bot": "resident", "account": account, "chat": account}
            row |= {"part": part.value, "anonymous": False, "joined_at": NOW}
            await change(self.world, lambda c: c.execute(insert(CasePerson).values(**row)))

    async def _leave(self) -> None:
        if self.model.parts:
            account, community = self.dice.choice(sorted(self.model.parts))
            self.model.parts.pop((account, community))
            theirs = (CasePerson.community_id == community, CasePerson.account == account)
            await change(self.world, lambda c: c.execute(delete(CasePerson).where(*theirs)))

    # --- asking ------------------------------------------------------------------------------------------------------

    async def _staff_presses(self) -> None:
        account, action, community = self.dice.choice(STAFF), self.dice.choice(PRESSED), self.dice.choice((1, 2))
        let_through = await self._pressed(self._staff(account), action, community)
        told = (account, action, community, sorted(self.model.roles(account, community)))
        self._agree(told, let_through, self.model.staff_may(account, action, community))
        self.done[f"press {action}"] += 1

    async def _resident_presses(self) -> None:
        account, action, community = self.dice.choice(RESIDENTS), self.dice.choice(TOUCHED), self.dice.choice((1, 2))
        if action in ("join_case", "solved") and self.model.resident_may(account, action, community):
            return  # it would change who is in the case, or end it
        let_through = await self._pressed(self.world.resident(account), action, community)
        told = (account, action, community, self.model.parts.get((account, community)))
        self._agree(told, let_through, self.model.resident_may(account, action, community))
        self.done[f"press {action}"] += 1

    async def _queue(self) -> None:
        """The list of cases shows those of one's communities (and of one's unit), and no other."""
        account = self.dice.choice(STAFF)
        person = self._staff(account)
        before = len(person.messages)
        await person.says("待办")
        said = "\n".join(m.text for m in person.messages[before:])
        seen = {community for (community, _), number in CASES.items() if number in said}
        roles = {community: self.model.roles(account, community) for community, _ in CASES}
        self._agree((account, "queue", roles), seen, {community for community, found in roles.items() if found})
        self.done["queue"] += 1

    async def _pressed(self, person: Person, action: str, community: int) -> bool:
        """Whether a button made for this chat is let through."""
        made: list[str] = []

        def make(connection: Connection) -> None:
            uow = UnitOfWork(connection, self.world.app.reference.current(connection), self.world.clock.now())
            kept = timedelta(days=1)
            made.extend(
                uow.buttons.add(
                    [(action, 1, {}, False)],
                    community_id=community,
                    bot=person.channel.name,
                    chat=person.chat,
                    account=None,
                    kept=kept,
                )
            )
            uow.flush()

        await self.world.app.database.write(make)
        await person.presses(made[0])
        newest = select(Inbox.outcome).where(Inbox.bot == person.channel.name).order_by(Inbox.update_id.desc()).limit(1)
        outcome = await self.world.rows(lambda connection: connection.execute(newest).scalar())
        return bool(outcome != "button refused")

    # --- helpers -----------------------------------------------------------------------------------------------------

    def _staff(self, account: int) -> Person:
        return self.world.worker(account)

    def _token(self) -> str:
        self._numbers += 1
        return f"token{self._numbers}x{self.dice.randrange(10**9)}"

    async def _made(self, row: int, token: str, good_for: timedelta) -> None:
        def make(connection: Connection) -> None:
            uow = UnitOfWork(connection, self.world.app.reference.current(connection), self.world.clock.now())
            uow.staff.invite(row, token, uow.now + good_for)
            uow.flush()

        await self.world.app.database.write(make)

    async def _bound(self) -> list[Any]:
        statement = select(StaffAccount.account, StaffAccount.staff_id).order_by(StaffAccount.account)
        return [tuple(row) for row in await self.world.rows(lambda c: c.execute(statement).all())]

    def _agree(self, what: object, seen: object, expected: object) -> None:
        if seen != expected:
            raise Disagreement(f"{what}: {seen}, the model says {expected}")
