"""The server as its own process, steered over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.botapi import BotApiServer
from tests.botapi.rawbot import RawBot
from tests.botapi.remote import ControlError, RemoteBotApi

WHERE = {"user": "王婆婆", "bot": "楚邻"}


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as running:
        running.bot("楚邻", token="123:abc")
        yield running


@pytest.fixture
async def remote(server: BotApiServer) -> AsyncIterator[RemoteBotApi]:
    async with RemoteBotApi(server.url) as made:
        yield made


@pytest.fixture
async def api(server: BotApiServer) -> AsyncIterator[RawBot]:
    async with RawBot(server.url, "123:abc") as raw:
        yield raw


async def test_a_process_serves_and_logs_every_call(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    started = await RemoteBotApi.start(log=log, tokens={"楚邻": "123:abc"})
    async with started as remote, RawBot(remote.url, "123:abc") as api:
        said = await remote.do("act", **WHERE, act="says", args={"text": "路灯坏了"})
        assert (await api.updates())[0]["message"]["message_id"] == said["message_id"]
        await api.does("sendMessage", chat_id=said["chat"]["id"], text="收到")
        assert (await remote.do("sees", **WHERE, text="收到"))["text"] == "收到"
        assert len(await remote.do("log", method="sendMessage")) == 1
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["method"], line["ok"]) for line in lines] == [("getUpdates", True), ("sendMessage", True)]
    assert lines[0]["result"][2] == 1
    assert lines[1]["params"]["text"] == "收到"


async def test_people_act_and_look_from_outside(remote: RemoteBotApi, api: RawBot) -> None:
    assert (await remote.do("health"))["url"] == remote.url
    assert (await remote.do("bot", name="工单"))["token"]
    user = await remote.do("user", name="王婆婆")
    await remote.do("act", **WHERE, act="starts", args={"payload": "b1"})
    album = await remote.do("act", **WHERE, act="sends_album", args={"photos": 3})
    assert len(album) == 3
    markup = {"inline_keyboard": [[{"text": "受理", "callback_data": "a"}]]}
    await api.does("sendMessage", chat_id=user["id"], text="卡", reply_markup=markup)
    tap = await remote.do("act", **WHERE, act="taps", args={"label": "受理"})
    assert (await api.updates())[-1]["callback_query"]["id"] == tap["callback_query_id"]
    assert [m.get("text") for m in await remote.do("messages", **WHERE)][-1] == "卡"
    assert await remote.do("act", **WHERE, act="blocks") is None

    group = await remote.do("group", title="网格群", bots=["楚邻"], forum=True)
    said = await remote.do("act", user="李工", group="网格群", act="says", args={"text": "到"})
    assert said["chat"]["id"] == group["id"]


async def test_wrong_commands_are_refused(remote: RemoteBotApi) -> None:
    with pytest.raises(ControlError, match="no command"):
        await remote.do("dance")
    with pytest.raises(ControlError, match="LookupError"):
        await remote.do("act", **WHERE, act="__init__")
    with pytest.raises(ControlError, match="LookupError"):
        await remote.do("queue", bot="谁")
    with pytest.raises(ControlError, match="LookupError"):
        await remote.do("rules", nonsense=1)
    with pytest.raises(ControlError, match="waited for text"):
        await remote.do("sees", **WHERE, text="x", seconds=0)


async def test_faults_limits_and_rules_are_set_from_outside(remote: RemoteBotApi, api: RawBot) -> None:
    await remote.do("fault", kind="too_many", args={"retry_after": 9}, method="getMe", times=1)
    assert (await api.call("getMe")).body["parameters"] == {"retry_after": 9}
    await remote.do("fault", kind="server_error", times=None, bot="楚邻")
    assert (await api.call("getMe")).status == 500
    await remote.do("heal")
    assert await api.does("getMe")
    assert await remote.do("limits", mode="watch") == []
    assert (await remote.do("rules", long_poll_max=1))["long_poll_max"] == 1
    assert await remote.do("counts") == {"getMe 429": 1, "getMe 500": 1, "getMe 200": 1}


async def test_a_crowd_writes_and_its_waiting_is_measured(remote: RemoteBotApi, api: RawBot) -> None:
    fed = await remote.do("feed", bot="楚邻", texts=["第{n}件", "第{n}桩"], users=3, count=10)
    assert fed["count"] == 10
    updates = await api.updates()
    assert updates[0]["update_id"] == fed["first_update_id"]
    assert [u["message"]["text"] for u in updates[:3]] == ["第0件", "第1桩", "第2件"]
    assert len({u["message"]["chat"]["id"] for u in updates}) == 3
    for update in updates[:3]:
        await api.does("sendMessage", chat_id=update["message"]["chat"]["id"], text="收到")
    delays = await remote.do("delays", bot="楚邻")
    assert delays["answered"] == 10
    assert 0 <= delays["p50"] <= delays["p95"] <= delays["max"]

    await remote.do("feed", bot="楚邻", texts=["慢"], rate=1000, count=5, wait=False)
    waiting = asyncio.create_task(remote.do("drained", bot="楚邻"))
    while len(updates) < 15:
        updates += await api.updates(offset=updates[-1]["update_id"] + 1, timeout=5)
    await api.updates(offset=updates[-1]["update_id"] + 1)
    await waiting
    queue = await remote.do("queue", bot="楚邻")
    assert queue == {"total": 15, "waiting": 0, "confirmed_to": queue["last_id"], "last_id": queue["last_id"]}


async def test_raw_and_old_updates_from_outside(remote: RemoteBotApi, api: RawBot) -> None:
    await remote.do("raw", bot=123, update={"message": {"date": "never"}})
    await remote.do("raw", bot="123:abc", update='{"update_id": 1.5}')
    assert len(await api.updates()) == 2
    await api.updates(offset=10**9)
    assert await remote.do("redeliver", bot="楚邻", count=5) == 2
    assert len(await api.updates(offset=10**9)) == 2
