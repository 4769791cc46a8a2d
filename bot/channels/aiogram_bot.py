"""A Telegram bot served by aiogram: its client and its models, not its dispatcher (docs/adr/0001)."""

import asyncio
from contextlib import aclosing
from typing import Any

import aiohttp
from pydantic import ValidationError

from bot.channels.lazy_models import built_later
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

with built_later():
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
    from aiogram.exceptions import (
        TelegramBadRequest,
        TelegramConflictError,
        TelegramEntityTooLarge,
        TelegramForbiddenError,
        TelegramMigrateToChat,
        TelegramNotFound,
        TelegramRetryAfter,
        TelegramUnauthorizedError,
    )
    from aiogram.methods import (
        AnswerCallbackQuery,
        DeleteMessage,
        EditMessageText,
        GetUpdates,
        Response,
        SendMediaGroup,
        SendMessage,
    )
    from aiogram.types import (
        BufferedInputFile,
        InlineKeyboardMarkup,
        InputFile,
        InputMediaDocument,
        InputMediaPhoto,
        InputMediaVideo,
        LinkPreviewOptions,
        Message,
        Update,
    )

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
CHUNK = 1 << 16
NOT_THERE = (400, 404, 410)
MEDIA = {"photo": InputMediaPhoto, "video": InputMediaVideo}


class RawGetUpdates(GetUpdates):
    """Updates as they came: one that the models cannot read must not stop the others."""

    __returning__ = list[Any]


CALLS: list[Any] = [SendMessage, EditMessageText, DeleteMessage, SendMediaGroup, AnswerCallbackQuery, RawGetUpdates]
ANSWERS: list[Any] = [Response.__class_getitem__(call.__returning__) for call in CALLS]
"""Held, for pydantic forgets a generic model that nobody holds, and would build it again after each collection."""
for _model in (Message, Update, *CALLS, *ANSWERS):  # now, and not while somebody waits; the message first: all use it
    _model.model_rebuild()


class AiogramChannel(TelegramBot):
    """`api_url` replaces the messenger's own address (tests, a local server); `patience` in seconds."""

    def __init__(self, name: str, token: str, api_url: str | None = None, patience: float = PATIENCE) -> None:
        super().__init__(name)
        server = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
        self._patience = patience
        self._bot = Bot(token, session=AiohttpSession(api=server, timeout=patience))

    async def close(self) -> None:
        await self._bot.session.close()

    async def _connect(self) -> str:
        return (await self._bot.get_me()).username or ""

    async def _updates(self, offset: int | None, timeout: int) -> Any:  # noqa: ASYNC109
        call = RawGetUpdates(offset=offset, timeout=timeout, limit=100, allowed_updates=ALLOWED_UPDATES)
        return await self._bot(call, request_timeout=self._seconds(timeout))

    def _model(self, raw: RawUpdateBody) -> Update:
        return Update.model_validate(raw, context={"bot": self._bot})

    def _where(self, error: Exception) -> str:
        if not isinstance(error, ValidationError):
            return type(error).__name__
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in wrong[:3])

    async def _say(self, message: Outgoing, markup: Markup | None) -> int:
        sent = await self._bot.send_message(
            message.chat,
            message.text,
            message_thread_id=message.topic or None,
            reply_markup=_markup(markup),
            link_preview_options=NO_PREVIEW,
        )
        return sent.message_id

    async def _edit(self, message: Outgoing, markup: Markup | None) -> None:
        await self._bot.edit_message_text(
            message.text,
            chat_id=message.chat,
            message_id=message.edit,
            reply_markup=_markup(markup),
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
            caption=caption,
            message_thread_id=message.topic or None,
            reply_markup=_markup(markup),
            request_timeout=self._seconds(FILES_TAKE),
        )
        return sent

    async def _send_album(self, message: Outgoing, caption: str | None) -> list[Message]:
        album: list[Any] = [
            MEDIA.get(file.kind, InputMediaDocument)(media=await _input(file), caption=None if index else caption)
            for index, file in enumerate(message.files)
        ]
        return await self._bot.send_media_group(
            message.chat,
            album,
            message_thread_id=message.topic or None,
            request_timeout=self._seconds(FILES_TAKE),
        )

    async def _answer(self, press_id: str, text: str | None, alert: bool) -> None:
        await self._bot.answer_callback_query(press_id, text=text, show_alert=alert)

    async def _content(self, file_id: str, limit: int) -> bytes | None:
        file = await self._bot.get_file(file_id)
        if file.file_path is None:
            raise Refused("the file is gone")
        if (file.file_size or 0) > limit:
            return None
        session, content = self._bot.session, bytearray()
        address = session.api.file_url(self._bot.token, file.file_path)
        slow: Any = aiohttp.ClientTimeout(total=None, sock_connect=self._patience, sock_read=self._patience)
        async with aclosing(session.stream_content(address, timeout=slow, chunk_size=CHUNK)) as stream:
            async for chunk in stream:
                content += chunk
                if len(content) > limit:
                    return None
        return bytes(content)

    async def _hook(self, url: str, secret: str) -> None:
        if url:
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
        else:
            await self._bot.delete_webhook()

    async def _hook_info(self) -> dict[str, Any]:
        return (await self._bot.get_webhook_info()).model_dump(mode="json", exclude_none=True)

    def _seconds(self, more: float) -> Any:
        """A call's own limit; the library's type says int, its client takes parts of a second."""
        return self._patience + more

    def _mapped(self, error: Exception) -> ChannelError:  # noqa: PLR0911 - one line an error
        match error:
            case TelegramRetryAfter():
                return later(error.retry_after)
            case TelegramMigrateToChat():
                return Moved(error.migrate_to_chat_id)
            case TelegramConflictError():
                return Conflict(self.name)
            case TelegramUnauthorizedError() | TelegramNotFound():
                return self._bad_token()
            case TelegramForbiddenError():
                return Unreachable(error.message)
            case TelegramBadRequest():
                return refused(error.message)
            case TelegramEntityTooLarge() | ValidationError():
                return Refused(type(error).__name__)
            case aiohttp.ClientResponseError(status=status) if status in NOT_THERE:
                return Refused("the file is gone")
            case _:
                # also a broken body (ClientDecodeError), which is no TelegramAPIError
                return TryLater(type(error).__name__)


def _markup(raw: Markup | None) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup.model_validate(raw) if raw else None


async def _input(file: SendFile) -> str | InputFile:
    if file.file_id:
        return file.file_id
    # the library's own FSInputFile leaves the file open when the connection breaks
    return BufferedInputFile(await asyncio.to_thread(file.stored.read_bytes), file.name)
