"""A channel with people on its other side, the same for every messenger, so that one suite can hold them all.

`Desk` is the bot's side, `Phone` a person's chat with it, or in a group.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.channels.aiogram_bot import AiogramChannel
from bot.channels.port import Channel, Choice, Envelope, Outgoing, RawUpdateBody, SendFile
from bot.channels.ptb_bot import PtbChannel
from bot.channels.telegram_bot import TelegramBot
from bot.channels.web import WebChannel
from bot.files import FileStore
from handlers.event import Event, FileKind, Location
from tests.botapi import JPEG, Bot, BotApiServer, Group, Person, Topic


@dataclass(frozen=True)
class Shown:
    """A message of the bot as a person sees it."""

    id: int
    text: str
    buttons: list[list[str]]
    kind: str
    content: bytes
    topic: int
    album: str | None = None


class Phone(Protocol):
    """One person in one chat. Acts return the message's id."""

    chat: int
    account: int

    async def says(self, text: str, reply_to: int | None = None) -> int: ...
    async def sends(self, kind: FileKind, content: bytes, caption: str = "", name: str = "") -> int: ...
    async def sends_album(self, photos: list[bytes], caption: str) -> list[int]: ...
    async def is_at(self, latitude: float, longitude: float) -> None: ...
    async def edits(self, message: int, text: str) -> None: ...
    async def taps(self, label: str) -> "Spinner": ...
    async def blocks(self) -> None: ...
    async def unblocks(self) -> None: ...
    def shown(self) -> list[Shown]: ...


class Spinner(Protocol):
    """A pressed button."""

    async def word(self) -> tuple[str, bool]:
        """The word over it, and whether it is a window."""
        ...


class Desk:
    """The bot's side. `bot_name` is how people in a group call it."""

    bot_name: str
    channel: Channel

    def __init__(self, folder: Path) -> None:
        self.files = FileStore(folder / "files")
        self._offset: int | None = None

    async def raw(self) -> list[RawUpdateBody]:
        """What waits, confirmed by the next call."""
        batch = await self.channel.fetch(self._offset, 0)
        if batch:
            self._offset = max(self.channel.envelope(raw).update_id for raw in batch) + 1
        return batch

    async def taken(self) -> list[tuple[Envelope, Event]]:
        return [(self.channel.envelope(raw), self.channel.parse(raw)) for raw in await self.raw()]

    async def one(self) -> Event:
        """The one event that waits, which intake would keep."""
        [(envelope, event)] = await self.taken()
        assert envelope.ours
        return event

    async def says(self, chat: int, text: str, *labels: str, **more: Any) -> int:
        rows = [[Choice(label, f"data-{label}")] for label in labels]
        return (await self.channel.send(Outgoing(chat, more.pop("topic", 0), text, rows, **more))).message_id

    def file(self, kind: str, content: bytes, name: str = "file", file_id: str | None = None) -> SendFile:
        digest = self.files.put(content)
        return SendFile(kind, name, digest, self.files.path(digest), file_id)

    def person(self, name: str = "王婆婆") -> Phone:
        raise NotImplementedError

    def member(self, name: str = "李工", *, topic: int = 0, anonymous: bool = False) -> Phone:
        """Somebody in the one group that the bot is in."""
        raise NotImplementedError

    def other_bot(self, name: str) -> str:
        """The name of another bot."""
        return f"{name}_other_bot"

    async def open_topic(self) -> int:
        raise NotImplementedError

    async def move_group(self) -> tuple[int, int]:
        """The group gets another id; returns both."""
        raise NotImplementedError

    async def close(self) -> None:
        await self.channel.close()


LIBRARIES: dict[str, Any] = {"aiogram": AiogramChannel, "ptb": PtbChannel}


def offline(library: str) -> TelegramBot:
    """A channel that only reads; its bot is called chulin_bot."""
    channel: TelegramBot = LIBRARIES[library]("resident", "123456:" + "a" * 35)
    channel._username = "chulin_bot"
    return channel


async def hang_up(channel: Channel) -> None:
    """End aiogram's connections, whose own close() waits a quarter of a second for TLS."""
    session = getattr(getattr(channel, "_bot", None), "session", None)
    if session is not None and session._session is not None:
        await session._session.close()


# --- Telegram --------------------------------------------------------------------------------------------------------


class TelegramDesk(Desk):
    channel: TelegramBot

    def __init__(self, folder: Path, server: BotApiServer, make: Any, **options: Any) -> None:
        super().__init__(folder)
        self.server = server
        self.bot: Bot = server.bot()
        self.bot_name = self.bot.username
        self.channel = make("resident", self.bot.token, server.url, **options)
        self._group: Group | None = None
        self._topics: dict[int, Topic] = {}

    @property
    def group(self) -> Group:
        if self._group is None:
            self._group = self.server.group("网格群", forum=True)
            self._group.has(self.bot, "administrator")
        return self._group

    def person(self, name: str = "王婆婆") -> "TelegramPhone":
        return TelegramPhone(self.server.user(name).private(self.bot))

    def member(self, name: str = "李工", *, topic: int = 0, anonymous: bool = False) -> "TelegramPhone":
        where = self._topics.get(topic)
        return TelegramPhone(self.server.user(name).in_group(self.group, where, anonymous=anonymous))

    async def open_topic(self) -> int:
        topic = await self.group.opens_topic("派单")
        self._topics[topic.id] = topic
        await self.raw()
        return topic.id

    async def move_group(self) -> tuple[int, int]:
        old = self.group.id
        return old, (await self.group.upgrades()).id

    async def close(self) -> None:
        await hang_up(self.channel)
        await super().close()


class TelegramPhone:
    def __init__(self, person: Person) -> None:
        self.person = person
        self.chat = person.chat.id
        self.account = person.account.id

    async def says(self, text: str, reply_to: int | None = None) -> int:
        answered = self.person.chat.messages[reply_to] if reply_to else None
        return (await self.person.says(text, reply_to=answered)).id

    async def sends(self, kind: FileKind, content: bytes, caption: str = "", name: str = "") -> int:
        if kind is FileKind.DOCUMENT:
            return (await self.person.sends_document(content, name, caption)).id
        call: Any = {
            FileKind.PHOTO: self.person.sends_photo,
            FileKind.VOICE: self.person.sends_voice,
            FileKind.VIDEO: self.person.sends_video,
        }[kind]
        message = await call(content, caption=caption)
        return int(message.id)

    async def sends_album(self, photos: list[bytes], caption: str) -> list[int]:
        return [message.id for message in await self.person.sends_album(photos, caption)]

    async def is_at(self, latitude: float, longitude: float) -> None:
        await self.person.sends_location(latitude, longitude)

    async def edits(self, message: int, text: str) -> None:
        await self.person.edits(self.person.chat.messages[message], text)

    async def taps(self, label: str) -> "TelegramSpinner":
        return TelegramSpinner(await self.person.taps(label))

    async def blocks(self) -> None:
        await self.person.blocks()

    async def unblocks(self) -> None:
        await self.person.unblocks()

    def shown(self) -> list[Shown]:
        return [
            Shown(
                m.id,
                m.text,
                [[b["text"] for b in row] for row in m.button_rows],
                m.media.kind if m.media else "",
                m.media.content if m.media else b"",
                m.thread_id,
                m.body.get("media_group_id"),
            )
            for m in self.person.messages
        ]


class TelegramSpinner:
    def __init__(self, tap: Any) -> None:
        self._tap = tap

    async def word(self) -> tuple[str, bool]:
        callback = await self._tap.answered()
        return callback.text, callback.alert


# --- the web chat ----------------------------------------------------------------------------------------------------


class WebDesk(Desk):
    channel: WebChannel
    GROUP, NEW_GROUP, TOPIC = -4001, -1004001, 7

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.channel = WebChannel("resident")
        self.bot_name = "resident"
        self._names: dict[str, int] = {}

    def person(self, name: str = "王婆婆") -> "WebPhone":
        account = self._account(name)
        return WebPhone(self.channel, account, account, name=name)

    def member(self, name: str = "李工", *, topic: int = 0, anonymous: bool = False) -> "WebPhone":
        more = {"topic": topic} if topic else {}
        return WebPhone(self.channel, self.GROUP, self._account(name), name=name, anonymous=anonymous, **more)

    async def open_topic(self) -> int:
        return self.TOPIC

    async def move_group(self) -> tuple[int, int]:
        self.channel.messenger.moves(self.GROUP, self.NEW_GROUP)
        return self.GROUP, self.NEW_GROUP

    def _account(self, name: str) -> int:
        return self._names.setdefault(name, 1001 + len(self._names))


class WebPhone:
    def __init__(
        self, channel: WebChannel, chat: int, account: int, *, name: str, anonymous: bool = False, **more: Any
    ) -> None:
        self.chat = chat
        self.account = account
        self._messenger = channel.messenger
        self._who = None if anonymous else account
        self._more = {"name": name, **more}
        self._answers: dict[str, tuple[str, bool]] = {}
        self._messenger.watch.append(self._see)

    def _see(self, change: Any) -> None:
        if change.answer is not None:
            self._answers[change.press_id] = change.answer.text, change.answer.alert

    async def says(self, text: str, reply_to: int | None = None) -> int:
        more = self._more | ({"replied_to": reply_to} if reply_to else {})
        return self._messenger.says(self.chat, self._who, text=text, **more).id

    async def sends(self, kind: FileKind, content: bytes, caption: str = "", name: str = "", **more: Any) -> int:
        file = self._messenger.hold_file(content, kind, name)
        return self._messenger.says(self.chat, self._who, text=caption, files=(file,), **self._more, **more).id

    async def sends_album(self, photos: list[bytes], caption: str) -> list[int]:
        return [
            await self.sends(FileKind.PHOTO, photo, "" if index else caption, album="a1")
            for index, photo in enumerate(photos)
        ]

    async def is_at(self, latitude: float, longitude: float) -> None:
        self._messenger.says(self.chat, self._who, location=Location(latitude, longitude), **self._more)

    async def edits(self, message: int, text: str) -> None:
        self._messenger.edits(self.chat, self.account, message, text, **self._more)

    async def taps(self, label: str) -> "WebSpinner":
        found = next(
            (m.id, choice.data)
            for m in reversed(self._messenger.chat(self.chat))
            for row in m.rows
            for choice in row
            if choice.label == label
        )
        return WebSpinner(self._messenger.presses(self.chat, self.account, *found, **self._more), self._answers)

    async def blocks(self) -> None:
        self._messenger.blocks(self.chat, self.account)

    async def unblocks(self) -> None:
        self._messenger.blocks(self.chat, self.account, blocked=False)

    def shown(self) -> list[Shown]:
        found = []
        for m in self._messenger.chat(self.chat):
            if m.account is None:
                held = self._messenger.file(m.files[0].id) if m.files else None
                kind, content = (str(held[0].kind), held[1]) if held else ("", b"")
                found.append(Shown(m.id, m.text, [[c.label for c in row] for row in m.rows], kind, content, m.topic))
        return found


class WebSpinner:
    def __init__(self, press_id: str, answers: dict[str, tuple[str, bool]]) -> None:
        self._press_id = press_id
        self._answers = answers

    async def word(self) -> tuple[str, bool]:
        return self._answers[self._press_id]


PICTURES = [JPEG, JPEG + b"\0", JPEG + b"\0\0"]
"""Different pictures: the same file is stored once."""
