"""`chulin doctor` asks the messenger: tokens, webhooks, the clock, and rights in groups and channels."""

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.checks.messenger import messenger
from bot.settings import load
from storage.reference import CommunityRow
from tests.bot.conftest import Operator
from tests.bot.test_settings import TOKEN
from tests.botapi import BotApiServer, faults


def community(bot: str = "staff", chat: int = 0, channel: int | None = None) -> CommunityRow:
    here = CommunityRow(1, None, "JP", "江畔社区", "Asia/Shanghai", None, None, None, (bot, chat, 0))
    return replace(here, channel=channel)


class Office:
    """A messenger with both our bots and a staff group."""

    def __init__(self, server: BotApiServer, operator: Operator) -> None:
        self.server = server
        self.residents, self.staff = server.bot("楚邻"), server.bot("楚邻员工")
        self.group = server.group("网格群")
        self.group.has(self.staff, "member")
        operator.sets(api_url=server.url, resident_token=self.residents.token, staff_token=self.staff.token)

    async def asks(self, channel: int | None = None) -> list[str]:
        asked = community(chat=self.group.id, channel=channel)
        found = [str(finding) for finding in await messenger(load(), [asked])]
        for bot in (self.residents, self.staff):
            assert not any(bot.token in line for line in found)
        return found


@pytest.fixture
async def server() -> Any:
    async with BotApiServer() as found:
        yield found


@pytest.fixture
def office(server: BotApiServer, operator: Operator) -> Office:
    return Office(server, operator)


async def test_two_bots_that_are_well(office: Office) -> None:
    assert await office.asks() == [
        "✓ 时钟：准",
        f"✓ 居民机器人：@{office.residents.username}，令牌有效",
        "✓ 居民机器人的 webhook：没有，用长轮询",
        f"✓ 工作人员机器人：@{office.staff.username}，令牌有效",
        "✓ 工作人员机器人的 webhook：没有，用长轮询",
        "✓ 江畔社区的工作群：机器人在群里，可以发言",
    ]


@pytest.mark.parametrize("library", ["aiogram", "ptb"])
async def test_a_token_that_is_refused(office: Office, operator: Operator, library: str) -> None:
    operator.sets(staff_token=office.staff.token[:-1] + "_", staff_library=library)
    found = await office.asks()
    assert found[-1] == "✗ 工作人员机器人：令牌不对，或者已经作废。请到 @BotFather 核对"


async def test_a_username_in_the_settings_that_is_not_the_bots(office: Office, operator: Operator) -> None:
    operator.sets(resident_username="another_bot")
    assert any("✗ 居民机器人：设置里写的是 @another_bot" in line for line in await office.asks())


async def test_a_group_that_the_bot_has_left(office: Office) -> None:
    await office.group.kicks(office.staff)
    assert (await office.asks())[-1].startswith("✗ 江畔社区的工作群：机器人不在群里")


async def test_a_group_where_the_bot_may_not_write(office: Office) -> None:
    office.group.permits(can_send_messages=False)
    assert (await office.asks())[-1].startswith("✗ 江畔社区的工作群：机器人不能发言")


async def test_a_group_where_the_bot_is_restricted(office: Office) -> None:
    await office.group.restricts(office.staff, can_send_messages=False)
    assert (await office.asks())[-1].startswith("✗ 江畔社区的工作群：机器人不能发言")


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        (
            {"can_post_messages": True, "can_delete_messages": True},
            "✓ 江畔社区的公开频道：机器人是管理员，可以发、可以删",
        ),
        ({"can_post_messages": False, "can_delete_messages": True}, "✗ 江畔社区的公开频道：机器人不能发消息"),
        ({"can_post_messages": True, "can_delete_messages": False}, "✗ 江畔社区的公开频道：机器人不能删消息"),
        (None, "✗ 江畔社区的公开频道：机器人不是管理员，或者频道编号不对"),
    ],
)
async def test_a_public_channel_where_stories_are_posted_and_taken_away(
    office: Office, rights: dict[str, bool] | None, said: str
) -> None:
    channel = office.server.group("江畔故事", kind="channel")
    channel.has(office.staff, "administrator", can_post_messages=True)
    if rights is not None:
        channel.has(office.residents, "administrator", **rights)
    assert (await office.asks(channel.id))[-1].startswith(said), "it is the residents' bot that posts"


async def test_one_bot_that_is_alone_posts_in_the_channel(office: Office, operator: Operator) -> None:
    operator.sets(resident_token="")
    channel = office.server.group("江畔故事", kind="channel")
    channel.has(office.staff, "administrator", can_post_messages=True, can_delete_messages=True)
    assert (await office.asks(channel.id))[-1].startswith("✓ 江畔社区的公开频道")


async def test_a_channel_that_is_not_there(office: Office) -> None:
    assert "频道编号不对（-100999）" in (await office.asks(-100999))[-1]


async def test_a_webhook_is_in_the_way_of_polling(office: Office) -> None:
    await calls(office, "setWebhook", url="https://example.org/old")
    assert any(line.startswith("✗ 居民机器人的 webhook：还设着") for line in await office.asks())


async def test_a_webhook_where_one_is_wanted(office: Office, operator: Operator) -> None:
    operator.sets(mode="webhook", webhook_url="https://example.org", webhook_secret="a-secret-of-the-webhook")
    await calls(
        office, "setWebhook", url="https://example.org/telegram/resident", secret_token="a-secret-of-the-webhook"
    )
    found = await office.asks()
    assert "✓ 居民机器人的 webhook：https://example.org/telegram/resident" in found
    assert any(line.startswith("! 工作人员机器人的 webhook：还不是") for line in found)


async def test_a_messenger_that_is_broken(office: Office) -> None:
    office.server.fails(faults.bad_gateway(), times=None)
    found = await office.asks()
    assert "✗ 居民机器人：连不上（TryLater）" in "".join(found)


async def test_a_messenger_that_is_away(operator: Operator) -> None:
    operator.sets(api_url="http://127.0.0.1:1", resident_token=TOKEN)
    found = [str(finding) for finding in await messenger(load(), [])]
    assert found[0].startswith("✗ 网络：连不上 http://127.0.0.1:1。请检查网络")
    assert TOKEN not in "".join(found)


async def calls(office: Office, method: str, **fields: Any) -> None:
    address = f"{office.server.url}/bot{office.residents.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(address, json=fields) as answer:
        assert answer.status == 200
