"""Emergencies: numbers first, a person at once, the next level if nobody answers; no form for who is in distress."""

import logging
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from bot.channels.port import Outgoing, TryLater
from ledger.scenes import Scene, Urgency
from nlp.understanding import Alarm, NoneType
from storage.reference import DISTRICT
from storage.tables import Alarm as AlarmRow
from storage.tables import Building, Case, CaseEvent, Community, Duty, Outbox, Person, StaffAccount
from tests.support.world import World
from tests.ways.steps import (
    LAMP,
    all_text,
    case,
    change,
    count,
    dismisses,
    employs,
    files,
    has_staff_chat,
    means,
    nobody_on_duty,
    settled,
)

FIRE = "3栋着火了快来"
ALARM = {"scene": Scene.SAFETY, "urgency": Urgency.EMERGENCY, "alarms": (Alarm.FIRE,), "places": ("3栋",)}
DISTRESS = ALARM | {"alarms": (Alarm.POLICE, Alarm.HUMAN), "needs_human": True, "places": ()}
WORKER, MANAGER, SUPERVISOR = 1, 2, 3


def burns(world: World, words: str = FIRE, **labels: object) -> None:
    means(world, words, ALARM | labels)


async def alarm(world: World, community: int = 1) -> Any:
    statement = select(AlarmRow.__table__).where(AlarmRow.community_id == community)
    return await world.rows(lambda connection: connection.execute(statement).one())


async def test_numbers_come_first_and_the_case_is_filed_without_consent_or_community(world: World) -> None:
    wang = world.resident()
    burns(world)
    await wang.says(FIRE)
    assert wang.messages[0].text.startswith("请先打电话：\n📞 119")
    filed = await case(world, community=0)
    assert (filed.urgency, filed.text) == ("E", FIRE)
    assert not any(message.buttons for message in wang.messages), "nothing has to be tapped"


async def test_the_numbers_are_sent_before_everything_else(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("小区里没有健身器材，能不能装几个")
    burns(small_world)
    await wang.says(FIRE)
    order = select(Outbox.chat, Outbox.priority).order_by(Outbox.priority, Outbox.due_at, Outbox.id)
    first = await small_world.rows(lambda connection: connection.execute(order).first())
    assert (first.chat, first.priority) == (wang.account, 0)


async def test_who_is_on_duty_is_called_and_the_whole_words_are_there(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    alert = next(m for m in chen.messages if "紧急 YA-2" in m.text)
    assert FIRE in alert.text
    assert list(alert.buttons) == ["我来处理"]
    assert not small_world.worker(MANAGER).messages


async def test_nobody_answers_and_it_goes_up_level_by_level(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await change(world, employs(9, "老何", "admin", "district", 0))
    wang = await settled(world)
    burns(world)
    await wang.says(FIRE)
    for person in (MANAGER, SUPERVISOR, 9):
        assert not world.worker(person).sees("紧急 YA-2")
        await world.passes(minutes=5, seconds=1)
        assert world.worker(person).sees("紧急 YA-2")
    with caplog.at_level(logging.ERROR):
        await world.passes(minutes=5, seconds=1)
    assert "not acknowledged" in caplog.text
    steps = select(CaseEvent.action).where(CaseEvent.case_no == 2)
    actions = await world.rows(lambda connection: connection.execute(steps).scalars().all())
    assert actions.count("escalated") == 3
    await world.passes(hours=1)
    assert len([m for m in world.worker(MANAGER).messages if "紧急 YA-2" in m.text]) == 1


async def test_acknowledging_stops_it_and_everybody_sees_who_took_it(world: World) -> None:
    wang, chen = await settled(world), world.worker(WORKER)
    burns(world)
    await wang.says(FIRE)
    await world.passes(minutes=5, seconds=1)
    await world.worker(MANAGER).taps("我来处理")
    assert wang.sees("值班的人已经看到")
    assert chen.sees("✅ YA-2 已由周书记接手")
    assert not any("我来处理" in label for m in chen.messages for label in m.buttons)
    assert (await case(world, 2)).staff_id == MANAGER
    await world.passes(hours=1)
    assert not world.worker(SUPERVISOR).messages


async def test_the_second_to_acknowledge_hears_who_was_faster(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    button = next(m.buttons["我来处理"] for m in chen.messages if "紧急 YA-2" in m.text)
    await chen.taps("我来处理")
    assert await chen.presses(button) == "小陈已经在处理了。"


async def test_any_step_on_it_counts_as_an_answer(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    await chen.taps("受理")
    assert wang.last.text.endswith("（YA-2），延安岭社区已经接手，有人在跟了。"), "an emergency is never held"
    await small_world.passes(minutes=6)
    assert not small_world.worker(MANAGER).sees("YA-2")


async def test_undoing_the_step_lets_it_ring_on(world: World) -> None:
    wang, chen = await settled(world), world.worker(WORKER)
    burns(world)
    await wang.says(FIRE)
    await chen.taps("受理")
    assert "居民已经看到了" in await chen.taps("撤销")
    assert "刚才那条发错了" in wang.last.text
    assert any("我来处理" in label for m in chen.messages for label in m.buttons)
    await world.passes(minutes=5, seconds=1)
    assert world.worker(MANAGER).sees("紧急 YA-2")


async def test_where_nobody_is_on_duty_the_manager_is_called(small_world: World) -> None:
    await change(small_world, nobody_on_duty)
    wang = await settled(small_world)
    burns(small_world)
    await wang.says(FIRE)
    assert small_world.worker(MANAGER).sees("紧急 YA-2")
    await small_world.passes(minutes=5, seconds=1)
    assert small_world.worker(SUPERVISOR).sees("紧急 YA-2")


async def test_the_duty_staff_of_the_district_stand_in_and_may_act(small_world: World) -> None:
    def on_duty(connection: Connection) -> None:
        nobody_on_duty(connection)
        shift = {"community_id": 0, "id": 1, "staff_id": 5, "weekday": 2, "start_minute": 0, "end_minute": 1440}
        connection.execute(insert(Duty).values(**shift))

    await change(small_world, on_duty)
    wang, zhao = await settled(small_world), small_world.worker(5)
    burns(small_world)
    await wang.says(FIRE)
    assert zhao.sees("紧急 YA-2")
    await zhao.taps("我来处理")
    assert wang.sees("值班的人已经看到")
    await zhao.taps("看卡片")
    assert "📝 办结答复" in zhao.last.buttons


@pytest.mark.parametrize("why", ["has no account", "blocked the bot"])
async def test_if_who_is_on_duty_cannot_be_reached_the_duty_staff_of_the_district_are(
    small_world: World, why: str
) -> None:
    def on_duty_of_the_district(connection: Connection) -> None:
        shift = {"community_id": 0, "id": 1, "staff_id": 5, "weekday": 2, "start_minute": 0, "end_minute": 1440}
        connection.execute(insert(Duty).values(**shift))
        if why == "has no account":
            connection.execute(delete(StaffAccount).where(StaffAccount.staff_id == WORKER))

    await small_world.worker(WORKER).says("/start")
    await change(small_world, on_duty_of_the_district)
    if why == "blocked the bot":
        small_world.staff.push(kind="blocked", chat=WORKER)
        await small_world.runs()
    wang, zhao = await settled(small_world), small_world.worker(5)
    burns(small_world)
    await wang.says(FIRE)
    assert zhao.sees("紧急 YA-2")
    assert not small_world.worker(MANAGER).sees("紧急 YA-2")
    await zhao.taps("我来处理")
    assert wang.sees("值班的人已经看到")


async def test_without_a_community_whoever_is_on_duty_anywhere_is_called_and_may_act(world: World) -> None:
    wang, chen = world.resident(), world.worker(WORKER)
    burns(world, places=())
    await wang.says(FIRE)
    assert chen.sees("紧急 QU-1（全区）")
    await wang.says("3栋五楼")
    assert "3栋五楼" in next(m.text for m in chen.messages if "QU-1　" in m.text)
    await chen.taps("我来处理")
    await chen.says("待办")
    assert "QU-1" in chen.last.text


@pytest.mark.parametrize(
    ("first", "then", "where"),
    [
        ("家里着火了快来", "2单元", "幸福苑3栋 2单元"),
        ("家里着火了快来", "3栋2单元", "幸福苑3栋2单元"),
        ("家里着火了快来", "我在5栋", "5栋"),
        ("3栋着火了快来", "烟飘到5栋了", "幸福苑3栋"),
        ("小广场着火了快来", "2单元", "小广场"),
    ],
)
async def test_what_is_said_later_tells_more_exactly_where_it_is(
    small_world: World, first: str, then: str, where: str
) -> None:
    await change(small_world, lambda connection: connection.execute(update(Building).values(name="幸福苑3栋")))
    wang = small_world.resident()
    await wang.says(f"/start {small_world.app.context.links.make(1, 1)}")  # type: ignore[attr-defined]
    await wang.says(first)
    await wang.says(then)
    found = await case(small_world)
    assert (found.urgency, found.place) == ("E", where)


async def test_it_moves_to_its_community_as_soon_as_somebody_says_which_one_that_is(world: World) -> None:
    wang, chen = world.resident(), world.worker(WORKER)
    burns(world, places=())
    await wang.says(FIRE)
    await wang.sends("photo")
    await wang.says("延安岭社区3栋")
    found, old = await case(world), await case(world, community=0)
    assert (found.text, found.place, found.building_id, found.grid_id) == (FIRE, "延安岭社区3栋", 1, 1)
    assert (old.state, FIRE in old.text) == ("transferred", False)
    assert "QU-1 是延安岭社区的事，现在编号 YA-1。" in {m.text for m in chen.messages}, "whom it calls is not promised"
    assert any("紧急 YA-1" in m.text and "延安岭社区3栋" in m.text for m in chen.messages)
    await world.passes(minutes=5, seconds=1)
    assert world.worker(MANAGER).sees("紧急 YA-1")
    await chen.taps("我来处理")
    assert wang.sees("值班的人已经看到")
    await chen.taps("派单")
    assert "小陈" in "".join(chen.last.buttons), "a grid worker of the community can be sent"
    await wang.says("我的诉求")
    assert "YA-1" in wang.last.text
    assert "QU-1" not in wang.last.text


def placed(connection: Connection) -> None:
    """The two communities lie ten kilometres apart."""
    for community, latitude in ((1, 30.20), (2, 30.29)):
        values = {"latitude": latitude, "longitude": 115.05}
        connection.execute(update(Community).where(Community.id == community).values(**values))


async def test_a_location_that_is_clearly_in_one_community_brings_it_there(world: World) -> None:
    await change(world, placed)
    wang, chen = world.resident(), world.worker(WORKER)
    burns(world, places=())
    await wang.says(FIRE)
    await wang.is_at(30.22, 115.05)
    found = await case(world)
    assert (found.text, found.latitude, found.longitude) == (FIRE, 30.22, 115.05)
    assert any("紧急 YA-1" in m.text for m in chen.messages)
    assert "🔔 YA-1" in chen.last.text, "where it is"
    assert "YA-1" in wang.last.text
    assert not wang.last.buttons
    await world.passes(minutes=5, seconds=1)
    assert world.worker(MANAGER).sees("紧急 YA-1")


async def test_a_location_between_communities_is_asked_about_and_a_tap_brings_it_there(world: World) -> None:
    await change(world, placed)
    wang, chen = world.resident(), world.worker(WORKER)
    burns(world, places=())
    await wang.says(FIRE)
    await world.passes(minutes=30)
    await wang.is_at(30.24, 115.05)
    assert "那里是哪个社区" in wang.last.text
    assert list(wang.last.buttons) == ["延安岭社区", "文化宫社区"]
    assert (await case(world, community=0)).latitude == 30.24
    await wang.taps("延安岭社区")
    assert "在延安岭社区" in wang.last.text
    assert not wang.last.buttons
    assert (await case(world)).latitude == 30.24
    assert any("紧急 YA-1" in m.text for m in chen.messages)


async def test_the_community_of_a_location_may_be_written_instead_of_tapped(small_world: World) -> None:
    await change(small_world, placed)
    wang = small_world.resident()
    burns(small_world, places=())
    await wang.says(FIRE)
    await small_world.passes(minutes=30)
    await wang.is_at(30.24, 115.05)
    tap = wang.last.buttons["文化宫社区"]
    await wang.says("延安岭社区")
    assert (await case(small_world)).text == FIRE
    assert "在延安岭社区" in await wang.presses(tap), "it was said before"
    assert await count(small_world, Case) == 2


async def test_a_community_that_may_lie_anywhere_leaves_no_location_clear(small_world: World) -> None:
    await change(small_world, placed)
    without = update(Community).where(Community.id == 2).values(latitude=None, longitude=None)
    await change(small_world, lambda connection: connection.execute(without))
    wang = small_world.resident()
    burns(small_world, places=())
    await wang.says(FIRE)
    await wang.is_at(30.20, 115.05)
    assert "那里是哪个社区" in wang.last.text
    assert list(wang.last.buttons) == ["延安岭社区"]


async def test_the_location_of_a_draft_tells_where_the_danger_in_it_is(small_world: World) -> None:
    await change(small_world, placed)
    wang, chen = small_world.resident(), small_world.worker(WORKER)
    means(small_world, "3栋着火", {"scene": Scene.SAFETY, "places": ()})
    means(small_world, "了快来", {"scene": Scene.NONE, "none_type": NoneType.CHAT, "places": ()})
    burns(small_world, "3栋着火\n了快来", places=())
    await wang.says("3栋着火")
    await wang.is_at(30.20, 115.05)
    await wang.says("了快来")
    assert (await case(small_world)).urgency == "E"
    assert chen.sees("紧急 YA-1")


async def test_a_photo_and_a_location_belong_to_the_emergency_and_not_to_the_draft_that_waits(
    small_world: World,
) -> None:
    await change(small_world, placed)
    wang = small_world.resident()
    await wang.says(LAMP)
    burns(small_world)
    await wang.says(FIRE)
    await wang.sends("photo")
    await wang.is_at(30.20, 115.05)
    assert (await case(small_world)).latitude == 30.20
    assert await files(small_world) == 1


async def test_what_follows_an_emergency_belongs_to_it_and_not_to_an_older_question_of_the_staff(world: World) -> None:
    wang, chen = await settled(world), world.worker(WORKER)
    await chen.taps("问居民")
    await chen.says("是哪一盏？")
    await world.passes(minutes=1)
    burns(world)
    await wang.says(FIRE)
    await wang.is_at(30.20, 115.05)
    await wang.says("楼上还有老人")
    fire, lamp = await case(world, 2), await case(world)
    assert (fire.latitude, fire.text) == (30.20, f"{FIRE}\n楼上还有老人")
    assert "楼上还有老人" in chen.last.text
    assert (lamp.latitude, lamp.text, lamp.state) == (None, LAMP, "needs_info")
    await world.passes(hours=1)
    await wang.says("三单元门口左边那盏")
    assert (await case(world)).state == "waiting", "the question stayed open"


async def test_a_district_that_has_no_community_yet_keeps_a_location(small_world: World) -> None:
    await change(small_world, lambda connection: connection.execute(delete(Community).where(Community.id != DISTRICT)))
    wang = small_world.resident()
    burns(small_world, places=())
    await wang.says(FIRE)
    await wang.is_at(30.20, 115.05)
    assert (await case(small_world, community=0)).latitude == 30.20


async def test_a_button_from_before_it_moved_still_works(world: World) -> None:
    wang, chen = world.resident(), world.worker(WORKER)
    burns(world, places=())
    await wang.says(FIRE)
    take = chen.last.buttons["我来处理"]
    await wang.says("延安岭社区3栋")
    await chen.presses(take)
    assert wang.sees("值班的人已经看到")


async def test_a_link_does_not_hold_up_what_is_said_in_an_emergency(world: World) -> None:
    wang, chen = world.resident(), world.worker(WORKER)
    burns(world, places=())
    await wang.says(FIRE)
    await wang.says("延安岭社区3栋 https://maps.example.top/x")
    assert "延安岭社区3栋" in ((await case(world)).place or "")
    assert not wang.sees("网址")
    assert any("YA-1" in m.text for m in chen.messages)


async def test_what_is_said_and_edited_after_it_moved_belongs_to_it(world: World) -> None:
    wang = world.resident()
    burns(world, places=())
    burns(world, "火越来越大了")
    await wang.says(FIRE, message_id=500)
    await wang.says("延安岭社区3栋")
    await wang.says("火越来越大了")
    await wang.edits(500, f"{FIRE}！")
    assert (await case(world)).text == f"{FIRE}！\n火越来越大了"
    assert await count(world, Case) == 2
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert FIRE not in await all_text(world)


async def test_the_community_chosen_afterwards_is_where_it_goes(small_world: World) -> None:
    wang, chen = small_world.resident(), small_world.worker(WORKER)
    burns(small_world, places=())
    await wang.says(FIRE)
    await wang.says("/community")
    await wang.taps("延安岭社区")
    assert (await case(small_world)).text == FIRE
    assert chen.sees("紧急 YA-1（延安岭社区）")


async def test_who_took_it_goes_on_only_where_they_may_handle_it(world: World) -> None:
    def on_duty_of_the_district(connection: Connection) -> None:
        shift = {"community_id": 0, "id": 1, "staff_id": 5, "weekday": 2, "start_minute": 0, "end_minute": 1440}
        connection.execute(insert(Duty).values(**shift))

    await change(world, on_duty_of_the_district)
    await change(world, dismisses(WORKER))
    await change(world, employs(7, "小李", "worker", "community", 1))
    wang, zhao = world.resident(), world.worker(5)
    burns(world, places=())
    await wang.says(FIRE)
    await zhao.taps("我来处理")
    await wang.says("延安岭社区3栋")
    assert (await alarm(world)).staff_id == 5, "on duty for the district, they may handle it everywhere"
    assert not world.worker(MANAGER).sees("紧急 YA-1")


async def test_who_may_not_handle_it_there_is_followed_by_who_may(world: World) -> None:
    def on_duty_elsewhere(connection: Connection) -> None:
        nobody_on_duty(connection)
        shift = {"community_id": 2, "id": 1, "staff_id": 5, "weekday": 2, "start_minute": 0, "end_minute": 1440}
        connection.execute(insert(Duty).values(**shift))

    await change(world, on_duty_elsewhere)
    wang, zhao = world.resident(), world.worker(5)
    burns(world, places=())
    await wang.says(FIRE)
    await zhao.taps("我来处理")
    await wang.says("延安岭社区3栋")
    assert zhao.sees("QU-1 是延安岭社区的事")
    assert world.worker(MANAGER).sees("紧急 YA-1")
    assert (await alarm(world)).acknowledged_at is None


async def test_without_a_community_it_goes_up_to_every_manager_and_street_and_they_may_act(world: World) -> None:
    wang = world.resident()
    burns(world, places=())
    await wang.says(FIRE)
    for person in (MANAGER, SUPERVISOR):
        assert not world.worker(person).sees("紧急 QU-1")
        await world.passes(minutes=5, seconds=1)
        assert world.worker(person).sees("紧急 QU-1")
    await world.worker(SUPERVISOR).taps("我来处理")
    assert wang.sees("值班的人已经看到")


async def test_a_level_that_nobody_can_be_reached_at_is_passed_over_up_to_every_admin(world: World) -> None:
    await change(world, nobody_on_duty)
    await change(world, dismisses(MANAGER))
    await change(world, dismisses(SUPERVISOR))
    for admin in (8, 9):
        await change(world, employs(admin, f"老何{admin}", "admin", "district", 0))
    burns(world, places=())
    await world.resident().says(FIRE)
    for admin in (8, 9):
        assert world.worker(admin).sees("紧急 QU-1")


async def test_the_community_in_the_words_is_where_it_is_filed(small_world: World) -> None:
    words = "延安岭社区3栋着火了"
    burns(small_world, words)
    await small_world.resident().says(words)
    assert (await case(small_world)).text == words


async def test_where_is_asked_and_the_answer_goes_to_case_card_and_the_called(world: World) -> None:
    wang, chen = await settled(world), world.worker(WORKER)
    burns(world, places=())
    await wang.says(FIRE)
    assert "您在哪里" in wang.last.text
    await wang.says("3栋2单元五楼")
    assert (await case(world, 2)).place == "3栋2单元五楼"
    assert "地点：3栋2单元五楼" in next(m.text for m in chen.messages if "YA-2　" in m.text)
    assert "🔔 YA-2 地点：3栋2单元五楼" in chen.last.text


async def test_a_location_tells_the_called_where(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world, places=())
    await wang.says(FIRE)
    await wang.is_at(30.2, 115.1)
    assert "115.100000,30.200000" in chen.last.text


async def test_more_words_belong_to_the_same_emergency(world: World) -> None:
    wang, chen = await settled(world), world.worker(WORKER)
    burns(world)
    burns(world, "火越来越大了")
    await wang.says(FIRE)
    await wang.says("火越来越大了")
    await wang.says("楼上还有老人")
    assert await count(world, Case) == 2
    assert "已经转给值班的人" in wang.last.text
    assert "楼上还有老人" in chen.last.text
    assert (await case(world, 2)).text == f"{FIRE}\n火越来越大了\n楼上还有老人"


async def test_a_new_danger_gets_its_own_number(small_world: World) -> None:
    wang = await settled(small_world)
    burns(small_world)
    burns(small_world, "有人烧伤了", alarms=(Alarm.FIRE, Alarm.AMBULANCE))
    await wang.says(FIRE)
    await wang.says("有人烧伤了")
    assert "120" in wang.last.text
    assert "119" not in wang.last.text


async def test_what_was_another_matter_can_be_said_with_a_tap(small_world: World) -> None:
    wang = await settled(small_world)
    burns(small_world)
    await wang.says(FIRE)
    await wang.says("楼道里垃圾没人收")
    await wang.taps("这是另一件事")
    assert (await case(small_world, 2)).text == FIRE
    assert (await case(small_world, 3)).text == "楼道里垃圾没人收"


async def test_a_second_emergency_that_is_another_matter_has_an_alarm_of_its_own(world: World) -> None:
    wang, chen = await settled(world), world.worker(WORKER)
    burns(world)
    burns(world, "7栋有人晕倒了", alarms=(Alarm.AMBULANCE,), places=("7栋",))
    await wang.says(FIRE)
    await wang.says("7栋有人晕倒了")
    await wang.taps("这是另一件事")
    assert (await case(world, 2)).text == FIRE
    assert (await case(world, 3)).text == "7栋有人晕倒了"
    assert "120" in wang.last.text
    assert chen.sees("紧急 YA-3")
    await world.passes(minutes=5, seconds=1)
    assert world.worker(MANAGER).sees("紧急 YA-3")
    await chen.taps("我来处理")
    assert (await case(world, 3)).staff_id == WORKER


async def test_a_link_in_it_holds_no_emergency_up(small_world: World) -> None:
    words = "7栋有人晕倒了，看 http://video.example.top/1"
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    burns(small_world, words, alarms=(Alarm.AMBULANCE,), places=("7栋",))
    await wang.says(FIRE)
    await wang.says(words)
    await wang.taps("这是另一件事")
    assert chen.sees("紧急 YA-3")


async def test_a_photo_joins_the_emergency_and_the_called_hear_of_it(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    await wang.sends("photo")
    assert await files(small_world, 2) == 1
    assert "照片或文件" in chen.last.text


async def test_an_emergency_in_an_album_does_not_wait_for_the_other_parts(small_world: World) -> None:
    wang = small_world.resident()
    burns(small_world)
    await wang.sends("photo", FIRE, album="a")
    assert "119" in wang.messages[0].text


async def test_an_emergency_in_the_middle_of_a_draft_leaves_the_draft(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    burns(small_world)
    await wang.says(FIRE)
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert (await case(small_world)).text == FIRE, "now that it is known where"
    assert (await case(small_world, 2)).text == LAMP


async def test_an_emergency_among_other_matters_is_one_case_with_all_words_and_the_danger_first(
    small_world: World,
) -> None:
    words = "路灯坏了。另外3栋着火了"
    means(small_world, words, {"text": "路灯坏了。"}, ALARM | {"text": "另外3栋着火了"})
    wang = small_world.resident()
    await wang.says(words)
    assert "119" in wang.messages[0].text
    assert (await case(small_world, community=0)).text == "另外3栋着火了\n路灯坏了。"


async def test_somebody_in_distress_gets_calm_words_and_no_form(world: World) -> None:
    words = "我不想活了"
    means(world, words, DISTRESS)
    wang, chen = world.resident(), world.worker(WORKER)
    await wang.says(words)
    assert len(wang.messages) == 1
    assert wang.last.text.startswith("我看到您的话了")
    assert "110" in wang.last.text
    assert "12356" in wang.last.text
    assert not wang.last.buttons
    assert "编号" not in wang.last.text
    assert chen.sees(words)


async def test_grief_without_danger_gets_a_person_and_no_number_of_the_police(world: World) -> None:
    words = "老伴走了以后，我一天说不到一句话"
    means(world, words, DISTRESS | {"alarms": (Alarm.HUMAN,), "urgency": Urgency.NORMAL})
    wang, chen = world.resident(), world.worker(WORKER)
    await wang.says(words)
    assert "12356" in wang.last.text
    assert "110" not in wang.last.text
    assert not wang.last.buttons
    assert chen.sees(words)


async def test_whoever_takes_it_has_accepted_it(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    await chen.taps("我来处理")
    taken = await case(small_world, 2)
    assert (taken.state, taken.staff_id) == ("accepted", WORKER)
    assert not wang.sees("已经接手"), "the person hears once that somebody is on it"


async def test_what_somebody_in_distress_says_next_goes_to_a_person(small_world: World) -> None:
    means(small_world, "我不想活了", DISTRESS)
    means(small_world, "没人管我", {"scene": Scene.NONE, "none_type": NoneType.VENT, "places": ()})
    wang, chen = small_world.resident(), small_world.worker(WORKER)
    await wang.says("我不想活了")
    await wang.says("没人管我")
    assert "没人管我" in chen.last.text or chen.sees("没人管我")
    assert wang.last.text == small_world.app.context.texts("emergency.passed_on_gently")
    assert "让您着急了" not in wang.last.text


async def test_if_nobody_can_be_reached_it_is_said_logged_and_tried_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await change(world, lambda connection: connection.execute(delete(StaffAccount)))
    wang = await settled(world)
    burns(world)
    with caplog.at_level(logging.ERROR):
        await wang.says(FIRE)
    assert "nobody can be reached" in caplog.text
    assert "我一时没有找到值班的人" in wang.messages[-1].text
    assert FIRE not in caplog.text
    row = {"bot": "staff", "account": MANAGER, "staff_id": MANAGER, "chat": MANAGER, "bound_at": world.clock.now()}
    await change(world, lambda connection: connection.execute(insert(StaffAccount).values(**row)))
    await world.passes(minutes=5, seconds=1)
    assert world.worker(MANAGER).sees("紧急 YA-2")


async def test_an_alarm_comes_however_long_the_messenger_was_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wang, chen = await settled(world), world.worker(WORKER)
    burns(world)

    async def is_down(_message: Outgoing) -> None:
        raise TryLater("down")

    with monkeypatch.context() as outage:
        outage.setattr(world.staff, "send", is_down)
        await wang.says(FIRE)
        for _ in range(4):
            await world.passes(minutes=5, seconds=1)
    world.app.deliverers["staff"]._limiter._held.clear()
    await world.passes(seconds=10)
    assert chen.sees("紧急 YA-2")
    assert len([m for m in chen.messages if "紧急 YA-2" in m.text]) == 1


async def test_staff_who_blocked_the_bot_are_passed_over(small_world: World) -> None:
    chen = small_world.worker(WORKER)
    await chen.says("/start")
    small_world.staff.push(kind="blocked", chat=WORKER)
    await small_world.runs()
    wang = await settled(small_world)
    burns(small_world)
    await wang.says(FIRE)
    assert not chen.sees("YA-2")
    assert small_world.worker(MANAGER).sees("紧急 YA-2")
    assert await count(small_world, Person, Person.paused_at.is_not(None)) == 1


async def test_a_group_that_shows_the_cards_counts_as_somebody(small_world: World) -> None:
    await change(small_world, lambda c: (has_staff_chat(-100)(c), c.execute(delete(StaffAccount))))
    wang = await settled(small_world)
    burns(small_world)
    await wang.says(FIRE)
    assert wang.sees("已经在叫社区值班的人")
    card = next(m for m in small_world.staff.messages if "YA-2" in m.text)
    assert "还没有人点" in card.text


async def test_withdrawing_an_emergency_tells_who_was_called(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    await wang.says("我的诉求")
    await wang.taps("YA-2 看详情")
    assert "轻重不对" not in wang.last.buttons, "the urgency of an emergency is not for tapping away"
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    assert "还是请联系确认一下" in chen.last.text
    await small_world.passes(minutes=6)
    assert not small_world.worker(MANAGER).sees("YA-2")


async def test_a_worker_can_make_it_an_emergency_and_take_that_back(world: World) -> None:
    await change(world, employs(7, "小李", "worker", "community", 1))
    await settled(world)
    chen, li = world.worker(WORKER), world.worker(7)
    await li.taps("改轻重")
    await li.taps("🔴 紧急")
    assert chen.sees("紧急 YA-1")
    due = (await case(world)).due_at - (await case(world)).created_at
    assert due.total_seconds() == 2 * 3600
    await li.taps("改轻重")
    await li.taps("🔵 一般")
    await world.passes(minutes=6)
    assert not world.worker(MANAGER).sees("紧急")
    assert (await alarm(world)).acknowledged_at is not None


async def test_what_is_an_emergency_after_all_goes_up_the_levels_again(world: World) -> None:
    await change(world, employs(7, "小李", "worker", "community", 1))
    await settled(world)
    li, boss = world.worker(7), world.worker(MANAGER)
    for label in ("🔴 紧急", "🔵 一般", "🔴 紧急"):
        await li.taps("改轻重")
        await li.taps(label)
        await world.passes(minutes=5, seconds=1)
    assert "紧急 YA-1" in boss.last.text
    assert "我来处理" in "".join(boss.last.buttons)
    assert not world.worker(SUPERVISOR).sees("紧急 YA-1")


async def test_an_edit_that_tells_of_danger_raises_the_alarm(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    message = await small_world.rows(lambda c: c.exec_driver_sql("SELECT message_id FROM case_messages").scalar())
    small_world.residents.push(kind="edit", chat=wang.chat, text=FIRE)
    small_world.residents.updates[-1]["message_id"] = message
    await small_world.runs()
    assert chen.sees("紧急 YA-1")
    assert wang.sees("119")


async def test_danger_told_by_correcting_a_slip_is_an_emergency_though_nothing_was_filed(world: World) -> None:
    wang, chen = await settled(world), world.worker(WORKER)
    means(world, "3栋着或了快来", {"scene": Scene.NONE, "none_type": NoneType.CHAT, "places": ()})
    burns(world)
    await wang.says("3栋着或了快来", message_id=500)
    assert await count(world, Case) == 1
    await wang.edits(500, FIRE)
    assert "119" in wang.last.text
    assert chen.sees("紧急 YA-2")
    assert (await case(world, 2)).text == FIRE
    await wang.edits(500, f"{FIRE}！")
    assert (await case(world, 2)).text == f"{FIRE}！"
    assert await count(world, AlarmRow) == 1


async def test_an_edit_that_tells_of_danger_before_its_message_came_does_not_wait_for_it(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.edits(500, FIRE)
    assert chen.sees("紧急 YA-2")


async def test_danger_told_by_an_edit_of_what_was_answered_is_an_emergency_of_its_own(small_world: World) -> None:
    chen, wang = small_world.worker(WORKER), small_world.resident()
    await wang.says(LAMP, message_id=500)
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    await chen.taps("办结答复")
    await chen.says("灯泡换好了，今晚就亮。")
    burns(small_world)
    await wang.edits(500, FIRE)
    assert "119" in wang.last.text
    assert chen.sees("紧急 YA-2")
    assert ((await case(small_world)).text, (await case(small_world)).state) == (LAMP, "answered")


async def test_another_danger_told_by_an_edit_within_an_emergency_reaches_the_called(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    burns(small_world, "7栋有人晕倒了", alarms=(Alarm.AMBULANCE,), places=("7栋",))
    await wang.says(FIRE)
    await wang.says("楼上还有老人", message_id=500)
    await wang.edits(500, "7栋有人晕倒了")
    assert "120" in wang.last.text
    assert "7栋有人晕倒了" in chen.last.text
    assert (await case(small_world, 2)).text == f"{FIRE}\n楼上还有老人\n7栋有人晕倒了"


async def test_correcting_a_word_in_an_emergency_calls_nobody_again(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    burns(small_world, f"{FIRE}人")
    await wang.says(FIRE, message_id=500)
    before = len(chen.messages)
    await wang.edits(500, f"{FIRE}人")
    assert (await case(small_world, 2)).text == f"{FIRE}人"
    assert len(chen.messages) == before


async def test_a_worker_who_tells_the_staff_bot_of_danger_gets_the_number(small_world: World) -> None:
    burns(small_world)
    chen = small_world.worker(WORKER)
    await chen.says(FIRE)
    assert "119" in chen.last.text


async def test_a_demoted_worker_cannot_acknowledge_though_the_roster_still_names_them(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    await change(small_world, dismisses(WORKER))
    assert "不归您管" in await chen.taps("我来处理")
    assert (await alarm(small_world)).acknowledged_at is None


async def test_words_of_an_emergency_leave_no_trace_in_the_log(
    small_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    burns(small_world)
    with caplog.at_level(logging.DEBUG):
        await small_world.resident().says(FIRE)
    assert FIRE not in caplog.text
    assert FIRE in await all_text(small_world)


async def test_a_resident_cannot_tap_an_emergency_away(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    await wang.taps("轻重不对")
    await chen.taps("改轻重")
    await chen.taps("🔴 紧急")
    assert "不能这样做" in await wang.taps("🔵 一般")
    assert (await case(small_world)).urgency == "E"


async def test_the_card_of_an_emergency_can_be_taken_too(small_world: World) -> None:
    burns(small_world)
    await small_world.resident().says(FIRE)
    chen = small_world.worker(WORKER)
    card = next(message for message in chen.messages if "还没有人点「我来处理」" in message.text)
    await chen.presses(card.buttons["我来处理"])
    assert (await alarm(small_world, 0)).staff_id == WORKER
    assert "我来处理" not in card.buttons


async def test_a_thank_you_is_not_passed_on_as_an_alarm(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    before = len(chen.messages)
    means(small_world, "谢谢谢谢", {"scene": Scene.NONE, "none_type": NoneType.THANKS, "places": ()})
    await wang.says("谢谢谢谢")
    assert wang.last.text == small_world.app.context.texts("emergency.thanks")
    assert len(chen.messages) == before
    assert (await case(small_world, 2)).text == FIRE


@pytest.mark.parametrize("words", ["谢谢，他还没醒", "好的，烟更大了", "怎么还没来人"])
async def test_news_after_a_thank_you_and_a_call_for_help_reach_those_who_were_called(
    small_world: World, words: str
) -> None:
    wang, chen = await settled(small_world), small_world.worker(WORKER)
    burns(small_world)
    await wang.says(FIRE)
    means(small_world, words, {"scene": Scene.NONE, "none_type": NoneType.THANKS, "places": ()})
    await wang.says(words)
    assert wang.last.text == small_world.app.context.texts("emergency.passed_on")
    assert words in chen.last.text


async def test_distress_beside_another_emergency_is_heard_gently(small_world: World) -> None:
    wang = await settled(small_world)
    burns(small_world)
    await wang.says(FIRE)
    means(small_world, "我不想活了", DISTRESS)
    await wang.says("我不想活了")
    assert wang.last.text.startswith("我看到您的话了")
    assert "12356" in wang.last.text
