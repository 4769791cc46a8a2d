"""Who may do what, where: rights are rows, checked here and nowhere else.

A right binds a role to a scope; it is held against the community of the object touched,
never against what a button or a message says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.lifecycle import Role


class Scope(StrEnum):
    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"
    UNIT = "unit"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Right:
    """One role of one person in one scope. `scope_id` is 0 for the district."""

    role: Role
    scope: Scope
    scope_id: int
    community_id: int = 0
    """The community of a grid; 0 for other scopes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object of the ledger stands, and which units are charged with it."""

    community_id: int
    street_id: int
    grid_id: int | None = None
    unit_ids: frozenset[int] = frozenset()


def covers(right: Right, place: Place) -> bool:
    """Whether the scope of `right` reaches `place`.

    A grid worker may act in the whole community, since neighbours of grids stand in for each other.
    """
    match right.scope:
        case Scope.DISTRICT:
            return True
        case Scope.STREET:
            return right.scope_id == place.street_id
        case Scope.COMMUNITY:
            return right.scope_id == place.community_id
        case Scope.GRID:
            return right.community_id == place.community_id
        case Scope.UNIT:
            return right.scope_id in place.unit_ids


def roles_at(rights: Iterable[Right], place: Place) -> frozenset[Role]:
    """Roles that a person with `rights` has at `place`."""
    return frozenset(right.role for right in rights if covers(right, place))
