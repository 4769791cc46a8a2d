"""Buttons pressed twice, late, by others, elsewhere, or never made: one effect or none, and plain words."""

import asyncio

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from storage.tables import Case, CaseEvent, Keyboard, StaffAccount, StaffRight
from tests.support.world import NOW, World
from tests.ways.steps import LAMP, RUBBISH, case, change, count, dismisses, employs, settled

NOT_YOURS = "这个按钮用不了了"


async def test_two_workers_tap_at_once_and_one_of_them_hears_that_it_is_done(world: World) -> None:
    await change(world, employs(7, "小李", "worker", "community", 1))
    await settled(world)
    chen, li = world.worker(1), world.worker(7)
    presses = []
    for worker in (chen, li):
        data = worker.last.buttons["✅ 受理"]
        press = f"at-once-{worker.account}"
        presses.append(press)
        world.staff.push(kind="press", chat=worker.chat, account=worker.account, press=data, press_id=press)
    await world.runs()
    words = {world.staff.answers[press].text for press in presses}
    assert "YA-1 现在是「已受理」，不能这样做。没有改动。" in words
    assert await count(world, CaseEvent, CaseEvent.action == "accept") == 1


async def test_two_processes_take_the_same_step_once(world: World) -> None:
    await change(world, employs(7, "小李", "worker", "community", 1))
    await settled(world)
    for account in (1, 7):
        data = world.worker(account).last.buttons["✅ 受理"]
        world.staff.push(kind="press", chat=account, account=account, press=data, press_id=f"p{account}")
    await world.app.intake.store(world.staff, world.staff.updates)
    await asyncio.gather(*(world.app.worker.run_once(lanes=1) for _ in range(4)))
    await world.app.settle()
    assert await count(world, CaseEvent, CaseEvent.action == "accept") == 1
    assert (await case(world)).version == 2


async def test_a_double_tap_takes_one_step(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    data = chen.last.buttons["✅ 受理"]
    await chen.presses(data)
    assert "现在是「已受理」" in await chen.presses(data)
    assert await count(small_world, CaseEvent, CaseEvent.action == "accept") == 1


async def test_a_double_tap_on_a_choice_made_once_is_told_so(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("受理")
    undo = chen.last.buttons["↩️ 撤销"]
    await chen.presses(undo)
    assert await chen.presses(undo) == "已经点过了。"


FORGED = [
    "",
    ".",
    "1.",
    ".1",
    "-1.5",
    "1.-5",
    "1." + "z" * 30,
    f"1.{10**24}",
    "1.1.1",
    "1.1.fff",
    "１.１",
    "0.0",
    "1.0",
    "a b",
    "x" * 64,
]


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_button_does_nothing(small_world: World, forged: str) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    assert NOT_YOURS in await chen.presses(forged)
    assert (await case(small_world)).version == 1


async def test_every_button_of_others_is_refused_to_a_stranger(world: World) -> None:
    """Whoever guesses or steals ids of buttons gets nowhere with them, on either bot."""
    wang, chen = await settled(world), world.worker(1)
    for step in ("派单", "改类别", "改轻重", "办结答复", "问居民", "不予受理"):
        await chen.taps(step)
    await wang.taps("类别不对")
    stolen = await world.rows(lambda c: [place for row in c.execute(select(Keyboard.choices)) for place in row.choices])
    made = {data for m in (*world.staff.messages, *world.residents.messages) for data in m.buttons.values()}
    assert len(stolen) >= len(made)
    for thief in (world.resident(666), world.worker(666), world.worker(5)):
        for data in made:
            assert NOT_YOURS in await thief.presses(data)
    assert (await case(world)).version == 1


async def test_a_button_of_another_person_in_the_same_group_is_refused(small_world: World) -> None:
    await change(small_world, employs(7, "小李", "worker", "community", 1))
    await settled(small_world)
    chen, li = small_world.worker(1, chat=-100), small_world.worker(7, chat=-100)
    await chen.says("/queue")
    await chen.taps("YA-1")
    await chen.taps("改类别")
    culture = next(data for label, data in chen.last.buttons.items() if "文化休闲" in label)
    assert NOT_YOURS in await li.presses(culture)
    assert (await case(small_world)).scene == "public_service"


async def test_an_expired_button_does_nothing(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await small_world.passes(days=31)
    assert NOT_YOURS in await chen.taps("受理")
    assert (await case(small_world)).state == "waiting"


async def test_a_button_of_a_case_that_has_ended_says_what_is_so(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    accept = chen.last.buttons["✅ 受理"]
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    assert "YA-1 现在是「撤回」" in await chen.presses(accept)


async def test_words_for_a_case_that_has_ended_meanwhile_change_nothing(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    await chen.taps("办结答复")
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    await chen.says("灯泡换好了")
    assert "没有改动" in chen.last.text
    assert (await case(small_world)).reply is None
    await chen.says("灯泡换好了")
    assert "发「待办」" in chen.last.text, "the question is closed"


async def test_a_demoted_worker_loses_rights_with_the_next_tap(world: World) -> None:
    await settled(world)
    chen = world.worker(1)
    await change(world, dismisses(1))
    assert "不归您管" in await chen.taps("受理")
    assert (await case(world)).state == "waiting"
    await chen.says("待办")
    assert "没有等着处理的事" in chen.last.text


async def test_a_worker_demoted_in_the_middle_of_a_step_cannot_finish_it(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("办结答复")
    await change(small_world, dismisses(1))
    await chen.says("灯泡换好了")
    assert "不归您管" in chen.last.text
    assert (await case(small_world)).state == "waiting"


async def test_a_demoted_worker_cannot_undo(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.taps("受理")
    await change(small_world, dismisses(1))
    assert "不归您管" in await chen.taps("撤销")
    assert (await case(small_world)).state == "accepted"


async def test_who_moved_to_another_community_is_refused_and_sees_no_more(small_world: World) -> None:
    await change(small_world, employs(7, "小李", "worker", "community", 1))
    wang, li = await settled(small_world), small_world.worker(7)
    await change(
        small_world,
        lambda c: c.execute(update(StaffRight).where(StaffRight.staff_id == 7).values(scope_id=2)),
    )
    assert "不归您管" in await li.taps("受理")
    await wang.taps("补充")
    await wang.says("我的电话是13812345678")
    assert not li.sees("13812345678")


async def test_an_officer_may_do_what_units_do_and_nothing_else(small_world: World) -> None:
    await settled(small_world)
    chen, officer = small_world.worker(1), small_world.worker(4)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await small_world.passes(seconds=61)
    await officer.says("待办")
    await officer.taps("YA-1")
    assert {"签收", "开始办理", "📝 办结答复", "问居民", "退单", "记进展", "📞 电话"} == set(officer.last.buttons)
    await officer.taps("办结答复")
    await officer.says("已修好")
    assert (await case(small_world)).state == "answered"


async def test_an_officer_sees_nothing_of_cases_of_others(small_world: World) -> None:
    await settled(small_world)
    officer = small_world.worker(4)
    await officer.says("待办")
    assert "没有等着处理的事" in officer.last.text
    assert not officer.sees("YA-1")


async def test_a_resident_on_the_staff_bot_is_sent_away(small_world: World) -> None:
    await settled(small_world)
    wang = small_world.worker(1001)
    for words in ("待办", "我的诉求", LAMP, "/start", "/here", "删除我的数据"):
        await wang.says(words)
        assert "工作人员用的" in wang.last.text
    assert await count(small_world, Case) == 1


async def test_a_worker_on_the_residents_bot_is_a_resident(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.resident(1)
    await chen.says("待办")
    assert "这个是社区工作人员用的" in chen.last.text
    await chen.says("我的诉求")
    assert "还没有登记过" in chen.last.text


async def test_a_worker_who_reported_it_does_not_judge_it_by_being_staff(one_bot_world: World) -> None:
    world = one_bot_world
    await change(world, employs(7, "小李", "worker", "community", 1))
    chen = await settled(world, 1)
    assert any("✅ 受理" in m.buttons for m in chen.messages)
    await chen.taps("受理")
    await chen.says("我的诉求")
    assert "YA-1" in chen.last.text
    await chen.taps("YA-1 看详情")
    await chen.taps("撤回")
    await chen.taps("是的，撤回")
    assert (await case(world)).state == "withdrawn"


async def test_one_bot_serves_both_sides(one_bot_world: World) -> None:
    world = one_bot_world
    wang, chen = await settled(world), world.worker(1)
    await chen.taps("办结答复")
    await chen.says("灯泡换好了")
    await world.passes(seconds=61)
    assert wang.sees("灯泡换好了")
    await chen.says(RUBBISH)
    await chen.taps("延安岭社区")
    await chen.taps("同意，提交")
    assert (await case(world, 2)).text == RUBBISH


async def test_buttons_without_a_case_behind_them_say_so(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    accept = chen.last.buttons["✅ 受理"]
    await change(small_world, lambda c: c.execute(delete(Case)))
    assert "找不到了" in await chen.presses(accept)


async def test_the_same_account_cannot_be_bound_by_a_link_twice(world: World) -> None:
    def invites(connection: Connection) -> None:
        from storage.reference_queries import load  # noqa: PLC0415
        from storage.unit_of_work import UnitOfWork  # noqa: PLC0415

        uow = UnitOfWork(connection, load(connection), NOW)
        uow.staff.invite(2, "secret", world.clock.now().replace(year=2027))
        uow.flush()

    await world.app.database.write(invites)
    elsewhere = world.resident(50)
    await elsewhere.says("/start inv_secret")
    assert "链接还有效" in elsewhere.last.text
    zhou, thief = world.worker(51), world.worker(52)
    await zhou.says("/start inv_secret")
    assert "周书记，您好" in zhou.last.text
    await thief.says("/start inv_secret")
    assert "用过了" in thief.last.text
    bound = select(func.count()).select_from(StaffAccount.__table__).where(StaffAccount.staff_id == 2)
    assert await world.rows(lambda c: c.execute(bound).scalar()) == 2


async def test_a_new_communities_worker_sees_only_that_community(small_world: World) -> None:
    def moves_in(connection: Connection) -> None:
        connection.execute(
            insert(StaffRight).values(staff_id=4, role="worker", scope="community", scope_id=2, community_id=0)
        )

    await change(small_world, moves_in)
    await settled(small_world)
    officer = small_world.worker(4)
    assert not officer.sees("YA-1")
