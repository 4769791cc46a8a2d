"""Insults, advertising and strange links are put before a person, who can take the decision back; nothing is dropped."""

import logging
from typing import Any

import pytest
from sqlalchemy import delete, select

from storage.tables import Case, CaseContact, Concern, ConcernEvent, Person, StaffAccount
from tests.support.world import Person as Somebody
from tests.support.world import World
from tests.ways.steps import LAMP, case, change, count, employs, settled
from tests.ways.test_proxies import by_family, parts

INSULT = "你们都是一群废物，吃屎去吧"
LINKED = "3栋门口的路灯坏了，照片在 www.pic-host.xyz/abc"
PICTURE = "照片在 www.pic-host.xyz/abc"
ADVERT = "健身房优惠 http://cheap-lamp.top/a 点击领取"
FIRE = "着火了！3栋2单元冒烟，快来人"


async def insulted(town: World) -> tuple[Somebody, Somebody]:
    wang, zhou = await settled(town), town.worker(2)
    for _ in range(3):
        await wang.says(INSULT)
    return wang, zhou


async def events(town: World) -> list[Any]:
    statement = select(ConcernEvent.action, ConcernEvent.staff_id, ConcernEvent.reason).order_by(ConcernEvent.id)
    return list(await town.rows(lambda connection: connection.execute(statement).all()))


async def muted(town: World, account: int = 1001) -> bool:
    statement = select(Person.muted_until).where(Person.account == account)
    return await town.rows(lambda connection: connection.execute(statement).scalar()) is not None


async def test_insults_are_put_before_the_manager_once_and_masked(town: World) -> None:
    wang, zhou = await insulted(town)
    await wang.says(INSULT + "，我电话13812345678")
    cards = [m for m in zhou.messages if "请您看一看" in m.text]
    assert len(cards) == 1
    assert "13812345678" not in cards[0].text
    assert "1001" not in cards[0].text


async def test_what_no_manager_and_no_street_can_be_shown_goes_to_an_admin(town: World) -> None:
    await change(town, employs(9, "老何", "admin", "district", 0))
    stranger = town.resident(1002)
    for _ in range(3):
        await stranger.says(INSULT)
    assert town.worker(9).sees("请您看一看")


async def test_what_nobody_at_all_can_be_shown_is_logged_without_a_word_of_it(
    town: World, caplog: pytest.LogCaptureFixture
) -> None:
    await change(town, lambda connection: connection.execute(delete(StaffAccount)))
    with caplog.at_level(logging.WARNING):
        await insulted(town)
    assert "(abuse): nobody can be shown it" in caplog.text
    assert not any(said in caplog.text for said in (INSULT, "人1001"))


async def test_two_insults_are_nobody_s_business(town: World) -> None:
    wang, zhou = await settled(town), town.worker(2)
    await wang.says(INSULT)
    await wang.says(INSULT)
    assert not zhou.sees("请您看一看")


async def test_a_pause_is_told_with_its_reason_and_lets_emergencies_through(town: World) -> None:
    wang, zhou = await insulted(town)
    await zhou.taps("歇一天：骂人")
    assert wang.sees("骂人的话")
    assert wang.sees("12345")
    await wang.says("2栋门口的井盖松了")
    await wang.says("2栋门口的井盖松了")
    assert len([m for m in wang.messages if "所以刚才发的现在没有收下" in m.text]) == 1
    assert await count(town, Case) == 1
    await wang.says(FIRE)
    assert await count(town, Case, Case.urgency == "E") == 1
    await wang.says("我的诉求")
    assert "YA-1" in wang.last.text


async def test_a_pause_is_over_after_its_time(town: World) -> None:
    wang, zhou = await insulted(town)
    await zhou.taps("歇一天：骂人")
    await town.passes(days=1, seconds=1)
    await wang.says("2栋门口的井盖松了")
    assert await count(town, Case) == 2


async def test_a_pause_can_be_taken_back_and_each_step_is_an_event(town: World) -> None:
    wang, zhou = await insulted(town)
    await zhou.taps("歇一天：骂人")
    await zhou.taps("撤销")
    assert wang.sees("已经撤销了")
    assert not await muted(town)
    await wang.says("2栋门口的井盖松了")
    assert await count(town, Case) == 2
    await zhou.taps("没事")
    assert await events(town) == [
        ("opened", None, "abuse"),
        ("paused", 2, "abuse"),
        ("undone", 2, None),
        ("let_be", 2, None),
    ]


async def test_a_decision_is_made_once(town: World) -> None:
    _wang, zhou = await insulted(town)
    pause = next(data for m in zhou.messages for name, data in m.buttons.items() if "骂人" in name)
    await zhou.taps("没事")
    assert "已经有人处理过了" in await zhou.presses(pause)
    assert not await muted(town)


async def test_a_strange_link_waits_for_a_look_and_is_then_filed(town: World) -> None:
    wang, zhou, chen = await settled(town), town.worker(2), town.worker(1)
    await wang.says(LINKED)
    assert wang.sees("陌生网址")
    assert "不用再说一遍" in wang.last.text, "it would be filed twice"
    assert await count(town, Case) == 1
    card = next(m for m in zhou.messages if "陌生网址" in m.text)
    assert "pic-host.xyz" not in card.text, "no address to tap"
    assert not chen.sees("pic-host")
    await zhou.taps("照常收下")
    assert (await case(town, 2)).text == LINKED
    assert wang.sees("YA-2")


async def test_an_advert_with_a_link_that_somebody_insists_on_waits_too(town: World) -> None:
    wang, zhou = await settled(town), town.worker(2)
    await wang.says(ADVERT)
    await wang.taps("还是请登记")
    assert await count(town, Case) == 1
    assert zhou.sees("陌生网址")


async def test_words_nobody_looks_at_are_filed_after_a_day(town: World) -> None:
    wang, zhou = await settled(town), town.worker(2)
    await wang.says(LINKED)
    await town.passes(days=1, minutes=1)
    assert await count(town, Case) == 2
    assert zhou.sees("已经照常收下")
    assert await count(town, Concern, Concern.held.is_not(None)) == 0


async def test_a_refused_link_is_told_with_its_reason(town: World) -> None:
    wang, zhou = await settled(town), town.worker(2)
    await wang.says(LINKED)
    await zhou.taps("不收：广告")
    assert wang.sees("没有登记：广告")
    await town.passes(days=2)
    assert await count(town, Case) == 1


@pytest.mark.parametrize("addition", [False, True])
async def test_who_is_paused_hears_what_became_of_the_words_that_were_held(town: World, addition: bool) -> None:
    wang, zhou = await settled(town), town.worker(2)
    if addition:
        await wang.taps("补充")
    await wang.says(PICTURE if addition else LINKED)
    await zhou.taps("歇一天：广告")
    assert wang.sees("请您歇一歇")
    assert wang.last.text == ("刚才带网址的那句，也没有加上。" if addition else "刚才带网址的那条，也没有登记。")


async def test_what_is_not_taken_during_a_pause_is_not_called_a_report(town: World) -> None:
    wang, zhou = await insulted(town)
    await zhou.taps("歇一天：骂人")
    await wang.sends("photo")
    assert "刚才发的现在没有收下" in wang.last.text


async def test_a_link_that_the_district_knows_is_no_reason_to_wait(town: World) -> None:
    wang = await settled(town)
    await wang.says("这里的路灯坏了 https://surl.amap.com/abc123 快修")
    assert await count(town, Case) == 2


@pytest.mark.parametrize(
    "words",
    [
        "水表读数3.5和4.25不对，多收了钱",
        "照片在IMG.jpg，电梯坏了",
        "下午2.30停水到5.30，没人通知",
        "电梯坏了，邮箱zhang.san@163.com",
    ],
)
async def test_numbers_file_names_and_addresses_are_no_links(town: World, words: str) -> None:
    wang = await settled(town)
    await wang.says(words)
    assert not wang.sees("陌生网址")


async def test_many_accounts_with_one_link_are_one_card_and_one_tap(town: World) -> None:
    zhou = town.worker(2)
    people = [await settled(town, 2000 + n, f"{n + 1}栋的电梯按钮坏了") for n in range(5)]
    for person in people:
        await person.says(LINKED)
    cards = [m for m in zhou.messages if "陌生网址" in m.text]
    assert len(cards) == 1
    assert "5 人" in cards[0].text
    await zhou.taps("不收：广告")
    assert all(person.sees("没有登记：广告") for person in people)


async def test_a_link_that_is_added_to_a_case_waits_and_is_then_added(town: World) -> None:
    wang, zhou, chen = await settled(town), town.worker(2), town.worker(1)
    await wang.taps("补充")
    await wang.says(PICTURE)
    assert wang.sees("陌生网址")
    assert (await case(town)).text == LAMP
    await zhou.taps("照常收下")
    assert (await case(town)).text == f"{LAMP}\n{PICTURE}"
    assert chen.sees("居民补充")
    assert await count(town, Case) == 1


async def test_who_adds_a_link_reads_that_it_will_be_added_and_is_not_told_to_say_it_again(town: World) -> None:
    wang, zhou = await settled(town), town.worker(2)
    await wang.taps("补充")
    await wang.says(PICTURE)
    assert "没问题就加上" in wang.last.text
    assert "不用再说一遍" in wang.last.text
    card = next(m for m in zhou.messages if "陌生网址" in m.text)
    assert "登记过的事" in card.text
    assert "还没登记" not in card.text
    await zhou.taps("不收：广告")
    assert wang.sees("刚才带网址的那句没有加上：广告")


@pytest.mark.parametrize("neighbour", [True, False])
async def test_a_link_added_to_a_case_that_was_withdrawn_meanwhile_is_no_new_case(town: World, neighbour: bool) -> None:
    wang, zhou = await settled(town), town.worker(2)
    await wang.taps("补充")
    await wang.says(PICTURE)
    if neighbour:  # the case goes on without them
        li = town.resident(1002)
        await li.says(LAMP)
        await li.taps("延安岭社区")
        await li.taps("我也遇到 YA-1")
    await wang.says("撤回")
    await wang.taps("撤回")
    assert (await case(town)).state == ("waiting" if neighbour else "withdrawn")
    await zhou.taps("照常收下")
    assert await count(town, Case) == 1
    assert PICTURE not in (await case(town)).text
    assert "没有加上" in wang.last.text


async def test_a_link_added_to_a_case_that_was_refused_meanwhile_is_filed_anew(town: World) -> None:
    wang, zhou, chen = await settled(town), town.worker(2), town.worker(1)
    await wang.taps("补充")
    await wang.says(PICTURE)
    await chen.taps("不予受理")
    await chen.says("这盏灯归路灯所管，请打 12345。")
    await zhou.taps("照常收下")
    assert (await case(town, 2)).text == PICTURE


async def test_a_question_of_the_staff_stays_open_while_a_link_waits(town: World) -> None:
    wang, chen = await settled(town), town.worker(1)
    await chen.taps("问居民")
    await chen.says("是哪一盏？")
    await wang.says(PICTURE)
    assert (await case(town)).state == "needs_info"
    await wang.says("三单元门口左边那盏")
    assert (await case(town)).state == "waiting"
    assert not chen.sees("pic-host")


async def test_a_link_in_an_edit_waits_but_one_that_was_looked_at_does_not_wait_again(town: World) -> None:
    wang, zhou, chen = await settled(town), town.worker(2), town.worker(1)
    await wang.edits(100, f"{LAMP}，{PICTURE}")
    assert (await case(town)).text == LAMP
    assert "补充" not in wang.last.text, "an edit is not called an addition"
    assert not chen.sees("pic-host")
    await zhou.taps("照常收下")
    assert PICTURE in (await case(town)).text
    await wang.edits(100, f"{LAMP}了，{PICTURE}")
    assert f"{LAMP}了" in (await case(town)).text
    assert not zhou.sees("陌生网址"), "nothing else is to be looked at"


async def test_a_link_in_an_edit_about_danger_delays_nothing(town: World) -> None:
    wang = await settled(town)
    await wang.edits(100, f"{FIRE}，{PICTURE}")
    assert (await case(town)).urgency == "E"


async def test_a_link_of_who_joins_waits_though_they_have_joined(town: World) -> None:
    await settled(town)
    li, zhou, chen = town.resident(1002), town.worker(2), town.worker(1)
    await li.says(LAMP, message_id=900)
    await li.taps("延安岭社区")
    await li.edits(900, f"{LAMP}，{PICTURE}")
    await li.taps("我也遇到 YA-1")
    assert (await case(town)).supporters == 2
    assert zhou.sees("陌生网址")
    assert not chen.sees("pic-host")


async def test_a_link_in_what_is_filed_for_somebody_waits_and_is_then_filed_for_them(town: World) -> None:
    son, zhou = await by_family(town, words=LINKED), town.worker(2)
    assert await count(town, Case) == 1
    assert son.sees("陌生网址")
    await zhou.taps("照常收下")
    assert await parts(town, 2) == {1002: "proxy"}
    assert await count(town, CaseContact, CaseContact.name == "三栋王奶奶") == 1


async def test_other_staff_cannot_decide(town: World) -> None:
    await insulted(town)
    for account in (1, 4, 5, 9):
        assert not town.worker(account).sees("请您看一看")


async def test_what_was_kept_of_it_is_in_the_copy_and_goes_with_the_person(town: World) -> None:
    wang, _zhou = await insulted(town)
    await wang.says("我的数据")
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert await count(town, Concern) == 0
    assert await count(town, ConcernEvent) == 0


async def test_a_decision_is_forgotten_after_its_time(town: World) -> None:
    _wang, zhou = await insulted(town)
    await zhou.taps("没事")
    town.clock.forward(days=91)
    await town.app.ticker.clean()
    assert await count(town, Concern) == 0


# --- crowds ----------------------------------------------------------------------------------------------------------


async def test_many_accounts_with_one_text_are_one_card_and_can_be_merged_with_one_tap(town: World) -> None:
    chen = town.worker(1)
    for number in range(12):
        await settled(town, 3000 + number, LAMP)
    assert await count(town, Case) == 12, "each is filed"
    cards = [m for m in chen.messages if "YA-" in m.text and "三单元门口的路灯" in m.text]
    assert len(cards) <= 4
    assert chen.sees("另有 11 件说的是差不多的事")
    await chen.taps("都并到这一件")
    assert await count(town, Case, Case.merged_into == 1) == 11


async def test_the_merging_of_a_crowd_is_taken_back_with_one_tap_and_nobody_hears_of_it(town: World) -> None:
    chen = town.worker(1)
    people = [await settled(town, 3000 + number, LAMP) for number in range(12)]
    await chen.taps("都并到这一件")
    assert "已撤销" in await chen.taps("撤销")
    assert await count(town, Case, Case.state == "waiting") == 12
    assert (await case(town)).supporters == 1
    await town.passes(minutes=2)
    assert not any(person.sees("是同一件事") for person in people)


async def test_a_community_that_is_flooded_gets_a_word_instead_of_cards(town: World) -> None:
    chen = town.worker(1)
    words = ("井盖松了", "电梯坏了", "水管漏水", "地砖松了", "垃圾没人收", "路灯不亮", "楼道有杂物", "健身器材坏了")
    for number in range(70):
        await settled(town, 4000 + number, f"{number}栋{number}单元的{words[number % len(words)]}，第{number}处")
    assert chen.sees("不再一件一件弹出来")
    assert len([m for m in chen.messages if "不再一件一件弹出来" in m.text]) == 1
    assert await count(town, Case) == 70
