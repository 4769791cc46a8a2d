"""Invitations to many: once each, at polite hours, seldom, and one word stops them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from handlers import pushes
from handlers.event import Address, Event, EventKind
from handlers.pushes import Push
from handlers.reply import Button
from handlers.turn import Turn
from storage.messenger.outbox import WAITING
from storage.tables import Outbox, Person, PushRecipient
from storage.unit_of_work import UnitOfWork
from tests.support.world import World
from tests.ways.steps import count, settled

DANCE = Push("event:1", "周六上午九点，居民活动室教太极拳，来不来？")


async def invites(world: World, push: Push = DANCE, *, runs: bool = True, **whom: Any) -> int:
    """Somebody at work in the first community invites, and everything runs until it is quiet (unless told not to)."""

    def work(connection: Any) -> int:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        nobody = Event(EventKind.IGNORED, Address("staff", 0), None, uow.now)
        new = pushes.invite(Turn(world.app.context, uow, nobody), 1, push, **whom)
        uow.flush()
        return new

    new = int(await world.app.database.write(work))
    if runs:
        await world.runs()
    return new


async def calls_off(world: World, thing: str = DANCE.thing) -> None:
    def work(connection: Any) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        nobody = Event(EventKind.IGNORED, Address("staff", 0), None, uow.now)
        pushes.call_off(Turn(world.app.context, uow, nobody), 1, thing)
        uow.flush()

    await world.app.database.write(work)
    await world.runs()


def times(person: Any, words: str = "太极拳") -> int:
    return sum(words in message.text for message in person.messages)


async def test_everybody_of_the_community_is_invited_once(world: World) -> None:
    wang, li = await settled(world), await settled(world, 1002)
    elsewhere = world.resident(1003)
    await elsewhere.says("/start")
    assert await invites(world) == 2
    assert await invites(world) == 0
    await world.passes(days=1)
    assert (times(wang), times(li), times(elsewhere)) == (1, 1, 0)


async def test_the_first_one_says_how_to_stop_and_the_second_does_not(world: World) -> None:
    wang = await settled(world)
    await invites(world)
    assert "别再发" in wang.last.text
    await invites(world, Push("survey:1", "电动车充电够不够？"))
    assert "充电" in wang.last.text
    assert "别再发" not in wang.last.text


async def test_the_third_in_a_week_waits_for_the_next_week(world: World) -> None:
    wang = await settled(world)
    for n in range(3):
        await invites(world, Push(f"survey:{n}", f"第{n}份问卷"))
    assert [times(wang, f"第{n}份") for n in range(3)] == [1, 1, 0]
    await world.passes(days=6)
    assert times(wang, "第2份") == 0
    await world.passes(days=1)
    assert times(wang, "第2份") == 1


async def test_what_is_over_by_then_is_not_sent(world: World) -> None:
    wang = await settled(world)
    await world.passes(hours=11)  # 21:00
    await invites(world, Push("event:1", "太极拳", until=world.clock.now() + timedelta(hours=2)))
    await world.passes(hours=12)
    assert times(wang) == 0


async def test_in_the_evening_it_waits_for_the_morning(world: World) -> None:
    wang = await settled(world)
    await world.passes(hours=10)  # 20:00
    await invites(world)
    assert times(wang) == 0
    await world.passes(hours=12)
    assert times(wang) == 0
    await world.passes(minutes=31)
    assert times(wang) == 1


async def test_one_word_stops_what_waits_and_what_would_come(world: World) -> None:
    wang = await settled(world)
    await world.passes(hours=10)
    await invites(world)
    await wang.says("别再发")
    assert wang.sees("不再给您发")
    await world.passes(hours=14)  # 10:00 again
    await invites(world, Push("survey:1", "电动车充电够不够？"))
    assert (times(wang), times(wang, "充电")) == (0, 0)
    await wang.says("可以发")
    await invites(world, Push("survey:2", "路灯够不够亮？"))
    assert times(wang, "路灯够不够亮") == 1


async def test_a_stop_reaches_the_outbox(world: World) -> None:
    wang = await settled(world)
    await invites(world, runs=False)
    await world.app.ticker.once()
    assert await count(world, Outbox, Outbox.state == WAITING, Outbox.cause == "push:resident:1001") == 1
    await wang.says("停！")
    assert await count(world, Outbox, Outbox.state == WAITING) == 0
    await world.passes(hours=1)
    assert times(wang) == 0


async def test_what_the_messenger_did_not_take_in_time_goes_out_the_next_morning(world: World) -> None:
    wang = await settled(world)
    await invites(world, runs=False)
    await world.app.ticker.once()
    await world.passes(hours=10, minutes=30)  # 20:30
    await world.passes(hours=2)
    assert times(wang) == 0
    await world.passes(hours=10, minutes=1)
    assert times(wang) == 1


async def test_quiet_hours_of_ones_own_are_kept(world: World) -> None:
    wang = await settled(world)
    await wang.says("免打扰")
    await wang.taps("中午12:00–下午3:00")
    assert wang.sees("不想被打扰的时间：中午12:00–下午3:00")
    await world.passes(hours=3)  # 13:00
    await invites(world)
    assert times(wang) == 0
    await world.passes(hours=2)
    assert times(wang) == 1
    await wang.says("免打扰")
    await wang.taps("都可以")
    assert wang.sees("不想被打扰的时间：没有")


async def test_who_blocked_the_bot_is_left_out(world: World) -> None:
    wang = await settled(world)
    world.residents.push(kind="blocked", chat=1001, account=1001)
    await world.runs()
    await invites(world)
    await world.passes(days=1)
    assert times(wang) == 0


async def test_who_never_agreed_to_the_notice_is_not_invited(world: World) -> None:
    stranger = world.resident(1005)
    await stranger.says("社区")
    await stranger.taps("延安岭社区")
    assert await invites(world) == 0


async def test_only_those_of_a_building_or_of_a_list(world: World) -> None:
    wang, li = await settled(world), await settled(world, 1002)
    at_home = update(Person).where(Person.account == 1001).values(building_id=1)
    await world.app.database.write(lambda connection: connection.execute(at_home))
    assert await invites(world, buildings=[1]) == 1
    assert (times(wang), times(li)) == (1, 0)
    assert await invites(world, Push("survey:1", "问卷"), people=[("resident", 1002), ("resident", 1002)]) == 1
    assert (times(wang, "问卷"), times(li, "问卷")) == (0, 1)


async def test_what_is_called_off_goes_to_nobody_any_more(world: World) -> None:
    wang = await settled(world)
    await world.passes(hours=10)
    await invites(world)
    await calls_off(world)
    await world.passes(days=1)
    assert times(wang) == 0


async def test_buttons_of_a_push_are_everybodys_own(world: World) -> None:
    await settled(world)
    li = await settled(world, 1002)
    await invites(world, Push("x:1", "看看这件事", ((Button("看看", "details", 1, 1, {}),),)))
    wang, of_li = world.resident(1001), next(iter(li.last.buttons.values()))
    before = len(wang.messages)
    assert await wang.presses(of_li) == world.app.context.texts("problem.button")
    assert len(wang.messages) == before


async def test_an_erased_person_is_on_no_list(world: World) -> None:
    wang = await settled(world)
    await world.passes(hours=10)
    await invites(world)
    await wang.says("我的数据")
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert await count(world, PushRecipient) == 0
    await world.passes(days=1)
    assert times(wang) == 0


async def test_lists_are_forgotten_after_a_while(world: World) -> None:
    await settled(world)
    await invites(world)
    await world.passes(hours=11)
    world.clock.forward(days=91)
    await world.app.ticker.clean()
    assert await count(world, PushRecipient) == 0


async def test_five_hundred_people_are_taken_in_portions(small_world: World) -> None:
    world = small_world
    people = range(5001, 5001 + pushes.PORTION + 100)

    def moves_in(connection: Any) -> None:
        uow = UnitOfWork(connection, world.app.reference.current(connection), world.clock.now())
        for account in people:
            person = uow.people.get("resident", account, account)
            person.community_id, person.consent_version = 1, world.app.context.district.limits.consent_version
        uow.flush()
        nobody = Event(EventKind.IGNORED, Address("staff", 0), None, uow.now)
        pushes.invite(Turn(world.app.context, uow, nobody), 1, DANCE)
        uow.flush()

    await world.app.database.write(moves_in)
    sent = select(PushRecipient.sent_at).where(PushRecipient.sent_at.is_not(None))
    for when in ("at once", "while the outbox is full of them"):
        await world.app.ticker.once()
        assert len(await world.rows(lambda c: c.execute(sent).all())) == pushes.PORTION, when
    for _ in range(2):
        await world.runs()
    assert len(await world.rows(lambda c: c.execute(sent).all())) == len(people)
