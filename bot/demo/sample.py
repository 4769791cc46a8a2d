"""Plants the sample district (`sample.yaml`) into an empty database: places, staff with their rights, duty roster."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, TypeAdapter
from sqlalchemy import Connection, insert

from ledger.checkup import Source, Stock
from ledger.district import District
from ledger.lifecycle import Role
from ledger.rights import Scope
from storage.reference import DISTRICT
from storage.reference_queries import changed
from storage.register import keep_units
from storage.tables import (
    Building,
    Community,
    Duty,
    FacilityPast,
    FacilityStock,
    Grid,
    Question,
    Staff,
    StaffAccount,
    StaffRight,
    Street,
)

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    street: str
    population: int
    area_m2: int
    built_year: int
    latitude: float
    longitude: float
    grids: dict[str, list[str]]


@dataclass(frozen=True)
class Member:
    """Somebody on the staff. `account` is theirs on the staff bot."""

    name: str
    role: Role
    scope: Scope
    of: str
    account: int


@dataclass(frozen=True)
class Shift:
    community: str
    staff: str
    start: Annotated[str, Field(validation_alias="from")]
    to: str


@dataclass(frozen=True)
class Asked:
    """A line of a question list; no community is the whole district."""

    question: str
    answer: str
    source: str
    community: str | None = None


@dataclass(frozen=True)
class Resident:
    name: str
    account: int
    community: str
    building: str


@dataclass(frozen=True)
class Sample:
    """The whole sample. Ids are positions, counted from 1."""

    streets: list[str]
    communities: list[Place]
    staff: list[Member]
    resident: Resident
    duty: list[Shift] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    facilities: dict[str, dict[str, Stock]] = field(default_factory=dict)
    """What each community has, by the points of the check-up."""
    facilities_before: dict[int, dict[str, dict[str, Stock]]] = field(default_factory=dict)
    """What was found so many years before."""

    @cached_property
    def community_ids(self) -> dict[str, int]:
        return {place.code: number for number, place in enumerate(self.communities, 1)}

    @cached_property
    def staff_ids(self) -> dict[str, int]:
        return {member.name: number for number, member in enumerate(self.staff, 1)}

    @cached_property
    def home(self) -> tuple[int, int]:
        """Community and building of the resident."""
        community = self.community_ids[self.resident.community]
        return community, self.buildings(community).index(self.resident.building) + 1

    def buildings(self, community: int) -> list[str]:
        return [name for names in self.communities[community - 1].grids.values() for name in names]

    def grid_id(self, place: str) -> tuple[int, int]:
        """Community and grid of a place such as SL/第一网格."""
        code, _, grid = place.partition("/")
        community = self.community_ids[code]
        return community, list(self.communities[community - 1].grids).index(grid) + 1


def load_sample() -> Sample:
    text = (HERE / "sample.yaml").read_text(encoding="utf-8")
    return TypeAdapter(Sample).validate_python(yaml.safe_load(text))


def plant(connection: Connection, sample: Sample, district: District, now: datetime) -> None:
    """Write the reference rows of the sample."""
    put = connection.execute
    put(insert(Street), [{"id": number, "name": name} for number, name in enumerate(sample.streets, 1)])
    keep_units(connection, district.units)
    for number, place in enumerate(sample.communities, 1):
        _plant_community(connection, sample, number, place)
    put(insert(Staff), [{"id": number, "name": name, "active": True} for name, number in sample.staff_ids.items()])
    put(insert(StaffRight), [_right(sample, district, member) for member in sample.staff])
    put(insert(StaffAccount), [_account(sample, member, now) for member in sample.staff])
    put(insert(Duty), _duties(sample))
    put(insert(Question), _questions(sample))
    put(insert(FacilityStock), _facilities(sample, sample.facilities, now))
    for years, found in sample.facilities_before.items():
        past = _facilities(sample, found, now.replace(year=now.year - years, day=1))
        put(insert(FacilityPast), [row | {"found_in": now.year - years} for row in past])
    changed(connection)


def _plant_community(connection: Connection, sample: Sample, number: int, place: Place) -> None:
    row = {name: value for name, value in vars(place).items() if name not in ("street", "grids")}
    row |= {"id": number, "street_id": sample.streets.index(place.street) + 1, "time_zone": "Asia/Shanghai"}
    connection.execute(insert(Community), [row])
    grids = [{"community_id": number, "id": grid, "name": name} for grid, name in enumerate(place.grids, 1)]
    connection.execute(insert(Grid), grids)
    grid_of = {name: grid for grid, names in enumerate(place.grids.values(), 1) for name in names}
    buildings = [
        {"community_id": number, "id": building, "grid_id": grid_of[name], "name": name}
        for building, name in enumerate(sample.buildings(number), 1)
    ]
    connection.execute(insert(Building), buildings)


def _right(sample: Sample, district: District, member: Member) -> dict[str, Any]:
    right = {"staff_id": sample.staff_ids[member.name], "role": member.role, "scope": member.scope, "community_id": 0}
    match member.scope:
        case Scope.GRID:
            right["community_id"], right["scope_id"] = sample.grid_id(member.of)
        case Scope.COMMUNITY:
            right["scope_id"] = sample.community_ids[member.of]
        case Scope.STREET:
            right["scope_id"] = sample.streets.index(member.of) + 1
        case Scope.UNIT:
            right["scope_id"] = [unit.name for unit in district.units].index(member.of) + 1
        case Scope.DISTRICT:
            right["scope_id"] = 0
    return right


def _account(sample: Sample, member: Member, now: datetime) -> dict[str, Any]:
    """An account's private chat has the account's number, as on the real messengers."""
    number = sample.staff_ids[member.name]
    return {"bot": "staff", "account": member.account, "chat": member.account, "staff_id": number, "bound_at": now}


def _questions(sample: Sample) -> list[dict[str, Any]]:
    return [
        {
            "community_id": sample.community_ids[line.community] if line.community else DISTRICT,
            "id": number,
            "question": line.question,
            "answer": line.answer,
            "source": line.source,
        }
        for number, line in enumerate(sample.questions, 1)
    ]


def _facilities(sample: Sample, found: dict[str, dict[str, Stock]], now: datetime) -> list[dict[str, Any]]:
    """As an import of the day has them."""
    rest = {"source": Source.IMPORT, "found_on": now.date(), "staff_id": None, "changed_at": now}
    return [
        asdict(stock) | rest | {"community_id": sample.community_ids[code], "point": point}
        for code, stocks in found.items()
        for point, stock in stocks.items()
    ]


def _duties(sample: Sample) -> list[dict[str, Any]]:
    """Every shift on every day of the week."""
    shifts = [(shift, weekday) for shift in sample.duty for weekday in range(7)]
    return [
        {
            "community_id": sample.community_ids[shift.community],
            "id": number,
            "staff_id": sample.staff_ids[shift.staff],
            "weekday": weekday,
            "start_minute": _minute(shift.start),
            "end_minute": _minute(shift.to),
        }
        for number, (shift, weekday) in enumerate(shifts, 1)
    ]


def _minute(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)
