"""The reference tables as an immutable snapshot in memory. It needs no database, so reports can carry its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from ledger.lifecycle import Role
from ledger.quiet_hours import minute_of
from ledger.rights import Place, Right, Scope, roles_at

DISTRICT = 0
"""Number of the pseudo community that stands for the whole district."""


@dataclass(frozen=True)
class CommunityRow:
    id: int
    street_id: int | None
    code: str
    name: str
    time_zone: str
    population: int | None
    latitude: float | None
    longitude: float | None
    staff_chat: tuple[str, int, int] | None
    area_m2: int | None = None
    channel: int | None = None

    @cached_property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone)

    def place(self, grid_id: int | None = None, unit_ids: Iterable[int] = ()) -> Place:
        return Place(self.id, self.street_id or 0, grid_id, frozenset(unit_ids))


@dataclass(frozen=True)
class StaffRow:
    """A member of staff with all rights and all bound accounts, as (bot, account, chat)."""

    id: int
    name: str
    rights: tuple[Right, ...]
    accounts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class BuildingRow:
    community_id: int
    id: int
    grid_id: int | None
    name: str


@dataclass(frozen=True)
class DutyRow:
    community_id: int
    staff_id: int
    weekday: int
    start_minute: int
    end_minute: int


@dataclass(frozen=True)
class QuestionRow:
    """A line of a question list."""

    question: str
    answer: str
    source: str


@dataclass(frozen=True)
class Reference:
    """Communities, people of the staff, buildings, units and the duty roster, by id."""

    version: int
    streets: dict[int, str]
    communities: dict[int, CommunityRow]
    units: dict[int, str]
    staff: dict[int, StaffRow]
    buildings: tuple[BuildingRow, ...]
    grids: dict[tuple[int, int], str]
    duties: tuple[DutyRow, ...] = ()
    questions: dict[int, list[QuestionRow]] = field(default_factory=dict)
    """Question lists by community; that of the whole district under its number."""
    _staff_with: dict[tuple[int, Role], list[StaffRow]] = field(default_factory=dict, compare=False)

    @cached_property
    def staff_by_account(self) -> dict[tuple[str, int], StaffRow]:
        return {(bot, account): row for row in self.staff.values() for bot, account, _ in row.accounts}

    @cached_property
    def staff_by_chat(self) -> dict[tuple[str, int], StaffRow]:
        return {(bot, chat): row for row in self.staff.values() for bot, _, chat in row.accounts}

    @cached_property
    def buildings_of(self) -> dict[int, list[BuildingRow]]:
        grouped: dict[int, list[BuildingRow]] = {}
        for building in self.buildings:
            grouped.setdefault(building.community_id, []).append(building)
        return grouped

    @cached_property
    def unit_ids(self) -> dict[str, int]:
        return {name: unit_id for unit_id, name in self.units.items()}

    def street_of(self, community_id: int) -> str:
        """The street that a community lies in; empty where it lies in none."""
        return self.streets.get(self.communities[community_id].street_id or 0, "")

    def staff_with(self, community_id: int, role: Role) -> list[StaffRow]:
        """Staff who have `role` over a community."""
        key = (community_id, role)
        if key not in self._staff_with:
            place = self.communities[community_id].place()
            self._staff_with[key] = [row for row in self.staff.values() if role in roles_at(row.rights, place)]
        return self._staff_with[key]

    def staff_anywhere(self, role: Role) -> list[StaffRow]:
        """Staff who have `role` in any place."""
        return [row for row in self.staff.values() if any(right.role is role for right in row.rights)]

    def shown_to(self, bot: str, community_ids: Iterable[int]) -> set[tuple[str, int]]:
        """Accounts of the workers who are shown new cases privately, where a community has no staff chat."""
        return {
            (name, account)
            for community_id in community_ids
            if community_id in self.communities and not self.communities[community_id].staff_chat
            for staff in self.staff_with(community_id, Role.WORKER)
            for name, account, _ in staff.accounts
            if name == bot
        }

    def officers_of(self, unit_id: int) -> list[StaffRow]:
        """Officers of a responsible unit."""
        wanted = (Role.OFFICER, Scope.UNIT, unit_id)
        return [row for row in self.staff.values() if any((r.role, r.scope, r.scope_id) == wanted for r in row.rights)]

    def real_communities(self) -> list[CommunityRow]:
        """All communities but the one that stands for the district, by name."""
        return sorted((c for c in self.communities.values() if c.id != DISTRICT), key=lambda c: c.name)

    def is_staff_chat(self, chat: int) -> bool:
        """Whether a group is where a community's staff get their cards."""
        return any(row.staff_chat is not None and row.staff_chat[1] == chat for row in self.communities.values())

    def on_duty_anywhere(self, now: datetime) -> list[StaffRow]:
        """On duty for the district or in one of its communities."""
        rows = [row for community_id in self.communities for row in self.on_duty(community_id, now)]
        return list({row.id: row for row in rows}.values())

    def on_duty(self, community_id: int, now: datetime) -> list[StaffRow]:
        """Staff on duty in a community at `now`, by its roster and its own time; not who has lost every post since."""
        local = now.astimezone(self.communities[community_id].zone)
        minute = minute_of(local.time())
        return [
            row
            for duty in self.duties
            if duty.community_id == community_id
            and duty.weekday == local.weekday()
            and duty.start_minute <= minute < duty.end_minute
            and (row := self.staff.get(duty.staff_id))
            and row.rights
        ]
