"""A chat as one person sees it: what stands there, and waiting for more."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from tests.botapi.state import Account, Bot, Chat, Json, Message
from tests.botapi.world import World

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds a person waits for an answer unless told otherwise."""

Wanted = str | re.Pattern[str]


class NotSeenError(AssertionError):
    """What was awaited did not appear; the text shows what did."""


class View:
    """Reading one chat, or one topic of it.

    ``sees`` looks only at what bots wrote or changed after this person's last
    act, so an older message with the same words is not taken for the answer.
    """

    def __init__(
        self,
        world: World,
        account: Account,
        chat: Chat,
        *,
        bot: Bot | None = None,
        topic: int = 0,
    ) -> None:
        self.world = world
        self.account = account
        self.chat = chat
        self.bot = bot
        self.topic = topic
        self.mark = 0

    @property
    def id(self) -> int:
        """The chat's id, as bots use it."""
        return self.chat.id

    @property
    def all_messages(self) -> list[Message]:
        """Everything visible here, oldest first, own messages too."""
        return [m for m in self.chat.visible() if self._is_here(m)]

    @property
    def messages(self) -> list[Message]:
        """What bots wrote here and nobody deleted, oldest first."""
        return [m for m in self.all_messages if self._is_from_bot(m)]

    @property
    def last(self) -> Message:
        """The newest message of a bot."""
        for message in self._newest_first():
            return message
        raise NotSeenError(f"no bot has written to {self.account.first_name}")

    @property
    def buttons(self) -> list[str]:
        """The labels on the newest message that has buttons."""
        for message in self._newest_first():
            if message.buttons:
                return message.buttons
        return []

    @property
    def keyboard(self) -> list[str]:
        """The labels of the reply keyboard under the text field."""
        rows = (self.chat.reply_keyboard or {}).get("keyboard", [])
        return [button["text"] for row in rows for button in row]

    async def sees(
        self,
        wanted: Wanted = "",
        seconds: float = PATIENCE,
        *,
        anywhere: bool = False,
    ) -> Message:
        """Wait for a bot's message with these words and return it."""
        mark = 0 if anywhere else self.mark

        def found() -> Message | None:
            return next(self._with_text(wanted, mark), None)

        return await self._until(found, f"text {wanted!r}", seconds)

    def has(self, wanted: Wanted) -> bool:
        """Whether a bot's message with these words stands here now."""
        return next(self._with_text(wanted, 0), None) is not None

    async def sees_gone(self, message: Message, seconds: float = PATIENCE) -> None:
        """Wait until a message is deleted."""
        await self._until(lambda: message.deleted, "a deletion", seconds)

    async def button(
        self,
        label: str,
        message: Message | None = None,
        seconds: float = PATIENCE,
    ) -> tuple[Message, Json]:
        """Wait for a button and return it with its message.

        The whole label counts first, then a part of one; newest message first.
        """
        return await self._until(
            lambda: self._find_button(label, message),
            f"button {label!r}",
            seconds,
        )

    def _find_button(
        self,
        label: str,
        message: Message | None,
    ) -> tuple[Message, Json] | None:
        candidates = [message] if message else list(self._newest_first())
        for exact in (True, False):
            for candidate in candidates:
                for row in candidate.button_rows:
                    for button in row:
                        text = str(button["text"])
                        if text == label or (not exact and label in text):
                            return candidate, button
        return None

    async def _until(
        self,
        found: Callable[[], T | None],
        what: str,
        seconds: float,
    ) -> T:
        try:
            return await self.chat.pulse.until(found, seconds)
        except TimeoutError:
            raise NotSeenError(self._complaint(what)) from None

    def _complaint(self, what: str) -> str:
        lines = [f"  #{m.id} {m.text!r} {m.buttons or ''}" for m in self.messages[-10:]]
        shown = "\n".join(lines) or "  (nothing)"
        return f"{self.account.first_name} waited for {what} and sees:\n{shown}"

    def _with_text(self, wanted: Wanted, mark: int) -> Iterator[Message]:
        for message in self.chat.changed_since(mark):
            if not (self._is_from_bot(message) and self._is_here(message)):
                continue
            text = message.text
            if wanted in text if isinstance(wanted, str) else wanted.search(text):
                yield message

    def _newest_first(self) -> Iterator[Message]:
        for message in reversed(self.chat.messages.values()):
            if message.deleted or not self._is_here(message):
                continue
            if self._is_from_bot(message):
                yield message

    def _is_here(self, message: Message) -> bool:
        return not self.topic or message.thread_id == self.topic

    def _is_from_bot(self, message: Message) -> bool:
        if message.sender_id == self.account.id:
            return False
        account = self.world.accounts.get(message.sender_id)
        return account is not None and account.is_bot
