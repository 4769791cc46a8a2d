"""集中反映: what several people say of one place within a day is told at once."""

from datetime import timedelta

from sqlalchemy import Connection, insert

from storage.tables import Case
from tests.digests.histories import case as row
from tests.support.world import NOW, Person, World
from tests.ways.steps import change, has_staff_chat, settled

RUBBISH = ("3栋楼下垃圾堆成山了，没人收", "3栋垃圾又没人来收，臭死了", "3栋门口垃圾桶满了好几天没人收")


def told(person: Person) -> int:
    return sum("集中反映" in message.text for message in person.messages)


async def test_the_third_neighbour_of_a_day_makes_it_a_matter_of_now(world: World) -> None:
    zhou = world.worker(2)
    for number, words in enumerate(RUBBISH[:2]):
        await settled(world, 1001 + number, words)
    assert told(zhou) == 0
    await settled(world, 1003, RUBBISH[2])
    assert told(zhou) == 1
    assert "24 小时里有 3 位居民说到同一类事" in zhou.last.text
    assert "机器初判" in zhou.last.text
    await zhou.taps("YA-3")
    assert "YA-3" in zhou.last.text


async def test_who_joins_counts_and_the_same_is_told_once_a_week(world: World) -> None:
    zhou = world.worker(2)
    await settled(world, 1001, RUBBISH[0])
    await neighbour_joins(world, 1002)
    assert told(zhou) == 0
    await neighbour_joins(world, 1003)
    assert told(zhou) == 1
    assert "有 3 位居民说到" in zhou.last.text
    await settled(world, 1004, RUBBISH[1])
    await settled(world, 1005, RUBBISH[2])
    assert told(zhou) == 1


async def test_who_told_what_was_merged_counts_once(world: World) -> None:
    chen, zhou = world.worker(1), world.worker(2)
    await settled(world, 1001, RUBBISH[0])
    await settled(world, 1002, RUBBISH[1])
    await chen.says("YA-2")
    await chen.taps("合并")
    await chen.says("YA-1")
    await world.passes(seconds=61)
    assert told(zhou) == 0, "they are two"
    await neighbour_joins(world, 1003)
    assert told(zhou) == 1
    assert "有 3 位居民说到" in zhou.last.text


async def test_who_says_it_three_times_is_one(small_world: World) -> None:
    wang = await settled(small_world, 1001, RUBBISH[0])
    await wang.says(RUBBISH[1])
    await wang.says(RUBBISH[2])
    assert told(small_world.worker(2)) == 0


async def test_a_case_about_a_root_cause_is_nobody_s_voice(small_world: World) -> None:
    """Eight weeks of one case each; now two, and one of the ledger's own about what they have in common."""

    def past(connection: Connection) -> None:
        weeks = [row(no, NOW - timedelta(days=7 * no + 1), building_id=1) for no in range(1, 9)]
        week = [row(no, NOW - timedelta(hours=1), building_id=1, item=no) for no in (9, 10)]
        root = row(11, NOW - timedelta(hours=1), building_id=1, item=11, source="root_cause")
        connection.execute(insert(Case), [*weeks, *week, root])

    await change(small_world, past)
    await small_world.runs()
    assert told(small_world.worker(2)) == 0


async def neighbour_joins(world: World, account: int) -> None:
    """Somebody who lives here joins the first case by its number."""
    neighbour = world.resident(account)
    await neighbour.says("我也遇到 YA-1")
    await neighbour.taps("我也遇到")


async def test_what_is_said_of_another_place_or_days_apart_is_no_spike(small_world: World) -> None:
    world = small_world
    await settled(world, 1001, "3栋楼下垃圾堆成山了，没人收")
    await settled(world, 1002, "5栋楼下垃圾堆成山了，没人收")
    await world.passes(days=2)
    await settled(world, 1003, "3栋垃圾又没人来收，臭死了")
    await world.passes(days=2)
    await settled(world, 1004, "3栋门口垃圾桶满了好几天没人收")
    assert told(world.worker(2)) == 0


async def test_a_place_far_above_its_usual_week_is_told_of(world: World) -> None:
    """Eight weeks of one case each; now a third one within the week, about different matters of one scene."""

    def past(connection: Connection) -> None:
        weeks = [row(no, NOW - timedelta(days=7 * no + 1), building_id=1) for no in range(1, 9)]
        week = [
            row(no, NOW - timedelta(hours=h), building_id=1, item=no - 8) for no, h in ((9, 100), (10, 50), (11, 1))
        ]
        connection.execute(insert(Case), weeks + week)

    await change(world, past)
    await world.runs()
    zhou = world.worker(2)
    assert told(zhou) == 1
    assert "这 7 天有 3 件" in zhou.last.text
    assert "平时一周约 1 件" in zhou.last.text


async def test_the_staff_s_own_chat_hears_of_it_too(small_world: World) -> None:
    await change(small_world, has_staff_chat(-100, topic=7))
    for number, words in enumerate(RUBBISH):
        await settled(small_world, 1001 + number, words)
    group = [message for message in small_world.staff.messages if message.chat == -100]
    assert sum("集中反映" in message.text for message in group) == 1


async def test_names_and_numbers_stay_in_the_case(small_world: World) -> None:
    for number, words in enumerate(RUBBISH[:2]):
        await settled(small_world, 1001 + number, words)
    await settled(small_world, 1003, "3栋垃圾没人收，我是张建国13812345678")
    zhou = small_world.worker(2)
    spike = next(message.text for message in zhou.messages if "集中反映" in message.text)
    assert "13812345678" not in spike
