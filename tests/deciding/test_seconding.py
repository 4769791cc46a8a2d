"""赞同: options and reasons are seconded, once a person, taken back as easily; the card says how many, never who."""

from storage.tables import ContributionSupporter
from tests.deciding.neighbours import OPTIONS, begin_vote, live_here, rows_of, topic
from tests.support.world import Person, World
from tests.ways.steps import count


async def opens(person: Person) -> str:
    await person.says("议题")
    await person.taps("议题 1")
    return person.last.text


async def seconds(person: Person, words: str) -> str:
    await opens(person)
    await person.taps("赞同哪一条")
    return await person.taps(words)


async def test_an_option_is_seconded_once_and_taken_back_by_a_second_tap(world: World) -> None:
    wang, li = await live_here(world, range(1001, 1003))
    await topic(world, *OPTIONS)
    assert "现在 1 人赞同" in await seconds(wang, OPTIONS[1])
    assert "现在 2 人赞同" in await seconds(li, OPTIONS[1])
    assert f"· {OPTIONS[1]}（2 人赞同）" in await opens(li)
    assert f"· {OPTIONS[0]}\n" in li.last.text
    assert "现在 1 人赞同" in await seconds(wang, OPTIONS[1])
    assert [row.account for row in await rows_of(world, ContributionSupporter)] == [1002]


async def test_nobody_seconds_their_own_words_and_reasons_are_seconded_too(small_world: World) -> None:
    wang, li = await live_here(small_world, range(1001, 1003))
    manager = await topic(small_world)
    await opens(wang)
    assert not any("赞同" in label for label in wang.last.buttons), "nobody has said anything yet"
    await wang.taps("说理由")
    await wang.says("晚上方便")
    await manager.taps("给邻居看")
    assert "您自己写的" in await seconds(wang, "晚上方便")
    await seconds(li, "晚上方便")
    assert "· 晚上方便（1 人赞同）" in await opens(wang)


async def test_a_late_tap_changes_nothing(small_world: World) -> None:
    wang, li = await live_here(small_world, range(1001, 1003))
    manager = await topic(small_world, *OPTIONS)
    await opens(wang)
    await wang.taps("赞同哪一条")
    old = wang.last.buttons[OPTIONS[0]]
    assert "不能" in await li.presses(old) or "用不了" in await li.presses(old), "a forwarded button is nobody else's"
    await begin_vote(manager)
    assert "不能这样做" in await wang.presses(old)
    assert await count(small_world, ContributionSupporter) == 0


async def test_what_was_taken_down_is_seconded_by_nobody(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await topic(small_world, *OPTIONS)
    await opens(wang)
    await wang.taps("赞同哪一条")
    await opens(manager)
    await manager.taps("有一条不合适")
    await manager.taps(OPTIONS[0])
    await manager.taps("是广告")
    assert "看不见了" in await wang.taps(OPTIONS[0])
    assert await count(small_world, ContributionSupporter) == 0


async def test_merged_topics_bring_their_words_with_who_seconds_them(world: World) -> None:
    wang, li = await live_here(world, range(1001, 1003))
    manager = await topic(world, OPTIONS[0])
    for person in (wang, li):
        await seconds(person, OPTIONS[0])
    await manager.says("发起议题")
    await manager.says("电动车棚")
    await manager.taps("拿出来议")
    await opens(manager)
    await manager.taps("合并")
    await manager.taps("议题 2")
    await wang.says("议题")
    await wang.taps("议题 2")
    assert f"· {OPTIONS[0]}（2 人赞同）" in wang.last.text


async def test_it_is_in_ones_own_data_and_goes_with_them(small_world: World) -> None:
    wang, li = await live_here(small_world, range(1001, 1003))
    await topic(small_world, *OPTIONS)
    for person in (wang, li):
        await seconds(person, OPTIONS[0])
    await wang.says("删除我的数据")
    await wang.taps("删除")
    assert [row.account for row in await rows_of(small_world, ContributionSupporter)] == [1002]


async def test_of_many_reasons_the_newest_are_listed_and_the_rest_counted(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1011))
    manager = await topic(small_world)
    for number, person in enumerate(people):
        await opens(person)
        await person.taps("说理由")
        await person.says(f"理由第{number}条")
        await manager.taps("给邻居看")
    text = await opens(people[0])
    assert "理由第9条" in text
    assert "理由第1条" not in text
    assert "另有 2 条没有列出" in text


async def test_who_seconded_what_is_forgotten_when_the_topic_is_over_for_as_long_as_is_promised(
    small_world: World,
) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await topic(small_world, *OPTIONS)
    await seconds(wang, OPTIONS[1])
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("议定了")
    await manager.says("在东头建二十个充电位")
    await manager.taps("办成了")
    await manager.says("车棚建好了")
    await small_world.passes(minutes=2)
    kept = small_world.app.context.district.limits.topics.kept.wall
    await small_world.passes(seconds=kept.total_seconds() - 240)
    assert await count(small_world, ContributionSupporter) == 1
    await small_world.passes(minutes=5)
    assert await count(small_world, ContributionSupporter) == 0
