"""Rights are held against the community of the object, never against what somebody says."""

import pytest

from ledger.lifecycle import Role
from ledger.rights import Place, Right, Scope, roles_at

HERE = Place(community_id=1, street_id=10, grid_id=5, unit_ids=frozenset({7}))


@pytest.mark.parametrize(
    ("right", "there"),
    [
        (Right(Role.WORKER, Scope.GRID, 5, community_id=1), True),
        (Right(Role.WORKER, Scope.GRID, 6, community_id=1), True),
        (Right(Role.WORKER, Scope.GRID, 5, community_id=2), False),
        (Right(Role.WORKER, Scope.COMMUNITY, 1), True),
        (Right(Role.MANAGER, Scope.COMMUNITY, 2), False),
        (Right(Role.SUPERVISOR, Scope.STREET, 10), True),
        (Right(Role.SUPERVISOR, Scope.STREET, 1), False),
        (Right(Role.OFFICER, Scope.UNIT, 7), True),
        (Right(Role.OFFICER, Scope.UNIT, 1), False),
        (Right(Role.ADMIN, Scope.DISTRICT, 0), True),
    ],
)
def test_a_right_reaches_as_far_as_its_scope(right: Right, there: bool) -> None:
    assert roles_at([right], HERE) == ({right.role} if there else set())


def test_nobody_has_a_role_without_a_right() -> None:
    assert roles_at([], HERE) == frozenset()
