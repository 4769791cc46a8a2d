"""订阅: everybody has reports where and when they like, each once a period."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from storage.tables import ReportRequest, ReportRun
from tests.digests.test_reporter import QuickDrawer, reporter
from tests.support.world import Person, World
from tests.ways.steps import change, dismisses
from tests.ways.test_mine import exported

MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30 in Huangshi
HOUR = timedelta(hours=1)


async def goes_on_to(world: World, moment: datetime) -> None:
    """Time passes and all reports that are due by then come."""
    world.clock.forward(seconds=(moment - world.clock.now()).total_seconds())
    writer = reporter(world, QuickDrawer())
    await writer.run_due(world.clock.now())
    await writer.run_requests(world.clock.now())
    await world.runs()


def digests(person: Person, week: str = "第47周") -> int:
    """How often the digest of the week that ends with `MONDAY` came, or of every week."""
    return sum("社区周报" in message.text and week in message.text for message in person.messages)


async def opens_weekly(person: Person) -> None:
    await person.says("订阅")
    await person.taps("延安岭社区 周报")


async def test_a_manager_sees_what_comes_when_and_changes_the_hour(world: World) -> None:
    zhou = world.worker(2)
    await zhou.says("订阅")
    assert "延安岭社区 周报：周一 上午8:30" in zhou.last.text
    assert "延安岭社区 月报：每月第一天 上午8:30" in zhou.last.text
    await zhou.taps("延安岭社区 周报")
    await zhou.taps("下午5:30")
    await zhou.taps("周二")
    assert "周二 下午5:30 发到这里" in zhou.last.text
    await goes_on_to(world, MONDAY + HOUR)
    assert digests(zhou) == 0
    await goes_on_to(world, MONDAY + timedelta(days=1, hours=9))
    assert digests(zhou) == 1
    for days in (2, 3, 6):
        await goes_on_to(world, MONDAY + timedelta(days=days))
    assert digests(zhou) == 1
    await zhou.says("我的数据")
    assert exported(world)["订的报告"] == [{"报告": "周报", "会话": 2, "要不要发": "（空）"}]


async def test_who_wants_it_earlier_makes_it_earlier_for_nobody_else(small_world: World) -> None:
    zhou = small_world.worker(2)
    await opens_weekly(zhou)
    await zhou.taps("早上7:30")
    await goes_on_to(small_world, MONDAY - HOUR)
    assert digests(zhou) == 1
    await goes_on_to(small_world, MONDAY + HOUR)
    assert digests(zhou) == 1


async def test_a_change_of_mind_moves_what_was_still_to_come(small_world: World) -> None:
    zhou = small_world.worker(2)
    await opens_weekly(zhou)
    await zhou.taps("周五")
    await zhou.taps("早上7:30")
    small_world.clock.forward(days=3)
    await small_world.worker(3).says("订阅")
    await small_world.worker(3).taps("延安岭社区 周报")
    await small_world.worker(3).taps("发到这里")
    await goes_on_to(small_world, MONDAY + HOUR)
    assert (digests(zhou), digests(small_world.worker(3))) == (0, 1)
    await zhou.taps("周一")
    await goes_on_to(small_world, MONDAY + 2 * HOUR)
    assert digests(zhou) == 1


async def test_who_unsubscribes_gets_nothing_not_even_what_was_waiting(world: World) -> None:
    zhou, liu = world.worker(2), world.worker(3)
    await liu.says("订阅")
    await liu.taps("延安岭社区 周报")
    await liu.taps("发到这里")
    await opens_weekly(zhou)
    await zhou.taps("下午5:30")
    await goes_on_to(world, MONDAY + HOUR)
    waiting = select(ReportRequest.chat).where(ReportRequest.done_at.is_(None))
    assert await world.rows(lambda c: c.execute(waiting).scalars().all()) == [2]
    await zhou.taps("不再发到这里")
    assert "现在不发到这里" in zhou.last.text
    await goes_on_to(world, MONDAY + timedelta(days=8))
    assert (digests(zhou), digests(liu), digests(liu, "第48周")) == (0, 1, 1)


async def test_a_group_gets_it_in_its_topic_when_the_manager_says_so_there(world: World) -> None:
    here = world.worker(2, chat=-500)
    await here.says("/subscribe", topic=7)
    await here.taps("延安岭社区 周报")
    await here.taps("发到这里")
    await goes_on_to(world, MONDAY)
    group = [m for m in world.staff.messages if m.chat == -500 and "社区周报" in m.text]
    assert len(group) == 1
    assert digests(world.worker(2)) == 1


async def test_who_lost_the_right_gets_no_more_though_it_was_put_down_for_them(small_world: World) -> None:
    zhou = small_world.worker(2)
    await opens_weekly(zhou)
    await zhou.taps("下午5:30")
    await goes_on_to(small_world, MONDAY + HOUR)
    await change(small_world, dismisses(2))
    await goes_on_to(small_world, MONDAY + timedelta(days=1))
    assert digests(zhou) == 0


async def test_a_worker_has_no_reports_and_is_told_so(small_world: World) -> None:
    chen = small_world.worker(1)
    await chen.says("订阅")
    assert "没有可以订的报告" in chen.last.text


async def test_now_is_on_demand_and_does_not_replace_the_week_s_own(small_world: World) -> None:
    zhou = small_world.worker(2)
    await opens_weekly(zhou)
    await zhou.taps("现在就发")
    await goes_on_to(small_world, small_world.clock.now() + timedelta(minutes=1))
    assert digests(zhou, "第46周") >= 1
    await goes_on_to(small_world, MONDAY)
    assert digests(zhou) == 1


async def test_a_fortnight_of_downtime_gives_one_digest_a_week_and_none_at_night(world: World) -> None:
    zhou = world.worker(2)
    await goes_on_to(world, MONDAY)
    night = datetime(2026, 12, 7, 18, 0, tzinfo=UTC)  # 02:00 of the Tuesday a fortnight later
    await goes_on_to(world, night)
    assert digests(zhou, "周") == 1
    await goes_on_to(world, night + 6 * HOUR)
    assert [digests(zhou, week) for week in ("第47周", "第48周", "第49周")] == [1, 1, 1]
    weeks = select(ReportRun.period_start).where(ReportRun.report == "weekly", ReportRun.community_id == 1)
    assert len(await world.rows(lambda c: c.execute(weeks).scalars().all())) == 3
