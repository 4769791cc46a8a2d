"""Every button that anybody could forge, pressed by everybody: what the table of rights refuses has no effect."""

import pytest
from sqlalchemy import Connection, func, insert, select, update

from digests.subject import READERS
from digests.summary import Level
from handlers import button_presses, feature_registry, router
from ledger.lifecycle import Role
from ledger.rights import PERMISSIONS, Part, Thing, may
from storage.messenger.buttons import Buttons
from storage.tables import Base, Case, CasePerson, Inbox
from storage.unit_of_work import UnitOfWork
from tests.support.world import NOW, Person, World
from tests.ways.steps import change, employs, settled

ON_CASES = sorted(button_presses.STAFF.keys() | button_presses.REPORTER.keys())
PARTS = {1001: Part.REPORTER, 1002: Part.JOINER, 1003: Part.PROXY, 1004: Part.NEIGHBOUR}
ENDING = {"withdraw", "one_matter", "solved", "not_solved"}
STAFF_ROLES: dict[int, list[Role]] = {
    1: [Role.WORKER],
    2: [Role.MANAGER],
    3: [Role.SUPERVISOR],
    4: [Role.OFFICER],
    5: [],  # a worker of another community
    6: [],  # an officer of another unit
    7: [],  # the manager of another community
    8: [],  # the supervisor of another street
    9: [Role.ADMIN],
    10: [],  # a stranger
}
DATA = {
    "reason": "不在本社区范围",
    "into": 2,
    "staff": 1,
    "scene": "green",
    "urgency": "U",
    "steps": [[1, 1]],
    "others": [],
    "n": 2,
    "unit": 1,
    "anonymous": True,
    "shown_in": "x:1",
    "step": "refuse",
    "words": "不在本社区范围",
    "length": 0,
    "target": "区建设局",
    "nudge": 1,
}


async def crowd(world: World) -> None:
    """A case with people in all parts, given to the unit of officer 4, and staff of everywhere."""
    await settled(world)
    for number, name, role, scope, scope_id in (
        (6, "建设小李", "officer", "unit", 1),
        (7, "文化宫书记", "manager", "community", 2),
        (8, "黄石港主任", "supervisor", "street", 2),
        (9, "管理员", "admin", "district", 0),
    ):
        await change(world, employs(number, name, role, scope, scope_id))
    people = [
        {"bot": "resident", "account": 1002, "part": "joiner", "chat": 1002},
        {"bot": "resident", "account": 1003, "part": "proxy", "chat": 1003},
    ]
    rows = [row | {"community_id": 1, "case_no": 1, "anonymous": False, "joined_at": NOW} for row in people]
    await change(world, lambda connection: connection.execute(insert(CasePerson), rows))
    await change(world, lambda connection: connection.execute(update(Case).values(unit_id=2)))


async def forged(world: World, action: str, person: Person) -> str:
    """What came of a button that was made for this chat though nobody would have offered it there."""
    made: list[str] = []

    def make(connection: Connection) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        made.append(_button(uow.buttons, action, person, world))
        uow.flush()

    await world.app.database.write(make)
    await person.presses(made[0])
    newest = select(Inbox.outcome).where(Inbox.bot == person.channel.name).order_by(Inbox.update_id.desc()).limit(1)
    return str(await world.rows(lambda connection: connection.execute(newest).scalar()))


def _button(buttons: Buttons, action: str, person: Person, world: World) -> str:
    (made,) = buttons.add(
        [(action, 1, DATA, False)],
        community_id=1,
        bot=person.channel.name,
        chat=person.chat,
        account=None,
        kept=world.app.context.district.limits.button_kept.wall,
    )
    return made


@pytest.mark.parametrize("action", ON_CASES)
async def test_a_button_works_for_whom_the_table_names_and_for_nobody_else(small_world: World, action: str) -> None:
    await crowd(small_world)
    refused: dict[int, bool] = {}
    expected: dict[int, bool] = {}
    for account, roles in STAFF_ROLES.items():
        refused[account] = await forged(small_world, action, small_world.worker(account)) == "button refused"
        expected[account] = not (action in button_presses.STAFF and may(action, roles))
    for account, part in PARTS.items() if action not in ENDING else ():
        refused[account] = await forged(small_world, action, small_world.resident(account)) == "button refused"
        expected[account] = not _may_press(action, part)
    assert refused == expected


@pytest.mark.parametrize("account", PARTS)
@pytest.mark.parametrize("action", sorted(ENDING))
async def test_a_button_that_may_end_a_case_works_for_whom_the_table_names(
    small_world: World, action: str, account: int
) -> None:
    """One press a case: it may end the case, or take the person out of it."""
    await crowd(small_world)
    refused = await forged(small_world, action, small_world.resident(account)) == "button refused"
    assert refused != _may_press(action, PARTS[account])


def _may_press(action: str, part: Part) -> bool:
    return action in button_presses.REPORTER and may(action, (), part) is not None


ELSEWHERE = {5: Role.WORKER, 7: Role.MANAGER, 8: Role.SUPERVISOR, 11: Role.OFFICER}
"""Staff of the other community, one of each role; each has all the rights of the role there."""


async def test_a_button_of_a_feature_does_nothing_for_anybody_of_another_community(small_world: World) -> None:
    """Each is a true row that names the first community; staff and residents of the other one press it.

    What touches only one's own is for whoever has moved away, too (test_sharing.py).
    """
    await crowd(small_world)
    await change(small_world, employs(11, "文化宫小吴", "officer", "community", 2))
    neighbour = small_world.resident(2001)
    await neighbour.says("二楼楼道灯不亮了")
    await neighbour.taps("文化宫社区")
    await neighbour.taps("同意，提交")
    before = await small_world.rows(things)
    people = [*(small_world.worker(account) for account in ELSEWHERE), neighbour]
    came_of_it = {
        (action, person.account): await forged(small_world, action, person)
        for action in sorted(feature_registry.BUTTONS)
        for person in people
        if person is not neighbour or may(action, (), Part.STRANGER) is None
    }
    assert {key: outcome for key, outcome in came_of_it.items() if outcome != "button refused"} == {}
    assert await small_world.rows(things) == before


HERE = {1: [Role.WORKER], 2: [Role.MANAGER], 3: [Role.SUPERVISOR], 4: [], 9: [Role.ADMIN], 1001: []}
"""What people are in the first community; a unit's officer is nothing there."""


async def test_a_button_of_a_feature_does_nothing_for_who_has_not_the_role_in_the_community(small_world: World) -> None:
    """With the test above the whole table: every action, every role, here and elsewhere."""
    await crowd(small_world)
    before = await small_world.rows(things)
    refused = {
        (action, account)
        for action in feature_registry.BUTTONS
        for account, roles in HERE.items()
        if may(action, roles, Part.NEIGHBOUR if account == 1001 else None) is None
    }
    assert {account for _, account in refused} == HERE.keys()
    came_of_it = {
        (action, account): await forged(small_world, action, _person(small_world, account))
        for action, account in sorted(refused)
    }
    assert {key: outcome for key, outcome in came_of_it.items() if outcome != "button refused"} == {}
    assert await small_world.rows(things) == before


def _person(world: World, account: int) -> Person:
    return world.resident(account) if account in PARTS else world.worker(account)


def things(connection: Connection) -> dict[str, int]:
    """How many rows the tables of communities have, but for what the test itself makes: buttons, and who presses."""
    own = {"keyboards", "people"}
    tables = [t for t in Base.metadata.sorted_tables if "community_id" in t.c and t.name not in own]
    return {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}


def test_every_button_on_a_case_has_its_row_in_the_table() -> None:
    missing = [
        action for action in ON_CASES if PERMISSIONS.get(action) is None or PERMISSIONS[action].on is not Thing.CASE
    ]
    assert missing == []


def test_a_button_of_the_staff_takes_staff_and_a_resident_s_takes_residents() -> None:
    assert [a for a in button_presses.STAFF if not PERMISSIONS[a].roles - {Role.RESIDENT, Role.SYSTEM}] == []
    assert [a for a in button_presses.REPORTER if not PERMISSIONS[a].parts] == []


@pytest.mark.parametrize(("command", "action"), [("待办", "queue"), ("周报", "weekly")])
async def test_a_command_reaches_only_the_communities_of_who_gives_it(
    small_world: World, command: str, action: str
) -> None:
    await crowd(small_world)
    await settled(small_world, 1005, "二楼楼道灯不亮了")
    for account, roles in STAFF_ROLES.items():
        person = small_world.worker(account)
        await person.says(command)
        shows = "延安岭" in person.last.text or "YA-" in person.last.text
        sees = may(action, roles) is not None or (action == "queue" and Role.OFFICER in roles)
        assert shows is sees, (command, account)


REFUSALS = (
    "problem.no_right",
    "overdue.not_yours",
    "weekly.not_yours",
    "checkups.not_yours",
    "survey_menu.not_yours",
)
OF_STAFF = sorted(
    name
    for name in router.STAFF_COMMANDS
    if name in PERMISSIONS and PERMISSIONS[name].on is Thing.COMMUNITY and name not in ("here", "queue")
)


@pytest.mark.parametrize("command", OF_STAFF)
async def test_a_command_of_the_staff_is_refused_to_who_has_not_the_role(small_world: World, command: str) -> None:
    """With a plain no, and not a single button."""
    await crowd(small_world)
    texts, words = small_world.app.context.texts, small_world.app.context.words
    refusals = {texts(key) for key in (*REFUSALS, "start.staff_only")}
    if command in ("monthly", "quarterly"):
        refusals = {texts("summary.not_yours", report=texts(f"summary.report_{command}")), texts("start.staff_only")}
    word = next(word for word, name in words.items() if name == command)
    outside = {account: roles for account, roles in HERE.items() if account not in PARTS} | {10: []}
    without = [account for account, roles in outside.items() if may(command, roles) is None]
    assert 10 in without
    for account in without:
        person = small_world.worker(account)
        await person.says(word)
        assert person.last.text in refusals, (command, account, person.last.text)
        assert not person.last.buttons


def test_what_has_no_row_is_a_person_s_own() -> None:
    """Commands without a row reach nothing but the conversation and the data of who gives them."""
    own = {"start", "help", "mine", "privacy", "data", "erase", "community", "person"}
    own |= {"seen", "withdraw_consent", "register", "stop_pushes", "resume_pushes", "quiet"}
    own |= {"by_number", "by_button", "short", "long", "large", "broken_again"}
    own |= {"subscriptions"}  # each report in it is held against who may read it
    commands = {**router.RESIDENT_COMMANDS, **router.STAFF_COMMANDS, **router.GROUP_COMMANDS}
    assert {name for name in commands if name not in PERMISSIONS} <= own


def test_reports_are_read_by_whom_the_table_names() -> None:
    monthly = {role for level, (role, _) in READERS.items() if level is not Level.DISTRICT}
    assert monthly == PERMISSIONS["monthly"].roles
    assert {READERS[Level.DISTRICT][0]} == PERMISSIONS["quarterly"].roles


def test_every_deed_of_a_feature_has_its_row_for_a_community() -> None:
    actions = feature_registry.BUTTONS.keys() | feature_registry.QUESTIONS.keys()
    assert [name for name in actions if name not in PERMISSIONS or PERMISSIONS[name].on is not Thing.COMMUNITY] == []
