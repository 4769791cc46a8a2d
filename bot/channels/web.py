"""The web chat as a channel: a messenger of our own, for trying everything without a token (see webchat.py).

A raw update is a flat dict of the shape of `WebUpdate`; a command is a text that begins with a slash.
"""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.port import (
    Abilities,
    Conflict,
    Envelope,
    Outgoing,
    RawUpdateBody,
    Refused,
    SendFile,
    Sent,
    Unreadable,
)
from bot.channels.webchat import Messenger, WebFile
from bot.clock import Clock, RealClock
from bot.tasks import wait_for
from handlers.event import Address, Event, EventKind, File, FileKind, Location
from handlers.reply import Answer
from ledger.text import storable, utf16_length

LONGEST_DATA = 64
LONGEST_TEXT = 8000
LATEST = 253_402_300_799
"""The last second of the year 9999."""
COMMAND = re.compile(r"/(\w{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL | re.ASCII)
TALK = ("text", "media", "location", "edit")


Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class WebUpdate(BaseModel):
    """One thing that a person did. `kind` as in `EventKind`."""

    model_config = ConfigDict(strict=True)

    update_id: int
    kind: str = Field(pattern="^(text|media|location|edit|press|blocked|unblocked|moved)$")
    chat: Whole
    group: bool = False
    to_us: bool = False
    topic: Whole = 0
    account: int | None = Field(None, gt=0, lt=2**63)
    name: str = ""
    at: float = Field(ge=0, le=LATEST)
    message_id: Whole | None = None
    text: str = ""
    files: list[WebFile] = Field(default_factory=list, strict=False)
    album: str | None = None
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    press: str = ""
    press_id: str = ""
    replied_to: Whole | None = None
    forwarded: bool = False
    new_chat: Whole | None = None


class WebChannel:
    """One bot on the web messenger. Ids of updates and messages ascend from `first_id`."""

    def __init__(self, name: str, clock: Clock | None = None, first_id: int = 0) -> None:
        self.name = name
        self.abilities = Abilities()
        self.messenger = Messenger(name, clock or RealClock(), first_id)
        self._fetching = False

    async def open(self) -> str:
        return self.name

    async def close(self) -> None:
        self.messenger.arrived.set()

    async def fetch(self, offset: int | None, timeout: int) -> list[RawUpdateBody]:  # noqa: ASYNC109 - the port's
        if self._fetching:
            raise Conflict("somebody else is fetching")
        found = self.messenger.waiting(offset)
        if not found and timeout:
            await self._wait(timeout)
            found = self.messenger.waiting()
        return found

    async def _wait(self, seconds: float) -> None:
        self._fetching = True
        self.messenger.arrived.clear()
        try:
            await wait_for(self.messenger.arrived, seconds)
        finally:
            self._fetching = False

    def envelope(self, raw: RawUpdateBody) -> Envelope:
        """In a group only what is addressed to the bot is kept; without an id there is nothing to keep."""
        update_id = _whole(raw.get("update_id"))
        if update_id is None:
            return Envelope(-1, 0, ours=False)
        ours = not raw.get("group") or bool(raw.get("to_us")) or raw.get("kind") not in TALK
        words = raw.get("text")
        return Envelope(update_id, _whole(raw.get("chat")) or 0, ours, words if isinstance(words, str) else "")

    def parse(self, raw: RawUpdateBody) -> Event:
        try:
            return _event(self.name, WebUpdate.model_validate(raw))
        except ValidationError as error:
            raise Unreadable(_reason(error)) from None

    def parts(self, message: Outgoing) -> list[Outgoing]:
        return [message]

    async def send(self, message: Outgoing) -> Sent:
        if message.gone and message.edit is not None:
            self.messenger.deletes(message.chat, message.edit)
            return Sent(message.edit, {})
        self._hold_limits(message)
        files = [await self._held(file) for file in message.files]
        shown = self.messenger.shows(
            message.chat,
            message.edit,
            text=message.text,
            rows=message.rows,
            files=tuple(files),
            topic=message.topic,
        )
        return Sent(shown.id, {sent.digest: held.id for sent, held in zip(message.files, files, strict=True)})

    async def answer(self, press_id: str, answer: Answer) -> None:
        self.messenger.answers(press_id, answer)

    async def download(self, file_id: str, to: Path, limit: int) -> None:
        held = self.messenger.file(file_id)
        if held is None:
            raise Refused("no such file")
        if held[0].size > limit:
            raise Refused("the file is too big")
        await asyncio.to_thread(to.write_bytes, held[1])

    async def set_webhook(self, url: str, secret: str) -> None:
        """There is nothing to call: the messenger lives in this process."""

    async def webhook_info(self) -> dict[str, Any]:
        return {"url": "", "pending_update_count": len(self.messenger.waiting())}

    def _hold_limits(self, message: Outgoing) -> None:
        limit = self.abilities.caption_limit if message.has_caption else self.abilities.text_limit
        if utf16_length(message.text) > limit:
            raise Refused(f"longer than {limit}")
        if not message.text and not message.files:
            raise Refused("an empty message")
        if any(len(choice.data.encode()) > LONGEST_DATA for row in message.rows for choice in row):
            raise Refused(f"button data longer than {LONGEST_DATA} bytes")

    async def _held(self, file: SendFile) -> WebFile:
        """The file as the messenger holds it, uploaded now if it does not know it yet."""
        if known := self.messenger.file(file.file_id):
            return known[0].model_copy(update={"name": file.name})
        try:
            content = await asyncio.to_thread(file.stored.read_bytes)
        except OSError as error:
            raise Refused(f"the file cannot be read: {type(error).__name__}") from None
        return self.messenger.hold_file(content, FileKind(file.kind), file.name)


def _event(bot: str, update: WebUpdate) -> Event:
    text = storable(update.text)[:LONGEST_TEXT]
    kind, command, argument = _kind_of(update, text, bot)
    return Event(
        kind=kind,
        address=Address(bot, update.chat, update.topic),
        account=update.account,
        at=datetime.fromtimestamp(update.at, UTC),
        name=storable(update.name),
        private=not update.group,
        message_id=update.message_id,
        text="" if command else text.replace(f"@{bot}", "").strip() if update.group else text,
        files=tuple(_file(f) for f in update.files),
        album=storable(update.album) if update.album else None,
        location=_location(update),
        command=command,
        argument=argument,
        press=storable(update.press),
        press_id=storable(update.press_id),
        replied_to=update.replied_to,
        forwarded=update.forwarded,
        new_chat=update.new_chat,
        update_id=update.update_id,
    )


def _kind_of(update: WebUpdate, text: str, bot: str) -> tuple[EventKind, str, str]:
    """Kind, and command with its argument."""
    kind = EventKind(update.kind)
    if kind in (EventKind.TEXT, EventKind.EDIT) and not text.strip():
        return EventKind.IGNORED, "", ""
    found = COMMAND.fullmatch(text.strip()) if kind is EventKind.TEXT else None
    if found is None:
        return kind, "", ""
    if found[2] and found[2].casefold() != bot.casefold():
        return EventKind.IGNORED, "", ""
    return EventKind.COMMAND, found[1].casefold(), (found[3] or "").strip()


def _file(file: WebFile) -> File:
    identity = storable(file.id), storable(file.unique_id)
    return File(file.kind, *identity, file.size, storable(file.media_type), storable(file.name))


def _location(update: WebUpdate) -> Location | None:
    if update.latitude is None or update.longitude is None:
        return None
    return Location(update.latitude, update.longitude)


def _whole(value: object) -> int | None:
    """A whole number that a database can hold."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def _reason(error: ValidationError) -> str:
    """Which fields are wrong, without what stood in them."""
    wrong = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong)
