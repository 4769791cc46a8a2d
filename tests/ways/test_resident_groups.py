"""Residents' groups: /登记 hands in one message if who said it agrees; nothing else is kept."""

from typing import Any

import pytest
from sqlalchemy import select

from storage.tables import Case, CasePerson, Community, Conversation, ResidentGroup
from tests.support.fake_channel import ShownMessage
from tests.support.world import Person, World
from tests.ways.steps import LAMP, RUBBISH, all_text, change, count, has_staff_chat, means, settled
from tests.ways.test_emergencies import ALARM
from tests.ways.test_proxies import parts

GROUP = -100700


def group_messages(world: World) -> list[ShownMessage]:
    return [message for message in world.residents.messages if message.chat == GROUP]


def member(world: World, account: int) -> Person:
    """A resident in the group."""
    found = world.resident(account)
    found.chat = GROUP
    return found


async def hands_in(world: World, by: int, author: int | None, words: str = LAMP) -> None:
    more: dict[str, Any] = {"quoted": [author, f"人{author}", words]}
    await member(world, by).says("/登记", **more)


async def test_who_said_it_is_asked_and_what_they_agree_to_is_their_case(world: World) -> None:
    await settled(world, 1002, RUBBISH)
    await hands_in(world, 1001, 1002)
    asked = group_messages(world)[-1]
    assert "人1002，要把您这句话登记给社区吗" in asked.text
    assert await count(world, Case) == 1
    await member(world, 1002).taps("同意登记")
    assert await parts(world, 2) == {1002: "reporter"}
    assert "已登记，编号 YA-2" in group_messages(world)[-1].text
    li = world.resident(1002)
    assert "编号 YA-2" in li.last.text, "the receipt is theirs alone"
    assert not group_messages(world)[-1].buttons
    await world.worker(1).taps("受理")
    await world.passes(seconds=61)
    assert "（YA-2），延安岭社区已经接手" in li.last.text


async def test_the_group_does_not_learn_which_case_is_an_anonymous_person_s(world: World) -> None:
    li = await settled(world, 1002, RUBBISH)
    await li.taps("改为匿名")
    await hands_in(world, 1001, 1002)
    await member(world, 1002).taps("同意登记")
    assert "已登记" in group_messages(world)[-1].text
    assert not any("人1002" in message.text and "YA-2" in message.text for message in group_messages(world))
    assert "YA-2" not in group_messages(world)[-1].text
    assert "编号 YA-2" in li.last.text, "they get it privately"


async def test_nobody_else_agrees_for_them(world: World) -> None:
    await settled(world, 1002, RUBBISH)
    await hands_in(world, 1001, 1002)
    button = next(data for label, data in group_messages(world)[-1].buttons.items() if "同意" in label)
    assert "不是给您的" in await member(world, 1001).presses(button)
    assert await count(world, Case) == 1


async def test_who_does_not_agree_leaves_nothing(world: World) -> None:
    await hands_in(world, 1001, 1002)
    await member(world, 1002).taps("不用")
    assert "没有登记" in group_messages(world)[-1].text
    assert LAMP not in await all_text(world)


async def test_words_that_nobody_agreed_to_go_after_a_day(world: World) -> None:
    await hands_in(world, 1001, 1002)
    assert "三单元" in await all_text(world)
    await world.passes(hours=25)
    await world.app.ticker.clean()
    await member(world, 1002).taps("同意登记")
    assert await count(world, Case) == 0
    talks = await world.rows(lambda c: [str(row) for row in c.execute(select(Conversation.__table__))])
    assert not any("三单元" in talk for talk in talks)


async def test_who_has_no_community_yet_chooses_it_alone(small_world: World) -> None:
    await hands_in(small_world, 1001, 1002)
    await member(small_world, 1002).taps("同意登记")
    assert "选一下社区" in group_messages(small_world)[-1].text
    li = small_world.resident(1002)
    await li.taps("延安岭社区")
    await li.taps("同意，提交")
    assert await parts(small_world) == {1002: "reporter"}


async def test_a_group_tied_to_a_community_needs_no_choice(world: World) -> None:
    payload = world.app.context.links.make(1)  # type: ignore[attr-defined]
    await member(world, 1001).says(f"/start {payload}")
    assert "交给延安岭社区" in group_messages(world)[-1].text
    await hands_in(world, 1001, 1002)
    await member(world, 1002).taps("同意登记")
    assert await parts(world) == {1002: "reporter"}


async def is_tied(world: World, by: Person, community: int = 1) -> str:
    """A member opens a community's link in the group; gives the bot's word."""
    await by.says(f"/start {world.app.context.links.make(community)}")  # type: ignore[attr-defined]
    return group_messages(world)[-1].text


async def test_nobody_takes_a_tied_group_to_another_community_until_the_bot_is_put_out(world: World) -> None:
    await is_tied(world, member(world, 1001))
    assert "已经交给延安岭社区" in await is_tied(world, member(world, 1002), 2)
    world.residents.push(kind="blocked", chat=GROUP, account=1001)
    await world.runs()
    assert "交给文化宫社区" in await is_tied(world, member(world, 1002), 2)


async def test_a_group_of_the_staff_is_not_tied_by_whoever_has_a_link(small_world: World) -> None:
    await change(small_world, has_staff_chat(GROUP))
    assert "这里大家都看得到" in await is_tied(small_world, member(small_world, 1001))
    assert await count(small_world, ResidentGroup) == 0


@pytest.mark.parametrize("said", ["待办", "/queue", "YA-1", "/weekly", "/here", "订阅"])
async def test_among_residents_no_list_and_no_card_is_shown_whoever_asks(small_world: World, said: str) -> None:
    await settled(small_world, 1001, LAMP)
    await is_tied(small_world, member(small_world, 1001))
    zhou = small_world.worker(2, chat=GROUP)
    await zhou.says(said)
    assert [message.text for message in zhou.messages] == [
        "这是居民群，社区的事不在这里显示。请私下发给我，或者到工作群里办。"
    ]
    assert await count(small_world, Community, Community.staff_chat.is_not(None)) == 0


async def test_where_one_bot_serves_all_a_worker_ties_the_group_and_is_a_neighbour_in_it(one_bot_world: World) -> None:
    await settled(one_bot_world, 1001, LAMP)
    chen = one_bot_world.worker(1, chat=GROUP)
    await chen.says(f"/start {one_bot_world.app.context.links.make(1)}")  # type: ignore[attr-defined]
    assert "交给延安岭社区" in chen.last.text
    for said in ("待办", "YA-1"):
        await chen.says(said)
        assert "路灯" not in chen.last.text
        assert not chen.last.buttons
    await hands_in(one_bot_world, 1, 1002)
    assert "人1002，要把您这句话登记给社区吗" in group_messages(one_bot_world)[-1].text


async def test_a_command_without_a_message_or_of_nobody_says_what_to_do(small_world: World) -> None:
    await member(small_world, 1001).says("/登记")
    assert "请长按要登记的那句话" in group_messages(small_world)[-1].text
    await hands_in(small_world, 1001, None)
    assert "看不出这句话是谁说的" in group_messages(small_world)[-1].text
    assert await count(small_world, Case) == 0


async def test_an_emergency_in_a_group_waits_for_nobody(small_world: World) -> None:
    means(small_world, "3栋着火了快来", ALARM)
    await hands_in(small_world, 1001, 1002, "3栋着火了快来")
    assert any("119" in message.text for message in group_messages(small_world))
    assert await count(small_world, Case) == 1
    assert await count(small_world, CasePerson, CasePerson.account == 1002) == 1


# --- forwarded -------------------------------------------------------------------------------------------------------


async def test_a_neighbour_s_words_forwarded_are_the_neighbour_s_to_agree_to(world: World) -> None:
    li = await settled(world, 1002, RUBBISH)
    wang = world.resident(1001)
    await wang.says(LAMP, forwarded=True, quoted=[1002, "人1002"])
    assert "我问问说这句话的人" in wang.last.text
    assert "有邻居把您的话转给了我" in li.last.text
    await li.taps("同意登记")
    assert await parts(world, 2) == {1002: "reporter"}
    assert await count(world, CasePerson, CasePerson.account == 1001) == 0


async def test_of_who_cannot_be_asked_one_may_only_say_the_same(small_world: World) -> None:
    wang = await settled(small_world, 1001, RUBBISH)
    await wang.says(LAMP, forwarded=True, quoted=[None])
    assert "这是别人说的话" in wang.last.text
    assert await count(small_world, Case) == 1
    await wang.taps("我也遇到，登记")
    assert await parts(small_world, 2) == {1001: "reporter"}


async def test_one_s_own_words_forwarded_are_a_report(small_world: World) -> None:
    wang = await settled(small_world, 1001, RUBBISH)
    await wang.says(LAMP, forwarded=True, quoted=[1001, "人1001"])
    assert await parts(small_world, 2) == {1001: "reporter"}
