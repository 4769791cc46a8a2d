"""A Telegram bot served by python-telegram-bot: its client and its models, not its application (docs/adr/0001)."""

import os
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns each time that a wait is read

from telegram import Bot, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto, LinkPreviewOptions, Message, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.error import Conflict as TelegramConflict
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from bot.channels import telegram
from bot.channels.port import (
    Abilities,
    BadToken,
    Conflict,
    Envelope,
    Moved,
    Outgoing,
    RawUpdateBody,
    Refused,
    SendFile,
    Sent,
    TryLater,
    Unreachable,
    Unreadable,
)
from handlers.event import Event
from handlers.reply import Answer

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
POOL = 16


class PtbChannel:
    """One bot. `api_url` replaces the messenger's own address (tests, a local server)."""

    def __init__(self, name: str, token: str, api_url: str | None = None) -> None:
        self.name = name
        self.abilities = Abilities()
        where = {"base_url": f"{api_url}/bot", "base_file_url": f"{api_url}/file/bot"} if api_url else {}
        self._bot = Bot(
            token,
            request=HTTPXRequest(connection_pool_size=POOL, read_timeout=20, pool_timeout=5),
            get_updates_request=HTTPXRequest(connection_pool_size=1, read_timeout=20),
            **where,
        )
        self._username = ""

    async def open(self) -> str:
        try:
            await self._bot.initialize()
        except InvalidToken as error:
            raise BadToken(self.name) from error
        except Exception as error:
            raise _mapped(error) from error
        self._username = self._bot.username
        return self._username

    async def close(self) -> None:
        await self._bot.shutdown()

    async def fetch(self, offset: int | None, timeout: int) -> list[RawUpdateBody]:  # noqa: ASYNC109
        wanted: dict[str, Any] = {"timeout": timeout, "limit": 100, "allowed_updates": telegram.ALLOWED_UPDATES}
        if offset is not None:
            wanted["offset"] = offset
        try:
            with warnings.catch_warnings():
                # it recommends get_updates, whose models would let one bad update stop all others
                warnings.simplefilter("ignore", PTBUserWarning)
                found = await self._bot.do_api_request("getUpdates", api_kwargs=wanted, read_timeout=timeout + 20)
        except Exception as error:
            raise _mapped(error) from error
        return list(found)

    def envelope(self, raw: RawUpdateBody) -> Envelope:
        return telegram.envelope(raw, self._username)

    def parse(self, raw: RawUpdateBody) -> Event:
        try:
            return telegram.event_of(Update.de_json(raw, self._bot), self.name, self._username)
        except Exception as error:
            # the library's own text quotes the update, and with it people's words
            raise Unreadable(type(error).__name__) from None

    async def send(self, message: Outgoing) -> Sent:
        try:
            return await self._send(message)
        except (Forbidden, ChatMigrated, RetryAfter) as error:
            raise _mapped(error) from error
        except BadRequest as error:
            # a subclass of NetworkError: taken before it, or a permanent error would be tried for ever
            if message.edit is not None and telegram.UNCHANGED in error.message.casefold():
                return Sent(message.edit, {})
            raise telegram.refused(error.message) from error
        except Exception as error:
            raise _mapped(error) from error

    async def answer(self, press_id: str, answer: Answer) -> None:
        await self._bot.answer_callback_query(press_id, text=answer.text[:200] or None, show_alert=answer.alert)

    async def download(self, file_id: str, to: Path, limit: int) -> None:
        try:
            file = await self._bot.get_file(file_id)
            if (file.file_size or 0) > limit:
                raise Refused("file too large")
            await file.download_to_drive(to)
        except Refused:
            raise
        except BadRequest as error:
            raise Refused(error.message) from None
        except Exception as error:
            # the library's own text carries the token in an address
            raise _mapped(error) from None
        if to.stat().st_size > limit:
            raise Refused("file too large")

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._bot.set_webhook(url, secret_token=secret, allowed_updates=telegram.ALLOWED_UPDATES)

    async def webhook_info(self) -> dict[str, Any]:
        return (await self._bot.get_webhook_info()).to_dict()

    # sending ---------------------------------------------------------------------------------------------------------

    async def _send(self, message: Outgoing) -> Sent:
        raw = telegram.keyboard(message.rows)
        markup = InlineKeyboardMarkup.de_json(raw, self._bot) if raw else None
        if message.edit is not None:
            await self._bot.edit_message_text(
                message.text, message.chat, message.edit, reply_markup=markup, link_preview_options=NO_PREVIEW
            )
            return Sent(message.edit, {})
        if message.files:
            return await self._send_files(message, markup)
        sent = await self._bot.send_message(
            message.chat,
            message.text,
            message_thread_id=message.topic or None,
            reply_markup=markup,
            link_preview_options=NO_PREVIEW,
        )
        return Sent(sent.message_id, {})

    async def _send_files(self, message: Outgoing, markup: InlineKeyboardMarkup | None) -> Sent:
        if len(message.files) == 1:
            sent = await self._send_file(message.files[0], message, markup)
            return Sent(sent.message_id, _file_ids(message.files, [sent]))
        group = [
            (InputMediaPhoto if file.kind == "photo" else InputMediaDocument)(
                _input(file), caption=message.text if index == 0 and message.text else None, filename=file.name
            )
            for index, file in enumerate(message.files[:10])
        ]
        parts = await self._bot.send_media_group(message.chat, group, message_thread_id=message.topic or None)
        return Sent(parts[0].message_id, _file_ids(message.files, list(parts)))

    async def _send_file(self, file: SendFile, message: Outgoing, markup: InlineKeyboardMarkup | None) -> Message:
        call: Any = {"photo": self._bot.send_photo, "voice": self._bot.send_voice, "video": self._bot.send_video}.get(
            file.kind, self._bot.send_document
        )
        sent: Message = await call(
            message.chat,
            _input(file),
            filename=file.name,
            caption=message.text or None,
            message_thread_id=message.topic or None,
            reply_markup=markup,
        )
        return sent


def _input(file: SendFile) -> str | bytes:
    return file.file_id or file.path.read_bytes()


def _file_ids(files: Any, sent: list[Message]) -> dict[str, str]:
    """File ids under which the files can be sent again."""
    found = {}
    for file, message in zip(files, sent, strict=False):
        held = message.photo[-1] if message.photo else message.document or message.voice or message.video
        if held is not None:
            found[file.digest] = held.file_id
    return found


def _mapped(error: Exception) -> Exception:
    """The port's error for one of the library's."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            return telegram.later(wait.total_seconds() if isinstance(wait, timedelta) else wait)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case TelegramConflict():
            return Conflict()
        case InvalidToken():
            return BadToken()
        case Forbidden():
            return Unreachable(error.message)
        case BadRequest():
            return telegram.refused(error.message)
        case TelegramError() | OSError() | TimeoutError() | TypeError() | KeyError() | ValueError():
            # a body of the wrong shape leaks out of the library as TypeError or KeyError
            return TryLater(type(error).__name__)
        case _:
            return error
