"""No error and no line of the log tells a token or what people wrote."""

import io
import logging
import sys
import traceback
from collections.abc import Iterator

import aiogram
import httpx
import pytest
import telegram

from bot import logs
from bot.channels.port import ChannelError
from tests.botapi import Bot, faults
from tests.botapi.faults import Fault
from tests.channels.calls import BREAKDOWNS, CALLS, LARGE, SECRET_WORDS
from tests.channels.telegram_desk import TelegramDesk


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


async def test_what_the_libraries_say_of_themselves_is_masked_in_the_log(line: TelegramDesk, log: io.StringIO) -> None:
    """Some of them name the token in what they call themselves, or in the addresses that they ask."""
    token = line.bot.token
    bot = telegram.Bot(token)
    said = {
        "a bot": repr(bot),
        "a file": repr(telegram.File("id", "unique", file_path=f"https://api.telegram.org/file/bot{token}/a.jpg")),
        "an address": repr(httpx.Request("POST", f"{line.server.url}/bot{token}/sendMessage")),
        "an error": repr(ValueError(f"/file/bot{token}/documents/a.pdf")),
        "another bot": repr(aiogram.Bot(token)),
    }
    assert any(token in words for words in said.values()), "else there would be nothing to mask"
    for name, words in said.items():
        logging.getLogger("bot").error("%s: %s", name, words)
        logging.getLogger("telegram").error(words)
    _is_clean(log.getvalue(), line.bot)
    assert "an address" in log.getvalue()


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
