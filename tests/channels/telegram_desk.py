"""Telegram as a desk: either library's real client over the project's own Bot API server."""

from pathlib import Path
from typing import Any

from bot.channels.aiogram_bot import AiogramChannel
from bot.channels.port import Channel
from bot.channels.ptb_bot import PtbChannel
from bot.channels.telegram_bot import TelegramBot
from handlers.event import FileKind
from tests.botapi import Bot, BotApiServer, Group, Person, Topic
from tests.channels.desk import Desk, Shown

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
