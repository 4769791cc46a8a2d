"""Rights are held against the community of the object, never against what somebody says."""

import pytest

from ledger.lifecycle import STAFF, TRANSITIONS, Role
from ledger.rights import PERMISSIONS, Part, Place, Right, Scope, may, roles_at

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


# --- permissions -----------------------------------------------------------------------------------------------------


def test_a_step_takes_the_roles_that_the_lifecycle_gives_it() -> None:
    for action, row in TRANSITIONS.items():
        assert PERMISSIONS[action].roles == row.roles, action


@pytest.mark.parametrize("action", PERMISSIONS)
@pytest.mark.parametrize("role", Role)
def test_who_is_not_in_a_case_may_do_nothing_to_it_without_a_role(action: str, role: Role) -> None:
    allowed = may(action, [role])
    assert allowed is (role if role in PERMISSIONS[action].roles - {Role.RESIDENT} else None)
    assert may(action, []) is None


@pytest.mark.parametrize("action", PERMISSIONS)
@pytest.mark.parametrize("part", Part)
def test_a_part_in_a_case_gives_what_the_table_says_and_no_right_of_the_staff(action: str, part: Part) -> None:
    row = PERMISSIONS[action]
    allowed = may(action, [], part)
    assert allowed is (Role.RESIDENT if Role.RESIDENT in row.roles and part in row.parts else None)


def test_the_first_role_that_fits_is_the_one_in_which_it_is_done() -> None:
    assert may("merge", [Role.OFFICER, Role.MANAGER]) is Role.MANAGER
    assert may("sign", [Role.OFFICER, Role.MANAGER]) is Role.OFFICER
    assert may("no such action", list(Role), Part.REPORTER) is None


def test_what_only_some_may_do() -> None:
    """The promises that people were given, said once more in words."""
    officers = {name for name, row in PERMISSIONS.items() if Role.OFFICER in row.roles}
    assert not officers & {"accept", "dispatch", "merge", "refuse", "transfer", "relabel", "queue", "weekly", "here"}
    residents = {name for name, row in PERMISSIONS.items() if Role.RESIDENT in row.roles}
    assert not residents & {"open_card", "show_files", "dispatch", "resolve", "refuse", "staff_scene", "undo"}
    assert all(row.parts == frozenset() for row in PERMISSIONS.values() if Role.RESIDENT not in row.roles)
    staff = {name for name, row in PERMISSIONS.items() if row.roles & STAFF}
    assert not staff & {"solved", "satisfied", "withdraw", "anonymity"}


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.RESIDENT, Role.SYSTEM)])
@pytest.mark.parametrize("scope", Scope)
def test_no_right_of_one_community_street_or_unit_reaches_another(role: Role, scope: Scope) -> None:
    elsewhere = Place(community_id=2, street_id=20, grid_id=5, unit_ids=frozenset({8}))
    right = Right(role, scope, {"grid": 5, "community": 1, "street": 10, "unit": 7}.get(scope, 0), community_id=1)
    assert roles_at([right], HERE) == {role}
    assert roles_at([right], elsewhere) == ({role} if scope is Scope.DISTRICT else set())
