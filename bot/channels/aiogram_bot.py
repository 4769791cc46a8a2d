"""A Telegram bot served by aiogram: its client and its models, not its dispatcher (docs/adr/0001)."""

from pathlib import Path
from typing import Any

import aiohttp
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetUpdates
from aiogram.types import (
    FSInputFile,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    Update,
)

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
CHUNK = 1 << 16


class RawGetUpdates(GetUpdates):
    """Updates as they came: one that the models cannot read must not stop the others."""

    __returning__ = list[dict[str, Any]]  # type: ignore[assignment]


class AiogramChannel:
    """One bot. `api_url` replaces the messenger's own address (tests, a local server)."""

    def __init__(self, name: str, token: str, api_url: str | None = None) -> None:
        self.name = name
        self.abilities = Abilities()
        session = AiohttpSession(api=TelegramAPIServer.from_base(api_url)) if api_url else AiohttpSession()
        self._bot = Bot(token, session=session)
        self._username = ""

    async def open(self) -> str:
        try:
            self._username = (await self._bot.get_me()).username or ""
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise BadToken(self.name) from error
        except Exception as error:
            raise _mapped(error) from error
        return self._username

    async def close(self) -> None:
        await self._bot.session.close()

    async def fetch(self, offset: int | None, timeout: int) -> list[RawUpdateBody]:  # noqa: ASYNC109
        call = RawGetUpdates(offset=offset, timeout=timeout, limit=100, allowed_updates=telegram.ALLOWED_UPDATES)
        try:
            found: Any = await self._bot(call, request_timeout=timeout + 20)
        except Exception as error:
            raise _mapped(error) from error
        return list(found)

    def envelope(self, raw: RawUpdateBody) -> Envelope:
        return telegram.envelope(raw, self._username)

    def parse(self, raw: RawUpdateBody) -> Event:
        try:
            update = Update.model_validate(raw, context={"bot": self._bot})
            return telegram.event_of(update, self.name, self._username)
        except Exception as error:
            # the library's own text quotes the update, and with it people's words
            raise Unreadable(type(error).__name__) from None

    async def send(self, message: Outgoing) -> Sent:
        try:
            return await self._send(message)
        except TelegramBadRequest as error:
            if message.edit is not None and telegram.UNCHANGED in error.message:
                return Sent(message.edit, {})
            raise telegram.refused(error.message) from error
        except Exception as error:
            raise _mapped(error) from error

    async def answer(self, press_id: str, answer: Answer) -> None:
        await self._bot.answer_callback_query(press_id, text=answer.text[:200] or None, show_alert=answer.alert)

    async def download(self, file_id: str, to: Path, limit: int) -> None:
        try:
            file = await self._bot.get_file(file_id)
            if file.file_path is None or (file.file_size or 0) > limit:
                raise Refused("file too large")
            await self._bot.download_file(file.file_path, to, chunk_size=CHUNK)
        except Refused:
            raise
        except TelegramBadRequest as error:
            raise Refused(error.message) from None
        except Exception as error:
            # the library's own text carries the token in an address
            raise _mapped(error) from None
        if to.stat().st_size > limit:
            raise Refused("file too large")

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._bot.set_webhook(url, secret_token=secret, allowed_updates=telegram.ALLOWED_UPDATES)

    async def webhook_info(self) -> dict[str, Any]:
        return (await self._bot.get_webhook_info()).model_dump(mode="json", exclude_none=True)

    # sending ---------------------------------------------------------------------------------------------------------

    async def _send(self, message: Outgoing) -> Sent:
        markup = telegram.keyboard(message.rows)
        reply_markup = InlineKeyboardMarkup.model_validate(markup) if markup else None
        if message.edit is not None:
            await self._bot.edit_message_text(
                message.text,
                chat_id=message.chat,
                message_id=message.edit,
                reply_markup=reply_markup,
                link_preview_options=NO_PREVIEW,
            )
            return Sent(message.edit, {})
        if message.files:
            return await self._send_files(message, reply_markup)
        sent = await self._bot.send_message(
            message.chat,
            message.text,
            message_thread_id=message.topic or None,
            reply_markup=reply_markup,
            link_preview_options=NO_PREVIEW,
        )
        return Sent(sent.message_id, {})

    async def _send_files(self, message: Outgoing, markup: InlineKeyboardMarkup | None) -> Sent:
        if len(message.files) == 1:
            sent = await self._send_file(message.files[0], message, markup)
            return Sent(sent.message_id, _file_ids(message.files, [sent]))
        group = [
            (InputMediaPhoto if file.kind == "photo" else InputMediaDocument)(
                media=_input(file), caption=message.text if index == 0 and message.text else None
            )
            for index, file in enumerate(message.files[:10])
        ]
        parts = await self._bot.send_media_group(message.chat, group, message_thread_id=message.topic or None)  # type: ignore[arg-type]
        return Sent(parts[0].message_id, _file_ids(message.files, parts))

    async def _send_file(self, file: SendFile, message: Outgoing, markup: InlineKeyboardMarkup | None) -> Message:
        call = {"photo": self._bot.send_photo, "voice": self._bot.send_voice, "video": self._bot.send_video}.get(
            file.kind, self._bot.send_document
        )
        return await call(  # type: ignore[operator, no-any-return]
            message.chat,
            _input(file),
            caption=message.text or None,
            message_thread_id=message.topic or None,
            reply_markup=markup,
        )


def _input(file: SendFile) -> str | InputFile:
    return file.file_id or FSInputFile(file.path, filename=file.name)


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
        case TelegramRetryAfter():
            return telegram.later(error.retry_after)
        case TelegramMigrateToChat():
            return Moved(error.migrate_to_chat_id)
        case TelegramConflictError():
            return Conflict()
        case TelegramUnauthorizedError():
            return BadToken()
        case TelegramForbiddenError():
            return Unreachable(error.message)
        case TelegramBadRequest() | TelegramNotFound():
            return telegram.refused(error.message)
        case TelegramAPIError() | AiogramError() | aiohttp.ClientError() | OSError() | TimeoutError():
            # a broken body (ClientDecodeError) is a broken messenger, too
            return TryLater(type(error).__name__)
        case _:
            return error


