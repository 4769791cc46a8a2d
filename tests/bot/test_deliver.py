"""Delivery: order of classes, edits in place, retries, dead letters, chats that are gone or moved."""

import asyncio
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event, select, text

from bot.build import UNLIMITED
from bot.channels.port import BadToken, Moved, NotEditable, Refused, TryLater, Unreachable
from bot.deliver import TRIES
from bot.limiter import CHAT_BURST, Limiter
from handlers.event import Address
from handlers.outbox import enqueue
from handlers.reply import Priority, Reply
from storage.reference_queries import load
from storage.reporting.subscriptions import SubscriptionRow
from storage.tables import Outbox, Person, ReportRequest, ResidentGroup, Subscription
from storage.unit_of_work import UnitOfWork
from tests.support.world import World

HERE = Address("resident", 50)


async def queue(world: World, *replies: Reply) -> None:
    def work(connection: Connection) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        for reply in replies:
            enqueue(world.app.context, uow, reply)
        uow.flush()

    await world.app.database.write(work)


async def drain(world: World) -> None:
    await world.app.deliverers["resident"].drain()


def texts(world: World) -> list[str]:
    return [m.text for m in world.residents.messages]


async def states(world: World) -> list[Any]:
    return list(await world.rows(lambda c: [r.state for r in c.execute(select(Outbox.__table__).order_by(Outbox.id))]))


async def test_an_alarm_goes_out_before_everything_else(world: World) -> None:
    await queue(
        world,
        *(Reply(Address("resident", n), f"通知{n}", priority=Priority.NOTICE) for n in range(1, 20)),
        Reply(HERE, "警报", priority=Priority.EMERGENCY),
    )
    await drain(world)
    assert texts(world)[0] == "警报"
    assert len(texts(world)) == 20


async def test_a_key_is_sent_once(world: World) -> None:
    for _ in range(3):
        await queue(world, Reply(HERE, "周报", key="weekly:1"))
    await drain(world)
    assert texts(world) == ["周报"]


async def test_a_logical_message_is_edited_in_place_and_older_versions_are_skipped(world: World) -> None:
    await queue(world, Reply(HERE, "一", logical="card:1"), Reply(HERE, "二", logical="card:1"))
    await drain(world)
    assert texts(world) == ["二"]
    await queue(world, Reply(HERE, "三", logical="card:1"))
    await drain(world)
    assert [(m.text, m.edits) for m in world.residents.messages] == [("三", 1)]


async def test_what_cannot_be_edited_any_more_is_sent_anew(world: World) -> None:
    await queue(world, Reply(HERE, "一", logical="card:1"))
    await drain(world)
    world.residents.failures = [NotEditable("message to edit not found")]
    await queue(world, Reply(HERE, "二", logical="card:1"))
    await drain(world)
    await drain(world)
    assert texts(world) == ["一", "二"]


async def test_a_message_waits_for_its_time(world: World) -> None:
    await queue(world, Reply(HERE, "稍后", delay=timedelta(seconds=60)))
    await drain(world)
    assert texts(world) == []
    world.clock.forward(seconds=61)
    await drain(world)
    assert texts(world) == ["稍后"]


async def test_a_broken_messenger_loses_nothing(world: World) -> None:
    world.residents.failures = [TryLater("502"), OSError("reset"), TryLater("429", 5.0)]
    await queue(world, Reply(HERE, "在"))
    for _ in range(4):
        await drain(world)
        world.clock.forward(seconds=10)
        world.app.deliverers["resident"]._limiter._held.clear()
    assert texts(world) == ["在"]


async def test_a_message_that_became_due_days_after_it_was_queued_waits_a_day_for_the_messenger(world: World) -> None:
    async def fails_after(hours: float) -> list[Any]:
        world.clock.forward(hours=hours)
        world.residents.failures = [TryLater("502")]
        world.app.deliverers["resident"]._limiter._held.clear()
        await drain(world)
        return await states(world)

    await queue(world, Reply(HERE, "明早", delay=timedelta(hours=48)))
    assert await fails_after(49) == ["waiting"]
    assert await fails_after(23) == ["waiting"]
    assert await fails_after(2) == ["dead"]
    [letter] = await world.rows(lambda c: c.execute(select(Outbox.id)).scalars().all())
    await world.app.database.write(lambda c: UnitOfWork(c, load(c), world.clock.now()).outbox.retry(letter))
    assert await fails_after(1) == ["waiting"], "who sends it again gives it another day"


async def test_days_without_a_valid_token_are_no_days_without_a_messenger(world: World) -> None:
    await queue(world, Reply(HERE, "在"))
    for error in (BadToken("resident"), BadToken("resident"), TryLater("502")):
        world.residents.failures = [error]
        world.app.deliverers["resident"]._limiter = Limiter(UNLIMITED)
        await drain(world)
        world.clock.forward(hours=30)
    assert await states(world) == ["waiting"]


async def test_an_outage_does_not_use_up_the_tries_of_a_message(world: World) -> None:
    await queue(world, Reply(HERE, "在"))
    for error in [*[TryLater("502")] * (2 * TRIES), ValueError("a fault of our own")]:
        world.residents.failures = [error]
        world.app.deliverers["resident"]._limiter._held.clear()
        await drain(world)
        world.clock.forward(minutes=1)
    assert await states(world) == ["waiting"]
    world.app.deliverers["resident"]._limiter._held.clear()
    await drain(world)
    assert texts(world) == ["在"]


async def test_when_the_messenger_says_to_wait_nothing_goes_out_before_and_no_message_pays_for_it(world: World) -> None:
    deliverer = world.app.deliverers["resident"]
    await queue(world, Reply(HERE, "在"))
    for _ in range(3):
        world.residents.failures = [TryLater("429", 17.0)]
        await drain(world)
        now = time.monotonic()
        assert HERE.chat in deliverer._limiter.held_chats(now + 15)
        assert HERE.chat not in deliverer._limiter.held_chats(now + 18)
        world.clock.forward(seconds=16)
        await drain(world)
        assert texts(world) == [], "a process that has just begun waits as well"
        world.clock.forward(seconds=2)
    assert await world.rows(lambda c: c.execute(select(Outbox.attempts)).scalar_one()) == 0
    await drain(world)
    assert texts(world) == ["在"]


async def test_a_token_that_is_refused_costs_no_message(world: World) -> None:
    deliverer = world.app.deliverers["resident"]
    await queue(world, Reply(HERE, "在"))
    for _ in range(20):
        world.residents.failures = [BadToken("resident")]
        await drain(world)
        assert deliverer.trouble == "BadToken"
        assert not deliverer._limiter.room(time.monotonic()), "nothing else is tried meanwhile"
        world.clock.forward(hours=2)
        deliverer._limiter = Limiter(UNLIMITED)
    assert await states(world) == ["waiting"]
    await drain(world)
    assert (texts(world), deliverer.trouble) == (["在"], "")


async def test_what_goes_out_counts_against_the_limits_of_the_chat(world: World) -> None:
    deliverer = world.app.deliverers["resident"]
    deliverer._limiter = Limiter(world.app.context.district.limits.telegram)
    await queue(world, *(Reply(HERE, f"第{n}句") for n in range(10)))
    for _ in range(10):
        await deliverer.run_once()
        await deliverer.stop()
    assert len(texts(world)) <= CHAT_BURST
    assert HERE.chat in deliverer._limiter.held_chats(time.monotonic())


async def test_what_is_on_its_way_at_the_end_is_given_up_in_time_and_sent_later(world: World) -> None:
    hangs, deliverer = asyncio.Event(), world.app.deliverers["resident"]
    world.residents.hangs = hangs
    await queue(world, Reply(HERE, "在"))
    await deliverer.run_once()
    await deliverer.stop(0)
    assert await states(world) == ["waiting"]
    world.residents.hangs = None
    await drain(world)
    assert texts(world) == ["在"]


async def test_while_a_message_hangs_nothing_is_read_that_may_change_meanwhile(world: World) -> None:
    """An alarm that is queued meanwhile goes first, and what is taken back meanwhile is not sent."""
    world.residents.hangs, deliverer = asyncio.Event(), world.app.deliverers["resident"]
    await queue(world, Reply(HERE, "一"))
    await deliverer.run_once()
    await world.residents.sending.wait()
    waits = Reply(Address("resident", 51), "二", cause="case:1:1:1")
    await queue(world, waits, Reply(Address("resident", 52), "三"))
    delivering = asyncio.create_task(deliverer.run())
    await asyncio.sleep(0.2)  # time enough to read the next row, if it did
    await queue(world, Reply(Address("resident", 53), "警报", priority=Priority.EMERGENCY))

    def take_back(connection: Connection) -> None:
        UnitOfWork(connection, load(connection), world.clock.now()).outbox.cancel("case:1:1:1")

    await world.app.database.write(take_back)
    world.residents.hangs.set()
    async with asyncio.timeout(10):
        while len(texts(world)) < 3:  # noqa: ASYNC110 - nothing tells when a fake message has arrived
            await asyncio.sleep(0.01)
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    await deliverer.stop()
    assert texts(world) == ["一", "警报", "三"]


async def test_who_no_longer_delivers_is_not_in_trouble(world: World) -> None:
    deliverer = world.app.deliverers["resident"]
    world.residents.failures = [BadToken("resident")] * 20
    await queue(world, Reply(HERE, "在"))
    delivering = asyncio.create_task(deliverer.run())
    async with asyncio.timeout(10):
        while not deliverer.trouble:  # noqa: ASYNC110 - nothing tells when it is in trouble
            await asyncio.sleep(0.01)
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    assert not deliverer.trouble


async def test_what_is_refused_for_good_is_a_dead_letter_with_its_reason(world: World) -> None:
    world.residents.failures = [Refused("message is too long")]
    await queue(world, Reply(HERE, "在"))
    await drain(world)
    row = await world.rows(lambda c: c.execute(select(Outbox.__table__)).one())
    assert (row.state, row.error) == ("dead", "Refused: message is too long")
    assert row.body is not None


async def test_what_was_taken_back_on_its_way_and_is_refused_then_is_no_dead_letter(world: World) -> None:
    hangs, deliverer = asyncio.Event(), world.app.deliverers["resident"]
    world.residents.hangs = hangs
    world.residents.failures = [Refused("no")]
    await queue(world, Reply(HERE, "在", cause="case:1:1:1"))
    await deliverer.run_once()
    await world.residents.sending.wait()

    def take_back(connection: Connection) -> int:
        return UnitOfWork(connection, load(connection), world.clock.now()).outbox.cancel("case:1:1:1")

    assert await world.app.database.write(take_back) == 1
    hangs.set()
    await deliverer.stop()
    assert await states(world) == ["cancelled"]


async def test_nothing_more_goes_to_a_chat_that_blocked_the_bot(world: World) -> None:
    await world.resident(50).says("你好")
    sent = len(texts(world))
    world.residents.failures = [Unreachable("bot was blocked by the user")]
    await queue(world, Reply(HERE, "一"))
    await drain(world)
    await queue(world, Reply(HERE, "二", key="told:1"))
    await drain(world)
    paused = await world.rows(lambda c: c.execute(select(Person.paused_at)).scalar())
    assert paused is not None
    assert len(texts(world)) == sent


async def test_a_delivery_does_not_read_all_people_to_find_who_cannot_be_reached(small_world: World) -> None:
    def work(connection: Connection) -> str:
        asked: list[tuple[str, Any]] = []
        event.listen(connection, "before_cursor_execute", lambda _c, _r, sql, values, *_: asked.append((sql, values)))
        UnitOfWork(connection, load(connection), small_world.clock.now()).people.paused_chats("resident", {50, 51})
        sql, values = asked[-1]
        return " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))

    assert "ix_people_paused" in await small_world.rows(work)


async def test_a_moved_group_gets_its_messages_at_the_new_place(world: World) -> None:
    world.residents.failures = [Moved(-100777)]
    await queue(world, Reply(Address("resident", -5), "一"), Reply(Address("resident", -5), "二"))
    await drain(world)
    await drain(world)
    assert {(m.chat, m.text) for m in world.residents.messages} == {(-100777, "一"), (-100777, "二")}


async def in_a_group(world: World, chat: int) -> None:
    """A residents' group that was tied, in which a report was ordered too."""
    choice = SubscriptionRow(1, "weekly", "resident", chat, 0, 2, wanted=True)

    def write(connection: Connection) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        uow.groups.tie("resident", chat, 1)
        uow.subscriptions.save(choice)
        uow.reports.ask(1, Address("resident", chat))
        uow.flush()

    await world.app.database.write(write)


async def groups_known(world: World) -> list[set[int]]:
    """Chats of tied groups, those that reports go to, and those that wait for one."""
    columns = (ResidentGroup.chat, Subscription.chat, ReportRequest.chat)
    return await world.rows(lambda c: [set(c.execute(select(column)).scalars()) for column in columns])  # type: ignore[no-any-return]


async def test_a_group_that_is_found_to_have_moved_keeps_its_community_and_its_reports(world: World) -> None:
    await in_a_group(world, -5)
    world.residents.failures = [Moved(-100777)]
    await queue(world, Reply(Address("resident", -5), "一"))
    await drain(world)
    assert await groups_known(world) == [{-100777}, {-100777}, {-100777}]


async def test_a_group_that_was_tied_anew_at_its_new_place_is_found_to_have_moved_all_the_same(world: World) -> None:
    await in_a_group(world, -5)
    await in_a_group(world, -100777)
    world.residents.failures = [Moved(-100777)]
    await queue(world, Reply(Address("resident", -5), "一"))
    await drain(world)
    assert await groups_known(world) == [{-100777}, {-100777}, {-100777}]
    assert [(m.chat, m.text) for m in world.residents.messages] == [(-100777, "一")]


async def test_to_a_group_where_nothing_may_be_sent_no_report_is_meant_any_more(world: World) -> None:
    """Whose group it is stays: the bot may only have been told to be silent for a while."""
    await in_a_group(world, -5)
    world.residents.failures = [Unreachable("not enough rights to send text messages to the chat")]
    await queue(world, Reply(Address("resident", -5), "一"))
    await drain(world)
    assert (await groups_known(world))[:2] == [{-5}, set()]


async def test_a_group_that_silenced_the_bot_for_a_while_hears_from_it_again(world: World) -> None:
    def speaks(connection: Connection) -> None:
        uow = UnitOfWork(connection, load(connection), world.clock.now())
        uow.people.get("resident", 77, -5)  # somebody who has only ever been seen there
        uow.flush()

    await world.app.database.write(speaks)
    world.residents.failures = [Unreachable("not enough rights to send text messages to the chat")]
    for words in ("一", "二"):
        await queue(world, Reply(Address("resident", -5), words))
        await drain(world)
    assert texts(world) == ["二"]


async def test_a_long_text_goes_out_in_pieces(world: World) -> None:
    await queue(world, Reply(HERE, "字" * 5000))
    await drain(world)
    assert [len(t) for t in texts(world)] == [4096, 904]


async def test_pieces_that_went_out_are_not_sent_again_when_a_later_one_fails(small_world: World) -> None:
    long = "".join(f"第{n}行\n" for n in range(2000))
    await queue(small_world, Reply(HERE, long))
    small_world.residents.failures = [None, None, TryLater("away")]
    await drain(small_world)
    assert len(texts(small_world)) == 2
    small_world.clock.forward(minutes=1)
    small_world.app.deliverers["resident"]._limiter._held.clear()
    await drain(small_world)
    assert len(set(texts(small_world))) == len(texts(small_world)) > 2
    assert "".join(texts(small_world)).count("行") == 2000


async def test_a_sent_message_leaves_no_words_behind(world: World) -> None:
    await queue(world, Reply(HERE, "私密的话"))
    await drain(world)
    assert (await world.rows(lambda c: c.execute(select(Outbox.body)).scalar())) is None
    assert await states(world) == ["sent"]


async def test_a_refusal_that_cannot_be_noted_is_not_tried_again_at_once(small_world: World) -> None:
    deliverer, write = small_world.app.deliverers["resident"], small_world.app.database.write
    await queue(small_world, Reply(HERE, "收到"))
    full = "CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END"
    await write(lambda connection: connection.execute(text(full)))
    small_world.residents.failures += [Refused("no")] * 3
    for _ in range(3):
        await deliverer.run_once()
        await asyncio.wait(deliverer._in_flight.values() or [asyncio.create_task(asyncio.sleep(0))])
    assert len(small_world.residents.failures) == 2, "one attempt; the chat waits before the next"
    assert "cannot be noted" in deliverer.trouble
    await write(lambda connection: connection.execute(text("DROP TRIGGER full")))
    deliverer._limiter._held.clear()
    await drain(small_world)
    assert await states(small_world) == ["dead"]


async def test_what_was_sent_and_cannot_be_noted_is_not_sent_again(small_world: World) -> None:
    """As on a disk that is full: nothing else goes out meanwhile, and all of it afterwards."""
    deliverer, write = small_world.app.deliverers["resident"], small_world.app.database.write
    await queue(small_world, Reply(HERE, "收到"), Reply(Address("resident", 51), "也收到"))
    full = "CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END"
    await write(lambda connection: connection.execute(text(full)))
    delivering = asyncio.create_task(deliverer.run())
    while not deliverer.trouble:
        assert not delivering.done()
        await asyncio.sleep(0)
    assert "cannot be noted" in deliverer.trouble
    assert len(texts(small_world)) == 1
    await write(lambda connection: connection.execute(text("DROP TRIGGER full")))
    while await states(small_world) != ["sent", "sent"]:
        assert not delivering.done()
        await asyncio.sleep(0)
    delivering.cancel()
    assert sorted(texts(small_world)) == ["也收到", "收到"]
    assert deliverer.trouble == ""
