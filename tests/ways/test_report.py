"""A resident's way: report, consent, receipt, correction, place, media, looking up, withdrawing."""

from tests.support.world import World
from tests.ways.steps import LAMP, case, means, settled


async def test_who_would_correct_the_scene_is_told_of_which_report_and_may_leave_it(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.taps("类别不对")
    assert wang.last.text == "「三单元门口的路灯坏了半个月了」（YA-1）应该是哪一类？点一下。"
    await wang.taps("算了")
    assert wang.last.text == "好的，没有改动。"


async def test_first_report_is_a_draft_until_the_tap_that_agrees(world: World) -> None:
    wang, chen = world.resident(), world.worker(1)
    await wang.says("三单元门口的路灯坏了半个月了")
    assert "三单元门口的路灯坏了半个月了" in wang.last.text
    assert "同意" in wang.last.text
    assert not chen.messages
    await wang.taps("延安岭社区")
    assert not chen.messages
    await wang.taps("同意，提交")
    assert "编号 YA-1" in wang.last.text
    assert chen.sees("YA-1")


async def test_the_receipt_says_what_was_understood_and_until_when(small_world: World) -> None:
    wang = await settled(small_world)
    for words in ("编号 YA-1（等人接手）", "公共服务，一般", "地点：三单元", "延安岭社区", "11月25日 下午6:00 前答复"):
        assert words in wang.last.text
    labels = ["类别不对", "轻重不对", "地点不对", "补充", "撤回", "改为匿名"]
    assert list(wang.last.buttons) == labels


async def test_an_edit_of_a_message_that_told_of_two_matters_changes_both(small_world: World) -> None:
    wang = await settled(small_world)
    first, second = {"text": "路灯坏了。"}, {"text": "另外垃圾没人收"}
    means(small_world, "路灯坏了。另外垃圾没人收", first, second)
    await wang.says("路灯坏了。另外垃圾没人收")
    message = await small_world.rows(
        lambda c: c.exec_driver_sql("SELECT message_id FROM case_messages WHERE case_no = 3").scalar()
    )
    means(small_world, "路灯全黑。另外垃圾没人收", {"text": "路灯全黑。"}, second)
    small_world.residents.push(kind="edit", chat=wang.chat, text="路灯全黑。另外垃圾没人收")
    small_world.residents.updates[-1]["message_id"] = message
    await small_world.runs()
    assert [(await case(small_world, no)).text for no in (2, 3)] == ["路灯全黑。", "另外垃圾没人收"]


async def test_second_report_is_filed_at_once(world: World) -> None:
    wang = await settled(world)
    await wang.says("小区里没有健身器材，能不能装几个")
    assert "编号 YA-2" in wang.last.text
    assert "需" in world.worker(1).last.text


async def test_an_unconfirmed_draft_is_erased_after_seven_days(world: World) -> None:
    wang = world.resident()
    await wang.says("楼道灯不亮")
    await world.passes(days=7, seconds=1)
    await world.app.ticker.clean()
    assert "在延安岭社区" in await wang.taps("延安岭社区")
    assert not world.worker(1).messages


async def test_anonymous_report_shows_staff_no_name(world: World) -> None:
    wang, chen = world.resident(77), world.worker(1)
    await wang.says("3栋楼下垃圾没人收")
    await wang.taps("延安岭社区")
    await wang.taps("匿名提交")
    assert "编号 YA-1" in wang.last.text
    assert "人77" not in chen.last.text
    assert "77" not in chen.last.text


async def test_resident_corrects_the_scene(world: World) -> None:
    wang = await settled(world)
    await wang.taps("类别不对")
    await wang.taps("文化休闲")
    assert any("文化休闲" in m.text for m in wang.messages)
    assert "文化休闲" in world.worker(1).messages[0].text


async def test_photo_joins_the_last_report_for_ten_minutes(world: World) -> None:
    wang = await settled(world)
    await wang.sends("photo")
    assert f"已加到「{LAMP}」（YA-1）" in wang.last.text
    await world.passes(minutes=11)
    await wang.sends("photo")
    assert "再用一句话说说" in wang.last.text


async def test_an_album_is_one_report_with_one_receipt(world: World) -> None:
    wang = await settled(world)
    before = len(wang.messages)
    await wang.sends("photo", album="a1")
    await wang.sends("photo", "5栋后面垃圾堆成山了", album="a1")
    await wang.sends("photo", album="a1")
    assert len(wang.messages) == before
    await world.passes(seconds=3)
    assert len(wang.messages) == before + 1
    assert "编号 YA-2" in wang.last.text
    files = await world.rows(lambda c: c.exec_driver_sql("SELECT count(*) FROM attachments WHERE case_no = 2").scalar())
    assert files == 3


async def test_place_is_asked_once_and_never_blocks(world: World) -> None:
    wang = await settled(world)
    await wang.says("路灯不亮了")
    assert "在哪里" in wang.last.text
    assert world.worker(1).sees("YA-2")
    await wang.says("2号楼东头")
    assert "2号楼东头" in world.worker(1).messages[-1].text


async def test_my_cases_lists_state_and_clock(world: World) -> None:
    wang = await settled(world)
    await wang.says("我的诉求")
    assert "YA-1" in wang.last.text
    assert "等人接手" in wang.last.text


async def test_withdrawing_needs_a_second_tap(world: World) -> None:
    wang = await settled(world)
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    assert "已撤回" in wang.last.text
    assert "撤回" in world.worker(1).messages[0].text


async def test_an_edited_message_is_kept_as_a_revision(world: World) -> None:
    wang = await settled(world)
    row = await world.rows(lambda c: c.exec_driver_sql("SELECT message_id FROM case_messages").scalar())
    world.residents.push(kind="edit", chat=wang.chat, text="四单元门口的路灯坏了")
    world.residents.updates[-1]["message_id"] = row
    await world.runs()
    texts = await world.rows(
        lambda c: [r[0] for r in c.exec_driver_sql("SELECT text FROM case_messages ORDER BY revision")]
    )
    assert texts == ["三单元门口的路灯坏了半个月了", "四单元门口的路灯坏了"]
    assert "四单元" in world.worker(1).messages[0].text


async def test_thanks_is_answered_and_not_filed(world: World) -> None:
    wang = await settled(world)
    await wang.says("谢谢你们，辛苦了")
    assert "谢谢" in wang.last.text
    assert not world.worker(1).sees("YA-2")


async def test_deep_link_sets_the_community(world: World) -> None:
    wang = world.resident()
    link = world.app.context.links.make(2, None)  # type: ignore[attr-defined]
    await wang.says(f"/start {link}")
    assert "文化宫社区" in wang.last.text
    await wang.says("楼道里的灯坏了好几天，请派人来修")
    assert "文化宫社区" in wang.last.text
    await wang.taps("同意，提交")
    assert "编号 WH-1" in wang.last.text
