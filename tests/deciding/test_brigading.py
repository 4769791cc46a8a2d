"""Many new accounts vote at once: a person looks, nobody is left out silently, an appeal goes to somebody else."""

from datetime import timedelta

from storage.tables import Ballot, Newcomer, Vote
from tests.deciding.neighbours import OPTIONS, live_here, rows_of, told_results, vote
from tests.deciding.test_votes import choose
from tests.support.world import NOW, Person, World
from tests.ways.steps import count


async def brigade(world: World) -> tuple[Person, list[Person]]:
    """Six residents of long standing, and ten who came ten minutes ago, vote for different things."""
    old = await live_here(world, range(1001, 1007))
    manager = await vote(world)
    for person in old:
        await choose(person, OPTIONS[0])
    new = await live_here(world, range(5001, 5011), since=NOW - timedelta(minutes=10))
    for person in new:
        await choose(person, OPTIONS[1])
    return manager, new


async def test_ten_new_accounts_hold_the_vote_for_a_look(world: World) -> None:
    manager, _ = await brigade(world)
    assert manager.sees("有 10 个账号来社区不到 60 分钟就投了票")
    await world.passes(days=7)
    (row,) = await rows_of(world, Vote)
    assert (row.state, row.result) == ("looked_at", None), "not counted before somebody has looked"


async def test_residents_of_long_standing_hold_nothing(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1021))
    manager = await vote(small_world)
    for person in people:
        await choose(person, OPTIONS[0])
    assert not manager.sees("不到 60 分钟")
    assert await count(small_world, Newcomer) == 0


async def test_let_through_they_count_like_all(world: World) -> None:
    manager, _ = await brigade(world)
    await manager.taps("都算数")
    await world.passes(days=7)
    (row,) = await rows_of(world, Vote)
    assert row.result["n"] == 16
    assert await count(world, Newcomer) == 0, "who they were goes with the closing"


async def test_left_out_each_is_told_why_and_the_result_says_how_many(world: World) -> None:
    manager, new = await brigade(world)
    await manager.taps("不算")
    await manager.says("同一小时从外面拉来的")
    assert all(person.sees("您的票这次没有算。原因：同一小时从外面拉来的") for person in new)
    await world.passes(days=7)
    await told_results(world)
    (row,) = await rows_of(world, Vote)
    assert (row.result["n"], row.result["left_out"]) == (6, 10)
    assert manager.sees("有 10 票没有算")
    assert await count(world, Ballot) == 6


async def test_an_appeal_is_heard_by_somebody_else_and_the_ballot_counts_again(world: World) -> None:
    manager, new = await brigade(world)
    await manager.taps("不算")
    await manager.says("从外面拉来的")
    await new[0].taps("申诉")
    await new[0].says("我住了十年，刚学会用")
    assert not manager.sees("我住了十年")
    street = world.worker(3)
    assert street.sees("我住了十年")
    await street.taps("算他的票")
    assert new[0].sees("申诉通过了")
    await world.passes(days=7)
    (row,) = await rows_of(world, Vote)
    assert (row.result["n"], row.result["left_out"]) == (7, 9)


async def test_an_appeal_that_nobody_hears_in_time_counts(small_world: World) -> None:
    manager, new = await brigade(small_world)
    await manager.taps("不算")
    await manager.says("从外面拉来的")
    await new[0].taps("申诉")
    await new[0].says("我住了十年")
    await small_world.passes(days=7)
    (row,) = await rows_of(small_world, Vote)
    assert row.result["n"] == 7


async def test_a_look_after_the_end_leaves_time_to_appeal(small_world: World) -> None:
    manager, new = await brigade(small_world)
    await small_world.passes(days=7)
    await manager.taps("不算")
    await manager.says("从外面拉来的")
    (row,) = await rows_of(small_world, Vote)
    assert row.state == "looked_at"
    await new[0].taps("申诉")
    await new[0].says("我住了十年")
    await small_world.worker(3).taps("算他的票")
    await small_world.passes(days=2)
    (row,) = await rows_of(small_world, Vote)
    assert row.result["n"] == 7
