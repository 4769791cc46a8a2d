"""Calls for help, events, rotas, promises and stories belong to a case or topic: begun there, shown there."""

from storage.tables import Gathering, HelpCall, Promise, PromisePerson, Rota, Story
from tests.deciding.neighbours import live_here, rows_of, topic
from tests.support.world import Person, World
from tests.ways.steps import count, settled


async def test_a_call_for_a_case_is_begun_on_its_card_and_shown_on_it(world: World) -> None:
    wang = await settled(world)
    manager = world.worker(2)
    await world.worker(1).taps("受理")
    await manager.says("YA-1")
    await manager.taps("请邻居帮忙")
    await manager.taps("出手艺")
    await manager.says("帮忙扶梯子换灯\n2人")
    (row,) = await rows_of(world, HelpCall)
    assert (row.case_no, row.topic_no, row.places) == (1, None, 2)
    await manager.says("YA-1")
    assert "🙋 帮忙扶梯子换灯（要 2 人，已有 0 人）" in manager.last.text
    await world.passes(hours=1)
    assert wang.sees("有件您关心的事，要人搭把手")
    await wang.says("我的诉求")
    await wang.taps("看详情")
    assert "帮忙扶梯子换灯" in wang.last.text
    await wang.taps("我来认领")
    await manager.says("YA-1")
    assert "（要 2 人，已有 1 人）" in manager.last.text
    await wang.says("微心愿")
    assert wang.sees("为诉求 YA-1")


async def test_a_call_that_ended_is_on_no_card(small_world: World) -> None:
    await settled(small_world)
    manager = small_world.worker(2)
    await manager.says("微心愿")
    await manager.taps("发起征集")
    await manager.taps("出时间")
    await manager.says("扶梯子\nYA-1")
    await manager.taps("办成了")
    await manager.says("YA-1")
    assert "🙋 扶梯子" not in manager.last.text


async def supported(world: World) -> tuple[Person, Person]:
    """A topic that is open, and somebody who seconded it."""
    manager = await topic(world)
    (li,) = await live_here(world, range(1001, 1002))
    await li.says("议题")
    await li.taps("议题 1")
    await li.taps("附议")
    return manager, li


async def together(manager: Person, label: str, words: str) -> None:
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("大家一起做")
    await manager.taps(label)
    if label == "发起征集":
        await manager.taps("出时间")
    await manager.says(words)


async def test_everything_for_a_topic_is_begun_on_it_and_found_there(world: World) -> None:
    manager, li = await supported(world)
    await together(manager, "发起征集", "周末来量尺寸\n3人")
    await together(manager, "发起活动", "一起量尺寸\n11月22日 9:00\n东头空地\n20")
    await together(manager, "新的值日", "锁门\n每天")
    await together(manager, "记一个承诺", "建好车棚\n周书记\n12月20日")
    await together(manager, "写个故事", "车棚的故事\n从前飞线\n现在有棚")
    for table in (HelpCall, Gathering, Rota, Promise, Story):
        (row,) = await rows_of(world, table)
        assert row.topic_no == 1, table.__name__
    (who,) = await rows_of(world, PromisePerson)
    assert who.account == 1001
    await li.says("议题")
    await li.taps("议题 1")
    assert "🙋 周末来量尺寸（要 3 人，已有 0 人）" in li.last.text
    await li.taps("我来认领")
    await li.says("议题")
    await li.taps("议题 1")
    await li.taps("大家一起做")
    assert any("一起量尺寸" in m.text for m in li.messages[-3:])


async def test_a_story_of_a_topic_goes_to_all_who_took_part_in_any_way(world: World) -> None:
    manager, li = await supported(world)
    helper, stranger = await live_here(world, range(1002, 1004))
    await together(manager, "发起征集", "来量尺寸\n3人")
    await helper.says("微心愿")
    await helper.taps("我来认领")
    await together(manager, "写个故事", "车棚的故事\n从前飞线\n现在有棚")
    await manager.taps("📢 公布")
    await world.passes(days=8)
    assert li.sees("您一起出过力的事，办成了")
    assert helper.sees("您一起出过力的事，办成了")
    assert not stranger.sees("您一起出过力的事，办成了")


async def test_a_wish_of_a_resident_belongs_to_the_topic_and_waits_for_a_look(small_world: World) -> None:
    manager, li = await supported(small_world)
    await li.says("议题")
    await li.taps("议题 1")
    await li.taps("大家一起做")
    await li.taps("我有个心愿")
    await li.taps("出物件")
    await li.says("谁家有卷尺借一下")
    (row,) = await rows_of(small_world, HelpCall)
    assert (row.topic_no, row.state) == (1, "waiting")
    await manager.taps("给邻居看")
    await li.says("议题")
    await li.taps("议题 1")
    assert "卷尺" in li.last.text


async def test_a_number_of_another_community_links_nothing(small_world: World) -> None:
    await settled(small_world)
    manager = small_world.worker(2)
    await manager.says("微心愿")
    await manager.taps("发起征集")
    await manager.taps("出时间")
    await manager.says("扶梯子\n议题99")
    (row,) = await rows_of(small_world, HelpCall)
    assert (row.case_no, row.topic_no) == (None, None)
    assert "议题99" in row.text, "what names nothing stays part of the words"
    assert await count(small_world, Promise) == 0
