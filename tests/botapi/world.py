"""The pretended Telegram itself: who exists, and who may reach whom."""

import hashlib
import itertools
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from tests.botapi.errors import ApiError, bad_request, forbidden, migrated
from tests.botapi.privacy import is_hidden_from
from tests.botapi.pulse import Pulse
from tests.botapi.state import (
    Account,
    Bot,
    Callback,
    Chat,
    Json,
    Member,
    Message,
)
from tests.botapi.updates import UpdateQueue
from tests.botapi.wire import rendered

ANONYMOUS = Account(
    id=1_087_968_824,
    first_name="Group",
    username="GroupAnonymousBot",
    is_bot=True,
)
"""The account behind every administrator who posts as the group."""


@dataclass(slots=True)
class Rules:
    """Where the fake may be set softer, or its clocks shorter."""

    lenient_ampersand: bool = False
    callback_seconds: float = 900.0
    plain_http_webhooks: bool = True
    webhook_backoff: float = 1.0
    webhook_backoff_max: float = 60.0
    webhook_timeout: float = 60.0
    long_poll_max: int = 50
    keep_messages: int = 0


class World:
    """All state of one server."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.rules = Rules()
        self.bots: dict[str, Bot] = {}
        self.accounts: dict[int, Account] = {ANONYMOUS.id: ANONYMOUS}
        self.groups: dict[int, Chat] = {}
        self.group_names: dict[str, int] = {}
        self.callbacks: dict[str, Callback] = {}
        self.pulse = Pulse()
        self.on_webhook_reply: Callable[[Bot, Json], Awaitable[None]] | None = None
        self._serial = itertools.count(1)

    def now(self) -> int:
        """Return the time stamped on messages."""
        return int(self.clock())

    def serial(self) -> int:
        """Return a number used once in this server."""
        return next(self._serial)

    def add_bot(
        self,
        name: str,
        *,
        username: str = "",
        token: str = "",
        privacy: bool = False,
    ) -> Bot:
        """Register a bot; token and ids follow from its name."""
        number = int(token.partition(":")[0] or 0) or 6_100_000_000 + self.serial()
        digest = hashlib.sha256(f"{number}:{name}".encode()).hexdigest()
        token = token or f"{number}:AA{digest[:33]}"
        account = Account(
            id=number,
            first_name=name,
            username=username or f"chulin_{number % 10_000}_bot",
            is_bot=True,
        )
        self.accounts[number] = account
        queue = UpdateQueue(first_id=number % 1_000_000 + 100_001)
        bot = self.bots[token] = Bot(account, token, queue, privacy)
        return bot

    def add_account(self, name: str, **details: str) -> Account:
        """Register a person; ids are larger than 32 bits on purpose."""
        account = Account(7_100_000_000 + self.serial(), name)
        for field, value in details.items():
            setattr(account, field, value)
        self.accounts[account.id] = account
        return account

    def dialog(self, bot: Bot, account: Account) -> Chat:
        """Return the private chat of a person with a bot, made if need be."""
        if account.id in bot.dialogs:
            return bot.dialogs[account.id]
        info = account.json() | {"id": account.id, "type": "private"}
        info.pop("is_bot")
        info.pop("language_code", None)
        chat = Chat(
            account.id,
            "private",
            info,
            bot.message_ids,
            keep=self.rules.keep_messages,
            started=False,
        )
        bot.dialogs[account.id] = chat
        return chat

    def add_group(self, title: str, *, kind: str, username: str = "") -> Chat:
        """Register a group or a supergroup, with nobody in it."""
        number = self.serial()
        is_super = kind == "supergroup"
        chat_id = -1_002_000_000_000 - number if is_super else -4_100_000_000 - number
        info: Json = {"id": chat_id, "title": title, "type": kind}
        if username:
            info["username"] = username
            self.group_names[username.lower()] = chat_id
        chat = Chat(
            chat_id,
            "supergroup" if is_super else "group",
            info,
            itertools.count(1),
        )
        self.groups[chat_id] = chat
        return chat

    def find_chat(self, bot: Bot, wanted: str) -> Chat:
        """Return the chat a bot names by id or @name; 400 if it knows none."""
        if not wanted:
            raise bad_request("chat_id is empty")
        chat_id = self._chat_id(wanted)
        if chat_id in bot.dialogs and bot.dialogs[chat_id].started:
            return bot.dialogs[chat_id]
        group = self.groups.get(chat_id)
        if group is not None and bot.id in group.members:
            return group
        if self._has_met(bot, chat_id):
            raise forbidden("bot can't initiate conversation with a user")
        raise bad_request("chat not found")

    def _chat_id(self, wanted: str) -> int:
        if wanted.startswith("@"):
            return self.group_names.get(wanted[1:].lower(), 0)
        try:
            return int(wanted)
        except ValueError:
            return 0

    def _has_met(self, bot: Bot, account_id: int) -> bool:
        return account_id in self.accounts and any(
            account_id in group.members and bot.id in group.members for group in self.groups.values()
        )

    def writable(self, bot: Bot, wanted: str) -> Chat:
        """Return a chat the bot may post to; 400 or 403 where it may not."""
        chat = self.find_chat(bot, wanted)
        if chat.migrated_to:
            raise migrated(chat.migrated_to)
        if refusal := self._refusal(bot, chat):
            raise refusal
        return chat

    def _refusal(self, bot: Bot, chat: Chat) -> ApiError | None:
        if chat.is_group:
            return _absence(chat, chat.members[bot.id])
        if chat.blocked:
            return forbidden("bot was blocked by the user")
        if self.accounts[chat.id].deactivated:
            return forbidden("user is deactivated")
        return None

    def deliver(self, kind: str, message: Message, author: int) -> None:
        """Queue a message for every bot that may read it."""
        for bot in self.readers(message.chat, author):
            if not is_hidden_from(bot, message):
                self.push(bot, kind, rendered(bot, message), message.chat.id)

    def readers(self, chat: Chat, author: int) -> Iterable[Bot]:
        """Return the bots in a chat; none reads another bot's posts."""
        for bot in self.bots.values():
            if bot.id == author:
                continue
            if chat is bot.dialogs.get(chat.id) or (bot.id in chat.members and chat.members[bot.id].present):
                yield bot

    def push(self, bot: Bot, kind: str, value: object, lane: int = 0) -> int:
        """Queue an update if the bot asked for its kind; 0 if not."""
        if kind not in bot.allowed:
            return 0
        update_id = bot.queue.push(kind, value, lane)
        self.pulse.beat()
        return update_id


def _absence(chat: Chat, member: Member) -> ApiError | None:
    if member.present:
        return None
    if member.status == "kicked":
        return forbidden(f"bot was kicked from the {chat.type} chat")
    return forbidden(f"bot is not a member of the {chat.type} chat")
