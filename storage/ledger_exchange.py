"""The ledger for other systems: cases with what an exported sheet needs, and imports."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from storage.cases import CaseRow, case_row
from storage.ids import new_id
from storage.tables import Access, Case, CaseContact, CasePerson, CaseUnit, Person
from storage.unit_of_work import UnitOfWork

AT_ONCE = 500
IMPORTED = "import"
"""Source of cases that came from another system."""


@dataclass(slots=True)
class Exported:
    """A case for a sheet. `person` and `phone` are of who told it, unless they are anonymous."""

    case: CaseRow
    external_no: str | None
    person: str | None = None
    phone: str | None = None
    helpers: list[int] = field(default_factory=list)


def cases(connection: Connection, community_id: int, start: datetime, end: datetime) -> list[Exported]:
    """All cases that a community's ledger received in [start, end), by number."""
    received = and_(Case.community_id == community_id, Case.created_at >= start, Case.created_at < end)
    rows = connection.execute(select(Case.__table__).where(received).order_by(Case.no)).all()
    found = {row.no: Exported(case_row(row), row.external_no) for row in rows}
    numbers = list(found)
    for first in range(0, len(numbers), AT_ONCE):
        part = numbers[first : first + AT_ONCE]
        _add_people(connection, community_id, part, found)
        _add_helpers(connection, community_id, part, found)
    return list(found.values())


def _add_people(connection: Connection, community_id: int, numbers: list[int], found: dict[int, Exported]) -> None:
    same = and_(Person.bot == CasePerson.bot, Person.account == CasePerson.account)
    told = and_(CasePerson.part != "joiner", CasePerson.anonymous.is_(False))
    of = and_(CasePerson.community_id == community_id, CasePerson.case_no.in_(numbers))
    for row in connection.execute(select(CasePerson.case_no, Person.name).join(Person, same).where(of, told)):
        found[row.case_no].person = row.name
    contacts = and_(CaseContact.community_id == community_id, CaseContact.case_no.in_(numbers))
    for row in connection.execute(select(CaseContact.__table__).where(contacts).order_by(CaseContact.id)):
        if not found[row.case_no].case.anonymous:
            found[row.case_no].person = row.name or found[row.case_no].person
            found[row.case_no].phone = row.phone or found[row.case_no].phone


def _add_helpers(connection: Connection, community_id: int, numbers: list[int], found: dict[int, Exported]) -> None:
    of = and_(CaseUnit.community_id == community_id, CaseUnit.case_no.in_(numbers))
    for row in connection.execute(select(CaseUnit.__table__).where(of).order_by(CaseUnit.since)):
        found[row.case_no].helpers.append(row.unit_id)


def note_access(uow: UnitOfWork, community_id: int, what: str, purpose: str, detail: dict[str, Any]) -> None:
    """Keep who took personal data of a community out, and what for; whom it concerns may ask."""
    uow.insert(
        Access,
        {
            "community_id": community_id,
            "id": new_id(),
            "case_no": None,
            "at": uow.now,
            "staff_id": None,
            "role": "operator",
            "what": what,
            "purpose": purpose,
            "detail": detail,
        },
    )


def already_imported(connection: Connection, community_id: int, numbers: Iterable[str]) -> set[str]:
    """Which of these numbers of another system were imported already."""
    wanted, found = sorted(set(numbers)), set[str]()
    for first in range(0, len(wanted), AT_ONCE):
        there = Case.external_no.in_(wanted[first : first + AT_ONCE])
        of = and_(Case.community_id == community_id, Case.source == IMPORTED, there)
        found |= {number for number in connection.execute(select(Case.external_no).where(of)).scalars() if number}
    return found
