"""代录: for an elderly neighbour, by family, a 楼组长 or a worker; consent written down, both told."""

import pytest
from sqlalchemy import select

from handlers.context import Bot, Serves
from storage.tables import Case, CaseContact, CaseEvent, CasePerson
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, case, change, count, employs, means, settled
from tests.ways.test_emergencies import ALARM

WANG = "三栋王奶奶 13812345678"


async def parts(world: World, no: int = 1) -> dict[int, str]:
    statement = select(CasePerson.account, CasePerson.part).where(CasePerson.case_no == no)
    return {row.account: row.part for row in await world.rows(lambda c: c.execute(statement).all())}


async def by_family(world: World, account: int = 1002, words: str = LAMP) -> Person:
    """Somebody who has agreed before, files for an elderly neighbour of theirs."""
    son = await settled(world, account, RUBBISH)
    await son.says("代录")
    await son.taps("家里老人")
    await son.says(WANG)
    await son.taps("电话里同意了")
    await son.says(words)
    return son


def with_links(world: World) -> None:
    named = {**world.app.context.bots, "resident": Bot("resident", Serves.RESIDENTS, "chulin_bot")}
    object.__setattr__(world.app.context, "bots", named)


async def test_family_files_with_the_consent_written_down(world: World) -> None:
    son = await by_family(world)
    assert await parts(world, 2) == {1002: "proxy"}
    row = await world.rows(lambda c: c.execute(select(CaseContact.__table__)).one())
    assert (row.part, row.name, row.phone) == ("represented", "三栋王奶奶", "13812345678")
    assert (row.relation, row.consent) == ("family", "by_phone")
    assert "替三栋王奶奶登记的" in son.last.text
    assert "三栋王奶奶（人1002代录）" in world.worker(1).last.text
    event = select(CaseEvent.detail).where(CaseEvent.case_no == 2, CaseEvent.action == "file")
    assert await world.rows(lambda c: c.execute(event).scalar()) == {"for": "family", "consent": "by_phone"}


async def test_who_files_is_told_and_asked_to_pass_it_on(world: World) -> None:
    son, chen = await by_family(world), world.worker(1)
    await chen.taps("受理")
    await world.passes(seconds=61)
    assert "已经接手" in son.last.text
    assert "请转告本人" in son.last.text


async def test_the_person_follows_it_by_a_link_and_judges_it(world: World) -> None:
    with_links(world)
    son = await by_family(world)
    payload = next(line for line in son.last.text.splitlines() if "?start=" in line).partition("?start=")[2]
    wang = world.resident(1009)
    await wang.says(f"/start {payload}")
    assert "YA-2 是替人登记的" in wang.last.text
    await wang.taps("是的，以后告诉我")
    assert await parts(world, 2) == {1002: "proxy", 1009: "reporter"}
    assert "本人已经自己在看进度" in son.last.text
    chen = world.worker(1)
    await chen.taps("办结答复")
    await chen.says("灯换好了")
    await world.passes(seconds=61)
    await wang.taps("解决了")
    assert (await case(world, 2)).solved is True
    other = world.resident(1010)
    await other.says(f"/start {payload}")
    assert "已经有人在看这件事的进度" in other.last.text


async def claimed(world: World) -> tuple[Person, Person]:
    """Who filed it, and the person themselves, who follows it by now."""
    with_links(world)
    son = await by_family(world)
    payload = next(line for line in son.last.text.splitlines() if "?start=" in line).partition("?start=")[2]
    wang = world.resident(1009)
    await wang.says(f"/start {payload}")
    await wang.taps("是的，以后告诉我")
    return son, wang


async def test_where_one_bot_serves_all_the_link_leads_to_it(one_bot_world: World) -> None:
    object.__setattr__(one_bot_world.app.context, "bots", {"staff": Bot("staff", Serves.BOTH, "chulin_bot")})
    son = await by_family(one_bot_world)
    assert "https://t.me/chulin_bot?start=" in son.last.text


async def test_the_person_takes_it_back_and_who_filed_it_hears_so(world: World) -> None:
    son, wang = await claimed(world)
    await wang.says("撤回")
    await wang.taps("是的，撤回")
    assert (await case(world, 2)).state == "withdrawn"
    assert "（YA-2），本人已经撤回了" in son.last.text


async def test_the_person_who_is_erased_leaves_neither_case_nor_number(world: World) -> None:
    _, wang = await claimed(world)
    await wang.says("删除我的数据")
    await wang.taps("全部删除")
    assert (await case(world, 2)).state == "withdrawn"
    assert await count(world, CaseContact) == 0


async def test_the_person_who_becomes_anonymous_is_not_named_by_who_filed_it_either(small_world: World) -> None:
    _, wang = await claimed(small_world)
    await wang.says("我的诉求")
    await wang.taps("YA-2 看详情")
    await wang.taps("改为匿名")
    chen = small_world.worker(1)
    await chen.taps("受理")
    await chen.taps("电话")
    assert not chen.sees("13812345678")
    assert await count(small_world, CaseContact) == 0


async def test_without_consent_nothing_is_written_down(small_world: World) -> None:
    son = await settled(small_world, 1002, RUBBISH)
    await son.says("代录")
    await son.taps("邻居（我是楼组长）")
    await son.says(WANG)
    await son.taps("还没问")
    assert "先问问三栋王奶奶" in son.last.text
    await son.says(LAMP)
    assert await count(small_world, CaseContact) == 0
    assert await parts(small_world, 2) == {1002: "reporter"}


async def test_it_is_good_for_one_report(small_world: World) -> None:
    son = await by_family(small_world)
    await son.says("广场舞太吵了，晚上十点还在放")
    assert await parts(small_world, 3) == {1002: "reporter"}


async def test_who_never_agreed_agrees_to_the_draft_first(small_world: World) -> None:
    son = small_world.resident(1002)
    await son.says("帮老人反映")
    await son.taps("家里老人")
    await son.says("我妈")
    await son.taps("当面同意了")
    await son.says(LAMP)
    assert await count(small_world, Case) == 0
    await son.taps("延安岭社区")
    await son.taps("同意，提交")
    assert await parts(small_world) == {1002: "proxy"}


async def test_an_emergency_skips_the_questions(small_world: World) -> None:
    means(small_world, "我妈摔倒了起不来", ALARM)
    son = await settled(small_world, 1002, RUBBISH)
    await son.says("代录")
    await son.taps("家里老人")
    await son.says("我妈摔倒了起不来")
    assert (await case(small_world, 2)).urgency == "E"


async def test_words_much_later_are_an_ordinary_report(small_world: World) -> None:
    son = await settled(small_world, 1002, RUBBISH)
    await son.says("代录")
    await son.taps("家里老人")
    await small_world.passes(hours=2)
    await son.says(LAMP)
    assert await parts(small_world, 2) == {1002: "reporter"}


async def test_who_thinks_better_of_it_files_for_nobody(small_world: World) -> None:
    son = await settled(small_world, 1002, RUBBISH)
    await son.says("代录")
    await son.taps("家里老人")
    await son.says("算了")
    assert "没有改动" in son.last.text
    await son.says(LAMP)
    assert await parts(small_world, 2) == {1002: "reporter"}


async def test_what_is_asked_later_is_answered_first(small_world: World) -> None:
    son = await settled(small_world, 1002, RUBBISH)
    await son.says("代录")
    await son.taps("家里老人")
    await small_world.passes(seconds=30)
    await son.taps("补充")
    await son.says("今天又多了两袋")
    assert "今天又多了两袋" in (await case(small_world)).text
    await son.says(WANG)
    assert "三栋王奶奶同意由您" in son.last.text, "then the name"


# --- by a worker -----------------------------------------------------------------------------------------------------


async def by_worker(world: World) -> Person:
    chen = world.worker(1)
    await chen.says("代录")
    await chen.says(WANG)
    await chen.taps("当面同意了")
    await chen.says(LAMP)
    return chen


async def test_a_worker_writes_down_what_somebody_says_at_the_door(world: World) -> None:
    chen = await by_worker(world)
    assert await parts(world) == {1: "clerk"}
    assert chen.sees("YA-1")
    assert chen.sees("请把编号告诉本人")
    row = await world.rows(lambda c: c.execute(select(CaseContact.__table__)).one())
    assert (row.relation, row.consent) == ("worker", "in_person")
    await chen.taps("受理")
    await chen.taps("电话")
    assert "三栋王奶奶 13812345678" in chen.last.text


async def test_an_answer_to_a_resident_is_not_filed_for_somebody_else(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    await chen.says("代录")
    await chen.says(WANG)
    await chen.taps("当面同意了")
    await world.passes(seconds=30)
    await chen.taps("办结答复")
    await chen.says("灯泡换好了，今晚就亮。")
    await world.passes(seconds=61)
    assert wang.sees("灯泡换好了")
    assert await count(world, Case) == 1
    await chen.says(RUBBISH)
    assert await parts(world, 2) == {1: "clerk"}, "what was begun goes on"


async def test_a_number_in_between_is_looked_up_and_filed_for_nobody(small_world: World) -> None:
    await settled(small_world)
    chen = small_world.worker(1)
    await chen.says("代录")
    await chen.says(WANG)
    await chen.taps("当面同意了")
    await chen.says("YA-1")
    assert "YA-1　待受理" in chen.last.text
    await chen.says("算了")
    assert "没有改动" in chen.last.text
    assert await count(small_world, Case) == 1


async def test_a_worker_does_not_judge_in_the_person_s_place(world: World) -> None:
    chen = await by_worker(world)
    await chen.taps("办结答复")
    await chen.says("灯换好了")
    await world.passes(seconds=61)
    assert not any("现在解决了吗" in message.text for message in chen.messages)
    assert (await case(world)).solved is None


async def test_only_staff_of_a_community_write_down_for_it(small_world: World) -> None:
    await change(small_world, employs(9, "老何", "admin", "district", 0))
    admin = small_world.worker(9)
    await admin.says("代录")
    await admin.says(WANG)
    await admin.taps("当面同意了")
    await admin.says(LAMP)
    assert "写上是哪个社区" in admin.last.text
    await admin.says(f"文化宫社区{LAMP}")
    assert (await case(small_world, 1, community=2)).source == "staff"
    officer = small_world.worker(4)
    await officer.says("代录")
    assert "不归您管" in officer.last.text
    await officer.says(LAMP)
    assert await count(small_world, Case) == 1


@pytest.mark.parametrize("answer", ["当面同意了", "还没问"])
async def test_a_button_long_after_says_so(small_world: World, answer: str) -> None:
    chen = small_world.worker(1)
    await chen.says("代录")
    await chen.says(WANG)
    await small_world.passes(hours=2)
    assert "再发一次「代录」" in await chen.taps(answer)
