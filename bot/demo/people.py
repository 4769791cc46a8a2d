"""People with a phone in the web chat: what they do reads as what people do."""

from dataclasses import dataclass

from bot.channels.webchat import Change, Message, Messenger
from handlers.event import FileKind, Location
from handlers.reply import Answer


class NoSuchButton(Exception):
    """Nothing in the chat has a button with that label."""


@dataclass
class Person:
    """One person in their private chat with a bot; chat and account have the same number."""

    messenger: Messenger
    account: int
    name: str
    over_the_button: Answer | None = None
    """The word over the button pressed last."""

    def __post_init__(self) -> None:
        self.messenger.watch.append(self._notice)

    def _notice(self, change: Change) -> None:
        if change.chat == self.account and change.answer is not None:
            self.over_the_button = change.answer

    @property
    def messages(self) -> list[Message]:
        return self.messenger.chat(self.account)

    @property
    def heard(self) -> list[Message]:
        """What the bot said, oldest first."""
        return [message for message in self.messages if message.account is None]

    def says(self, text: str) -> Message:
        return self.messenger.says(self.account, self.account, text=text, name=self.name)

    def starts(self, payload: str = "") -> Message:
        """Press Start, or follow a deep link."""
        return self.says(f"/start {payload}".rstrip())

    def sends(
        self,
        content: bytes,
        kind: FileKind = FileKind.PHOTO,
        *,
        file: str = "",
        media_type: str = "",
        caption: str = "",
        album: str | None = None,
    ) -> Message:
        held = self.messenger.hold_file(content, kind, file, media_type)
        return self.messenger.says(self.account, self.account, text=caption, files=(held,), album=album, name=self.name)

    def is_at(self, latitude: float, longitude: float) -> Message:
        here = Location(latitude, longitude)
        return self.messenger.says(self.account, self.account, location=here, name=self.name)

    def edits(self, message: Message, text: str) -> None:
        self.messenger.edits(self.account, self.account, message.id, text, name=self.name)

    def taps(self, label: str, on: str = "") -> str:
        """Press the newest button that has `label` in its own, of the messages that say `on`; returns the whole label.

        Raises:
            NoSuchButton: there is none.
        """
        for message in reversed(self.heard):
            for choice in (choice for row in message.rows for choice in row if on in message.text):
                if label in choice.label:
                    self.presses(message.id, choice.data)
                    return choice.label
        raise NoSuchButton(label)

    def presses(self, message_id: int | None, data: str) -> str:
        """Press what may even be forged; returns the id of the press."""
        self.over_the_button = None
        return self.messenger.presses(self.account, self.account, message_id, data, name=self.name)
