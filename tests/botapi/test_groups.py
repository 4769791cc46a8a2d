"""Groups: who reads what, who may write, topics, upgrades."""

import pytest

from tests.botapi import Bot, BotApiServer
from tests.botapi.rawbot import RawBot


@pytest.fixture
async def bot(server: BotApiServer) -> Bot:
    return server.bot(username="chulin_bot")


async def test_coming_and_going_is_told(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    group = server.group("阳光小区", kind="group")
    await group.adds(bot)
    await group.promotes(bot, can_delete_messages=True)
    neighbour = server.user("李工").account
    await group.adds(neighbour)
    await group.loses(neighbour)
    await group.kicks(bot)
    kinds = [next(k for k in u if k != "update_id") for u in await api.updates()]
    assert kinds == ["my_chat_member", "message", "my_chat_member", "message", "message", "my_chat_member"]
    answer = await api.call("sendMessage", chat_id=group.id, text="x")
    assert (answer.status, answer.description) == (403, "Forbidden: bot was kicked from the group chat")


async def test_changes_of_others_are_told_to_administrators_that_ask(
    server: BotApiServer, bot: Bot, api: RawBot
) -> None:
    group = server.group("阳光小区")
    group.has(bot, "administrator")
    await api.updates(allowed_updates=["chat_member"])
    await group.adds(server.user("李工").account)
    update = (await api.updates())[0]["chat_member"]
    assert (update["old_chat_member"]["status"], update["new_chat_member"]["status"]) == ("left", "member")


async def test_privacy_mode_hides_talk_that_is_not_for_the_bot(server: BotApiServer) -> None:
    bot = server.bot("隐私", username="quiet_bot", privacy=True)
    group = server.group("阳光小区")
    group.has(bot)
    person = server.user("王婆婆").in_group(group)
    async with RawBot(server.url, bot.token) as api:
        sent = await api.does("sendMessage", chat_id=group.id, text="大家好")
        await person.says("今天天气好")
        await person.sends_photo()
        await person.says("/report 路灯")
        await person.says("/report@other_bot 路灯")
        await person.says("你好 @quiet_bot")
        await person.says("谢谢", reply_to=group.chat.messages[sent["message_id"]])
        await group.adds(server.user("李工").account)
        texts = [u["message"].get("text") for u in await api.updates()]
        assert texts == ["/report 路灯", "你好 @quiet_bot", "谢谢", None]
        await group.promotes(bot)
        await person.says("今天天气好")
        assert (await api.updates())[-1]["message"]["text"] == "今天天气好"


async def test_a_bot_does_not_read_another_bot(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    staff = server.bot("工单")
    group = server.group("阳光小区")
    group.has(bot)
    group.has(staff)
    await api.does("sendMessage", chat_id=group.id, text="x")
    assert staff.queue.total == 0
    await server.user("王婆婆").in_group(group).says("y")
    assert (staff.queue.total, bot.queue.total) == (1, 1)


async def test_rights_decide_what_a_member_may_send(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    group = server.group("阳光小区")
    group.has(bot)
    group.permits(can_send_messages=False)
    refusal = await api.refused("sendMessage", chat_id=group.id, text="x")
    assert refusal == "Bad Request: not enough rights to send text messages to the chat"
    await group.restricts(bot, can_send_messages=True)
    assert await api.does("sendMessage", chat_id=group.id, text="x")
    await group.promotes(bot)
    assert await api.does("sendMessage", chat_id=group.id, text="x")


async def test_only_an_administrator_deletes_what_others_wrote(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    group = server.group("阳光小区")
    group.has(bot)
    spam = await server.user("广告").in_group(group).says("兼职")
    place = {"chat_id": group.id, "message_id": spam.id}
    assert await api.refused("deleteMessage", **place) == "Bad Request: message can't be deleted"
    await group.promotes(bot, can_delete_messages=True)
    assert await api.does("deleteMessage", **place)


async def test_a_group_becomes_a_supergroup(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    group = server.group("阳光小区", kind="group")
    group.has(bot)
    old = group.id
    await group.upgrades()
    assert group.id != old
    answer = await api.call("sendMessage", chat_id=old, text="x")
    assert answer.description == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer.body["parameters"] == {"migrate_to_chat_id": group.id}
    assert await api.does("sendMessage", chat_id=group.id, text="x")
    to, from_ = [u["message"] for u in await api.updates()]
    assert (to["chat"]["id"], to["migrate_to_chat_id"]) == (old, group.id)
    assert (from_["chat"]["id"], from_["migrate_from_chat_id"]) == (group.id, old)


async def test_topics_open_close_and_vanish(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    group = server.group("网格群", forum=True)
    group.has(bot)
    topic = await group.opens_topic("派单")
    other = await group.opens_topic("公告")
    place = {"chat_id": group.id, "message_thread_id": topic.id, "text": "x"}
    sent = await api.does("sendMessage", **place)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic.id, True)

    worker = server.user("李工").in_group(group, topic)
    assert worker.last.text == "x"
    assert server.user("李工").in_group(group, other).messages == []
    await worker.says("收到")
    opened, _, said = [u["message"] for u in await api.updates()]
    assert opened["forum_topic_created"]["name"] == "派单"
    assert opened["message_thread_id"] == topic.id
    assert said["reply_to_message"]["message_id"] == topic.id

    await group.closes_topic(topic)
    assert await api.refused("sendMessage", **place) == "Bad Request: TOPIC_CLOSED"
    await group.deletes_topic(topic)
    assert await api.refused("sendMessage", **place) == "Bad Request: message thread not found"
    assert worker.messages == []


async def test_an_anonymous_administrator_has_no_name(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    group = server.group("阳光小区")
    group.has(bot)
    await server.user("书记").in_group(group, anonymous=True).says("通知")
    message = (await api.updates())[0]["message"]
    assert message["from"]["username"] == "GroupAnonymousBot"
    assert message["sender_chat"]["id"] == group.id


async def test_the_bot_can_look_at_a_group_and_leave(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    group = server.group("阳光小区", username="sunny")
    group.has(bot, "administrator")
    neighbour = server.user("李工")
    neighbour.in_group(group)
    stranger = server.user("路人")
    full = await api.does("getChat", chat_id="@sunny")
    assert (full["title"], full["permissions"]["can_send_messages"]) == ("阳光小区", True)
    member = {"chat_id": group.id}
    assert (await api.does("getChatMember", **member, user_id=neighbour.id))["status"] == "member"
    assert (await api.does("getChatMember", **member, user_id=stranger.id))["status"] == "left"
    assert "PARTICIPANT_ID_INVALID" in await api.refused("getChatMember", **member, user_id=1)
    statuses = [m["status"] for m in await api.does("getChatAdministrators", **member)]
    assert statuses == ["creator", "administrator"]
    assert await api.does("getChatMemberCount", **member) == 3
    assert await api.does("leaveChat", **member)
    assert await api.refused("getChat", **member) == "Forbidden: bot is not a member of the supergroup chat"

    private = neighbour.private(bot)
    await private.starts()
    assert (await api.does("getChat", chat_id=private.id))["first_name"] == "李工"
    refusal = await api.refused("getChatAdministrators", chat_id=private.id)
    assert refusal == "Bad Request: there are no administrators in the private chat"
