"""Updates that are pushed: only the messenger is believed, and a bad request changes nothing."""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr, ValidationError

from bot import settings as settings_of
from bot.build import open_all
from bot.http.server import application, serve
from bot.settings import BadSettings, Mode, Settings
from tests.channels.telegram_desk import TelegramDesk
from tests.channels.town import SECRET, Town, town

HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = {"update_id": 5, "message": {"message_id": 1, "chat": {"id": 7, "type": "private"}, "text": "路灯坏了"}}


@dataclass
class Hook:
    """The web server of a whole app, as anybody can reach it."""

    place: Town
    address: str
    session: aiohttp.ClientSession

    async def takes(self, body: object = UPDATE, *secrets: str, path: str = "telegram/resident", **headers: str) -> int:
        """The status of a request with these secrets."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = [(HEADER, secret) for secret in secrets] + list(headers.items())
        async with self.session.post(f"{self.address}/{path}", data=io.BytesIO(data), headers=named) as reply:
            return reply.status

    async def kept(self) -> int:
        return int(await self.place.value("SELECT count(*) FROM inbox"))


@pytest.fixture
async def hook(server: Any, tmp_path: Path, url: str) -> AsyncIterator[Hook]:
    pushed = {"mode": "webhook", "webhook_url": "https://chulin.example", "webhook_secret": SECRET}
    async with (
        town(server, tmp_path, url, **pushed) as place,
        serve(place.app) as port,
        aiohttp.ClientSession() as session,
    ):
        yield Hook(place, f"http://127.0.0.1:{port}", session)


async def test_an_update_with_the_secret_is_kept(hook: Hook) -> None:
    assert await hook.takes(UPDATE, SECRET) == 200
    assert await hook.takes(UPDATE, SECRET, path="telegram/staff") == 200
    assert await hook.takes(UPDATE, SECRET) == 200
    assert await hook.kept() == 2


async def test_nobody_without_the_secret_is_believed(hook: Hook) -> None:
    for secrets in ((), ("",), ("wrong",), (SECRET[:-1],), (SECRET + "x",), (SECRET, SECRET), ("wrong", SECRET)):
        assert await hook.takes(UPDATE, *secrets) == 401
    assert await hook.takes(b"not json", "wrong", path="telegram/nobody") == 401
    assert await hook.kept() == 0


@pytest.mark.parametrize("secret", ["密", "\udce5", "\x7f", "é"])
async def test_a_secret_of_strange_letters_is_a_wrong_one(hook: Hook, secret: str) -> None:
    assert await _raw(hook, secret.encode("utf-8", "surrogateescape")) in (400, 401)
    assert await hook.kept() == 0


async def test_a_bot_that_is_not_ours_is_not_found(hook: Hook) -> None:
    assert await hook.takes(UPDATE, SECRET, path="telegram/nobody") == 404
    assert await hook.takes(UPDATE, SECRET, path="telegram/") == 404


DEEP = b'{"update_id":1,"message":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
BODIES = [
    b"",
    b"{",
    b"[]",
    b"7",
    b"null",
    b'"x"',
    b"\xff\xfe\x00",
    b'{"update_id":"5"}',
    b'{"update_id":true}',
    b'{"update_id":1.5}',
    b'{"update_id":null}',
    b'{"message":{}}',
    b'{"update_id":' + b"9" * 30 + b"}",
    b'{"update_id":' + b"9" * 5000 + b"}",
    DEEP,
    b'{"update_id":1,"a":' * 70 + b"1" + b"}" * 70,
    b"<update_id>5</update_id>",
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:24].decode(errors="replace"))
async def test_a_body_that_is_no_update_is_a_bad_request(hook: Hook, body: bytes) -> None:
    assert await hook.takes(body, SECRET) == 400
    assert await hook.kept() == 0


async def test_a_body_that_is_too_large_is_not_read(hook: Hook) -> None:
    large = b'{"update_id":1,"message":"' + b"x" * (10 * 1024 * 1024) + b'"}'
    assert await hook.takes(large, SECRET) == 413
    assert await hook.takes(gzip.compress(large), SECRET, **{"Content-Encoding": "gzip"}) == 413
    assert await hook.kept() == 0


async def test_a_body_that_is_not_what_its_header_says_is_a_bad_request(hook: Hook) -> None:
    assert await hook.takes(b"no gzip", SECRET, **{"Content-Encoding": "gzip", "Connection": "close"}) == 400
    assert await hook.takes(UPDATE, SECRET, **{"Content-Type": "application/json; charset=klingon"}) == 200
    assert await hook.takes(UPDATE, SECRET, **{"Content-Type": "text/html"}) == 200
    assert await hook.kept() == 1


async def test_only_posts_are_taken(hook: Hook) -> None:
    async with hook.session.get(f"{hook.address}/telegram/resident", headers={HEADER: SECRET}) as reply:
        assert reply.status == 405


async def test_an_update_that_cannot_be_stored_is_brought_again(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_work: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(hook.place.app.database, "write_one", fails)
        assert await hook.takes(UPDATE, SECRET) == 503
    assert await hook.takes(UPDATE, SECRET) == 200
    assert await hook.kept() == 1


async def test_health_readiness_and_figures_are_open(hook: Hook) -> None:
    for path, status in (("healthz", 200), ("readyz", 200), ("metrics", 200)):
        async with hook.session.get(f"{hook.address}/{path}") as reply:
            assert reply.status == status
    hook.place.app.intake.trouble["resident"] = "Conflict"
    async with hook.session.get(f"{hook.address}/readyz") as reply:
        assert reply.status == 503
        assert (await reply.json())["trouble"] == {"resident": "Conflict"}
    hook.place.app.intake.trouble.clear()
    hook.place.app.deliverers["resident"].trouble = "BadToken"
    async with hook.session.get(f"{hook.address}/readyz") as reply:
        assert reply.status == 503
        assert (await reply.json())["trouble"] == {"sending as resident": "BadToken"}


# --- the start -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", "short", "x" * 257, "密" * 20, "with space in it!!"])
def test_the_start_is_refused_without_a_good_secret(
    secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHULIN_MODE", "webhook")
    monkeypatch.setenv("CHULIN_WEBHOOK_URL", "https://chulin.example")
    monkeypatch.setenv("CHULIN_WEBHOOK_SECRET", secret)
    with pytest.raises(BadSettings) as caught:
        settings_of.load()
    assert len(caught.value.lines) == 1
    assert caught.value.lines[0].startswith("CHULIN_WEBHOOK_SECRET")
    assert not secret or secret not in caught.value.lines[0]


def test_a_webhook_without_an_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="webhook_url"):
        Settings(_env_file=None, mode=Mode.WEBHOOK, webhook_secret=SecretStr(SECRET))  # type: ignore[call-arg]


async def test_no_server_is_made_without_a_secret_whatever_the_settings_say(hook: Hook) -> None:
    app = hook.place.app
    app.settings.webhook_secret = SecretStr("")
    with pytest.raises(ValueError, match="without a secret"):
        application(app)


async def test_without_webhooks_there_is_nothing_to_push_to(hook: Hook) -> None:
    hook.place.app.settings.mode = Mode.POLLING
    routes = list(application(hook.place.app).router.routes())
    assert {"/healthz", "/readyz", "/metrics"} <= {route.resource.canonical for route in routes if route.resource}
    assert {route.method for route in routes} == {"GET", "HEAD"}


async def test_the_mode_decides_whether_the_messenger_pushes(telegram: TelegramDesk) -> None:
    channels = {"resident": telegram.channel}
    pushed = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mode=Mode.WEBHOOK,
        webhook_url="http://127.0.0.1:9/",  # type: ignore[arg-type]
        webhook_secret=SecretStr(SECRET),
    )
    bots = await open_all(pushed, channels)
    assert bots["resident"].username == telegram.bot.username
    hook = telegram.bot.webhook
    assert hook is not None
    assert (hook.url, hook.secret) == ("http://127.0.0.1:9/telegram/resident", SECRET)
    await open_all(Settings(_env_file=None), channels)  # type: ignore[call-arg]
    assert telegram.bot.webhook is None
    assert await telegram.raw() == []


async def _raw(hook: Hook, secret: bytes) -> int:
    """Status of a request with any bytes in its header, which no client would send."""
    host, port = hook.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps(UPDATE).encode()
    head = f"POST /telegram/resident HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + HEADER.encode() + b": " + secret + b"\r\n\r\n" + body)
    status = (await reader.readline()).split()[1]
    writer.close()
    await writer.wait_closed()
    return int(status)
