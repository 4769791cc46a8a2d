"""The web chat as a desk."""

from pathlib import Path
from typing import Any

from bot.channels.web import WebChannel
from handlers.event import FileKind, Location
from tests.channels.desk import Desk, Shown


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
