"""A vote from setting it up to its result: who may vote, once each, changed until the end, nothing shown before."""

import re

import pytest

from storage.tables import Ballot, Mark, Vote
from tests.deciding.neighbours import (
    OPTIONS,
    begin_vote,
    live_here,
    on_the_register,
    rows_of,
    told_results,
    topic,
    vote,
)
from tests.support.world import Person, World
from tests.ways.steps import count


async def choose(person: Person, *options: str) -> str:
    """Tap options by their words; returns the word over the last button."""
    if not any(options[0] in label for m in person.messages for label in m.buttons):
        await person.says("投票")
    said = ""
    for option in options:
        said = await person.taps(option)
    return said


async def test_a_vote_is_asked_of_residents_taken_counted_and_told(world: World) -> None:
    people = await live_here(world, range(1001, 1008))
    manager = await vote(world)
    assert people[0].sees("🗳 投票 1")
    for person, option in zip(people, [OPTIONS[0]] * 4 + [OPTIONS[1]] * 2 + [OPTIONS[2]], strict=True):
        assert option in await choose(person, option)
    await world.passes(days=7)
    await told_results(world)
    for person in (people[6], manager):
        assert person.sees("一共 7 票，投了 7 票（100%）")
        assert person.sees("✅ 选出：")
    assert ["投票1结果.png"] in [m.files for m in manager.messages if "开票了" in m.text]
    text = next(m.text for m in manager.messages if "开票了" in m.text)
    assert f"{OPTIONS[0]}\n   ████████ 4 票" in text


async def test_it_is_changed_until_the_end_and_counts_once(world: World) -> None:
    people = await live_here(world, range(1001, 1007))
    await vote(world)
    for person in people:
        await choose(person, OPTIONS[0])
    await choose(people[0], OPTIONS[1])
    assert await count(world, Ballot) == 6
    await world.passes(days=7)
    (row,) = await rows_of(world, Vote)
    counts = dict(zip(row.options, row.result["counts"], strict=True))
    assert counts == {OPTIONS[0]: 5, OPTIONS[1]: 1, OPTIONS[2]: 0}


async def test_a_late_tap_is_told_and_changes_nothing(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1007))
    await vote(small_world)
    for person in people:
        await choose(person, OPTIONS[0])
    await small_world.passes(days=7)
    assert "截止" in await choose(people[0], OPTIONS[1])
    (row,) = await rows_of(small_world, Vote)
    assert max(row.result["counts"]) == 6


async def test_nothing_of_it_is_shown_before_the_end_to_anybody(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1007))
    manager = await vote(small_world)
    for person in people:
        await choose(person, OPTIONS[0])
    await manager.says("投票")
    assert "进行中" in manager.last.text
    assert "6" not in manager.last.text.replace("2026", "").split("截止")[0].replace("11月25日", "").replace(
        "16:00", ""
    )
    await people[0].says("议题")
    await people[0].taps("议题 1")
    assert not re.search(r"\d+ ?票|投了", people[0].last.text)
    (row,) = await rows_of(small_world, Vote)
    assert row.result is None


@pytest.mark.parametrize("options", [(), ("只有一个",)])
async def test_a_vote_without_options_or_with_one_is_a_plain_answer(
    small_world: World, options: tuple[str, ...]
) -> None:
    await live_here(small_world, range(1001, 1003))
    manager = await topic(small_world, *options)
    await manager.says("议题")
    await manager.taps("议题 1")
    await manager.taps("发起投票")
    assert "至少要两个" in manager.last.text
    assert await count(small_world, Vote) == 0


async def test_approval_takes_and_takes_back(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1007))
    await vote(small_world, sets=("选一个",))
    said = await choose(people[0], OPTIONS[0], OPTIONS[1])
    assert OPTIONS[0] in said
    assert OPTIONS[1] in said
    assert OPTIONS[0] not in await choose(people[0], OPTIONS[0])
    for person in people[1:]:
        await choose(person, OPTIONS[1], OPTIONS[2])
    await small_world.passes(days=7)
    (row,) = await rows_of(small_world, Vote)
    assert dict(zip(row.options, row.result["counts"], strict=True)) == {OPTIONS[0]: 0, OPTIONS[1]: 6, OPTIONS[2]: 5}


async def test_ranked_by_taps_is_counted_by_rounds(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1010))
    await vote(small_world, sets=("选一个", "可以选几个"))
    first, second, third = OPTIONS
    for person in people[:4]:
        await choose(person, first, third)
    for person in people[4:7]:
        await choose(person, second, third)
    for person in people[7:]:
        await choose(person, third, second)
    await small_world.passes(days=7)
    (row,) = await rows_of(small_world, Vote)
    assert [row.options[place] for place in row.result["winners"]] == [second], "third goes out, its votes go to second"
    assert len(row.result["rounds"]) == 2


async def test_the_ballot_is_seen_over_the_button_and_taken_back(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await vote(small_world)
    await choose(wang, OPTIONS[2])
    assert OPTIONS[2] in await wang.taps("我的票")
    await wang.taps("重投")
    assert await count(small_world, Mark) == 0
    assert await count(small_world, Ballot) == 0
    assert wang.sees("您现在没有票在票箱里")


async def test_too_few_ballots_are_not_opened_and_destroyed(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1005))
    manager = await vote(small_world)
    for person in people:
        await choose(person, OPTIONS[0])
    await small_world.passes(days=7)
    await told_results(small_world)
    assert manager.sees("票太少")
    assert await count(small_world, Ballot) == 0
    assert not any(f"{OPTIONS[0]}\n" in m.text for m in manager.messages if "开票了" in m.text)


async def test_a_missed_quorum_decides_nothing_and_says_so(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1021))
    manager = await vote(small_world, sets=("不限参加人数",))
    for person in people[:5]:
        await choose(person, OPTIONS[0])
    await small_world.passes(days=7)
    await told_results(small_world)
    assert manager.sees("要求至少 30%（6 票）参加，没够")
    await manager.says("议题")
    assert "正在议" in manager.last.text


async def test_a_tie_is_a_tie(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1007))
    manager = await vote(small_world)
    for number, person in enumerate(people):
        await choose(person, OPTIONS[number % 2])
    await small_world.passes(days=7)
    await told_results(small_world)
    assert manager.sees("一样多：")


async def test_somebody_of_another_community_gets_no_ballot_and_a_forged_one_is_refused(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    (stranger,) = await live_here(small_world, range(3001, 3002), community=2)
    await vote(small_world)
    assert not stranger.sees("🗳")
    await choose(wang, OPTIONS[0])
    card = next(m for m in wang.messages if "我的票" in m.buttons)
    await stranger.presses(next(iter(card.buttons.values())))
    assert await count(small_world, Mark) == 1


async def test_a_vote_that_opens_tomorrow_is_opened_by_the_clock(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await vote(small_world, sets=("马上开始",))
    assert not wang.sees("🗳")
    await small_world.passes(days=1)
    assert wang.sees("🗳 投票 1")


async def test_who_has_not_voted_is_reminded_once_the_day_before(small_world: World) -> None:
    wang, li = await live_here(small_world, range(1001, 1003))
    manager = await topic(small_world, *OPTIONS)
    await small_world.passes(days=8)
    await begin_vote(manager)
    await choose(wang, OPTIONS[0])
    await small_world.passes(days=6, minutes=1)
    assert li.sees("就截止了")
    assert not wang.sees("就截止了")


async def test_called_off_its_ballots_are_destroyed_and_everybody_is_told_why(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1004))
    manager = await vote(small_world)
    await choose(people[0], OPTIONS[0])
    await manager.says("投票")
    await manager.taps("取消投票")
    await manager.says("选项写错了")
    assert await count(small_world, Ballot) == 0
    assert await count(small_world, Mark) == 0
    assert people[0].sees("选项写错了")


async def test_called_off_before_it_begins_nobody_is_asked(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await vote(small_world, sets=("马上开始",))
    await manager.says("投票")
    await manager.taps("取消投票")
    await manager.says("选项写错了")
    await small_world.passes(days=1)
    assert not wang.sees("🗳")
    await manager.says("议题")
    assert "（正在议" in manager.last.text


# --- by household, by owner ------------------------------------------------------------------------------------------


async def registered(person: Person, words: str) -> None:
    await person.says("登记住户")
    await person.says(words)


async def test_a_household_has_one_vote_whoever_of_it_taps(world: World) -> None:
    wang, li, zhao = await live_here(world, range(1001, 1004))
    await on_the_register(world, ("household", "1-501", "K3M9QTRA"), ("household", "1-502", "P4WXYHNA"))
    for person, code in ((wang, "K3M9QTRA"), (li, "k3m9-qtra"), (zhao, "P4WXYHNA")):
        await registered(person, code)
        assert person.sees("登记好了：3栋")
    await vote(world, sets=("按人，社区居民", "按人，名册上的"))
    await choose(wang, OPTIONS[0])
    await choose(li, OPTIONS[1])
    await choose(zhao, OPTIONS[2])
    assert await count(world, Mark) == 2
    assert "没有投票" in await wang.taps("我的票"), "what the other one of the household chose is not shown"


async def test_without_a_code_the_door_is_looked_at_by_a_worker(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await on_the_register(small_world, ("household", "1单元501室", ""))
    await registered(wang, "3栋 1-501")
    assert wang.sees("网格员核对了就告诉您")
    await vote(small_world, sets=("按人，社区居民", "按人，名册上的"))
    assert "登记住户" in await choose(wang, OPTIONS[0]), "not before"
    await small_world.worker(1).taps("✅ 对")
    assert OPTIONS[0] in await choose(wang, OPTIONS[0])


async def test_a_door_that_has_a_code_is_not_claimed_without_it(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await on_the_register(small_world, ("owner", "1-501", "K3M9QTRA"))
    await registered(wang, "3栋 1-501")
    assert wang.sees("没有找到")


async def test_a_vote_by_the_register_without_a_register_is_a_plain_answer(small_world: World) -> None:
    await live_here(small_world, range(1001, 1002))
    manager = await vote(small_world, sets=("按人，社区居民", "按人，名册上的", "按户"))
    assert manager.sees("名册里没有可以投票的")


# --- on paper --------------------------------------------------------------------------------------------------------


async def test_paper_counts_when_two_workers_have_read_the_same(world: World) -> None:
    people = await live_here(world, range(1001, 1006))
    codes = ["AAAA3333", "CCCC4444", "DDDD6666", "EEEE7777", "FFFF9999"]
    await on_the_register(
        world, *(("household", f"1-50{n}", code) for n, code in enumerate(codes, 1)), ("household", "1-509", "")
    )
    for person, code in zip(people, codes, strict=True):
        await registered(person, code)
    manager = await vote(world, sets=("按人，社区居民", "按人，名册上的"))
    for person in people:
        await choose(person, OPTIONS[0])
    await manager.says("投票")
    await manager.taps("领纸票")
    await manager.says("3栋 1-501")
    assert manager.sees("已经投过"), "whoever voted in the chat gets no paper"
    await manager.taps("领纸票")
    await manager.says("3栋1单元509")
    assert manager.sees("这一票用纸票投")
    await world.passes(days=7)
    assert manager.sees("1 个领了纸票")
    letter = "ABC"[(await rows_of(world, Vote))[0].options.index(OPTIONS[1])]
    await manager.taps("录纸票")
    await manager.says(f"1 {letter}")
    assert manager.sees("请另一位同事再录一遍")
    await manager.taps("纸票录完了")
    (row,) = await rows_of(world, Vote)
    assert row.state == "looked_at", "one reading is not enough"
    await another_reads(world, f"1 {'A' if letter != 'A' else 'B'}")
    assert world.worker(1).sees("两个人录的不一样")
    await manager.taps("录纸票")
    await manager.says(f"1 {letter}")
    await another_reads(world, f"1 {letter}")
    assert world.worker(1).sees("进了票箱")
    await manager.taps("纸票录完了")
    (row,) = await rows_of(world, Vote)
    counts = dict(zip(row.options, row.result["counts"], strict=True))
    assert counts == {OPTIONS[0]: 5, OPTIONS[1]: 1, OPTIONS[2]: 0}


async def another_reads(world: World, words: str) -> None:
    """The grid worker, who has no list of votes, by a button that a colleague handed on."""
    worker = world.worker(1)
    await worker.says("投票")
    await worker.taps("录纸票")
    await worker.says(words)
