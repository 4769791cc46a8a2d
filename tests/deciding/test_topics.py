"""What many told becomes a topic: put before the manager and the council, talked over, seconded, merged, carried out."""

from storage.tables import Case, Contribution, Promise, Topic, TopicCase, TopicSupporter
from tests.deciding.neighbours import OPTIONS, live_here, rows_of, told_of_charging, told_results, topic
from tests.support.world import Person, World
from tests.ways.steps import count


async def test_ten_people_about_one_matter_become_a_draft_with_its_evidence(world: World) -> None:
    await told_of_charging(world)
    card = next(m.text for m in world.worker(2).messages if "要不要拿出来" in m.text)
    assert "10 位居民反映过，共 10 件，比如 YA-" in card
    assert "停车及充电设施" in card
    assert "「楼下没地方给电动车充电" in card
    assert "责任单位：区建设局、区城管局、沈家营街道" in card


async def test_nine_are_not_enough(small_world: World) -> None:
    await told_of_charging(small_world, range(1001, 1010))
    assert await count(small_world, Topic) == 0


async def test_the_same_cases_make_no_second_draft(small_world: World) -> None:
    await told_of_charging(small_world)
    await small_world.passes(hours=5)
    assert await count(small_world, Topic) == 1
    assert await count(small_world, TopicCase) == 10


async def test_neighbours_see_nothing_before_it_is_opened(small_world: World) -> None:
    people = await told_of_charging(small_world)
    await people[0].says("议题")
    assert "没有大家在议的事" in people[0].last.text


async def test_opened_it_is_told_to_who_told_of_it_and_asked_of_all_others(world: World) -> None:
    people = await told_of_charging(world)
    (other,) = await live_here(world, range(2001, 2002))
    await world.worker(2).taps("拿出来议")
    assert all(person.sees("您关心的「停车及充电设施」拿出来大家议了") for person in people)
    assert other.sees("在议一件事：停车及充电设施")
    assert not people[0].sees("在议一件事"), "once is enough"


async def test_the_weekly_digest_names_what_is_talked_over_with_how_many_and_opens_it(world: World) -> None:
    people = await told_of_charging(world)
    manager = world.worker(2)
    await manager.taps("拿出来议")
    (other,) = await live_here(world, range(2001, 2002))
    for person in (other, people[0]):
        await person.says("议题")
        await person.taps("议题 1")
        await person.taps("附议")
    await manager.says("周报")
    await told_results(world)
    digest = next(m for m in manager.messages if "社区周报" in m.text)
    assert "邻居最关心、还没定下来的" in digest.text
    assert "议题 1（11 人关心，正在议）：停车及充电设施" in digest.text
    await manager.presses(digest.buttons["议题 1"])
    assert "2 人附议" in manager.last.text


async def test_opening_twice_does_it_once(small_world: World) -> None:
    people = await told_of_charging(small_world)
    manager = small_world.worker(2)
    card = next(m for m in manager.messages if "拿出来议" in "".join(m.buttons))
    data = card.buttons["✅ 拿出来议"]
    await manager.presses(data)
    await manager.presses(data)
    assert sum("拿出来大家议了" in m.text for m in people[0].messages) == 1


async def test_not_now_needs_a_reason_that_everybody_gets(small_world: World) -> None:
    people = await told_of_charging(small_world)
    manager = small_world.worker(2)
    await manager.taps("这次不议")
    assert not people[0].sees("这次不议")
    await manager.says("区里明年统一建")
    assert people[0].sees("这次不议。原因：区里明年统一建")


async def test_put_off_it_comes_back_after_a_month(small_world: World) -> None:
    await told_of_charging(small_world)
    manager = small_world.worker(2)
    await manager.taps("以后再说")
    before = len(manager.messages)
    await small_world.passes(days=30)
    assert any("要不要拿出来" in m.text for m in manager.messages[before:])


async def test_a_resident_proposes_and_counts_as_the_first_supporter(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await wang.says("发起议题")
    await wang.says("楼道里堆杂物怎么管\n每层都有，消防通道堵了")
    assert wang.sees("这是议题 1")
    assert small_world.worker(2).sees("有居民提了一个议题")
    assert "还没有人反映过" in small_world.worker(2).last.text
    assert await count(small_world, TopicSupporter) == 1


async def test_proposals_of_one_person_are_limited(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    for title in ("楼道杂物", "遛狗牵绳", "广场舞时间"):
        await wang.says("发起议题")
        await wang.says(title)
    assert await count(small_world, Topic) == 2
    assert wang.sees("您最近提过 2 个议题了")


async def test_an_option_is_seen_by_others_only_after_a_look(world: World) -> None:
    wang, li = await live_here(world, range(1001, 1003))
    manager = await topic(world)
    await wang.says("议题")
    await wang.taps("议题 1")
    await wang.taps("提选项")
    await wang.says("建在东头空地")
    await li.says("议题")
    await li.taps("议题 1")
    assert "东头空地" not in li.last.text
    await manager.taps("给邻居看")
    assert wang.sees("您写的选项「建在东头空地」，邻居看得见了")
    await li.says("议题")
    await li.taps("议题 1")
    assert "· 建在东头空地" in li.last.text


async def test_what_is_hidden_is_told_with_its_reason_and_heard_once_by_somebody_else(world: World) -> None:
    (wang,) = await live_here(world, range(1001, 1002))
    manager = await topic(world)
    await wang.says("议题")
    await wang.taps("议题 1")
    await wang.taps("说理由")
    await wang.says("三楼的人天天飞线")
    await manager.taps("不给看")
    await manager.taps("和这件事无关")
    assert wang.sees("没有给邻居看。原因：和这件事无关")
    await wang.taps("请另一位再看")
    street = world.worker(3)
    assert street.sees("请您另看一次")
    assert not any("请您另看一次" in m.text for m in manager.messages), "whoever decided does not hear the appeal"
    await street.taps("给邻居看")
    assert wang.sees("邻居看得见了")
    (row,) = await rows_of(world, Contribution)
    assert row.state == "shown"


async def test_an_option_of_four_thousand_characters_is_refused_and_may_be_sent_again(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await topic(small_world)
    await wang.says("议题")
    await wang.taps("议题 1")
    await wang.taps("提选项")
    await wang.says("建" * 4096)
    assert "200 字以内" in wang.last.text
    assert await count(small_world, Contribution) == 0
    await wang.says("建在东头")
    assert await count(small_world, Contribution) == 1


async def test_seconding_twice_counts_once(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1003))
    await topic(small_world)
    for person in people:
        await person.says("议题")
        await person.taps("议题 1")
        second = person.last.buttons["👍 附议"]
        assert "附议了" in await person.presses(second)
        assert "附议过了" in await person.presses(second)
    assert await count(small_world, TopicSupporter) == 2


async def test_merged_topics_keep_both_supports_and_one_person_counts_once(world: World) -> None:
    people = await live_here(world, range(1001, 1004))
    manager = world.worker(2)
    for title in ("充电棚", "充电桩"):
        await manager.says("发起议题")
        await manager.says(title)
        await manager.taps("拿出来议")
    for person, titles in zip(people, (("充电棚",), ("充电桩",), ("充电棚", "充电桩")), strict=True):
        for title in titles:
            await person.says("议题")
            await person.taps(title)
            await person.taps("👍 附议")
    await manager.says("议题")
    await manager.taps("充电桩")
    await manager.taps("合并")
    await manager.taps("充电棚")
    supporters = await rows_of(world, TopicSupporter, TopicSupporter.topic_no == 1)
    assert sorted(row.account for row in supporters) == [1001, 1002, 1003]
    assert {row.account: row.came_from for row in supporters} == {1001: None, 1003: None, 1002: 2}
    assert await count(world, TopicSupporter, TopicSupporter.topic_no == 2) == 2, "the trace"
    assert people[1].sees("合在一起议")


async def test_who_told_of_it_hears_what_was_decided_and_carried_out(small_world: World) -> None:
    people = await told_of_charging(small_world)
    manager = small_world.worker(2)
    await manager.taps("拿出来议")
    await manager.taps("议定了")
    await manager.says("在东头建二十个充电位")
    assert people[3].sees("定了：在东头建二十个充电位")
    await manager.taps("办成了")
    await manager.says("车棚建好了")
    await small_world.passes(seconds=61)
    assert people[3].sees("有答复了：\n「车棚建好了」")


async def test_options_of_the_manager_are_shown_at_once(small_world: World) -> None:
    await topic(small_world, *OPTIONS)
    (wang,) = await live_here(small_world, range(1001, 1002))
    await wang.says("议题")
    await wang.taps("议题 1")
    assert all(option in wang.last.text for option in OPTIONS)


async def test_a_merging_is_undone_with_all_that_came_and_both_are_told(world: World) -> None:
    people = await live_here(world, range(1001, 1004))
    manager = await topic(world, "东头")
    await manager.says("发起议题")
    await manager.says("充电口装几个")
    await manager.taps("拿出来议")
    for person, title in ((people[0], "议题 1"), (people[1], "议题 2"), (people[2], "议题 2")):
        await person.says("议题")
        await person.taps(title)
        await person.taps("附议")
    await manager.says("议题")
    await manager.taps("议题 2")
    await manager.taps("提选项")
    await manager.says("每栋两个")
    await manager.says("议题")
    await manager.taps("议题 2")
    await manager.taps("合并")
    await manager.taps("充电车棚")
    assert "每栋两个" in manager.last.text
    await people[1].says("议题")
    await people[1].taps("议题 1")
    await people[1].taps("收回附议")
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("拆开议题 2")
    assert manager.last.text.startswith("💬 议题 2")
    assert "每栋两个" in manager.last.text
    assert "1 人附议" in manager.last.text, "who took it back stays out"
    assert people[2].sees("和别的分开了")
    supporters = await rows_of(world, TopicSupporter)
    assert sorted((row.topic_no, row.account) for row in supporters) == [(1, 1001), (2, 1003)]
    await manager.taps("拆开议题 2")
    assert len(await rows_of(world, TopicSupporter)) == 2, "a second tap does nothing"


async def test_what_was_decided_since_is_not_taken_apart(small_world: World) -> None:
    manager = await topic(small_world, "东头")
    await manager.says("发起议题")
    await manager.says("充电口装几个")
    await manager.taps("拿出来议")
    await manager.says("议题")
    await manager.taps("议题 2")
    await manager.taps("合并")
    await manager.taps("充电车棚")
    await manager.says("议题")
    await manager.taps("议题 1")
    button = next(data for label, data in manager.last.buttons.items() if "拆开议题 2" in label)
    await manager.taps("议定了")
    await manager.says("建在东头")
    await manager.presses(button)
    (row,) = [row for row in await rows_of(small_world, Topic) if row.no == 2]
    assert row.state == "merged"


async def carried_out(world: World) -> list[Person]:
    """Ten told of charging; it was decided and is built."""
    people = await told_of_charging(world)
    manager = world.worker(2)
    await manager.taps("拿出来议")
    await manager.taps("议定了")
    await manager.says("在东头建二十个充电位，12月20日前建好")
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("办成了")
    await manager.says("充电棚建好了，今天起就能用。")
    await world.passes(seconds=61)
    return people


async def test_what_was_carried_out_answers_every_case_and_each_reporter_judges_their_own(world: World) -> None:
    people = await carried_out(world)
    for person in people:
        assert person.sees("现在解决了吗")
        assert not person.sees("您关心的「停车及充电设施」（议题 1）办成了"), "they have their own answer"
    for person in people[:9]:
        await person.taps("👍 解决了")
    await people[9].taps("没解决")
    states = [row.state for row in await rows_of(world, Case)]
    assert states.count("closed") == 9
    assert states.count("redo") == 1
    assert sum("请您帮着看一眼" in m.text for m in world.worker(1).messages) <= 1, "one look at one shed"
    assert not any("根子问题" in m.text for m in world.worker(2).messages), "the topic has gone to the root"


async def test_what_was_promised_about_it_is_done_with_it_and_judged(world: World) -> None:
    people = await carried_out(world)
    (promise,) = await rows_of(world, Promise)
    assert promise.reported_at is not None
    await world.passes(days=8)
    for person in people[:3]:
        await person.taps("👍 做到了")
    await people[0].says("承诺")
    assert "按时做到（3 位居民评过，3 位说做到了）" in people[0].last.text
