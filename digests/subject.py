"""The subject of a report: what it covers, and who reads it."""

from collections.abc import Iterator
from dataclasses import dataclass

from digests.summary import Level
from ledger.lifecycle import Role
from ledger.rights import Scope, may, roles_at
from storage.reference import DISTRICT, CommunityRow, Reference, StaffRow
from storage.reporting.reports import WEEKLY

WEEK, MONTH, QUARTER = 0, 1, 3
TODAY = -1
"""In place of months, for what is not of a period but of now: the check-up."""
CHECKUP = "checkup"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose report: a community, a street or the district, and how many months it covers; a week counts as none.

    A check-up covers none either: it says how things stand today.
    """

    level: Level
    id: int
    months: int

    @property
    def community_id(self) -> int:
        """Where its runs and requests are kept."""
        return self.id if self.level is Level.COMMUNITY else DISTRICT

    @property
    def code(self) -> str:
        """What tells its runs from those of others."""
        if self.months == TODAY:
            return f"{CHECKUP}:{self.level}:{self.id}"
        return WEEKLY if self.months == WEEK else f"{self.level}:{self.id}:{self.months}"

    @classmethod
    def of(cls, code: str, community_id: int = DISTRICT) -> "Subject":
        """The subject of a run or a request: its code, and where it is kept."""
        if code == WEEKLY:
            return cls(Level.COMMUNITY, community_id, WEEK)
        checkup = code.startswith(f"{CHECKUP}:")
        level, number, *months = code.removeprefix(f"{CHECKUP}:").split(":")
        return cls(Level(level), int(number), TODAY if checkup else int(months[0]))

    def communities(self, reference: Reference) -> list[CommunityRow]:
        """What it is made from, by name."""
        found = reference.real_communities()
        match self.level:
            case Level.COMMUNITY:
                return [c for c in found if c.id == self.id]
            case Level.STREET:
                return [c for c in found if c.street_id == self.id]
            case Level.DISTRICT:
                return found

    def name(self, reference: Reference) -> str:
        """As people call it; the district goes without a name."""
        match self.level:
            case Level.COMMUNITY:
                return reference.communities[self.id].name
            case Level.STREET:
                return reference.streets[self.id]
            case Level.DISTRICT:
                return ""

    def is_read_by(self, row: StaffRow) -> bool:
        """Managers read about their community, supervisors about their street or the district."""
        role, scope = READERS[self.level]
        return any((right.role, right.scope, right.scope_id) == (role, scope, self.id) for right in row.rights)

    def may_be_read_by(self, reference: Reference, row: StaffRow) -> bool:
        """Whether it may be sent to them if they wish: a weekly digest to everybody who may ask for it."""
        if self.months != WEEK or self.is_read_by(row):
            return self.is_read_by(row)
        return may("weekly", roles_at(row.rights, reference.communities[self.id].place())) is not None


READERS = {
    Level.COMMUNITY: (Role.MANAGER, Scope.COMMUNITY),
    Level.STREET: (Role.SUPERVISOR, Scope.STREET),
    Level.DISTRICT: (Role.SUPERVISOR, Scope.DISTRICT),
}


def weeklies(reference: Reference) -> list[Subject]:
    """The communities' weekly digests."""
    return [Subject(Level.COMMUNITY, community.id, WEEK) for community in reference.real_communities()]


def checkups(reference: Reference) -> list[Subject]:
    """Everybody who gets a check-up."""
    return [Subject(found.level, found.id, TODAY) for found in subjects(reference)]


def subjects(reference: Reference) -> Iterator[Subject]:
    """Everybody who gets a monthly or quarterly report."""
    for community in reference.real_communities():
        yield Subject(Level.COMMUNITY, community.id, MONTH)
    for street in sorted(reference.streets):
        yield Subject(Level.STREET, street, MONTH)
    yield Subject(Level.DISTRICT, DISTRICT, QUARTER)
