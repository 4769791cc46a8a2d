"""The user side: people who talk, tap and send things, as they would.

Every act queues the update at once and returns the message; the functions are
``async`` so that a test reads the same whether it steers the server in its own
process or over the control interface.
"""

import re
from typing import TYPE_CHECKING

from tests.botapi import membership
from tests.botapi.content import TEXT_LIMIT
from tests.botapi.entities import find_entities
from tests.botapi.poster import Poster, check_length
from tests.botapi.state import Account, Bot, Callback, Chat, Json, Member, Message, Topic
from tests.botapi.views import PATIENCE, NotSeenError
from tests.botapi.wire import NOT_COPIED, forward_origin, rendered
from tests.botapi.world import World

if TYPE_CHECKING:
    from tests.botapi.groups import Group

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
_CALLBACKS_KEPT = 100_000


class Tap:
    """A pressed button: the spinner turns until the bot answers."""

    def __init__(self, callback: Callback) -> None:
        self.callback = callback

    async def answered(self, seconds: float = PATIENCE) -> Callback:
        """Wait for the answer; its ``text`` and ``alert`` are what is shown."""
        try:
            return await self.callback.pulse.until(
                lambda: self.callback if self.callback.answered else None,
                seconds,
            )
        except TimeoutError:
            raise NotSeenError("the button was not answered") from None

    def expires(self) -> None:
        """Let Telegram forget the press."""
        self.callback.expired = True


class Person(Poster):
    """One person in one chat, with all they can do there."""

    async def says(
        self,
        text: str,
        *,
        reply_to: Message | None = None,
        entities: list[Json] | None = None,
    ) -> Message:
        """Send a text; commands, mentions, links and numbers are marked."""
        check_length(text, TEXT_LIMIT)
        content: Json = {"text": text}
        if marked := find_entities(text) if entities is None else entities:
            content["entities"] = marked
        return self._post(content, reply_to=reply_to)

    async def starts(self, payload: str = "") -> Message:
        """Press Start, or follow a deep link with a payload."""
        if not _PAYLOAD.fullmatch(payload):
            raise ValueError(f"Telegram does not open a link with {payload!r}")
        if self.chat.blocked:
            self._block(blocked=False)
        return await self.says(f"/start {payload}".rstrip())

    async def edits(self, message: Message, text: str) -> Message:
        """Change the words of an own message."""
        key, marks = ("text", "entities")
        if "text" not in message.body:
            key, marks = ("caption", "caption_entities")
        body = {k: v for k, v in message.body.items() if k != marks}
        if marked := find_entities(text):
            body[marks] = marked
        message.earlier.append(message.text)
        message.body = body | {key: text, "edit_date": self.world.now()}
        self.chat.touch(message)
        self.mark = self.chat.changes
        self.world.deliver("edited_message", message, self.account.id)
        return message

    async def forwards(self, message: Message) -> Message:
        """Forward a message from any chat into this one."""
        content = {k: v for k, v in message.body.items() if k not in NOT_COPIED}
        content["forward_origin"] = forward_origin(message)
        return self._post(content, message.media)

    async def deletes(self, message: Message) -> None:
        """Remove an own message; bots are not told."""
        message.deleted = True
        self.chat.touch(message)

    async def taps(
        self,
        label: str,
        message: Message | None = None,
        seconds: float = PATIENCE,
    ) -> Tap:
        """Press a button, on the newest message that has it.

        A button of the reply keyboard is pressed if it is there; that says its
        label and there is nothing to answer.
        """
        if message is None and label in self.keyboard:
            await self.says(label)
            return Tap(Callback("", 0, self.world.clock(), answered=True))
        found, button = await self.button(label, message, seconds)
        if "callback_data" not in button:
            raise NotSeenError(f"{label!r} sends the bot nothing: {button}")
        return self.presses(found, button["callback_data"])

    def presses(
        self,
        message: Message,
        data: str,
        *,
        inaccessible: bool = False,
    ) -> Tap:
        """Send a callback with any data at all, as a forger would."""
        bot = self._bot_of(message)
        callback = Callback(
            str(4_000_000_000_000_000_000 + self.world.serial()),
            bot.id,
            self.world.clock(),
        )
        callbacks = self.world.callbacks
        callbacks[callback.id] = callback
        if len(callbacks) > _CALLBACKS_KEPT:
            del callbacks[next(iter(callbacks))]
        gone = inaccessible or message.deleted
        query = {
            "id": callback.id,
            "from": self.account.json(),
            "message": _inaccessible(message) if gone else rendered(bot, message),
            "chat_instance": str(-abs(self.chat.id) * 7919),
            "data": data,
        }
        self.mark = self.chat.changes
        self.world.push(bot, "callback_query", query, self.chat.id)
        return Tap(callback)

    async def blocks(self) -> None:
        """Block the bot of this private chat."""
        self._block(blocked=True)

    async def unblocks(self) -> None:
        """Take the block away."""
        self._block(blocked=False)

    def _block(self, *, blocked: bool) -> None:
        if self.bot is None:
            raise ValueError("only the bot of a private chat can be blocked")
        membership.block_changed(
            self.world,
            self.chat,
            self.account,
            self.bot,
            blocked=blocked,
        )

    def _bot_of(self, message: Message) -> Bot:
        for bot in self.world.bots.values():
            if bot.id == message.sender_id:
                return bot
        raise NotSeenError("only messages of bots have buttons")


def _inaccessible(message: Message) -> Json:
    return {"chat": message.chat.json(), "message_id": message.id, "date": 0}


class User:
    """A person, who may be in many chats."""

    def __init__(self, world: World, account: Account) -> None:
        self.world = world
        self.account = account
        self._chats: dict[tuple[int, int, int, bool], Person] = {}

    @property
    def id(self) -> int:
        """The user id, as bots see it."""
        return self.account.id

    def private(self, bot: Bot) -> Person:
        """Return the private chat with a bot."""
        chat = self.world.dialog(bot, self.account)
        return self._person(chat, bot, 0, anonymous=False)

    def in_group(
        self,
        group: "Group",
        topic: Topic | None = None,
        *,
        anonymous: bool = False,
    ) -> Person:
        """Return this person in a group, joined silently if not there yet."""
        status = "administrator" if anonymous else "member"
        group.chat.members.setdefault(self.id, Member(self.account, status))
        return self._person(group.chat, None, topic.id if topic else 0, anonymous=anonymous)

    def _person(
        self,
        chat: Chat,
        bot: Bot | None,
        topic: int,
        *,
        anonymous: bool,
    ) -> Person:
        key = (chat.id, bot.id if bot else 0, topic, anonymous)
        if key not in self._chats:
            person = Person(self.world, self.account, chat, bot=bot, topic=topic)
            person.anonymous = anonymous
            self._chats[key] = person
        return self._chats[key]
