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
"""Used instead of a number of months for reports about the present: the check-up."""
CHECKUP = "checkup"


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a report: a community, a street or the district, and how many months it covers (0: a week).

    A check-up covers no period: it describes the present.
    """

    level: Level
    id: int
    months: int

    @property
    def community_id(self) -> int:
        """The community under which its runs and requests are stored."""
        return self.id if self.level is Level.COMMUNITY else DISTRICT

    @property
    def code(self) -> str:
        """The code that identifies its runs."""
        if self.months == TODAY:
            return f"{CHECKUP}:{self.level}:{self.id}"
        return WEEKLY if self.months == WEEK else f"{self.level}:{self.id}:{self.months}"

    @classmethod
    def of(cls, code: str, community_id: int = DISTRICT) -> "Subject":
        """The subject of a run or request, from its code and the community under which it is stored."""
        if code == WEEKLY:
            return cls(Level.COMMUNITY, community_id, WEEK)
        checkup = code.startswith(f"{CHECKUP}:")
        level, number, *months = code.removeprefix(f"{CHECKUP}:").split(":")
        return cls(Level(level), int(number), TODAY if checkup else int(months[0]))

    def communities(self, reference: Reference) -> list[CommunityRow]:
        """The communities that it covers, by name."""
        found = reference.real_communities()
        match self.level:
            case Level.COMMUNITY:
                return [c for c in found if c.id == self.id]
            case Level.STREET:
                return [c for c in found if c.street_id == self.id]
            case Level.DISTRICT:
                return found

    def name(self, reference: Reference) -> str:
        """Its name for people; empty for the district."""
        match self.level:
            case Level.COMMUNITY:
                return reference.communities[self.id].name
            case Level.STREET:
                return reference.streets[self.id]
            case Level.DISTRICT:
                return ""

    def is_read_by(self, row: StaffRow) -> bool:
        """Whether somebody reads it by right: managers their community, supervisors their street or the district."""
        role, scope = READERS[self.level]
        return any((right.role, right.scope, right.scope_id) == (role, scope, self.id) for right in row.rights)

    def may_be_read_by(self, reference: Reference, row: StaffRow) -> bool:
        """Whether it may be sent to somebody on request: a weekly digest to everybody who may ask for it."""
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
    """The subjects of check-ups."""
    return [Subject(found.level, found.id, TODAY) for found in subjects(reference)]


def subjects(reference: Reference) -> Iterator[Subject]:
    """The subjects of monthly and quarterly reports."""
    for community in reference.real_communities():
        yield Subject(Level.COMMUNITY, community.id, MONTH)
    for street in sorted(reference.streets):
        yield Subject(Level.STREET, street, MONTH)
    yield Subject(Level.DISTRICT, DISTRICT, QUARTER)
