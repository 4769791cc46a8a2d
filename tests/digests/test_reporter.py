"""Making and sending digests: exactly one per community and week, whatever happens in between."""

import asyncio
import errno
import hashlib
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.channels.port import Refused, TryLater
from bot.metrics import METRICS
from bot.reporting.reports import Reporter
from bot.reporting.weekly import Weeklies
from digests import drawing_process
from digests.drawing_process import Drawable, Drawer, DrawingEnded, Order, _settle_in
from storage.reference_queries import load
from storage.reporting.reports import WEEKLY
from storage.tables import Outbox, ReportRequest, ReportRun
from storage.unit_of_work import UnitOfWork
from tests.digests.histories import case, write
from tests.digests.pages import order
from tests.support.world import Person, World
from tests.ways.steps import LAMP, settled

MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30 in Huangshi
WEEK = timedelta(days=7)
IN_THE_WEEK = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


@dataclass
class QuickDrawer:
    """Draws nothing, at once; fails as often as it is told to."""

    orders: list[Order] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def files(self, page: Drawable) -> tuple[bytes, ...]:
        if not isinstance(page, Order):
            return tuple(name.encode() for name in page.file_names())
        self.orders.append(page)
        if self.failures:
            raise self.failures.pop(0)
        week = page.page.weekly
        made = (f"chart {week.received}", f"pages {week.received}", f"book {len(page.rows.filed)}")
        return tuple(f"{name} {week.start}".encode() for name in made)

    def rest(self) -> None:
        return

    def end(self) -> None:
        return


@dataclass
class ErasingDrawer(QuickDrawer):
    """Somebody is erased while it draws for the first time; its workbook holds the words of its cases."""

    erasure: Callable[[], Awaitable[None]] | None = None

    async def files(self, page: Drawable) -> tuple[bytes, ...]:
        made = await super().files(page)
        erasure, self.erasure = self.erasure, None
        if erasure:
            await erasure()
        return (*made[:2], str(page.rows).encode()) if isinstance(page, Order) else made


def reporter(world: World, drawer: Any = None) -> Reporter:
    """A reporter as a fresh process has it."""
    return Reporter(
        world.app.database,
        world.app.context,
        world.app.files,
        world.clock,
        lambda: None,
        reference=world.app.reference,
        drawer=drawer or QuickDrawer(),
    )


async def rows(world: World, table: Any) -> list[Any]:
    return list(await world.app.database.read(lambda connection: connection.execute(select(table.__table__)).all()))


async def weeklies(world: World) -> list[Any]:
    return [run for run in await rows(world, ReportRun) if run.report == WEEKLY]


async def runs_at(world: World, moment: datetime) -> None:
    """Go on to `moment` and let everything happen that is due by then."""
    world.clock.forward(seconds=(moment - world.clock.now()).total_seconds())
    await world.runs()


async def filed(world: World, *cases: dict[str, Any]) -> None:
    await world.app.database.write(lambda connection: write(connection, list(cases)))


def sent_to_manager(world: World) -> list[str]:
    """First lines of what the manager of community 1 got."""
    return [message.text.split("\n")[0] for message in world.worker(2).messages if message.text]


async def test_monday_gives_the_manager_one_digest_with_its_files(world: World) -> None:
    await filed(world, case(1, IN_THE_WEEK, text="路灯坏了"))
    assert await reporter(world).run_due(MONDAY) == 2
    await runs_at(world, MONDAY)
    manager = world.worker(2)
    assert "延安岭社区周报 · 2026年第47周" in manager.last.text
    assert "新登记 1 件" in manager.last.text
    assert manager.last.files == [f"延安岭社区周报2026年第47周.{kind}" for kind in ("png", "pdf", "xlsx")]
    assert not world.worker(1).messages
    assert not world.residents.messages


async def test_each_line_of_a_digest_leads_to_its_case(small_world: World) -> None:
    await filed(small_world, case(1, IN_THE_WEEK, urgency="U", text="3栋漏水"))
    await reporter(small_world).run_due(MONDAY)
    await runs_at(small_world, MONDAY)
    manager = small_world.worker(2)
    await manager.taps("YA-1")
    assert "3栋漏水" in manager.last.text


async def test_there_is_one_digest_whatever_is_started_again_or_runs_twice(world: World) -> None:
    both = [reporter(world), reporter(world)]
    await asyncio.gather(*(r.run_due(MONDAY) for r in both))
    for hours in (0, 1, 30, 150):
        assert await reporter(world).run_due(MONDAY + timedelta(hours=hours)) == 0
    await runs_at(world, MONDAY)
    assert len(await weeklies(world)) == 2
    assert len(sent_to_manager(world)) == 1


async def test_nothing_is_due_before_half_past_eight(small_world: World) -> None:
    await reporter(small_world).run_due(MONDAY)
    next_monday = MONDAY + WEEK
    assert await reporter(small_world).run_due(next_monday - timedelta(seconds=1)) == 0
    assert await reporter(small_world).run_due(next_monday) == 2


async def test_after_a_fortnight_of_downtime_each_missed_week_comes_once_oldest_first(small_world: World) -> None:
    later = MONDAY + 3 * WEEK + timedelta(days=1)
    await reporter(small_world).run_due(MONDAY)
    assert await reporter(small_world).run_due(later) == 6
    await runs_at(small_world, later)
    weeks = [line.rpartition("第")[2] for line in sent_to_manager(small_world)]
    assert weeks == ["47周", "48周", "49周", "50周"]


async def test_after_a_long_downtime_only_four_weeks_are_made_up_for(small_world: World) -> None:
    await reporter(small_world).run_due(MONDAY)
    assert await reporter(small_world).run_due(MONDAY + 20 * WEEK) == 8


async def test_one_community_that_fails_costs_the_others_nothing(
    small_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    drawer = QuickDrawer(failures=[DrawingEnded()])
    assert await reporter(small_world, drawer).run_due(MONDAY) == 1
    assert "tried again" in caplog.text
    assert await reporter(small_world).run_due(MONDAY) == 1


async def test_a_report_that_fails_is_counted_like_whatever_else_was_due(small_world: World) -> None:
    def failures(kind: str) -> float:
        return METRICS.registry.get_sample_value("chulin_tick_failures_total", {"kind": kind}) or 0

    before = failures("weekly digest")
    await reporter(small_world, QuickDrawer(failures=[DrawingEnded()])).run_due(MONDAY)
    assert failures("weekly digest") == before + 1


async def test_reports_that_cannot_even_be_looked_for_are_counted(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any) -> list[Any]:
        raise ValueError("a broken query")

    monkeypatch.setattr(Weeklies, "_missed", broken)
    kind = {"kind": "weekly digest"}
    before = METRICS.registry.get_sample_value("chulin_tick_failures_total", kind) or 0
    with pytest.raises(ValueError, match="a broken query"):
        await reporter(small_world).run_due(MONDAY)
    assert METRICS.registry.get_sample_value("chulin_tick_failures_total", kind) == before + 1


@pytest.mark.parametrize("error", [ValueError("no font"), BrokenExecutor()])
async def test_a_picture_that_cannot_be_drawn_does_not_hold_back_the_words(
    small_world: World, error: Exception
) -> None:
    assert await reporter(small_world, QuickDrawer(failures=[error] * 2)).run_due(MONDAY) == 2
    await runs_at(small_world, MONDAY)
    assert "这次没有做出来" in small_world.worker(2).last.text
    assert small_world.worker(2).last.files == []


async def test_what_was_fixed_stays_though_the_ledger_goes_on(small_world: World) -> None:
    await filed(small_world, case(1, IN_THE_WEEK))
    await reporter(small_world).run_due(MONDAY)
    await filed(small_world, case(2, IN_THE_WEEK))
    manager = small_world.worker(2)
    await manager.says("周报")
    assert await reporter(small_world).run_requests(MONDAY + timedelta(hours=3)) == 1
    await runs_at(small_world, MONDAY + timedelta(hours=3))
    assert len(sent_to_manager(small_world)) == 3
    assert "新登记 1 件" in manager.last.text
    assert "数据截至 11月23日 上午8:30" in manager.last.text


async def test_a_request_is_answered_once_and_only_to_who_asked(world: World) -> None:
    await reporter(world).run_due(MONDAY)
    await runs_at(world, MONDAY)
    supervisor = world.worker(3)
    await supervisor.says("周报")
    await asyncio.gather(*(reporter(world).run_requests(MONDAY) for _ in range(3)))
    await runs_at(world, MONDAY)
    assert await reporter(world).run_requests(MONDAY) == 0
    assert sum("周报 · " in message.text for message in supervisor.messages) == 1
    assert len(sent_to_manager(world)) == 1
    assert all(row.done_at for row in await rows(world, ReportRequest))


async def test_a_digest_that_is_due_when_it_is_asked_for_goes_to_all(small_world: World) -> None:
    await small_world.worker(3).says("周报")
    await reporter(small_world).run_requests(MONDAY)
    await runs_at(small_world, MONDAY)
    assert len(sent_to_manager(small_world)) == 1
    assert "周报 · " in small_world.worker(3).last.text
    assert await reporter(small_world).run_due(MONDAY) == 1


async def test_files_that_are_gone_from_the_store_are_drawn_again(small_world: World) -> None:
    await reporter(small_world).run_due(MONDAY)
    files = (await weeklies(small_world))[0].content["files"]
    small_world.app.files.drop(file["digest"] for file in files)
    await small_world.worker(2).says("周报")
    drawer = QuickDrawer()
    await reporter(small_world, drawer).run_requests(MONDAY)
    await runs_at(small_world, MONDAY)
    assert len(drawer.orders) == 1
    assert len(small_world.worker(2).last.files) == 3
    assert all(small_world.app.files.path(file["digest"]).exists() for file in files)


async def test_a_stored_digest_holds_no_words_so_erased_ones_never_come_back(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("三单元门口的路灯坏了半个月了")
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    late = MONDAY + WEEK  # overdue by now
    await reporter(small_world).run_due(late)
    await runs_at(small_world, late)
    assert "路灯坏了" in small_world.worker(2).last.text
    assert "路灯" not in str((await weeklies(small_world))[0].content)
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    await small_world.worker(2).says("周报")
    await reporter(small_world).run_requests(late)
    await runs_at(small_world, late)
    assert "路灯" not in small_world.worker(2).last.text


async def test_a_workbook_with_erased_words_is_forgotten_and_written_anew(world: World) -> None:
    await filed(world, case(1, IN_THE_WEEK))
    await reporter(world).run_due(MONDAY)
    before = await weeklies(world)

    def forget(connection: Connection) -> list[str]:
        return UnitOfWork(connection, load(connection), MONDAY).reports.forget_books(1, IN_THE_WEEK)

    assert await world.app.database.write(forget) == [
        file["digest"] for run in before if run.community_id == 1 for file in run.content["files"][1:]
    ]
    kept = {run.community_id: run.content for run in await weeklies(world)}
    assert [len(kept[number]["files"]) for number in (1, 2)] == [1, 3]
    assert kept[1]["weekly"] == next(run.content["weekly"] for run in before if run.community_id == 1)
    await world.worker(2).says("周报")
    await reporter(world).run_requests(MONDAY)
    await runs_at(world, MONDAY)
    assert len(world.worker(2).last.files) == 3


async def test_a_workbook_that_was_written_anew_is_forgotten_too(small_world: World) -> None:
    wang = await settled(small_world)
    await reporter(small_world).run_due(MONDAY)
    await runs_at(small_world, MONDAY)
    first = await kept_files(small_world)
    small_world.app.files.drop(first)
    await small_world.worker(2).says("周报")
    small_world.clock.forward(hours=1)
    await reporter(small_world).run_requests(small_world.clock.now())
    await small_world.runs()
    second = await kept_files(small_world)
    assert all(small_world.app.files.path(digest).exists() for digest in second)
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert await kept_files(small_world) == second[:1]
    assert [small_world.app.files.path(digest).exists() for digest in second] == [True, False, False]


@pytest.mark.parametrize("given_up", [False, True])
async def test_a_digest_that_has_not_arrived_loses_erased_words_and_arrives_once(
    small_world: World, given_up: bool
) -> None:
    wang, manager, late = await settled(small_world), small_world.worker(2), MONDAY + WEEK
    small_world.clock.forward(seconds=(late - small_world.clock.now()).total_seconds())
    await reporter(small_world).run_due(late)
    small_world.staff.failures = [Refused("x") if given_up else TryLater("502") for _ in range(9)]
    await small_world.runs()
    small_world.staff.failures = []
    small_world.app.deliverers["staff"]._limiter._held.clear()
    assert LAMP in str([row.body for row in await rows(small_world, Outbox)])
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert LAMP not in str([row.body for row in await rows(small_world, Outbox)])
    await reporter(small_world).run_requests(late)
    await small_world.passes(minutes=1)
    digests = [message for message in manager.messages if "周报" in message.text]
    assert len(digests) == 1
    assert LAMP not in digests[0].text
    assert len(digests[0].files) == 3


async def test_the_words_of_who_is_erased_while_a_digest_is_drawn_are_in_no_workbook(world: World) -> None:
    wang, late = await settled(world), MONDAY + WEEK
    world.clock.forward(seconds=(late - world.clock.now()).total_seconds())
    drawer = ErasingDrawer(erasure=partial(erased, wang))
    await reporter(world, drawer).run_due(late)
    assert LAMP in str(drawer.orders[0].rows), "read before the erasure"
    books = [world.app.files.read(run.content["files"][2]["digest"]).decode() for run in await weeklies(world)]
    assert len(books) == 2, "one of each community"
    assert LAMP not in str(books)
    assert LAMP not in str([row.body for row in await rows(world, Outbox)])


async def test_the_words_of_who_is_erased_while_a_digest_is_drawn_again_are_not_sent(small_world: World) -> None:
    wang, manager, late = await settled(small_world), small_world.worker(2), MONDAY + WEEK
    small_world.clock.forward(seconds=(late - small_world.clock.now()).total_seconds())
    await reporter(small_world).run_due(late)
    await small_world.runs()
    assert LAMP in manager.last.text
    for run in await weeklies(small_world):
        small_world.app.files.drop(file["digest"] for file in run.content["files"])
    await manager.says("周报")
    assert await reporter(small_world, ErasingDrawer(erasure=partial(erased, wang))).run_requests(late) == 1
    await small_world.runs()
    assert "周报 · " in manager.last.text
    assert LAMP not in manager.last.text


async def erased(person: Person) -> None:
    await person.says("删除我的数据")
    await person.taps("是的，全部删除")


async def kept_files(world: World) -> list[str]:
    """Files of the run of community 1."""
    [run] = [row for row in await weeklies(world) if row.community_id == 1]
    return [file["digest"] for file in run.content["files"]]


async def test_messages_are_masked(small_world: World) -> None:
    await filed(small_world, case(1, IN_THE_WEEK, urgency="U", text="漏水，找我13812345678"))
    await reporter(small_world).run_due(MONDAY)
    await runs_at(small_world, MONDAY)
    assert "138****5678" in small_world.worker(2).last.text
    assert "13812345678" not in str([row.body for row in await rows(small_world, Outbox)])


async def test_the_real_files_are_drawn_in_another_process(small_world: World) -> None:
    await filed(small_world, case(1, IN_THE_WEEK))
    drawer = Drawer()
    try:
        assert await reporter(small_world, drawer).run_due(MONDAY) == 2
    finally:
        drawer.rest()
    run = next(row for row in await weeklies(small_world) if row.community_id == 1)
    contents = [small_world.app.files.path(file["digest"]).read_bytes() for file in run.content["files"]]
    assert [content[:4] for content in contents] == [b"\x89PNG", b"%PDF", b"PK\x03\x04"]
    assert [hashlib.sha256(content).hexdigest() for content in contents] == [f["digest"] for f in run.content["files"]]


async def test_who_stops_does_not_wait_for_a_drawing() -> None:
    drawer, others = Drawer(), {*multiprocessing.active_children()}
    drawing = asyncio.create_task(drawer.files(order([])))
    await asyncio.sleep(0)
    [process] = {*multiprocessing.active_children()} - others
    drawer.end()
    with pytest.raises(DrawingEnded):
        await drawing
    process.join(5)
    assert process.exitcode == -signal.SIGKILL
    drawer.end()


async def test_who_has_stopped_draws_and_sends_nothing(small_world: World) -> None:
    drawer, others = Drawer(), {*multiprocessing.active_children()}
    drawer.end()
    assert await reporter(small_world, drawer).run_due(MONDAY) == 0
    assert {*multiprocessing.active_children()} == others
    assert await reporter(small_world).run_due(MONDAY) == 2


async def test_a_process_that_may_not_lower_its_priority_draws_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_process, "_settle_in", _settle_in_under_a_strict_manager)
    drawer = Drawer()
    try:
        assert (await drawer.files(order([])))[0].startswith(b"\x89PNG")
    finally:
        drawer.rest()


def _settle_in_under_a_strict_manager() -> None:
    """As the drawing process begins where a service manager forbids it to lower its priority."""

    def refused(_by: int) -> int:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    os.nice = refused
    _settle_in()


async def test_a_drawing_process_that_died_is_replaced() -> None:
    drawer = Drawer()
    try:
        with pytest.raises(BrokenExecutor):
            await drawer.files(_Deadly())  # type: ignore[arg-type]
        assert (await drawer.files(order([])))[0].startswith(b"\x89PNG")
    finally:
        drawer.rest()


async def test_what_a_dying_process_was_drawing_is_drawn_by_the_next() -> None:
    drawer, others = Drawer(), {*multiprocessing.active_children()}
    drawing = asyncio.create_task(drawer.files(order([])))
    await asyncio.sleep(0)
    [process] = {*multiprocessing.active_children()} - others
    process.kill()
    try:
        assert (await drawing)[0].startswith(b"\x89PNG")
    finally:
        drawer.rest()


class _Deadly:
    """An order that kills whoever unpacks it."""

    def __reduce__(self) -> Any:
        return os._exit, (3,)
