"""What goes wrong on the way to Telegram comes as an error of the port: the same from both libraries."""

import io
import logging
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import logs
from bot.channels.port import (
    BadToken,
    ChannelError,
    Conflict,
    Moved,
    NotEditable,
    Outgoing,
    Refused,
    SendError,
    TryLater,
    Unreachable,
)
from handlers.reply import Answer
from tests.botapi import JPEG, Bot, BotApiServer, faults
from tests.botapi.faults import Fault
from tests.channels.desk import LIBRARIES, TelegramDesk

SECRET_WORDS = "王婆婆住三单元"
LARGE = Fault("too_large", body=b'{"ok":false,"error_code":413,"description":"Request Entity Too Large"}', status=413)


async def _opens(desk: TelegramDesk) -> None:
    await desk.close()
    await desk.channel.open()


async def _sends(desk: TelegramDesk, *kinds: str) -> object:
    files = [desk.file(kind, JPEG + bytes([n])) for n, kind in enumerate(kinds)]
    return await desk.channel.send(Outgoing(desk.person().chat, 0, SECRET_WORDS, files=files))


async def _downloads(desk: TelegramDesk) -> None:
    await desk.person().person.sends_document(b"content")
    files = [event.files[0] for _, event in await desk.taken() if event.files]
    await desk.channel.download(files[-1].id, desk.files.scratch(), 100)


Call = Callable[[TelegramDesk], Awaitable[object]]
CALLS: dict[str, Call] = {
    "getMe": _opens,
    "getUpdates": lambda desk: desk.channel.fetch(None, 0),
    "sendMessage": lambda desk: desk.says(desk.person().chat, SECRET_WORDS, "好"),
    "editMessageText": lambda desk: desk.says(desk.person().chat, SECRET_WORDS, edit=2),
    "sendPhoto": lambda desk: _sends(desk, "photo"),
    "sendMediaGroup": lambda desk: _sends(desk, "document", "document"),
    "answerCallbackQuery": lambda desk: desk.channel.answer("1", Answer(SECRET_WORDS)),
    "getFile": lambda desk: desk.channel.download("x", desk.files.scratch(), 100),
    "download": _downloads,
    "setWebhook": lambda desk: desk.channel.set_webhook("http://127.0.0.1:9/", "s" * 20),
    "getWebhookInfo": lambda desk: desk.channel.webhook_info(),
}
BREAKDOWNS = [
    faults.bad_gateway(),
    faults.cut_json(),
    faults.dropped_before(),
    faults.dropped_after(),
    faults.server_error(),
    Fault("empty", body=b""),
    Fault("no_object", body=b"[1]"),
    Fault("no_result", body=b'{"ok":true}'),
    Fault("nothing", body=b"null"),
    Fault("unknown_status", body=b"{}", status=599),
    Fault("proxy_400", body=faults.HTML_502, status=400),
    Fault("proxy_401", body=faults.HTML_502, status=401),
    Fault("proxy_403", body=faults.HTML_502, status=403),
]


@pytest_asyncio.fixture
async def line(telegram: TelegramDesk) -> TelegramDesk:
    """A bot to which somebody has written."""
    await telegram.person().says(SECRET_WORDS)
    return telegram


@pytest.mark.parametrize("method", [m for m in CALLS if m != "download"])
async def test_a_busy_messenger_says_for_how_long(line: TelegramDesk, method: str) -> None:
    line.server.fails(faults.too_many(7), method)
    with pytest.raises(TryLater) as caught:
        await CALLS[method](line)
    assert caught.value.seconds == 7.0
    assert not caught.value.whole_bot


@pytest.mark.parametrize("fault", BREAKDOWNS, ids=lambda fault: fault.name)
async def test_a_broken_messenger_does_not(line: TelegramDesk, fault: Fault) -> None:
    for method in ("getUpdates", "sendMessage", "sendPhoto", "sendMediaGroup", "getFile"):
        line.server.fails(fault, method)
        with pytest.raises(TryLater) as caught:
            await CALLS[method](line)
        assert caught.value.seconds is None, method
    assert line.server.faults.plans == []


async def test_a_download_that_breaks_off_is_tried_later_and_one_that_is_gone_is_refused(line: TelegramDesk) -> None:
    for fault in (faults.bad_gateway(), faults.dropped_before()):
        line.server.fails(fault, "download", times=2)  # one of the clients tries a dropped download once more itself
        with pytest.raises(TryLater):
            await _downloads(line)
        line.server.heals()
    line.server.fails(Fault("gone", body=b"<html>404</html>", status=404), "download")
    with pytest.raises(Refused, match="gone"):
        await _downloads(line)
    await _downloads(line)


@pytest_asyncio.fixture(params=[*LIBRARIES])
async def impatient(
    request: pytest.FixtureRequest, tmp_path: Path, server: BotApiServer
) -> AsyncIterator[TelegramDesk]:
    """A bot that waits a tenth of a second."""
    desk = TelegramDesk(tmp_path, server, LIBRARIES[request.param], patience=0.1)
    await desk.channel.open()
    yield desk
    await desk.close()


@pytest.mark.parametrize("method", ["sendMessage", "getUpdates", "download"])
async def test_a_messenger_that_says_nothing_is_given_up(impatient: TelegramDesk, method: str) -> None:
    await impatient.person().says(SECRET_WORDS)
    impatient.server.fails(faults.hangs(5), method)
    with pytest.raises(TryLater) as caught:
        await CALLS[method](impatient)
    assert caught.value.seconds is None


async def test_a_messenger_that_is_not_there_is_tried_later(line: TelegramDesk) -> None:
    await line.server.stop()
    for method in ("getMe", "getUpdates", "sendMessage"):
        with pytest.raises(TryLater):
            await CALLS[method](line)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.forbidden("bot was blocked by the user"), Unreachable),
        (faults.forbidden("user is deactivated"), Unreachable),
        (faults.forbidden("bot was kicked from the supergroup chat"), Unreachable),
        (faults.forbidden("something new"), Unreachable),
        (faults.bad_request("chat not found"), Unreachable),
        (faults.bad_request("have no rights to send a message"), Unreachable),
        (faults.bad_request("not enough rights to send text messages to the chat"), Unreachable),
        (faults.bad_request("not enough rights to send photos to the chat"), Refused),
        (faults.bad_request("BUTTON_DATA_INVALID"), Refused),
        (faults.bad_request("x" * 5000), Refused),
        (faults.bad_request("MESSAGE_ID_INVALID"), NotEditable),
        (faults.bad_request("message can't be edited"), NotEditable),
        (LARGE, Refused),
        (faults.migrated(-100123), Moved),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_refusal_is_read_by_its_words(line: TelegramDesk, fault: Fault, expected: type[SendError]) -> None:
    line.server.fails(fault, "sendMessage")
    with pytest.raises(SendError) as caught:
        await CALLS["sendMessage"](line)
    assert type(caught.value) is expected
    assert len(str(caught.value)) <= 300
    assert expected is not Moved or getattr(caught.value, "new_chat", 0) == -100123


async def test_two_pollers_are_a_conflict(line: TelegramDesk) -> None:
    line.server.fails(faults.conflict(), "getUpdates")
    with pytest.raises(Conflict):
        await CALLS["getUpdates"](line)


async def test_polling_while_a_webhook_is_set_is_a_conflict(line: TelegramDesk) -> None:
    await CALLS["setWebhook"](line)
    with pytest.raises(Conflict):
        await CALLS["getUpdates"](line)


@pytest.mark.parametrize("method", ["getMe", "getUpdates", "sendMessage", "answerCallbackQuery", "getFile"])
async def test_a_token_that_nobody_knows_is_a_bad_token(line: TelegramDesk, method: str) -> None:
    del line.server.world.bots[line.bot.token]
    with pytest.raises(BadToken, match=r"^resident$"):
        await CALLS[method](line)


async def test_an_answer_with_a_wrong_label_is_an_answer(line: TelegramDesk) -> None:
    line.server.fails(faults.wrong_content_type(), "sendMessage")
    await CALLS["sendMessage"](line)
    line.server.fails(faults.wrong_content_type(), "getUpdates")
    assert await CALLS["getUpdates"](line)


async def test_an_answer_to_an_old_press_is_refused(line: TelegramDesk) -> None:
    with pytest.raises(Refused, match=r"(?i)query is too old"):
        await CALLS["answerCallbackQuery"](line)


# --- nothing leaks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the program would log at its most talkative."""
    root, said = logging.getLogger(), io.StringIO()
    handlers, level, stderr = list(root.handlers), root.level, sys.stderr
    levels = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "aiohttp", "aiogram", "telegram")}
    sys.stderr = said
    logs.set_up("DEBUG")
    sys.stderr = stderr
    yield said
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


@pytest.mark.parametrize("method", list(CALLS))
async def test_no_error_and_no_log_line_tells_the_token_or_what_people_wrote(
    line: TelegramDesk, log: io.StringIO, method: str
) -> None:
    troubles = [
        *BREAKDOWNS,
        LARGE,
        faults.too_many(1),
        faults.conflict(),
        faults.forbidden(),
        faults.migrated(-5),
        faults.bad_request("message is too long"),
        Fault("gone", body=b"<html>404</html>", status=404),
    ]
    for fault in troubles:
        line.server.fails(fault, method)
        try:
            await CALLS[method](line)
        except ChannelError as error:
            _tells_nothing(error, line.bot)
        line.server.heals()
    await line.server.stop()
    with pytest.raises(ChannelError) as caught:
        await CALLS[method](line)
    _tells_nothing(caught.value, line.bot)
    _is_clean(log.getvalue(), line.bot)


async def test_a_refused_token_is_not_told(line: TelegramDesk, log: io.StringIO) -> None:
    del line.server.world.bots[line.bot.token]
    for call in CALLS.values():
        with pytest.raises(ChannelError) as caught:
            await call(line)
        _tells_nothing(caught.value, line.bot)
    _is_clean(log.getvalue(), line.bot)


def _tells_nothing(error: BaseException, bot: Bot) -> None:
    """In its text, its traceback, and the locals of our own frames."""
    _is_clean(f"{error!s} {error!r}" + "".join(traceback.format_exception(error)), bot)
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert told.__cause__ is None
    assert told.__suppress_context__ or told.__context__ is None
    frames = [frame for frame in told.stack if "/bot/channels/" in frame.filename]
    assert frames
    assert bot.token not in str([frame.locals for frame in frames])


def _is_clean(text: str, bot: Bot) -> None:
    assert bot.token not in text
    assert SECRET_WORDS not in text
