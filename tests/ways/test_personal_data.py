"""Numbers given with a consent of their own, who looked, consent taken back, and contact data that goes in time."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from storage.tables import (
    Access,
    Case,
    CaseContact,
    CaseEvent,
    CaseMessage,
    CasePerson,
    Conversation,
    Lane,
    Person,
    Shown,
)
from tests.support.world import NOW, World
from tests.support.world import Person as Actor
from tests.ways.steps import RUBBISH, all_text, answered, case, change, count, has_staff_chat, means, settled
from tests.ways.test_emergencies import ALARM
from tests.ways.test_joining import drafting

PERSONAL = "3栋二单元501室楼道的灯坏了，我是张建国"
PHONE = "13812345678"


async def accesses(world: World) -> list[tuple[str, str]]:
    statement = select(Access.role, Access.what).order_by(Access.id)
    return [tuple(row) for row in await world.rows(lambda c: c.execute(statement).all())]


async def asked(world: World, words: str = RUBBISH) -> tuple[Actor, Actor]:
    """A resident whom the worker has asked for a number."""
    wang, chen = await settled(world, words=words), world.worker(1)
    await chen.taps("受理")
    assert "已经问过居民" in await chen.taps("电话")
    return wang, chen


# --- a number for one handler ----------------------------------------------------------------------------------------


async def test_a_number_is_given_to_who_asked_and_looking_at_it_is_kept(world: World) -> None:
    wang, chen = await asked(world)
    assert f"延安岭社区想打电话跟您说「{RUBBISH}」（YA-1）" in wang.last.text
    await wang.taps("同意，给电话")
    await wang.says(f"老王 {PHONE}")
    assert "只给了想联系您的人" in wang.last.text
    assert "居民同意联系" in chen.last.text
    assert PHONE not in chen.last.text
    assert await accesses(world) == []
    await chen.taps("电话")
    assert f"老王 {PHONE}" in chen.last.text
    assert await accesses(world) == [("worker", "phone")]


async def test_what_the_community_was_given_the_unit_has_not(world: World) -> None:
    wang, chen = await asked(world)
    await wang.taps("同意，给电话")
    await wang.says(PHONE)
    await chen.taps("派单")
    await chen.taps("区城管局")
    await world.passes(seconds=61)
    officer = world.worker(4)
    await officer.taps("电话")
    assert f"区城管局想打电话跟您说「{RUBBISH}」（YA-1）" in wang.last.text
    await wang.taps("不给")
    assert not officer.sees(PHONE)
    said = len(wang.messages)
    await officer.taps("电话")
    assert wang.sees("照常办")
    assert len(wang.messages) == said, "each asks once"


async def test_danger_is_heard_before_the_number(small_world: World) -> None:
    words = f"着火了快来，{PHONE}"
    means(small_world, words, ALARM)
    wang, _ = await asked(small_world)
    await wang.taps("同意，给电话")
    await wang.says(words)
    assert wang.sees("119")
    assert (await case(small_world, 2)).urgency == "E"


@pytest.mark.parametrize("words", ["6512345", "老王 651-2345", "我家电话6512345"])
async def test_a_number_without_its_area_code_is_one(small_world: World, words: str) -> None:
    wang, chen = await asked(small_world)
    await wang.taps("同意，给电话")
    await wang.says(words)
    assert "只给了想联系您的人" in wang.last.text
    await chen.taps("电话")
    assert words[-4:] in chen.last.text


async def test_words_without_a_number_are_something_else(small_world: World) -> None:
    wang, _ = await asked(small_world)
    await wang.taps("同意，给电话")
    await wang.says("广场舞太吵了，晚上十点还在放")
    assert await count(small_world, CaseContact) == 0
    assert await count(small_world, Case) == 2


async def test_a_number_is_not_shown_in_a_group(small_world: World) -> None:
    await change(small_world, has_staff_chat(-100))
    wang, chen = await settled(small_world), small_world.worker(1, chat=-100)
    await chen.taps("受理")
    await chen.taps("电话")
    await wang.taps("同意，给电话")
    await wang.says(PHONE)
    assert "电话不在群里显示" in await chen.taps("电话")
    assert not chen.sees(PHONE)


async def test_a_number_is_taken_back_at_once(world: World) -> None:
    wang, chen = await asked(world)
    await wang.taps("同意，给电话")
    await wang.says(PHONE)
    await wang.taps("收回电话")
    assert await count(world, CaseContact) == 0
    await chen.taps("电话")
    assert not chen.sees(PHONE)


async def test_whoever_becomes_anonymous_takes_the_number_back(world: World) -> None:
    wang, chen = await asked(world)
    await wang.taps("同意，给电话")
    await wang.says(f"老王 {PHONE}")
    assert "给过电话的，也已经删除" in await wang.taps("改为匿名")
    assert await count(world, CaseContact) == 0
    await chen.taps("电话")
    assert not chen.sees(PHONE)
    assert not chen.sees("老王")


async def test_a_joiner_is_not_asked_for_a_number(small_world: World) -> None:
    await settled(small_world, words=RUBBISH)
    li = await drafting(small_world, words=RUBBISH)
    await li.taps("我也遇到 YA-1")
    chen = small_world.worker(1)
    await chen.taps("受理")
    await chen.taps("电话")
    assert not li.sees("想打电话")


# --- who looked ------------------------------------------------------------------------------------------------------


async def test_what_the_notice_names_works_where_the_staff_talk_too(small_world: World) -> None:
    chen = small_world.worker(1)
    await chen.says("隐私")
    for word in ("谁看过", "撤回同意", "我的数据", "删除数据"):
        assert f"「{word}」" in chen.messages[0].text
        await chen.says(word)
        assert "没看懂" not in chen.last.text


async def test_a_resident_learns_who_looked_and_what_for(world: World) -> None:
    wang = await settled(world)
    await wang.says("谁看过")
    assert "还没有人查看过" in wang.last.text
    chen = world.worker(1)
    await chen.says("待办")
    await chen.taps("YA-1")
    row: dict[str, Any] = {
        "community_id": 1,
        "id": 9,
        "case_no": None,
        "at": NOW + timedelta(hours=1),
        "staff_id": None,
    }
    row |= {"role": "operator", "what": "export", "purpose": "移交12345回访", "detail": {}}
    await change(world, lambda connection: connection.execute(insert(Access), [row]))
    await wang.says("谁看过我的信息")
    assert "延安岭社区网格员　看了 YA-1" in wang.last.text
    assert "延安岭社区管理人员　下载了表格" in wang.last.text
    assert "小陈" not in wang.last.text


async def test_a_card_that_was_looked_up_by_its_number_counts_as_looked_at(small_world: World) -> None:
    wang = await settled(small_world)
    await small_world.worker(1).says("YA-1")
    await wang.says("谁看过")
    assert "延安岭社区网格员　看了 YA-1" in wang.last.text


async def test_nobody_learns_who_looked_at_another_s_case(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.says("待办")
    await chen.taps("YA-1")
    stranger = small_world.resident(1002)
    await stranger.says("谁看过")
    assert "还没有人查看过" in stranger.last.text


# --- consent taken back ----------------------------------------------------------------------------------------------


async def test_consent_is_taken_back_and_the_case_goes_on_without_a_name(world: World) -> None:
    wang, chen = await asked(world)
    await wang.taps("同意，给电话")
    await wang.says(PHONE)
    await wang.says("撤回同意")
    await wang.taps("确定撤回同意")
    person = await world.rows(
        lambda c: c.execute(select(Person.consent_version).where(Person.account == 1001)).scalars().all()
    )
    assert person == [None]
    assert (await case(world)).anonymous
    assert await count(world, CaseContact) == 0
    assert "反映人：匿名" in chen.messages[0].text
    await wang.says("广场舞太吵了，晚上十点还在放")
    assert "同意，提交" in "".join(wang.last.buttons), "the next report is agreed to anew"
    assert await count(world, Case) == 1
    await chen.taps("办结答复")
    await chen.says("清走了")
    await world.passes(seconds=61)
    assert wang.sees("清走了")


# --- in time ---------------------------------------------------------------------------------------------------------


async def ended(world: World, words: str = PERSONAL) -> Actor:
    """A personal case that its reporter has called solved."""
    wang, chen = await settled(world, words=words), world.worker(1)
    await chen.taps("办结答复")
    await chen.says(f"已换好，张建国家501室，电话 {PHONE}")
    await world.passes(seconds=61)
    await wang.taps("解决了")
    await wang.taps("基本满意")
    return wang


async def clean_after(world: World, **time: float) -> None:
    await world.passes(**time)
    await world.app.ticker.clean()
    await world.runs()


async def test_contact_data_goes_after_ninety_days_and_the_case_stays(world: World) -> None:
    wang = await ended(world)
    await clean_after(world, days=89)
    assert await count(world, CasePerson) == 1
    await clean_after(world, days=9)
    assert await count(world, CasePerson) == 0
    row: Any = await case(world)
    assert (row.state, row.solved) == ("closed", True)
    assert row.contacts_gone_at is not None
    for words in (row.text, row.reply, await all_text(world)):
        for hidden in (PHONE, "建国", "501室"):
            assert hidden not in words
    assert "灯坏了" in row.text
    chats = await world.rows(
        lambda c: c.execute(select(CaseMessage.chat).where(CaseMessage.by == "resident")).scalars()
    )
    assert set(chats) == {0}
    assert await count(world, Person, Person.account == 1001) == 0
    assert await count(world, Conversation, Conversation.account == 1001) == 0
    assert await count(world, Shown, Shown.chat == 1001) == 0
    assert await count(world, Lane, Lane.chat == 1001) == 0
    card = next(m for m in world.worker(1).messages if "YA-1　" in m.text)
    assert "建国" not in card.text
    await wang.says("我的诉求")
    assert "还没有登记过" in wang.last.text


async def test_it_goes_once(world: World) -> None:
    await ended(world)
    await clean_after(world, days=98)
    sent = len(world.staff.messages)
    await clean_after(world, days=1)
    assert await count(world, CaseEvent, CaseEvent.action == "contacts_removed") == 1
    assert len(world.staff.messages) == sent


async def test_what_is_still_open_keeps_its_people_however_old(small_world: World) -> None:
    await settled(small_world)
    await clean_after(small_world, days=200)
    assert await count(small_world, CasePerson) == 1


async def test_who_has_another_case_stays_known(small_world: World) -> None:
    wang = await ended(small_world)
    await clean_after(small_world, days=80)
    await wang.says("广场舞太吵了，晚上十点还在放")
    mine = (Shown.chat == 1001, Shown.logical.contains(":1:1"))
    assert await count(small_world, Shown, *mine) > 0
    await clean_after(small_world, days=18)
    assert await count(small_world, CasePerson) == 1
    assert await count(small_world, Person, Person.account == 1001) == 1
    assert await count(small_world, Shown, *mine) == 0, "nothing tells that the old case was theirs"
    assert await count(small_world, Shown, Shown.chat == 1001) > 0


async def test_an_answered_case_is_asked_about_before_anything_goes(small_world: World) -> None:
    await answered(small_world)
    await clean_after(small_world, days=3)
    assert await count(small_world, CasePerson) == 1
