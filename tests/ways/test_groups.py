"""Staff groups, topics, groups that move, bots that are put out or blocked; and what residents say in groups."""

from typing import Any

from sqlalchemy import insert, select

from handlers.event import EventKind
from nlp.understanding import Alarm
from storage.tables import Case, CaseEvent, CaseMessage, Community, Conversation, Outbox, Person
from tests.botapi.entities import find_entities
from tests.support.fake_channel import ShownMessage
from tests.support.world import Person as Actor
from tests.support.world import World
from tests.ways.steps import LAMP, all_text, case, change, count, employs, files, has_staff_chat, means, settled
from tests.ways.test_emergencies import ALARM, placed

GROUP = -100500


def group_messages(world: World, chat: int = GROUP) -> list[ShownMessage]:
    return [message for message in world.staff.messages if message.chat == chat]


async def in_group(world: World) -> Actor:
    """A worker in a group that is the staff chat."""
    await world.worker(2, chat=GROUP).says("/here")
    return world.worker(1, chat=GROUP)


async def test_here_makes_a_group_the_staff_chat(world: World) -> None:
    await in_group(world)
    assert "延安岭社区的新诉求以后发到这里" in group_messages(world)[-1].text
    await settled(world)
    assert "YA-1　待受理" in group_messages(world)[-1].text
    assert not world.worker(1).messages


async def test_here_is_for_managers_and_for_groups(small_world: World) -> None:
    await small_world.worker(1, chat=GROUP).says("/here")
    assert "不归您管" in group_messages(small_world)[-1].text
    await small_world.worker(2).says("/here")
    assert "请在工作群里" in small_world.worker(2).last.text
    assert await count(small_world, Community, Community.staff_chat.is_not(None)) == 0


async def test_who_manages_several_communities_is_told_who_has_to_ask(small_world: World) -> None:
    await change(small_world, employs(9, "老何", "admin", "district", 0))
    await small_world.worker(9, chat=GROUP).says("/here")
    assert "让那个社区的书记" in group_messages(small_world)[-1].text


async def test_a_topic_of_a_group_can_be_the_staff_chat(small_world: World) -> None:
    await change(small_world, has_staff_chat(GROUP, topic=7))
    await settled(small_world)
    row = await small_world.rows(
        lambda c: c.exec_driver_sql("SELECT chat, topic FROM outbox WHERE bot = 'staff'").one()
    )
    assert tuple(row) == (GROUP, 7)


async def test_what_is_done_in_a_topic_stays_in_it(world: World) -> None:
    topic = 7
    await world.worker(2, chat=GROUP).says("/here", topic=topic)
    await settled(world)
    chen, card = world.worker(1, chat=GROUP), group_messages(world)[-1]
    await chen.presses(card.buttons["📝 办结答复"], topic=topic)
    await chen.sends("photo", topic=topic)
    await chen.says("灯泡换好了，今晚就亮。", topic=topic)
    assert (await case(world)).state == "answered"
    assert "已答复" in card.text, "the card changes in place"
    topics = await world.rows(lambda c: set(c.execute(select(Outbox.topic).where(Outbox.chat == GROUP)).scalars()))
    assert topics == {topic}


async def test_in_a_group_personal_data_is_masked_and_privately_it_is_not(small_world: World) -> None:
    await in_group(small_world)
    wang = await settled(small_world, 1001, "3栋路灯坏了，我电话13812345678")
    card = group_messages(small_world)[-1]
    assert "13812345678" not in card.text
    assert "人1001" not in card.text
    chen = small_world.worker(1)
    await chen.says("待办")
    await chen.taps("YA-1")
    assert "13812345678" in chen.last.text
    await wang.taps("补充")
    await wang.says("也可以打13912345678")
    assert not any("13912345678" in message.text for message in group_messages(small_world))


async def test_what_a_resident_wrote_calls_nobody_and_opens_nothing_in_a_group(small_world: World) -> None:
    await in_group(small_world)
    await settled(small_world, 1001, "3栋路灯坏了 @chenxin_admin 快来看，1.5米高的那盏")
    card = group_messages(small_world)[-1]
    assert "chenxin_admin" in card.text
    assert "1.5米" in card.text
    assert not any(entity["type"] in ("mention", "url", "email") for entity in find_entities(card.text))


async def test_a_card_opened_in_any_group_is_masked(small_world: World) -> None:
    await settled(small_world, 1001, "3栋路灯坏了，我电话13812345678")
    chen = small_world.worker(1, chat=-42)
    await chen.says("待办")
    await chen.taps("YA-1")
    assert "YA-1　" in chen.last.text
    assert "13812345678" not in chen.last.text


async def test_two_workers_write_their_words_in_one_group_without_mixing_them_up(world: World) -> None:
    await change(world, employs(7, "小李", "worker", "community", 1))
    chen = await in_group(world)
    li = world.worker(7, chat=GROUP)
    await settled(world)
    await settled(world, 1002, "3栋楼下垃圾堆成山了，没人收")
    first, second = (m for m in group_messages(world) if "待受理" in m.text)
    await chen.presses(first.buttons["📝 办结答复"])
    assert "点「回复」再写" in chen.last.text
    await li.presses(second.buttons["📝 办结答复"])
    await li.says("垃圾清走了")
    await chen.says("灯泡换好了")
    assert ((await case(world, 1)).reply, (await case(world, 2)).reply) == ("灯泡换好了", "垃圾清走了")


async def test_a_group_that_moved_keeps_cards_buttons_and_questions(world: World) -> None:
    chen = await in_group(world)
    await settled(world)
    await chen.taps("办结答复")
    world.staff.push(kind="moved", chat=GROUP, account=None, new_chat=-200)
    await world.runs()
    moved = world.worker(1, chat=-200)
    await moved.says("灯泡换好了")
    assert (await case(world)).reply == "灯泡换好了"
    await settled(world, 1002)
    assert any("YA-2" in message.text for message in group_messages(world, -200))
    old = await count(world, Conversation, Conversation.chat == GROUP)
    assert old == 0


async def test_put_out_of_the_group_the_cards_go_to_people_again(world: World) -> None:
    await in_group(world)
    world.staff.push(kind="blocked", chat=GROUP, account=9)
    await world.runs()
    assert "我不在延安岭社区的工作群里了" in world.worker(2).last.text
    await settled(world)
    assert world.worker(1).sees("YA-1")


async def test_a_resident_in_a_group_is_asked_to_write_privately(small_world: World) -> None:
    small_world.residents.push(kind="text", chat=GROUP, account=1001, text=LAMP)
    await small_world.runs()
    assert "私下跟我说" in small_world.residents.messages[-1].text
    assert await count(small_world, Case) == 0
    assert await count(small_world, Conversation) == 0


async def test_an_emergency_in_a_group_is_one(small_world: World) -> None:
    means(small_world, "3栋着火了快来", ALARM)
    small_world.residents.push(kind="text", chat=GROUP, account=1001, text="3栋着火了快来")
    await small_world.runs()
    assert "119" in small_world.residents.messages[0].text
    assert small_world.worker(1).sees("3栋着火了快来")


async def test_what_comes_of_an_emergency_in_a_group_is_told_to_one_alone(world: World) -> None:
    means(world, "3栋着火了快来", ALARM)
    world.residents.push(kind="text", chat=GROUP, account=1001, text="3栋着火了快来")
    await world.runs()
    chen, wang = world.worker(1), world.resident(1001)
    await chen.taps("我来处理")
    await chen.taps("看卡片")
    await chen.taps("办结答复")
    await chen.says("火灭了，人没事，电话13812345678的张大爷已经送回3栋501。")
    assert wang.sees("火灭了，人没事")
    in_the_group = [message.text for message in world.residents.messages if message.chat == GROUP]
    assert not any("13812345678" in text for text in in_the_group)
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    assert "3栋着火了快来" not in await all_text(world)


async def says_in_group(world: World, account: int, words: str, **more: Any) -> None:
    world.residents.push(**{"kind": "text", "chat": GROUP, "account": account, "text": words} | more)
    await world.runs()


async def test_an_emergency_that_many_report_in_a_group_calls_the_staff_once_and_keeps_every_word(world: World) -> None:
    chen, said = world.worker(1), [f"3栋着火了快来，第{number}遍" for number in range(6)]
    for number, words in enumerate(said):
        means(world, words, ALARM)
        await says_in_group(world, 1001 + number % 2, words)
    assert await count(world, Case) == 1
    assert (await case(world, community=0)).text.split("\n") == said
    assert (await case(world, community=0)).supporters == 2
    assert len([m for m in chen.messages if "紧急 QU-1" in m.text]) == 1
    assert not chen.sees("居民补充")
    assert said[-1] in next(m.text for m in chen.messages if "QU-1　" in m.text)


async def test_who_joined_an_emergency_in_a_group_hears_how_it_ends_and_can_erase_their_words(world: World) -> None:
    for account, words in ((1001, "3栋着火了快来"), (1002, "3栋着火了，我是五零二的"), (1002, "3栋着火了，烟很大")):
        means(world, words, ALARM)
        await says_in_group(world, account, words)
    li = world.resident(1002)
    await world.worker(1).taps("我来处理")
    assert li.sees("值班的人已经看到")
    await li.says("删除我的数据")
    await li.taps("是的，全部删除")
    left = await all_text(world)
    assert "五零二" not in left
    assert "烟很大" not in left
    assert (await case(world, community=0)).text == "3栋着火了快来"


async def test_another_danger_or_another_place_told_in_the_group_calls_them_again(world: World) -> None:
    chen = world.worker(1)
    means(world, "3栋着火了快来", ALARM)
    means(world, "3栋有人晕倒了", ALARM | {"alarms": (Alarm.AMBULANCE,)})
    means(world, "7栋也着火了", ALARM | {"places": ("7栋",)})
    await says_in_group(world, 1001, "3栋着火了快来")
    await says_in_group(world, 1002, "3栋有人晕倒了")
    assert "3栋有人晕倒了" in chen.last.text
    assert "120" in world.residents.messages[-1].text
    await says_in_group(world, 1002, "7栋也着火了")
    assert "7栋也着火了" in chen.last.text


async def test_what_who_reported_an_emergency_in_a_group_says_next_there_reaches_the_called(world: World) -> None:
    chen = world.worker(1)
    means(world, "着火了快来", ALARM | {"places": ()})
    await says_in_group(world, 1001, "着火了快来")
    assert "点「回复」再发" in world.residents.messages[-1].text
    await says_in_group(world, 1001, "延安岭社区3栋2单元")
    assert (await case(world)).place == "延安岭社区 3栋2单元"
    assert any("紧急 YA-1" in m.text and "延安岭社区 3栋2单元" in m.text for m in chen.messages)
    for words in ("楼上还有老人", "快一点"):
        await says_in_group(world, 1001, words)
        assert words in chen.last.text
        said = world.residents.messages[-1]
        assert said.text == world.app.context.texts("emergency.passed_on")
        assert not said.buttons, "nothing else is filed where everybody reads along"
    before = len(chen.messages)
    await says_in_group(world, 1001, "快一点")
    assert len(chen.messages) == before, "told already"
    await says_in_group(world, 1001, "", kind="media", file=["photo", "smoke"])
    assert "照片或文件" in chen.last.text
    assert await files(world) == 1
    assert await count(world, Case, Case.text.contains("着火")) == 1


async def test_an_album_that_is_added_to_an_emergency_in_a_group_calls_the_staff_once(world: World) -> None:
    chen = world.worker(1)
    means(world, "3栋着火了快来", ALARM)
    await says_in_group(world, 1001, "3栋着火了快来")
    before, shown = len(chen.messages), len(world.residents.messages)
    for part in ("smoke", "stairs", "roof"):
        await says_in_group(world, 1001, "", kind="media", file=["photo", part], album="a")
    assert await files(world) == 3
    assert len([m for m in chen.messages[before:] if "照片或文件" in m.text]) == 1
    assert len(world.residents.messages[shown:]) == 1, "and the group hears it once"


async def test_much_talk_about_an_emergency_in_a_group_does_not_hide_another_place(world: World) -> None:
    chen = world.worker(1)
    means(world, "3栋着火了快来", ALARM)
    await says_in_group(world, 1001, "3栋着火了快来")
    for number in range(25):
        await says_in_group(world, 1001, f"快一点快一点{'呀' * number}")
    before = len(chen.messages)
    means(world, "7栋也着火了", ALARM | {"places": ("7栋",)})
    await says_in_group(world, 1001, "7栋也着火了")
    assert any("7栋也着火了" in m.text for m in chen.messages[before:])


async def test_a_command_in_a_group_is_no_word_about_the_emergency(world: World) -> None:
    means(world, "3栋着火了快来", ALARM)
    await says_in_group(world, 1001, "3栋着火了快来")
    await says_in_group(world, 1001, "", kind="command", command="weekly")
    assert "私下跟我说" in world.residents.messages[-1].text
    assert await count(world, CaseEvent, CaseEvent.action == "added") == 0


async def test_a_location_from_who_reported_an_emergency_in_a_group_brings_it_to_its_community(world: World) -> None:
    await change(world, placed)
    chen = world.worker(1)
    means(world, "着火了快来", ALARM | {"places": ()})
    await says_in_group(world, 1001, "着火了快来")
    for _ in range(2):
        await says_in_group(world, 1001, "", kind="location", location=[30.20, 115.05])
    assert (await case(world)).latitude == 30.20
    assert chen.sees("紧急 YA-1")
    assert len([m for m in chen.messages if "YA-1 地点" in m.text]) == 1
    assert "YA-1" not in world.residents.messages[-1].text, "the group does not learn its number"


async def test_a_neighbour_who_has_joined_it_sends_a_location_of_their_own_to_erase(world: World) -> None:
    await change(world, placed)
    for account, words in ((1001, "着火了快来"), (1002, "着火了，烟很大")):
        means(world, words, ALARM | {"places": ()})
        await says_in_group(world, account, words)
    await says_in_group(world, 1002, "", kind="location", location=[30.24, 115.05])
    button = world.residents.messages[-1].buttons["延安岭社区"]
    world.residents.push(kind="press", chat=GROUP, account=1002, press=button, press_id="press-a")
    await world.runs()
    assert (await case(world)).latitude == 30.24
    kept = await world.rows(
        lambda c: c.execute(select(CaseMessage.chat).where(CaseMessage.kind == "location")).scalar()
    )
    assert kept == 1002


async def test_what_a_neighbour_who_told_of_no_danger_says_there_is_not_its_own(world: World) -> None:
    means(world, "3栋着火了快来", ALARM)
    await says_in_group(world, 1001, "3栋着火了快来")
    await says_in_group(world, 1002, LAMP)
    assert "私下跟我说" in world.residents.messages[-1].text
    assert (await case(world, community=0)).text == "3栋着火了快来"


async def test_after_a_while_an_emergency_in_a_group_is_a_new_one(world: World) -> None:
    means(world, "3栋着火了快来", ALARM)
    await says_in_group(world, 1001, "3栋着火了快来")
    await world.passes(minutes=11)
    await says_in_group(world, 1001, "3栋着火了快来")
    assert world.worker(1).sees("紧急 QU-2")


async def test_a_neighbour_who_corrects_a_slip_in_an_emergency_of_the_group_reports_no_other(world: World) -> None:
    fire, fixed, elsewhere = "3栋着火了", "3栋着火了！", "5栋着火了"
    for words, place in ((fire, "3栋"), (fixed, "3栋"), (elsewhere, "5栋")):
        means(world, words, ALARM | {"places": (place,)})
    await says_in_group(world, 1001, fire, message_id=500)
    await says_in_group(world, 1002, fire, message_id=501)
    for _ in range(2):
        await says_in_group(world, 1002, fixed, kind="edit", message_id=501)
        await world.passes(minutes=11)
    assert await count(world, Case) == 1
    assert (await case(world, community=0)).text == f"{fire}\n{fire}"
    await says_in_group(world, 1002, elsewhere, kind="edit", message_id=501)
    assert world.worker(1).sees("紧急 QU-2"), "another place is another emergency"


async def test_no_place_of_an_emergency_is_kept_in_the_group_s_conversation(world: World) -> None:
    for place in ("3栋2单元", "7栋"):
        means(world, f"{place}着火了", ALARM | {"places": (place,)})
        await says_in_group(world, 1001, f"{place}着火了")
    kept = await world.rows(lambda c: c.execute(select(Conversation.state).where(Conversation.account == 0)).scalar())
    assert len(kept["alarm"]["told"]) == 3
    assert "栋" not in str(kept)


async def test_among_the_staff_of_one_bot_an_edit_about_danger_files_nothing(one_bot_world: World) -> None:
    means(one_bot_world, "3栋着火了快来", ALARM)
    chen = one_bot_world.worker(1, chat=GROUP)
    await chen.edits(500, "3栋着火了快来")
    assert await count(one_bot_world, Case) == 0
    await chen.says(f"/start {one_bot_world.app.context.links.make(1)}")  # type: ignore[attr-defined]
    await chen.edits(500, "3栋着火了快来")
    assert await count(one_bot_world, Case) == 1, "among residents they are a neighbour"


async def test_handing_in_what_somebody_said_about_it_calls_the_staff_once(world: World) -> None:
    means(world, "3栋着火了快来", ALARM)
    for _ in range(4):
        world.residents.push(
            kind="command", command="登记", chat=GROUP, account=1001, quoted=[1002, "人1002", "3栋着火了快来"]
        )
        await world.runs()
    assert await count(world, Case) == 1
    assert len([m for m in world.worker(1).messages if "紧急 QU-1" in m.text]) == 1
    assert not world.worker(1).sees("居民补充")


async def test_an_emergency_in_a_tied_group_is_where_the_group_belongs(small_world: World) -> None:
    link = small_world.app.context.links.make(1)  # type: ignore[attr-defined]
    await says_in_group(small_world, 1001, "", kind="command", command="start", argument=link)
    means(small_world, "着火了快来", ALARM)
    await says_in_group(small_world, 1001, "着火了快来")
    assert (await case(small_world)).urgency == "E"


async def test_nobody_can_tell_who_an_anonymous_admin_is(small_world: World) -> None:
    small_world.staff.push(kind="command", chat=GROUP, account=None, command="here")
    await small_world.runs()
    assert "匿名管理员" in group_messages(small_world)[-1].text


async def test_commands_for_other_bots_are_left_alone_in_groups(small_world: World) -> None:
    chen = await in_group(small_world)
    said = len(group_messages(small_world))
    await chen.says("/roll 6")
    assert len(group_messages(small_world)) == said


async def test_who_blocked_the_bot_gets_nothing_until_they_come_back(world: World) -> None:
    wang, chen = await settled(world), world.worker(1)
    world.residents.push(kind=EventKind.BLOCKED, chat=wang.chat)
    await world.runs()
    said = len(wang.messages)
    await chen.taps("受理")
    await world.passes(seconds=61)
    assert len(wang.messages) == said
    paused = await world.rows(lambda c: c.execute(select(Person.paused_at).where(Person.account == 1001)).scalar())
    assert paused is not None
    world.residents.push(kind=EventKind.UNBLOCKED, chat=wang.chat)
    await world.runs()
    await chen.taps("开始办理")
    await world.passes(seconds=61)
    assert "已经在办了" in wang.last.text


async def test_a_worker_hears_that_nobody_can_be_told(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    small_world.residents.push(kind=EventKind.BLOCKED, chat=wang.chat)
    await small_world.runs()
    await chen.taps("受理")
    assert "这里的话送不到" in chen.last.text


async def test_start_ends_a_pause_too(small_world: World) -> None:
    wang, chen = await settled(small_world), small_world.worker(1)
    small_world.residents.push(kind=EventKind.BLOCKED, chat=wang.chat)
    await small_world.runs()
    await wang.says("/start")
    await chen.taps("受理")
    await small_world.passes(seconds=61)
    assert wang.sees("已经接手")


async def test_the_weekly_digest_is_for_managers(small_world: World) -> None:
    for account, words in ((1, "请找书记"), (2, "正在做延安岭社区的周报"), (4, "请找书记")):
        worker = small_world.worker(account)
        await worker.says("周报")
        assert words in worker.last.text
    asked = await small_world.rows(lambda c: c.exec_driver_sql("SELECT community_id, chat FROM report_requests").all())
    assert [tuple(row) for row in asked] == [(1, 2)]


async def test_who_answers_for_many_communities_gets_the_first_digests(small_world: World) -> None:
    places = [
        {"id": n, "street_id": 1, "code": f"C{n}", "name": f"第{n}社区", "time_zone": "Asia/Shanghai"}
        for n in range(3, 10)
    ]
    await change(small_world, lambda connection: connection.execute(insert(Community), places))
    await small_world.worker(3).says("周报")
    assert "另有 3 个社区" in small_world.worker(3).last.text
