"""A draft of 公约 is put to the vote: it is published by the vote when it passes, and stays a draft when it does not."""

from storage.tables import Rules, Topic
from tests.deciding.neighbours import live_here, rows_of, told_results
from tests.deciding.test_votes import choose
from tests.support.world import Person, World
from tests.ways.test_keeping import drafted

FOR, AGAINST = "同意这份公约", "不同意，再改"


async def put_to_vote(world: World) -> Person:
    manager = world.worker(2)
    await drafted(world)
    await manager.says("公约")
    await manager.taps("请大家投票定")
    await manager.taps("开始投票")
    return manager


async def voted(world: World, yes: int, no: int) -> list[Person]:
    people = await live_here(world, range(1001, 1001 + yes + no))
    await put_to_vote(world)
    for number, person in enumerate(people):
        await choose(person, FOR if number < yes else AGAINST)
    await world.passes(days=7)
    await told_results(world)
    return people


async def test_a_draft_that_passes_is_published_by_the_vote(world: World) -> None:
    people = await voted(world, 4, 2)
    (row,) = await rows_of(world, Rules)
    assert row.published_at is not None
    assert row.vote_no == 1
    assert world.worker(2).sees("第 1 号投票通过，已经公布")
    await people[0].says("公约")
    assert "大家投票通过，" in people[0].last.text
    assert "第 2 条 狗粪自己清" in people[0].last.text
    (topic,) = await rows_of(world, Topic)
    assert topic.state == "done"
    await world.passes(days=1)
    assert sum("公布了。想看，发「公约」" in m.text for m in people[5].messages) == 1, "told once, and politely"


async def test_a_draft_that_does_not_pass_stays_one(world: World) -> None:
    people = await voted(world, 2, 4)
    (row,) = await rows_of(world, Rules)
    assert row.published_at is None
    assert world.worker(2).sees("没有通过，还是草稿")
    await people[0].says("公约")
    assert people[0].sees("还没有公布的公约")
    await world.worker(2).says("公约")
    await world.worker(2).taps("请大家投票定")
    await world.worker(2).taps("开始投票")
    assert len(await rows_of(world, Topic)) == 2, "asked again, it is a topic of its own"


async def test_too_few_ballots_publish_nothing(small_world: World) -> None:
    await voted(small_world, 3, 0)
    (row,) = await rows_of(small_world, Rules)
    assert row.published_at is None


async def test_while_it_is_voted_on_nobody_publishes_or_drops_it(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await put_to_vote(small_world)
    await manager.says("公约")
    for label in ("📢 公布", "作废", "请大家投票定"):
        assert "正在决定这份草稿" in await manager.taps(label)
    (row,) = await rows_of(small_world, Rules)
    assert (row.published_at, row.dropped_at) == (None, None)
    await wang.says("公约")
    await wang.taps("去投票")
    assert f"A. {FOR}" in wang.last.text or f"B. {FOR}" in wang.last.text


async def test_a_vote_that_is_called_off_leaves_the_draft_to_be_voted_on_again(small_world: World) -> None:
    await live_here(small_world, range(1001, 1002))
    manager = await put_to_vote(small_world)
    await manager.says("投票")
    await manager.taps("取消投票")
    await manager.says("条文写错了一个字")
    await manager.says("公约")
    await manager.taps("请大家投票定")
    assert len(await rows_of(small_world, Topic)) == 1
    await manager.taps("开始投票")
    assert manager.sees("投票 2 定好了")


async def test_only_the_manager_puts_a_draft_to_the_vote(small_world: World) -> None:
    await drafted(small_world)
    worker = small_world.worker(1)
    await small_world.worker(2).says("公约")
    button = next(data for label, data in small_world.worker(2).last.buttons.items() if "请大家投票定" in label)
    assert await worker.presses(button)
    assert not await rows_of(small_world, Topic)
