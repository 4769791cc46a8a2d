"""删除我的数据: nothing of a person is left, their cases stay as numbers, and the goodbye still reaches them."""

import re

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.channels.port import TryLater
from storage.tables import (
    Attachment,
    Case,
    CaseEvent,
    CaseMessage,
    CasePerson,
    Conversation,
    HelpCall,
    Inbox,
    Lane,
    Outbox,
    Push,
    Shown,
)
from storage.tables import Person as PersonRow
from tests.deciding.neighbours import on_the_register
from tests.deciding.test_votes import registered
from tests.support.world import NOW, Person, World
from tests.ways.steps import LAMP, RUBBISH, all_text, answered, case, count, means, settled
from tests.ways.test_emergencies import ALARM, FIRE

ACCOUNT = 77001188


async def erases(person: Person) -> None:
    await person.says("删除我的数据")
    await person.taps("是的，全部删除")


async def traces(world: World, *words: str) -> list[str]:
    """Lines of the database in which something of the person is left."""
    return [line for line in (await all_text(world)).splitlines() if any(word in line for word in words)]


async def test_nothing_of_the_person_is_left_anywhere(world: World) -> None:
    wang, chen = await settled(world, ACCOUNT), world.worker(1)
    await wang.sends("photo")
    await world.app.fetcher.once()
    await wang.is_at(30.2, 115.1)
    await wang.taps("补充")
    await wang.says("我住五楼，姓王")
    await wang.says("我的数据")
    await chen.taps("受理")
    await wang.says("今天天气不错")
    await wang.says("小区里没有健身器材，能不能装几个")
    await erases(wang)
    assert wang.last.text.startswith("已经删除。谢谢您用过楚邻。")
    assert "2026年12月19日" in wang.last.text, "until when backups hold it"
    await world.app.ticker.clean()
    left = await traces(world, str(ACCOUNT), LAMP, "姓王", "健身器材", "天气", "30.2", "3栋")
    assert [line for line in left if "第一网格" not in line and "'3栋'" not in line] == []
    assert not [path for path in world.app.files.folder.rglob("*") if path.is_file()]
    assert await count(world, CasePerson) == 0


async def test_a_neighbour_in_the_case_still_hears_of_it_but_not_in_the_words_of_who_has_gone(world: World) -> None:
    wang, zhang, chen = await settled(world, ACCOUNT), await settled(world, 1002, RUBBISH), world.worker(1)
    await chen.taps("合并")
    await chen.says("1")
    await world.passes(seconds=61)
    await chen.says("YA-1")
    await chen.taps("受理")
    assert await traces(world, LAMP[:8]), "for a minute the message waits"
    await erases(wang)
    assert await traces(world, LAMP[:8]) == []
    await world.passes(seconds=61)
    assert zhang.last.text == "您反映的这件事（YA-1），延安岭社区已经接手，有人在跟了。"


async def test_the_cases_stay_as_numbers_in_the_ledger(world: World) -> None:
    wang = await settled(world, ACCOUNT)
    await erases(wang)
    left = await case(world)
    assert (left.state, left.scene, left.text, left.place) == (
        "withdrawn",
        "public_service",
        "（居民已删除原话）",
        None,
    )
    assert left.proposal.keys() & {"why", "key"} == set()


async def test_the_cards_of_staff_lose_the_words_too(world: World) -> None:
    wang, chen = await settled(world, ACCOUNT), world.worker(1)
    await erases(wang)
    assert "居民已删除原话" in chen.messages[0].text
    assert not any(LAMP in message.text for message in chen.messages)


async def test_alarms_lose_the_words_too(small_world: World) -> None:
    means(small_world, FIRE, ALARM)
    wang, chen = await settled(small_world, ACCOUNT), small_world.worker(1)
    await wang.says(FIRE)
    await erases(wang)
    assert not any(FIRE in message.text for message in small_world.staff.messages)
    assert chen.sees("YA-2 居民已删除原话")


async def test_cards_that_ask_whether_they_live_there_lose_name_door_and_account(world: World) -> None:
    wang, chen = await settled(world, ACCOUNT), world.worker(1)
    await on_the_register(world, ("household", "1单元501室", ""))
    await registered(wang, "3栋 1-501")
    assert chen.sees(f"人{ACCOUNT} 说自己是 3栋")
    await Person(world, world.residents, ACCOUNT, -7, world._presses).says("路灯")
    await erases(wang)
    await world.app.ticker.clean()
    assert not any(f"人{ACCOUNT}" in m.text or "501" in m.text for m in chen.messages)
    assert await traces(world, str(ACCOUNT)) == []


async def test_the_goodbye_arrives_although_the_chats_outbox_is_emptied(small_world: World) -> None:
    wang, chen = await settled(small_world, ACCOUNT), small_world.worker(1)
    await chen.taps("受理")
    await erases(wang)
    said = len(wang.messages)
    await small_world.passes(minutes=5)
    assert len(wang.messages) == said, "what waited for the minute of undo is not sent"
    assert "已经删除" in wang.last.text


async def test_the_goodbye_survives_a_messenger_that_is_down(small_world: World) -> None:
    wang = await settled(small_world, ACCOUNT)
    await wang.says("删除我的数据")
    small_world.residents.failures = [TryLater("busy", 0)]
    await wang.taps("是的，全部删除")
    await small_world.app.ticker.clean()
    await small_world.passes(minutes=1)
    assert "已经删除" in wang.last.text
    await small_world.app.ticker.clean()
    assert await count(small_world, Outbox, Outbox.chat == ACCOUNT) == 0


async def test_a_neighbour_who_leaves_takes_only_their_own_words(world: World) -> None:
    wang, zhang, chen = await settled(world), await settled(world, ACCOUNT, RUBBISH), world.worker(1)
    await chen.taps("合并")
    await chen.says("1")
    await zhang.says("我的诉求")
    await zhang.taps("YA-1 看详情")
    await zhang.taps("补充")
    await zhang.says("我家在顶楼东户")
    await zhang.sends("photo")
    await erases(zhang)
    left = await case(world)
    assert (left.text, left.supporters, left.state) == (LAMP, 1, "waiting")
    assert await traces(world, "顶楼东户", RUBBISH) == []
    assert await count(world, Attachment) == 0
    assert await count(world, CaseMessage, CaseMessage.chat == wang.account) == 1


async def test_a_case_of_neighbours_stays_open_without_the_reporter(world: World) -> None:
    wang, zhang, chen = (
        await settled(world, ACCOUNT, "3栋1单元502门口的路灯坏了"),
        await settled(world, 1002),
        world.worker(1),
    )
    await chen.taps("合并")
    await chen.says("1")
    await erases(wang)
    left = await case(world)
    assert (left.state, left.supporters, left.text) == ("waiting", 1, "（居民已删除原话）")
    assert "502" not in (left.place or "")
    await zhang.says("我的诉求")
    assert "YA-1" in zhang.last.text


async def test_what_ended_stays_ended(small_world: World) -> None:
    wang, _ = await answered(small_world)
    await wang.taps("👍 解决了")
    await erases(wang)
    assert (await case(small_world)).state == "closed"


async def test_what_could_not_be_handled_is_emptied_too(world: World) -> None:
    wang = await settled(world, ACCOUNT)
    world.residents.push(poison=True, chat=ACCOUNT, text="我的秘密")
    await world.runs()
    await erases(wang)
    assert await count(world, Inbox, Inbox.body.is_not(None)) == 0
    assert await count(world, Inbox, Inbox.state == "parked") == 0


async def test_what_they_said_in_a_group_and_could_not_be_handled_is_emptied_too(world: World) -> None:
    wang = await settled(world, ACCOUNT)
    world.residents.push(poison=True, chat=-5, account=ACCOUNT, text="我的秘密")
    world.residents.push(poison=True, chat=-5, account=ACCOUNT * 10, text="别人的话")
    await world.runs()
    await erases(wang)
    left = await world.rows(lambda c: c.execute(select(Inbox.body).where(Inbox.body.is_not(None))).scalars().all())
    assert len(left) == 1
    assert str(ACCOUNT * 10) in left[0]


async def test_what_is_said_after_the_wish_is_a_new_beginning(world: World) -> None:
    """A call for help that follows in the same breath is not swallowed by the erasure."""
    means(world, FIRE, ALARM)
    wang = await settled(world, ACCOUNT)
    await wang.says("删除我的数据")
    button = wang.last.buttons["是的，全部删除"]
    world.residents.push(kind="press", chat=ACCOUNT, press=button, press_id="p")
    world.residents.push(kind="text", chat=ACCOUNT, text=FIRE)
    await world.runs()
    assert world.worker(1).sees(FIRE)
    assert await count(world, Case, Case.community_id == 0) == 1
    await world.app.ticker.clean()
    assert await count(world, Lane, Lane.chat == ACCOUNT) == 1


async def test_who_comes_back_is_asked_for_consent_again(small_world: World) -> None:
    wang = await settled(small_world, ACCOUNT)
    await erases(wang)
    await wang.says(RUBBISH)
    assert "您住在哪里" in wang.last.text


async def test_erasing_needs_a_second_tap(small_world: World) -> None:
    wang = await settled(small_world, ACCOUNT)
    await wang.says("隐私")
    await wang.taps("删除我的数据")
    assert "找不回来" in wang.last.text
    assert (await case(small_world)).text == LAMP


async def test_files_that_others_sent_too_are_kept_for_them(small_world: World) -> None:
    wang, zhang = await settled(small_world, ACCOUNT), await settled(small_world, 1002, RUBBISH)
    small_world.residents.push(kind="media", chat=ACCOUNT, file=["photo", "same-file"])
    small_world.residents.push(kind="media", chat=zhang.account, file=["photo", "same-file"])
    await small_world.runs()
    await small_world.app.fetcher.once()
    await erases(wang)
    assert len([path for path in small_world.app.files.folder.rglob("*") if path.is_file()]) == 1
    digests = await small_world.rows(lambda c: c.execute(select(Attachment.digest)).scalars().all())
    assert len(digests) == 1


async def test_who_never_agreed_is_forgotten_after_a_week(world: World) -> None:
    await world.resident(ACCOUNT).says(LAMP)
    await settled(world)
    await world.worker(1).says("/start")
    await world.passes(days=6)
    await world.app.ticker.clean()
    assert await traces(world, str(ACCOUNT))
    await world.passes(days=1, seconds=1)
    await world.app.ticker.clean()
    people = await world.rows(lambda c: c.execute(select(PersonRow.account)).scalars().all())
    assert sorted(people) == [1, 1001]
    conversations = await world.rows(lambda c: c.execute(select(Conversation.account)).scalars().all())
    assert ACCOUNT not in conversations
    assert await count(world, Shown, Shown.chat == ACCOUNT) == 0
    assert await count(world, Lane, Lane.chat == ACCOUNT) == 0


async def test_who_called_for_help_is_not_forgotten(small_world: World) -> None:
    means(small_world, FIRE, ALARM)
    await small_world.resident(ACCOUNT).says(FIRE)
    await small_world.passes(days=30)
    await small_world.app.ticker.clean()
    assert await count(small_world, PersonRow, PersonRow.account == ACCOUNT) == 1


@pytest.mark.parametrize("erased", [False, True])
async def test_the_test_finds_what_is_left(small_world: World, erased: bool) -> None:
    """The look for traces would find them."""
    wang = await settled(small_world, ACCOUNT)
    if erased:
        await erases(wang)
        await small_world.app.ticker.clean()
    found = await traces(small_world, str(ACCOUNT), LAMP)
    assert bool(found) is not erased
    assert all(re.search(f"{ACCOUNT}|{LAMP}", line) for line in found)


async def test_the_answer_to_a_question_of_the_staff_goes_too(world: World) -> None:
    wang, chen = await settled(world, ACCOUNT), world.worker(1)
    await chen.taps("问居民")
    await chen.says("在几楼？")
    await wang.says("五楼，姓王")
    assert await traces(world, "姓王")
    await erases(wang)
    await world.app.ticker.clean()
    assert await traces(world, "姓王") == []


async def test_what_an_earlier_version_kept_with_the_step_goes_too(small_world: World) -> None:
    wang, chen = await settled(small_world, ACCOUNT), small_world.worker(1)
    await chen.taps("问居民")
    await chen.says("在几楼？")
    await wang.says("五楼，姓王")
    answer = update(CaseEvent).where(CaseEvent.action == "supplement").values(reason="五楼，姓王")
    await small_world.app.database.write(lambda connection: connection.execute(answer))
    await erases(wang)
    assert await traces(small_world, "姓王") == []
    assert await traces(small_world, "在几楼"), "what the staff asked stays"


async def test_who_had_withdrawn_from_a_case_of_neighbours_leaves_no_words_there(world: World) -> None:
    wang, zhang, chen = await settled(world, ACCOUNT), await settled(world, 1002, RUBBISH), world.worker(1)
    await chen.taps("合并")
    await chen.says("1")
    await world.passes(seconds=61)
    await wang.says("我的诉求")
    await wang.taps("YA-1 看详情")
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    assert LAMP in (await case(world)).text, "the neighbours go on with it"
    await erases(wang)
    await world.app.ticker.clean()
    assert await traces(world, str(ACCOUNT), LAMP) == []
    left = await case(world)
    assert (left.state, left.supporters) == ("waiting", 1)
    await zhang.says("我的诉求")
    assert "YA-1" in zhang.last.text


async def test_personal_data_in_the_answer_goes_with_the_reporter(small_world: World) -> None:
    wang, _ = await answered(small_world, "灯换好了，请欧阳建军放心，电话13872190456")
    await erases(wang)
    assert "灯换好了" in (await case(small_world)).reply
    assert await traces(small_world, "13872190456") == []


async def test_an_invitation_to_a_wish_loses_its_words_too(small_world: World) -> None:
    wang = await settled(small_world, ACCOUNT)
    wish = {
        "community_id": 1,
        "no": 1,
        "kind": "time",
        "text": "陪我去医院",
        "places": 1,
        "state": "open",
        "made_at": NOW,
    }
    wish |= {"bot": "resident", "account": ACCOUNT, "chat": ACCOUNT}
    push = {"community_id": 1, "id": 1, "thing": "call:1", "text": "陪我去医院", "rows": [], "created_at": NOW}

    def put(connection: Connection) -> None:
        connection.execute(insert(HelpCall).values(**wish))
        connection.execute(insert(Push).values(**push))

    await small_world.app.database.write(put)
    await erases(wang)
    assert await traces(small_world, "医院") == []
