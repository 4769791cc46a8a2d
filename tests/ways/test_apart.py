"""Two communities: whatever command, link, list or copy, nothing of the other one is shown; forged ones do nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from handlers import router
from storage.tables import Case, CasePerson, StaffAccount
from storage.unit_of_work import UnitOfWork
from tests.support.world import Person, World
from tests.ways.steps import change, count, dismisses, employs, settled

OURS, THEIRS = "YA", "WH"
OUR_WORDS, THEIR_WORDS = "三单元门口的路灯坏了半个月了", "广场东头的健身器材断了"
OUR_PEOPLE, THEIR_PEOPLE = 1001, 1002
OURS_SHOWN, THEIRS_SHOWN = (rf"{OURS}-1(?!\d)", OUR_WORDS), (rf"{THEIRS}-1(?!\d)", THEIR_WORDS)
"""The case's number (help names another as an example), or its words."""
COMMANDS = sorted({**router.RESIDENT_COMMANDS, **router.STAFF_COMMANDS, **router.GROUP_COMMANDS})


async def two_communities(world: World) -> tuple[Person, Person]:
    """Each has a case, with words and a reporter of its own, a worker (1, 5) and a manager (2, 7)."""
    await change(world, employs(7, "文化宫书记", "manager", "community", 2))
    wang = await settled(world, OUR_PEOPLE, OUR_WORDS)
    li = world.resident(THEIR_PEOPLE)
    await li.says(THEIR_WORDS)
    await li.taps("文化宫社区")
    await li.taps("同意，提交")
    return wang, li


def said_to(person: Person, since: int) -> str:
    return "\n".join(f"{m.text} {' '.join(m.buttons)}" for m in person.messages[since:])


def words_of(world: World, command: str) -> str:
    """What somebody types for a command."""
    return next(word for word, name in world.app.context.words.items() if name == command)


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_shows_nothing_of_the_other_community(small_world: World, command: str) -> None:
    await two_communities(small_world)
    words = words_of(small_world, command)
    for person, theirs in (
        (small_world.resident(OUR_PEOPLE), THEIRS_SHOWN),
        (small_world.resident(THEIR_PEOPLE), OURS_SHOWN),
        (small_world.worker(1), THEIRS_SHOWN),
        (small_world.worker(2), THEIRS_SHOWN),
        (small_world.worker(5), OURS_SHOWN),
        (small_world.worker(7), OURS_SHOWN),
        (small_world.worker(99), (*OURS_SHOWN, *THEIRS_SHOWN)),
    ):
        since = len(person.messages)
        await person.says(words)
        shown = said_to(person, since)
        assert [part for part in theirs if re.search(part, shown)] == [], (person.account, words)


async def test_a_number_of_the_other_community_shows_no_card(small_world: World) -> None:
    await two_communities(small_world)
    for account, number, words in ((1, "WH-1", THEIR_WORDS), (2, "WH-1", THEIR_WORDS), (5, "YA-1", OUR_WORDS)):
        person = small_world.worker(account)
        since = len(person.messages)
        await person.says(number)
        assert words not in said_to(person, since)


@pytest.mark.parametrize("kind", ["community", "building", "case", "person"])
async def test_a_link_that_was_changed_leads_nowhere(small_world: World, kind: str) -> None:
    wang, _li = await two_communities(small_world)
    links = small_world.app.context.links
    made = {
        "community": links.make(1),  # type: ignore[attr-defined]
        "building": links.make(1, 1),  # type: ignore[attr-defined]
        "case": links.of_case(1, 1),
        "person": links.of_person(1, 1),
    }[kind]
    before = (await count(small_world, CasePerson), await count(small_world, Case))
    stranger = small_world.resident(1500)
    for place in range(len(made)):
        forged = made[:place] + ("A" if made[place] != "A" else "B") + made[place + 1 :]
        assert links.read(forged) is None
        assert links.read_case(forged) is None
        assert links.read_person(forged) is None
    await stranger.says(f"/start {made[:-1]}{'A' if made[-1] != 'A' else 'B'}")
    assert OUR_WORDS not in said_to(stranger, 0)
    assert (await count(small_world, CasePerson), await count(small_world, Case)) == before
    assert wang.account == OUR_PEOPLE


@pytest.mark.parametrize("way", ["used", "late", "guessed"])
async def test_an_invitation_is_good_once_and_for_48_hours(small_world: World, way: str) -> None:
    await two_communities(small_world)

    def invite(connection: Connection) -> None:
        uow = UnitOfWork(connection, small_world.app.reference.current(connection), small_world.clock.now())
        uow.staff.invite(1, "right", uow.now + timedelta(hours=48))
        uow.flush()

    await small_world.app.database.write(invite)
    if way == "used":
        await small_world.worker(70).says("/start inv_right")
        assert await count(small_world, StaffAccount, StaffAccount.account == 70) == 1
    if way == "late":
        small_world.clock.forward(hours=48, seconds=1)
    mallory = small_world.worker(71)
    await mallory.says("/start inv_guess" if way == "guessed" else "/start inv_right")
    assert await count(small_world, StaffAccount, StaffAccount.account == 71) == 0
    since = len(mallory.messages)
    await mallory.says("待办")
    assert f"{OURS}-" not in said_to(mallory, since)


async def test_a_button_that_is_too_old_does_nothing(small_world: World) -> None:
    await two_communities(small_world)
    chen = small_world.worker(1)
    accept = next(data for m in chen.messages for name, data in m.buttons.items() if "受理" in name)
    small_world.clock.forward(days=31)
    await chen.presses(accept)
    assert await count(small_world, Case, Case.state == "accepted") == 0


async def test_a_worker_who_was_dismissed_is_refused_at_the_next_tap_and_the_next_word(small_world: World) -> None:
    await two_communities(small_world)
    chen = small_world.worker(1)
    accept = next(data for m in chen.messages for name, data in m.buttons.items() if "受理" in name)
    await change(small_world, dismisses(1))
    await chen.presses(accept)
    assert await count(small_world, Case, Case.state == "accepted") == 0
    since = len(chen.messages)
    await chen.says("待办")
    assert f"{OURS}-" not in said_to(chen, since)


async def test_somebody_s_copy_holds_only_their_own(small_world: World) -> None:
    wang, _li = await two_communities(small_world)
    await wang.says("我的数据")
    stored = [p.read_bytes().decode(errors="replace") for p in small_world.app.files.folder.rglob("*") if p.is_file()]
    copy = next(content for content in stored if OUR_WORDS in content)
    assert THEIR_WORDS not in copy
    assert str(THEIR_PEOPLE) not in copy


async def test_a_week_s_report_counts_only_its_own(small_world: World) -> None:
    await two_communities(small_world)
    found: dict[int, Any] = {}
    for account, words in ((2, THEIR_WORDS), (7, OUR_WORDS)):
        manager = small_world.worker(account)
        await manager.says("周报")
        await small_world.app.reporter.run_requests(small_world.clock.now())
        await small_world.runs()
        found[account] = said_to(manager, 0)
        assert words not in found[account]
    assert f"{THEIRS}-" not in found[2]
    assert f"{OURS}-" not in found[7]
