"""A Telegram bot served by python-telegram-bot: its client and its models, not its application (docs/adr/0001)."""

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns each time that a wait is read

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.error import Conflict as TelegramConflict
from telegram.request import HTTPXRequest

from bot.channels.port import (
    ChannelError,
    Conflict,
    Moved,
    Outgoing,
    RawUpdateBody,
    Refused,
    SendFile,
    TryLater,
    Unreachable,
)
from bot.channels.telegram import ALLOWED_UPDATES
from bot.channels.telegram_bot import FILES_TAKE, PATIENCE, Markup, TelegramBot
from bot.channels.telegram_errors import later, refused

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
POOL = 17
"""One connection for the long poll, the others for calls."""
GET_UPDATES = "GetUpdates"
"""The Bot API takes any case. The usual one makes the library warn, for it recommends its own `get_updates`, whose
models would let one bad update stop all others."""
TOO_LARGE = "entity too large"
MEDIA = {"photo": InputMediaPhoto, "video": InputMediaVideo}


class UnreadableAnswer(TelegramError):
    """No JSON object: the page of some proxy, or a part of an answer."""


class QuietRequest(HTTPXRequest):
    """The library logs an answer that it cannot read, and with it people's words."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            found = json.loads(payload.decode(errors="replace"))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise UnreadableAnswer("an unreadable answer")
        return found


class PtbChannel(TelegramBot):
    """`api_url` replaces the messenger's own address (tests, a local server); `patience` in seconds."""

    def __init__(self, name: str, token: str, api_url: str | None = None, patience: float = PATIENCE) -> None:
        super().__init__(name)
        where: dict[str, Any] = {}
        if api_url:
            where = {"base_url": f"{api_url}/bot", "base_file_url": f"{api_url}/file/bot"}
        client = QuietRequest(
            connection_pool_size=POOL,
            connect_timeout=patience,
            read_timeout=patience,
            write_timeout=patience,
            media_write_timeout=patience + FILES_TAKE,
            pool_timeout=patience,
        )
        self._patience = patience
        self._bot = Bot(token, request=client, get_updates_request=client, **where)

    async def close(self) -> None:
        await self._bot.shutdown()

    async def _connect(self) -> str:
        await self._bot.initialize()
        return self._bot.username

    async def _updates(self, offset: int | None, timeout: int) -> Any:  # noqa: ASYNC109
        wanted: dict[str, Any] = {"timeout": timeout, "limit": 100, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            wanted["offset"] = offset
        return await self._bot.do_api_request(GET_UPDATES, api_kwargs=wanted, read_timeout=self._patience + timeout)

    def _model(self, raw: RawUpdateBody) -> Update:
        return Update.de_json(raw, self._bot)

    def _where(self, error: Exception) -> str:
        return type(error).__name__

    async def _say(self, message: Outgoing, markup: Markup | None) -> int:
        sent = await self._bot.send_message(
            message.chat,
            message.text,
            message_thread_id=message.topic or None,
            reply_markup=self._markup(markup),
            link_preview_options=NO_PREVIEW,
        )
        return sent.message_id

    async def _edit(self, message: Outgoing, markup: Markup | None) -> None:
        await self._bot.edit_message_text(
            message.text,
            message.chat,
            message.edit,
            reply_markup=self._markup(markup),
            link_preview_options=NO_PREVIEW,
        )

    async def _delete(self, chat: int, message_id: int) -> None:
        await self._bot.delete_message(chat, message_id)

    async def _send_file(
        self, message: Outgoing, file: SendFile, caption: str | None, markup: Markup | None
    ) -> Message:
        calls: dict[str, Any] = {
            "photo": self._bot.send_photo,
            "voice": self._bot.send_voice,
            "video": self._bot.send_video,
        }
        sent: Message = await calls.get(file.kind, self._bot.send_document)(
            message.chat,
            await _input(file),
            filename=file.name,
            caption=caption,
            message_thread_id=message.topic or None,
            reply_markup=self._markup(markup),
            read_timeout=self._patience + FILES_TAKE,
        )
        return sent

    async def _send_album(self, message: Outgoing, caption: str | None) -> Sequence[Message]:
        album: list[Any] = [
            MEDIA.get(file.kind, InputMediaDocument)(
                await _input(file), caption=None if index else caption, filename=file.name
            )
            for index, file in enumerate(message.files)
        ]
        return await self._bot.send_media_group(
            message.chat,
            album,
            message_thread_id=message.topic or None,
            read_timeout=self._patience + FILES_TAKE,
        )

    async def _answer(self, press_id: str, text: str | None, alert: bool) -> None:
        await self._bot.answer_callback_query(press_id, text=text, show_alert=alert)

    async def _content(self, file_id: str, limit: int) -> bytes | None:
        file = await self._bot.get_file(file_id)
        if file.file_path is None:
            raise Refused("the file is gone")
        if (file.file_size or 0) > limit:
            return None
        try:
            content = await file.download_as_bytearray()
        except (BadRequest, InvalidToken):  # the library's name for a 404
            raise Refused("the file is gone") from None
        return bytes(content) if len(content) <= limit else None

    async def _hook(self, url: str, secret: str) -> None:
        if url:
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
        else:
            await self._bot.delete_webhook()

    async def _hook_info(self) -> dict[str, Any]:
        return (await self._bot.get_webhook_info()).to_dict()

    def _markup(self, raw: Markup | None) -> InlineKeyboardMarkup | None:
        return InlineKeyboardMarkup.de_json(raw, self._bot) if raw else None

    def _mapped(self, error: Exception) -> ChannelError:  # noqa: PLR0911 - one line an error
        match error:
            case TelegramError() if _is_of_a_proxy(error):
                return TryLater(type(error).__name__)
            case RetryAfter():
                wait = error.retry_after
                return later(wait.total_seconds() if isinstance(wait, timedelta) else wait)
            case ChatMigrated():
                return Moved(error.new_chat_id)
            case TelegramConflict():
                return Conflict(self.name)
            case InvalidToken() | EndPointNotFound():
                return self._bad_token()
            case Forbidden():
                return Unreachable(error.message)
            case BadRequest():
                # a subclass of NetworkError: taken before it, or a permanent error would be tried for ever
                return refused(error.message)
            case TelegramError(message=message) if TOO_LARGE in message.casefold():
                return Refused(message)
            case _:
                # a body of the wrong shape leaks out of the library as TypeError or KeyError
                return TryLater(type(error).__name__)


async def _input(file: SendFile) -> str | bytes:
    if file.file_id:
        return file.file_id
    return await asyncio.to_thread(file.stored.read_bytes)


def _is_of_a_proxy(error: BaseException) -> bool:
    """Whether the answer was none of Telegram's: its status then says nothing about the chat or the token."""
    while error.__cause__ is not None:
        error = error.__cause__
    return isinstance(error, UnreadableAnswer)
