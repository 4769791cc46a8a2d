"""What goes wrong on the way to Telegram comes as an error of the port: the same from both libraries."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels.port import (
    BadToken,
    Conflict,
    Moved,
    NotEditable,
    Refused,
    SendError,
    TryLater,
    Unreachable,
)
from tests.botapi import BotApiServer, faults
from tests.botapi.faults import Fault
from tests.channels.calls import BREAKDOWNS, CALLS, LARGE, SECRET_WORDS, downloads
from tests.channels.telegram_desk import LIBRARIES, TelegramDesk


@pytest.mark.parametrize("method", [m for m in CALLS if m != "download"])
async def test_a_busy_messenger_says_for_how_long(line: TelegramDesk, method: str) -> None:
    line.server.fails(faults.too_many(7), method)
    with pytest.raises(TryLater) as caught:
        await CALLS[method](line)
    assert caught.value.seconds == 7.0


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
            await downloads(line)
        line.server.heals()
    line.server.fails(Fault("gone", body=b"<html>404</html>", status=404), "download")
    with pytest.raises(Refused, match="gone"):
        await downloads(line)
    await downloads(line)


@pytest_asyncio.fixture(params=[*LIBRARIES])
async def impatient(
    request: pytest.FixtureRequest, tmp_path: Path, server: BotApiServer
) -> AsyncIterator[TelegramDesk]:
    """A bot that gives up after a moment."""
    desk = TelegramDesk(tmp_path, server, LIBRARIES[request.param], patience=0.4)
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
