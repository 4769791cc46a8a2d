"""Consent: words wait as a draft, shown back, until the person taps; nobody on the staff sees them before."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from handlers.residents import drafts
from ledger.scenes import Scene, Urgency
from nlp.understanding import Alarm, NoneType, Reading
from storage.tables import Case, CaseMessage, Conversation, Person
from tests.support.world import Person as Phone
from tests.support.world import World
from tests.ways.steps import LAMP, RUBBISH, all_text, case, count, files, means, settled


async def test_the_draft_shows_words_notice_and_communities(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    assert LAMP in wang.last.text
    assert "用来办这件事" in wang.last.text
    assert {"延安岭社区", "文化宫社区"} <= set(wang.last.buttons)


async def test_who_sends_more_photos_than_a_draft_holds_is_told_what_to_do(small_world: World) -> None:
    wang = small_world.resident()
    for _ in range(30):
        await wang.sends()
    assert not wang.sees("最多放")
    await wang.sends()
    assert wang.sees("照片和文件一件最多放 30 个，后面的没有放进去")
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert await files(small_world) == 30


async def test_choosing_the_community_changes_the_draft_in_place(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    assert len(wang.messages) == 1
    assert "交给：延安岭社区" in wang.last.text
    assert "✅ 同意，提交" in wang.last.buttons


async def test_consent_is_kept_with_its_version_and_time(world: World) -> None:
    await settled(world)
    person = await world.rows(lambda c: c.execute(select(Person.__table__)).one())
    assert person.consent_version == world.app.context.district.limits.consent_version
    assert person.consented_at == world.clock.now()
    assert isinstance(person.consented_at, datetime)


async def test_after_agreeing_the_draft_keeps_its_words_and_loses_its_buttons(small_world: World) -> None:
    wang = await settled(small_world)
    draft = wang.messages[0]
    assert LAMP in draft.text
    assert "已提交" in draft.text
    assert not draft.buttons


async def test_a_discarded_draft_loses_its_words_and_its_buttons(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    assert "没有登记" in await wang.taps("不提交")
    assert LAMP not in wang.messages[0].text
    assert not wang.messages[0].buttons
    assert await count(small_world, Case) == 0
    assert "draft" not in await small_world.rows(lambda c: c.execute(select(Conversation.state)).scalar_one())


async def test_a_new_version_of_the_notice_asks_again(small_world: World) -> None:
    wang = await settled(small_world)
    limits = small_world.app.context.district.limits
    object.__setattr__(limits, "consent_version", "2027-01")
    await wang.says(RUBBISH)
    assert await count(small_world, Case) == 1
    await wang.taps("同意，提交")
    assert "YA-2" in wang.last.text
    version = await small_world.rows(lambda c: c.execute(select(Person.consent_version)).scalar_one())
    assert version == "2027-01"


async def test_several_messages_before_agreeing_are_one_report(world: World) -> None:
    wang = world.resident()
    await wang.says("三单元门口的路灯坏了")
    await wang.says("晚上看不见路，老人不敢出门")
    assert "三单元门口的路灯坏了 晚上看不见路" in wang.last.text
    assert not wang.messages[0].buttons, "only the newest version of a draft can be tapped"
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert (await case(world)).text == "三单元门口的路灯坏了\n晚上看不见路，老人不敢出门"
    told = await world.rows(lambda c: c.execute(select(CaseMessage.text).order_by(CaseMessage.id)).scalars().all())
    assert told == ["三单元门口的路灯坏了", "晚上看不见路，老人不敢出门"]


async def test_a_photo_alone_asks_for_words_and_then_goes_with_them(small_world: World) -> None:
    wang = small_world.resident()
    await wang.sends("photo")
    assert "再用一句话说说" in wang.last.text
    assert not wang.last.buttons
    await wang.says(LAMP)
    assert "另有照片或文件 1 个" in wang.last.text
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert await files(small_world) == 1


async def test_who_has_agreed_once_is_not_asked_again_for_a_photo_that_came_before_its_words(
    small_world: World,
) -> None:
    wang = await settled(small_world)
    await small_world.passes(minutes=11)
    await wang.sends("photo")
    await wang.says(RUBBISH)
    assert "编号 YA-2" in wang.last.text
    assert await files(small_world, 2) == 1


async def test_writing_what_a_button_says_is_as_good_as_tapping_it(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.says("延安岭")
    assert "交给：延安岭社区" in wang.last.text
    await wang.says("同意")
    assert "编号 YA-1" in wang.last.text
    assert (await case(small_world)).text == LAMP


async def test_writing_yes_without_a_community_asks_for_it(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.says("好的")
    assert "您住在哪里" in wang.last.text
    assert await count(small_world, Case) == 0


async def test_writing_no_discards_the_draft(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.says("算了")
    assert "没有登记" in wang.last.text
    assert not any(message.buttons for message in wang.messages)


async def test_thanks_do_not_get_into_a_draft(small_world: World) -> None:
    wang = small_world.resident()
    means(small_world, "谢谢您", {"scene": Scene.NONE, "none_type": NoneType.THANKS, "places": ()})
    await wang.says(LAMP)
    await wang.says("谢谢您")
    assert "前面说的还没有提交" in wang.messages[-2].text, "who says thanks believes that it is done"
    assert LAMP in wang.last.text
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert (await case(small_world)).text == LAMP


async def test_an_old_draft_button_files_nothing_twice(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    agree = wang.last.buttons["✅ 同意，提交"]
    await wang.taps("同意，提交")
    assert await wang.presses(agree) == "已经点过了。"
    assert await count(small_world, Case) == 1


async def test_the_community_that_the_words_name_is_proposed(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("文化宫社区门口的路灯坏了")
    assert "交给：文化宫社区" in wang.last.text
    assert "换社区" in wang.last.buttons


async def test_words_without_consent_are_forgotten_and_the_choice_of_anonymity_is_not(world: World) -> None:
    wang = world.resident()
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    await wang.taps("匿名提交")
    means(world, "今天天气不错", {"scene": Scene.NONE, "none_type": NoneType.CHAT})
    await wang.says("今天天气不错")
    await world.passes(days=7, seconds=1)
    await world.app.ticker.clean()
    state = await world.rows(lambda c: c.execute(select(Conversation.state)).scalar_one())
    assert "said" not in state
    await wang.says(RUBBISH)
    assert "匿名" in wang.last.text


async def test_a_draft_that_is_edited_is_filed_as_edited(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    first = small_world.residents.updates[-1]["message_id"] if small_world.residents.updates else 100
    await wang.says("是白色的那盏")
    small_world.residents.push(kind="edit", chat=wang.chat, text="五单元门口的路灯坏了")
    small_world.residents.updates[-1]["message_id"] = first
    await small_world.runs()
    assert "五单元" in wang.last.text
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert (await case(small_world)).text == "五单元门口的路灯坏了\n是白色的那盏"


async def test_a_draft_that_is_full_says_so_and_keeps_what_it_has(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP + "，请来看看" * 1000)
    await wang.says(RUBBISH + "，真的很臭" * 1000)
    assert wang.sees("话太长了")
    assert LAMP in wang.last.text
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert RUBBISH not in (await case(small_world)).text


LONG = "楼道里的灯一到晚上就不亮，" * 40


async def test_a_danger_told_in_pieces_is_found_at_the_end_of_a_long_draft(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LONG)
    means(small_world, f"{LONG[-drafts.NEARBY :]}\n{LAMP}", {"urgency": Urgency.EMERGENCY, "alarms": (Alarm.FIRE,)})
    await wang.says(LAMP)
    assert await small_world.rows(lambda c: c.execute(select(Case.urgency)).scalar_one()) == "E"
    told = await small_world.rows(
        lambda c: c.execute(select(CaseMessage.text).order_by(CaseMessage.id)).scalars().all()
    )
    assert told == [LONG, LAMP]


async def test_a_long_draft_is_not_read_anew_with_each_message(small_world: World) -> None:
    wang = small_world.resident()
    for number in range(10):
        await wang.says(f"{number}{LONG}")
    context, read, texts = small_world.app.context, small_world.app.context.read, list[str]()

    def noted(said: str) -> Reading:
        texts.append(said)
        return read(said)

    object.__setattr__(context, "read", noted)
    await wang.says(LAMP)
    assert max(map(len, texts)) == drafts.NEARBY + len(f"\n{LAMP}")
    assert await count(small_world, Case) == 0


async def _on_behalf(wang: Phone) -> None:
    await wang.says("代录")
    await wang.taps("家里老人")
    await wang.says("三栋王奶奶 13872190456")


async def _early_edit(wang: Phone) -> None:
    await wang.edits(999, "三栋王奶奶 13872190456")


async def _forwarded_by_another(wang: Phone) -> None:
    words = {"forwarded": True, "quoted": [wang.account, f"人{wang.account}"]}
    await wang.world.resident(1002).says("三栋王奶奶 13872190456，她家门口的路灯坏了", **words)


@pytest.mark.parametrize("ending", ["同意，提交", "不提交"])
@pytest.mark.parametrize("other", [_on_behalf, _early_edit, _forwarded_by_another])
async def test_other_words_without_consent_expire_though_a_draft_has_ended(
    world: World, other: Callable[[Phone], Awaitable[None]], ending: str
) -> None:
    wang = world.resident()
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    old = next(data for label, data in wang.last.buttons.items() if ending in label)
    await other(wang)
    await wang.presses(old)
    assert "13872190456" in await all_text(world)
    await world.passes(days=7, seconds=1)
    await world.app.ticker.clean()
    talks = await world.rows(lambda c: c.execute(select(Conversation.state)).scalars().all())
    assert "13872190456" not in str(talks)


async def test_a_conversation_without_words_expires_no_more(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    await wang.taps("不提交")
    expiry = select(Conversation.expires_at).where(Conversation.account == wang.account)
    assert await small_world.rows(lambda c: c.execute(expiry).scalar()) is None
