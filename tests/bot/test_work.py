"""Work: order within a chat, all or nothing, failures that stay alone."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from bot import handling
from bot.build import UNLIMITED, build
from bot.handling import BatchResult
from bot.metrics import METRICS
from bot.work import BatchScope
from handlers import button_presses, router
from handlers.context import Bot, Serves
from handlers.reply import Answer
from handlers.router import Result
from handlers.turn import Turn
from storage.errors import NotFound
from storage.ids import new_id
from storage.messenger.inbox import ALL_RANKS, THROTTLED, InboxRows
from storage.reference_queries import load
from storage.tables import Case, Inbox, Lane, Outbox
from storage.unit_of_work import UnitOfWork
from tests.support.fake_channel import FakeChannel
from tests.support.world import World, make_world, understander
from tests.ways.steps import settled


def outcomes(connection: Connection) -> list[tuple[str, str | None]]:
    rows = connection.execute(select(Inbox.state, Inbox.outcome).order_by(Inbox.bot, Inbox.update_id))
    return [(row.state, row.outcome) for row in rows]


def cases(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(Case.__table__)).scalar_one()


async def test_an_update_that_is_delivered_twice_is_handled_once(world: World) -> None:
    raw = world.residents.push(kind="text", chat=5, text="楼下路灯坏了")
    for _ in range(3):
        await world.app.intake.store(world.residents, [raw])
        await world.app.settle()
    assert len(world.resident(5).messages) == 1


async def test_an_id_that_another_process_has_drawn_too_costs_no_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.resident(5).says("楼下路灯坏了")
    taken = await world.rows(lambda c: c.execute(select(Outbox.id)).scalars().first())
    drawn = iter([taken])
    monkeypatch.setattr("storage.messenger.outbox.new_id", lambda: next(drawn, None) or new_id())
    await world.resident(6).says("楼下路灯坏了")
    assert len(world.resident(6).messages) == 1


async def test_a_finished_update_keeps_its_key_and_not_its_words(world: World) -> None:
    await world.resident().says("楼下路灯坏了")
    row = await world.rows(lambda c: c.execute(select(Inbox.__table__)).one())
    assert row.body is None
    assert row.state == "done"


@pytest.fixture
def no_garbage_collector(world: World) -> Iterator[None]:  # noqa: ARG001 - what made the world is gone by then
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_garbage_collector")
async def test_what_was_handled_is_gone_without_the_garbage_collector(world: World) -> None:
    await world.resident().says("楼下路灯坏了")
    await world.resident().taps("延安岭社区")
    await world.resident().taps("同意，提交")
    assert [unit for unit in gc.get_objects() if isinstance(unit, UnitOfWork)] == []


async def test_poison_is_set_aside_and_blocks_nobody(world: World) -> None:
    world.residents.push(poison=True, chat=5)
    world.residents.push(kind="text", chat=5, text="楼下路灯坏了")
    world.residents.push(kind="text", chat=6, text="楼下路灯坏了")
    await world.runs()
    assert await world.rows(outcomes) == [("parked", "Unreadable: poison"), ("done", "draft"), ("done", "draft")]


async def test_what_is_set_aside_is_counted_when_it_is_committed(world: World) -> None:
    def counted() -> float:
        return METRICS.registry.get_sample_value("chulin_set_aside_total", {"bot": "resident"}) or 0

    def rolled_back(connection: Connection) -> None:
        world.app.worker._handle_batch(BatchScope(1, ALL_RANKS), connection)
        raise RuntimeError

    world.residents.push(poison=True, chat=5)
    await world.app.intake.store(world.residents, world.residents.updates)
    before = counted()
    with pytest.raises(RuntimeError):
        await world.app.database.write(rolled_back)
    assert await world.app.worker.run_once() == 1
    assert counted() == before + 1


async def test_messages_of_a_chat_are_handled_in_order(world: World) -> None:
    for number in range(20):
        world.residents.push(kind="text", chat=5, text=f"路灯坏了，第{number}盏")
    await world.runs()
    shown = world.resident(5).last.text
    assert [shown.index(f"第{n}盏") for n in range(10)] == sorted(shown.index(f"第{n}盏") for n in range(10))


async def test_what_several_say_at_once_is_understood_as_each_of_them_said_it(world: World) -> None:
    said = {
        11: "三单元门口的路灯坏了半个月了",
        12: "3栋楼下垃圾堆成山了，没人收",
        13: "谢谢",
        14: "我的诉求",
        15: "12",
        16: "想给老人办个食堂。另外小区没地方停车",
    }
    for account in said:
        await settled(world, account)
    before = await world.rows(cases)
    for chat, text in said.items():
        world.residents.push(kind="text", chat=chat, account=chat, text=text)
    await world.runs()
    filed = await world.rows(lambda c: c.execute(select(Case.text, Case.scene).order_by(Case.no).offset(before)).all())
    alone = [matter for chat in (11, 12, 16) for matter in understander().read(said[chat]).matters]
    assert sorted(tuple(row) for row in filed) == sorted((m.text, m.scene) for m in alone)
    assert "编号" not in world.resident(13).last.text + world.resident(15).last.text


async def test_who_may_be_in_danger_is_worked_on_before_those_who_wait(world: World) -> None:
    for chat in range(10, 30):
        world.residents.push(kind="text", chat=chat, text="楼下路灯坏了")
    world.residents.push(kind="text", chat=5, text="你好")
    world.residents.push(kind="text", chat=5, text="三楼着火了，有人困在里面，快来人")
    await world.app.intake.store(world.residents, world.residents.updates)
    assert await world.app.worker.run_once(lanes=1) == 2  # what the same person said before comes first
    rows = await world.rows(
        lambda c: c.execute(
            select(Inbox.chat, Inbox.outcome).where(Inbox.state == "done").order_by(Inbox.update_id)
        ).all()
    )
    assert [row.chat for row in rows] == [5, 5]
    assert rows[1].outcome == "emergency"


async def test_a_chat_that_has_calmed_down_waits_its_turn_again(world: World) -> None:
    await world.resident(5).says("三楼着火了，有人困在里面，快来人")
    world.residents.push(kind="text", chat=6, text="楼下路灯坏了")
    world.residents.push(kind="text", chat=5, text="谢谢")
    for raw in world.residents.updates:
        await world.app.intake.store(world.residents, [raw])
        world.clock.forward(seconds=1)
    await world.app.worker.run_once(lanes=1)
    still = await world.rows(lambda c: c.execute(select(Inbox.chat).where(Inbox.state == "waiting")).scalars().all())
    assert still == [5]


async def test_a_failing_update_is_put_off_and_its_group_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "_words", failing_on("炸", router._words))
    world.residents.push(kind="text", chat=5, text="炸")
    world.residents.push(kind="text", chat=6, text="楼下路灯坏了")
    await world.runs()
    assert world.resident(6).messages
    assert not world.resident(5).messages
    state, outcome = (await world.rows(outcomes))[0]
    assert (state, outcome) == ("waiting", "RuntimeError")


async def test_a_refusal_that_fails_itself_holds_up_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def impossible(turn: Turn) -> None:
        if turn.event.text == "炸":
            raise NotFound("case 1/9")
        whole(turn)

    def broken(*_: object) -> Result:
        raise RuntimeError("cannot even refuse")

    whole = router._words
    monkeypatch.setattr(router, "_words", impossible)
    monkeypatch.setattr(router, "refuse", broken)
    world.residents.push(kind="text", chat=5, text="炸")
    world.residents.push(kind="text", chat=6, text="楼下路灯坏了")
    await world.runs()
    assert world.resident(6).messages
    assert (await world.rows(outcomes))[0] == ("waiting", "RuntimeError")


@pytest.mark.parametrize("error", [RuntimeError("broken"), NotFound("case 1/9")], ids=["fails", "is refused"])
async def test_an_update_alone_is_parsed_once_and_ends_in_the_transaction_that_handles_it(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def failing(_turn: Turn) -> None:
        raise error

    def counted(name: str, of: Callable[..., Any]) -> Callable[..., Any]:
        def work(*given: Any) -> Any:
            done.append(name)
            return of(*given)

        return work

    done: list[str] = []
    monkeypatch.setattr(router, "_words", failing)
    world.residents.push(kind="text", chat=5, text="楼下路灯坏了")
    await world.app.intake.store(world.residents, world.residents.updates)
    monkeypatch.setattr(world.residents, "parse", counted("parsed", world.residents.parse))
    monkeypatch.setattr(world.app.database, "write", counted("written", world.app.database.write))
    await world.app.worker.run_once()
    assert done.count("written") == 2, "with its batch, and alone"
    assert done[-2:] == ["written", "parsed"]


async def test_after_eight_tries_it_is_set_aside_and_the_chat_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router, "_words", failing_on("炸", router._words))
    world.residents.push(kind="text", chat=5, text="炸")
    world.residents.push(kind="text", chat=5, text="楼下路灯坏了")
    for _ in range(handling.TRIES):
        await world.runs()
        world.clock.forward(minutes=5)
    await world.runs()
    assert (await world.rows(outcomes))[0][0] == "parked"
    assert world.resident(5).sees("楼下路灯坏了")


async def test_an_emergency_does_not_wait_for_a_failing_update_of_its_chat(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router, "_words", failing_on("炸", router._words))
    wang = world.resident(5)
    await wang.says("炸")
    for _ in range(5):  # each failure puts it off for longer
        await world.passes(minutes=1)
    await wang.says("三楼着火了，有人困在里面，快来人")
    assert wang.sees("119")
    await wang.says("谢谢")
    assert [state for state, _ in await world.rows(outcomes)] == ["waiting", "done", "done"]


async def test_what_is_put_off_holds_what_was_said_after_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "_words", failing_on("炸", router._words))
    wang = world.resident(5)
    await wang.says("炸")
    await wang.says("楼下路灯坏了")
    assert not wang.messages
    monkeypatch.undo()
    await world.passes(minutes=1)
    assert [state for state, _ in await world.rows(outcomes)] == ["done", "done"]


async def test_a_failure_changes_nothing_about_an_update_that_somebody_else_has_finished(world: World) -> None:
    world.residents.push(kind="text", chat=5, text="楼下路灯坏了")
    await world.app.intake.store(world.residents, world.residents.updates)
    [stored] = await world.rows(lambda c: InboxRows(c).waiting([("resident", 5)], 1, world.clock.now()))
    await world.app.worker.drain()
    handled = world.app.worker._handling
    for tries in (0, handling.TRIES):
        await world.app.database.write(partial(handled.failed, replace(stored, attempts=tries), RuntimeError("late")))
    assert await world.rows(outcomes) == [("done", "draft")]
    assert await world.rows(lambda c: c.execute(select(Lane.ready_at)).scalars().all()) == [None]


async def test_a_throttled_chat_stays_so_when_one_of_its_updates_cannot_be_read(world: World) -> None:
    await world.resident(5).says("楼下路灯坏了")
    await world.app.database.write(lambda c: c.execute(update(Lane).values(rank=THROTTLED)))
    world.residents.push(poison=True, chat=5)
    world.residents.push(kind="text", chat=5, text="谢谢")
    await world.app.intake.store(world.residents, world.residents.updates)
    poison, _ = await world.rows(lambda c: InboxRows(c).waiting([("resident", 5)], 2, world.clock.now()))
    await world.app.database.write(lambda c: InboxRows(c).park(poison, "poison", world.clock.now()))
    assert await world.rows(lambda c: c.execute(select(Lane.rank)).scalars().all()) == [THROTTLED]


async def test_a_failure_leaves_nothing_half_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case is filed, then the handler breaks: neither case nor number nor message is left."""
    wang = world.resident(7)
    await wang.says("3栋路灯坏了")
    await wang.taps("延安岭社区")
    whole = button_presses.press

    def breaking(turn: Turn, pressed: str) -> None:
        whole(turn, pressed)
        raise RuntimeError("broken")

    monkeypatch.setattr(button_presses, "press", breaking)
    await wang.taps("同意，提交")
    assert await world.rows(cases) == 0
    monkeypatch.setattr(button_presses, "press", whole)
    await world.passes(minutes=1)
    assert await world.rows(cases) == 1
    assert "编号 YA-1" in wang.last.text


async def test_replies_are_rows_of_the_same_commit(world: World) -> None:
    world.residents.push(kind="text", chat=5, text="楼下路灯坏了")
    await world.app.intake.store(world.residents, world.residents.updates)
    await world.app.worker.drain()
    assert not world.resident(5).messages
    assert await world.rows(lambda c: c.execute(select(func.count()).select_from(Outbox.__table__)).scalar()) == 1


async def test_two_processes_share_the_work_and_double_nothing(tmp_path: Path, filled_postgres_url: str) -> None:
    first = await make_world(tmp_path, filled_postgres_url)
    channel = FakeChannel("resident")
    bots = {"resident": Bot("resident", Serves.RESIDENTS), "staff": Bot("staff", Serves.STAFF)}
    second = await build(
        first.app.settings,
        {"resident": channel},
        first.clock,
        bots=bots,
        limits=UNLIMITED,
        unthrottled=True,
        understander=understander(),
    )
    for number in range(60):
        first.residents.push(kind="text", chat=1 + number % 20, text=f"第{number}号路灯坏了")
    await first.app.intake.store(first.residents, first.residents.updates)
    await asyncio.gather(*(app.worker.run_once(lanes=5) for app in (first.app, second) for _ in range(10)))
    await first.app.worker.drain()
    done = await first.rows(outcomes)
    assert [state for state, _ in done] == ["done"] * 60
    sent = await first.rows(lambda c: c.execute(select(func.count()).select_from(Outbox.__table__)).scalar())
    assert sent == 60 + 40  # each draft, and each time the one before it closed
    await second.close()
    await first.app.close()


async def test_a_lane_sleeps_when_nothing_waits(world: World) -> None:
    await world.resident(5).says("楼下路灯坏了")
    assert await world.rows(lambda c: c.execute(select(Lane.ready_at)).scalars().all()) == [None]


async def test_reference_data_is_read_again_when_it_changed(world: World) -> None:
    from storage.reference_queries import changed  # noqa: PLC0415
    from storage.tables import Community  # noqa: PLC0415

    await world.resident(5).says("楼下路灯坏了")

    def rename(connection: Connection) -> None:
        connection.execute(update(Community).where(Community.id == 1).values(name="新名社区"))
        changed(connection)

    await world.app.database.write(rename)
    await world.resident(6).says("楼下路灯坏了")
    assert any("新名社区" in label for label in world.resident(6).last.buttons)


def failing_on(word: str, whole):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """A handler that breaks on one word."""

    def handler(turn: Turn) -> Result | None:
        if word in turn.event.text:
            raise RuntimeError("broken")
        whole(turn)
        return None

    return handler


async def test_an_invitation_gives_its_rights_to_what_comes_in_the_same_batch(world: World) -> None:
    def invited(connection: Connection) -> None:
        uow = UnitOfWork(connection, load(connection), world.clock.now())
        uow.staff.invite(1, "token", world.clock.now() + timedelta(days=1))
        uow.flush()

    await world.app.database.write(invited)
    world.staff.push(kind="command", chat=77, command="start", argument="inv_token")
    world.staff.push(kind="text", chat=77, text="待办")
    await world.runs()
    texts = world.app.context.texts
    assert [m.text for m in world.worker(77).messages] == [texts("start.bound", name="小陈"), texts("queue.none")]


@pytest.mark.parametrize("steps", range(4))
@pytest.mark.parametrize("part", ["worker", "deliverer"])
async def test_a_part_can_be_stopped_just_as_something_arrives(small_world: World, part: str, steps: int) -> None:
    """The event is set, and some steps later, while it wakes the part, the part is cancelled: that must not be lost."""
    worker, deliverer = small_world.app.worker, small_world.app.deliverers["resident"]
    runs, event = (worker.run, worker.wake) if part == "worker" else (deliverer.run, deliverer.wake)
    running = asyncio.create_task(runs())
    while not event._waiters:  # noqa: ASYNC110 - the part is busy with the database; nothing tells when it waits
        await asyncio.sleep(0)
    event.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    ended, _ = await asyncio.wait([running], timeout=5)
    assert ended


async def test_a_callback_that_fails_after_the_commit_keeps_nobody_from_their_answer(world: World) -> None:
    """The rows are safe by then: the other callbacks run, the button is answered, delivery is woken."""
    remembered: list[str] = []

    def fails() -> None:
        raise RuntimeError("an index in memory is broken")

    answers = [("resident", "press-1", Answer("好的"))]
    done = BatchResult(1, [fails, lambda: remembered.append("case 1")], answers)
    world.app.worker._after_commit(done)
    await world.app.worker.stop()
    assert remembered == ["case 1"]
    assert world.residents.answers == {"press-1": Answer("好的")}
    assert world.app.deliverers["resident"].wake.is_set()
