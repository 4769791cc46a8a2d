"""我的诉求, anonymity, withdrawing, help, and the copy of one's data."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from bot.district import load_texts
from ledger.lifecycle import Action
from storage.tables import CasePerson, Outbox
from tests.support.staff_words import staff_words_in
from tests.support.world import Person, World
from tests.walk.model import ONLY_SAID
from tests.ways.steps import LAMP, RUBBISH, answered, case, change, count, employs, settled


async def merged(world: World) -> tuple[Person, Person]:
    """Two residents whose reports were put together into the first one's."""
    wang, zhang, chen = await settled(world), await settled(world, 1002, RUBBISH), world.worker(1)
    await chen.taps("合并")
    await chen.says("1")
    await world.passes(seconds=61)
    return wang, zhang


async def test_who_has_nothing_is_told_how_to_begin(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("我的诉求")
    assert "还没有登记过" in wang.last.text


async def test_a_long_list_goes_on_at_a_tap(small_world: World) -> None:
    wang = await settled(small_world)
    for number in range(9):
        await wang.says(f"{number + 4}栋楼下的路灯坏了{number}天了")
    await wang.says("我的诉求")
    assert "您一共有 10 件" in wang.last.text
    assert len(wang.last.buttons) == 9
    await wang.taps("看更早的")
    assert list(wang.last.buttons) == ["YA-2 看详情", "YA-1 看详情"]


async def test_an_answer_that_is_late_is_not_promised_for_a_day_that_is_over(small_world: World) -> None:
    wang = await settled(small_world)
    await small_world.passes(days=20)
    await wang.says("我的诉求")
    assert "等人接手，超时了，正在催" in wang.last.text
    assert "最晚" not in wang.last.text
    await wang.taps("YA-1 看详情")
    assert "说好 " in wang.last.text
    assert wang.last.text.count("超时了，正在催") == 1


async def test_details_show_words_clock_and_answer(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    assert LAMP in wang.last.text
    assert "答复：灯泡换好了" in wang.last.text
    assert "👍 解决了" in wang.last.buttons


async def test_a_neighbour_sees_no_personal_data_of_the_reporter(small_world: World) -> None:
    small_world.resident()
    wang, chen = await settled(small_world, 1001, "3栋路灯坏了，我电话13812345678"), small_world.worker(1)
    zhang = await settled(small_world, 1002, RUBBISH)
    await chen.taps("合并")
    await chen.says("1")
    await zhang.says("我的诉求")
    await zhang.taps("YA-1 看详情")
    assert not zhang.sees("13812345678")
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    assert "13812345678" in wang.last.text


async def test_withdrawing_leaves_the_case_to_the_neighbours(world: World) -> None:
    wang, zhang = await merged(world)
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    left = await case(world)
    assert (left.state, left.supporters) == ("waiting", 1)
    people = await world.rows(
        lambda c: c.execute(select(CasePerson.account).where(CasePerson.case_no == 1)).scalars().all()
    )
    assert people == [zhang.account]


async def test_a_withdrawn_case_has_no_buttons_left(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    assert not any(message.buttons for message in wang.messages)


async def test_anonymity_holds_for_the_next_report_too(small_world: World) -> None:
    wang = small_world.resident(77)
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    await wang.taps("匿名提交")
    assert "匿名" in wang.last.text
    await wang.says(RUBBISH)
    assert "匿名" in wang.last.text
    assert (await case(small_world, 2)).anonymous


async def test_a_name_can_be_hidden_and_shown_again_afterwards(world: World) -> None:
    wang, chen = await settled(world, 77), world.worker(1)
    assert "反映人：人77" in chen.last.text
    await wang.taps("改为匿名")
    assert "反映人：匿名" in chen.messages[0].text
    assert "人77" not in chen.messages[0].text
    assert "匿名" in wang.messages[-1].text
    await wang.taps("改为不匿名")
    assert "反映人：人77" in chen.messages[0].text


async def test_nothing_that_staff_get_knows_who_was_anonymous(world: World) -> None:
    wang, chen = world.resident(771177), world.worker(1)
    await change(world, employs(8, "老赵", "manager", "community", 1))
    await wang.says(RUBBISH)
    await wang.taps("延安岭社区")
    await wang.taps("匿名提交")
    await chen.taps("派单")
    await chen.taps("区城管局")
    await world.passes(seconds=61)
    await wang.taps("补充")
    await wang.says("今天又堆了一些")
    await chen.says("待办")
    await chen.taps("YA-1")
    assert not any("771177" in f"{m.text}{m.buttons}{m.files}" for m in world.staff.messages)
    events = await world.rows(lambda c: str(c.exec_driver_sql("SELECT via, detail, reason FROM case_events").all()))
    assert "771177" not in events


async def test_a_merge_writes_no_account_into_the_history(world: World) -> None:
    _, zhang = await merged(world)
    events = await world.rows(lambda c: str(c.exec_driver_sql("SELECT via, detail, reason FROM case_events").all()))
    assert str(zhang.account) not in events


async def test_help_and_privacy_are_a_word_away(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("帮助")
    assert "我的诉求" in wang.last.text
    await wang.says("隐私")
    assert small_world.app.context.district.limits.consent_version in wang.last.text
    assert "谁能看" in wang.last.text
    assert "报告也会引用" in wang.last.text
    assert "只用来" not in wang.last.text
    assert list(wang.last.buttons) == ["给我一份我的数据", "删除我的数据"]


def exported(world: World) -> dict[str, Any]:
    """The newest file that was put into the store, which a machine can read, too."""
    folder: Path = world.app.files.folder
    newest = max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_mtime_ns)
    found: dict[str, Any] = yaml.safe_load(newest.read_bytes())
    return found


async def test_the_copy_of_ones_data_is_complete(world: World) -> None:
    wang, _ = await answered(world)
    await wang.is_at(30.2, 115.1)
    await wang.sends("photo")
    await wang.says("我的数据")
    assert wang.last.files == ["我的数据.txt"]
    assert "一共 1 件" in wang.last.text
    data = exported(world)
    assert (data["账号"], data["名字"], data["社区"]) == (1001, "人1001", "延安岭社区")
    assert data["同意的说明版本"] == world.app.context.district.limits.consent_version
    filed = data["诉求"][0]
    assert (filed["编号"], filed["原话"], filed["身份"]) == ("YA-1", LAMP, "反映人")
    assert filed["答复"] == "灯泡换好了，今晚就亮。"
    assert (filed["纬度"], filed["经度"]) == (30.2, 115.1)
    assert [message["类型"] for message in filed["消息"]] == ["文字", "位置", "照片"]
    assert len(filed["文件"]) == 1
    assert [step["步骤"] for step in filed["经过"]][:2] == ["登记", "社区接手"]
    assert (filed["机器判断"]["类别"], filed["机器判断"]["轻重"]) == ("公共服务", "一般")
    assert filed["机器判断"]["把握"].endswith("%")
    assert "公共服务" not in filed["机器判断"]["还可能是"]
    assert not re.search("[A-Za-z]", json.dumps([filed["机器判断"], filed["经过"]], ensure_ascii=False))
    assert data["正在进行的对话"]
    assert filed["登记时间"] == "2026年11月18日 上午10:00"
    assert (filed["匿名"], filed["是否解决"], data["停发时间"]) == ("否", "（空）", "（空）")


@pytest.mark.parametrize("step", [*Action, *ONLY_SAID, "file", "imported", "undo"])
def test_every_step_of_a_case_has_a_name_for_residents(step: str) -> None:
    assert staff_words_in([load_texts()(f"step.{step}")]) == []


async def test_a_neighbours_copy_does_not_hold_the_reporters_words(small_world: World) -> None:
    _, zhang = await merged(small_world)
    await zhang.says("我的数据")
    joined = next(case for case in exported(small_world)["诉求"] if case["编号"] == "YA-1")
    assert joined["身份"] == "一起反映"
    assert LAMP not in json.dumps(joined, ensure_ascii=False)


async def test_the_copy_is_not_kept_longer_than_it_takes_to_send_it(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says("我的数据")
    await wang.says("我的数据")
    folder = small_world.app.files.folder
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
    await small_world.passes(days=1, seconds=1)
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert await count(small_world, Outbox, Outbox.body.is_not(None), Outbox.state == "sent") == 0


async def test_who_left_a_case_adds_nothing_to_it_any_more(small_world: World) -> None:
    wang, _ = await merged(small_world)
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    await wang.taps("补充")
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    await wang.says("小区里没有健身器材，能不能装几个")
    assert "编号 YA-3" in wang.last.text
    assert (await case(small_world)).text == LAMP
