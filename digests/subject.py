"""Whose monthly or quarterly report it is: what it is made from, and who reads it."""

from collections.abc import Iterator
from dataclasses import dataclass

from digests.summary import Level
from ledger.lifecycle import Role
from ledger.rights import Scope
from storage.reference import DISTRICT, CommunityRow, Reference, StaffRow

MONTH, QUARTER = 1, 3


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose report: a community, a street or the district, and how many months it covers."""

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
        return f"{self.level}:{self.id}:{self.months}"

    @classmethod
    def of(cls, code: str) -> "Subject":
        level, number, months = code.split(":")
        return cls(Level(level), int(number), int(months))

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

    def readers(self, reference: Reference, bot: str) -> list[int]:
        """Chats on the staff's bot, each once."""
        staff = [row for row in reference.staff.values() if self.is_read_by(row)]
        return sorted({chat for row in staff for name, _, chat in row.accounts if name == bot})


READERS = {
    Level.COMMUNITY: (Role.MANAGER, Scope.COMMUNITY),
    Level.STREET: (Role.SUPERVISOR, Scope.STREET),
    Level.DISTRICT: (Role.SUPERVISOR, Scope.DISTRICT),
}


def subjects(reference: Reference) -> Iterator[Subject]:
    """Everybody who gets a report."""
    for community in reference.real_communities():
        yield Subject(Level.COMMUNITY, community.id, MONTH)
    for street in sorted(reference.streets):
        yield Subject(Level.STREET, street, MONTH)
    yield Subject(Level.DISTRICT, DISTRICT, QUARTER)
