"""Too much at a time: kept and said once, never dropped; an emergency always gets through, and nobody else waits."""

import pytest

from storage.tables import Case
from tests.support.world import World
from tests.ways.steps import LAMP, RUBBISH, case, count, means, settled
from tests.ways.test_emergencies import ALARM

FIRE = "着火了！3栋2单元冒烟，快来人"


async def test_somebody_who_writes_too_fast_is_told_once_and_nothing_is_lost(town: World) -> None:
    wang = await settled(town)
    for number in range(40):
        await wang.says(f"{number}号楼道的灯也坏了，麻烦看看")
    told = [m for m in wang.messages if "一下子发了好多条" in m.text]
    assert len(told) == 1
    assert await count(town, Case) == 5
    await town.passes(hours=1)
    assert wang.sees("刚才记下的话在这里")
    await wang.taps("同意，提交")
    texts = [row.text for row in await town.rows(lambda c: c.execute(Case.__table__.select()).all())]
    assert any("39号楼道" in text for text in texts)


async def test_a_place_that_is_sent_too_fast_is_kept_and_the_rest_is_not_promised(town: World) -> None:
    wang = await settled(town)
    for _ in range(25):
        await wang.says("/mine")
    told = next(m.text for m in wang.messages if "一下子发了好多条" in m.text)
    assert "要改的、要查的，请过一分钟再发一次" in told
    await wang.is_at(30.2, 115.06)
    await town.passes(minutes=2)
    assert "再用一句话说说" in wang.last.text
    await wang.says(RUBBISH)
    assert (await case(town, 2)).latitude == pytest.approx(30.2)


async def test_an_emergency_gets_through_a_flood(town: World) -> None:
    wang = await settled(town)
    for _ in range(30):
        await wang.says("灯坏了灯坏了")
    await wang.says(FIRE)
    assert wang.last.text.startswith("🆘") or wang.sees("119")
    assert await count(town, Case, Case.urgency == "E") == 1


async def test_an_emergency_repeated_by_the_minute_rings_once_and_keeps_every_word(town: World) -> None:
    wang, chen = await settled(town), town.worker(1)
    for number in range(40):
        await wang.says(f"{FIRE}，第{number}遍")
    assert await count(town, Case) == 2
    assert "第39遍" in (await case(town, 2)).text
    assert len([m for m in chen.messages if "补充" in m.text]) <= 20


async def test_an_emergency_that_a_flood_hid_in_a_draft_does_not_join_a_neighbour_s_lamp(town: World) -> None:
    await settled(town)
    li = town.resident(1002)
    await li.says(LAMP)
    await li.taps("延安岭社区")
    join = next(data for label, data in li.last.buttons.items() if "我也遇到" in label)
    said = [LAMP, *["灯坏了灯坏了"] * 45, "老李叫不应了"]
    for words in said[1:]:
        await li.says(words)
    means(town, "\n".join(said), ALARM)
    await li.presses(join)
    assert await count(town, Case, Case.urgency == "E") == 1
    assert town.worker(1).sees("老李叫不应了")


async def test_the_sixth_report_of_an_hour_waits_and_is_shown_when_the_hour_is_over(town: World) -> None:
    wang = await settled(town)
    for words in (RUBBISH, "2栋门口的井盖松了", "电梯按钮坏了", "楼下的健身器材坏了"):
        await wang.says(words)
        await town.passes(minutes=2)
    assert await count(town, Case) == 5
    await wang.says("4栋的水管漏水了")
    assert wang.sees("已经登记了 5 件")
    assert await count(town, Case) == 5
    await wang.taps("同意，提交")
    assert await count(town, Case) == 5, "the hour is not over"
    await town.passes(hours=1)
    await wang.taps("同意，提交")
    assert await count(town, Case) == 6
    assert "水管漏水" in (await case(town, 6)).text


async def test_taps_without_end_are_answered_and_do_nothing(town: World) -> None:
    wang = await settled(town)
    button = next(data for m in wang.messages for name, data in m.buttons.items() if "类别不对" in name)
    words = [await wang.presses(button) for _ in range(65)]
    assert "太快" in words[-1]
    assert len(wang.messages) < 70


async def test_ten_photos_of_one_album_are_one_message(town: World) -> None:
    wang = await settled(town)
    for album in ("a", "b", "c"):
        for _ in range(10):
            await wang.sends(album=album)
        await town.passes(seconds=3)
    assert not wang.sees("一下子发了好多条")


async def test_the_staff_are_not_counted(town: World) -> None:
    chen = town.worker(1)
    for _ in range(30):
        await chen.says("待办")
    assert not chen.sees("一下子发")


async def test_a_clock_that_was_set_back_locks_nobody_out(town: World) -> None:
    wang = await settled(town)
    for _ in range(25):
        await wang.says("灯坏了灯坏了")
    town.clock.forward(days=-1)
    await wang.says(LAMP)
    assert len([m for m in wang.messages if "一下子发了好多条" in m.text]) == 1
