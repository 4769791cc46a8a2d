"""A Telegram bot, as far as it is the same with both libraries. A subclass makes the calls and maps the errors.

Errors of a library are replaced by errors of the port and never chained: their texts can quote people's words, and
URLs that contain the token.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from bot.channels import telegram
from bot.channels.port import (
    Abilities,
    BadToken,
    ChannelError,
    Choice,
    Envelope,
    Outgoing,
    RawUpdateBody,
    Refused,
    SendFile,
    Sent,
    TryLater,
    Unreadable,
)
from bot.channels.telegram_errors import NoSuchTopic, NotModified, StaleFile
from bot.channels.validation import Unfit
from handlers.event import Event
from handlers.reply import Answer

T = TypeVar("T")
Markup = dict[str, Any]

PATIENCE = 20.0
"""Seconds that a call to the messenger may take."""
FILES_TAKE = 100.0
"""Further seconds for a call that uploads a file."""
LONGEST_ANSWER = 200
LARGEST_ALBUM = 10
TOGETHER = {"photo": "visual", "video": "visual", "document": "document"}
"""Kinds of files that can share an album; others are sent alone."""


class TelegramBot(ABC):
    """One bot on Telegram. See `Channel` for what each method promises."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.abilities = Abilities()
        self._username = ""

    async def open(self) -> str:
        self._username = await self._guarded(self._connect())
        return self._username

    async def fetch(self, offset: int | None, timeout: int) -> list[RawUpdateBody]:  # noqa: ASYNC109 - the port's
        found = await self._guarded(self._updates(offset, timeout))
        if not isinstance(found, list):
            raise TryLater("an answer that is no list")
        updates = [update for update in found if isinstance(update, dict)]
        if found and not updates:
            raise TryLater("an answer without updates")
        return updates

    def envelope(self, raw: RawUpdateBody) -> Envelope:
        return telegram.envelope(raw, self._username)

    def parse(self, raw: RawUpdateBody) -> Event:
        try:
            return telegram.event_of(self._model(raw), self.name, self._username)
        except Exception as error:  # noqa: BLE001 - the library's own text quotes the update, and with it people's words
            raise Unreadable(str(error) if isinstance(error, Unfit) else self._where(error)) from None

    def parts(self, message: Outgoing) -> list[Outgoing]:
        """Albums and single files, the text with the first. Albums cannot have buttons: then the text follows them."""
        if not message.files:
            return [message]
        rows = message.rows if len(message.files) == 1 else ()
        parcels = [replace(message, text="", rows=rows, files=parcel) for parcel in _parcels(message.files)]
        if message.has_caption:
            return [replace(parcels[0], text=message.text), *parcels[1:]]
        return [*parcels, replace(message, files=())]

    async def send(self, message: Outgoing) -> Sent:
        try:
            return await self._guarded(self._send(message))
        except NotModified:
            return Sent(message.edit or 0, {})
        except NoSuchTopic:
            # a card in the general topic is better than none
            return await self._guarded(self._send(replace(message, topic=0)))

    async def answer(self, press_id: str, answer: Answer) -> None:
        await self._guarded(self._answer(press_id, answer.text[:LONGEST_ANSWER] or None, answer.alert))

    async def download(self, file_id: str, to: Path, limit: int) -> None:
        content = await self._guarded(self._content(file_id, limit))
        if content is None:
            raise Refused("the file is too large")
        await asyncio.to_thread(to.write_bytes, content)

    async def set_webhook(self, url: str, secret: str) -> None:
        await self._guarded(self._hook(url, secret))

    async def webhook_info(self) -> dict[str, Any]:
        return await self._guarded(self._hook_info())

    # errors ----------------------------------------------------------------------------------------------------------

    async def _guarded(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except ChannelError as error:
            raise error.with_traceback(None) from None  # the frames hold addresses with the token
        except (UnicodeEncodeError, FileNotFoundError) as error:
            raise Refused(type(error).__name__) from None
        except Exception as error:  # noqa: BLE001 - each library's own tree
            raise self._mapped(error) from None

    # sending ---------------------------------------------------------------------------------------------------------

    async def _send(self, message: Outgoing) -> Sent:
        message.text.encode()  # fails for a lone surrogate, which the libraries would report as a network error
        if message.gone and message.edit is not None:
            await self._delete(message.chat, message.edit)
            return Sent(message.edit, {})
        if message.edit is not None:
            await self._edit(message, _keyboard(message.rows))
            return Sent(message.edit, {})
        if message.files:
            return await self._send_parcel(message)
        return Sent(await self._say(message, _keyboard(message.rows)), {})

    async def _send_parcel(self, message: Outgoing) -> Sent:
        try:
            sent = await self._guarded(self._post_parcel(message))
        except StaleFile:
            fresh = replace(message, files=[replace(file, file_id=None) for file in message.files])
            sent = await self._guarded(self._post_parcel(fresh))
        return Sent(sent[0].message_id, _file_ids(message.files, sent))

    async def _post_parcel(self, message: Outgoing) -> Sequence[Any]:
        caption = message.text or None
        if len(message.files) > 1:
            return await self._send_album(message, caption)
        return [await self._send_file(message, message.files[0], caption, _keyboard(message.rows))]

    # what a library does ---------------------------------------------------------------------------------------------

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    async def _connect(self) -> str:
        """Open the connection; the bot's username."""

    @abstractmethod
    async def _updates(self, offset: int | None, timeout: int) -> Any:  # noqa: ASYNC109
        """Raw updates, not parsed: one that the models cannot read must not stop the others."""

    @abstractmethod
    def _model(self, raw: RawUpdateBody) -> Any:
        """The library's model of an update."""

    @abstractmethod
    def _where(self, error: Exception) -> str:
        """Where an update is wrong, without quoting any of it."""

    @abstractmethod
    async def _say(self, message: Outgoing, markup: Markup | None) -> int: ...

    @abstractmethod
    async def _edit(self, message: Outgoing, markup: Markup | None) -> None: ...

    @abstractmethod
    async def _delete(self, chat: int, message_id: int) -> None: ...

    @abstractmethod
    async def _send_file(
        self, message: Outgoing, file: SendFile, caption: str | None, markup: Markup | None
    ) -> Any: ...

    @abstractmethod
    async def _send_album(self, message: Outgoing, caption: str | None) -> Sequence[Any]: ...

    @abstractmethod
    async def _answer(self, press_id: str, text: str | None, alert: bool) -> None: ...

    @abstractmethod
    async def _content(self, file_id: str, limit: int) -> bytes | None:
        """The bytes of a file; None if there are more than `limit`."""

    @abstractmethod
    async def _hook(self, url: str, secret: str) -> None: ...

    @abstractmethod
    async def _hook_info(self) -> dict[str, Any]: ...

    @abstractmethod
    def _mapped(self, error: Exception) -> ChannelError:
        """The port's error for an error of the library; unknown ones count as a broken answer."""

    def _bad_token(self) -> BadToken:
        return BadToken(self.name)


def _keyboard(rows: Sequence[Sequence[Choice]]) -> Markup | None:
    """The inline keyboard for rows of choices."""
    if not rows:
        return None
    return {"inline_keyboard": [[{"text": c.label, "callback_data": c.data} for c in row] for row in rows]}


def _parcels(files: Sequence[SendFile]) -> Iterator[list[SendFile]]:
    """Groups of adjacent files that can be one album, at most ten each; voice notes are sent alone."""
    for together, group in groupby(files, key=lambda file: TOGETHER.get(file.kind)):
        parcel = list(group)
        most = LARGEST_ALBUM if together else 1
        yield from (parcel[at : at + most] for at in range(0, len(parcel), most))


def _file_ids(files: Sequence[SendFile], sent: Sequence[Any]) -> dict[str, str]:
    """File ids under which the files can be sent again."""
    found = {}
    for file, message in zip(files, sent, strict=False):
        held = message.photo[-1] if message.photo else message.document or message.voice or message.video
        if held is not None:
            found[file.digest] = held.file_id
    return found
