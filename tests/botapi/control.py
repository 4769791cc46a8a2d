"""The control interface: what tests do in one process, over HTTP for the rest.

``POST /control/<command>`` with a JSON object answers ``{"ok": true, "result":
…}`` or 400 with the reason. Bots are named by name, token or id; people and
groups by name.
"""

import dataclasses
import inspect
from collections import Counter
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.botapi.codec import dumps, loads
from tests.botapi.faults import KINDS
from tests.botapi.feeder import Feeder
from tests.botapi.people import Person, Tap
from tests.botapi.state import Bot, Json, Message
from tests.botapi.views import PATIENCE, NotSeenError

if TYPE_CHECKING:
    from tests.botapi.server import BotApiServer

ACTS = frozenset(
    {
        "says", "starts", "sends_photo", "sends_album", "sends_voice",
        "sends_video", "sends_document", "sends_location", "shares_contact",
        "taps", "blocks", "unblocks",
    },
)  # fmt: skip


class Control:
    """One method per command; its keyword arguments are the JSON object."""

    def __init__(self, server: "BotApiServer") -> None:
        self.server = server
        self.feeder = Feeder(server)

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Run one command."""
        name = request.path.removeprefix("/control/")
        command = getattr(self, f"do_{name}", None)
        if command is None:
            return _reply(404, {"ok": False, "error": f"no command {name!r}"})
        try:
            body = await request.read()
            result = command(**(loads(body) if body else {}))
            if inspect.isawaitable(result):
                result = await result
        except (NotSeenError, TimeoutError, ValueError, TypeError, LookupError) as e:
            error = f"{type(e).__name__}: {e}"
            return _reply(400, {"ok": False, "error": error})
        return _reply(200, {"ok": True, "result": result})

    def _bot(self, wanted: str | int) -> Bot:
        for bot in self.server.world.bots.values():
            if wanted in {bot.token, bot.id, bot.account.first_name}:
                return bot
        raise LookupError(wanted)

    def _person(
        self,
        user: str,
        bot: str | int | None = None,
        group: str | None = None,
        topic: int = 0,
    ) -> Person:
        somebody = self.server.user(user)
        if group is not None:
            found = self.server.group(group)
            return somebody.in_group(found, found.chat.topics.get(topic))
        return somebody.private(self._bot(bot or ""))

    def do_health(self) -> Json:
        """Say that the server is up."""
        return {"url": self.server.url, "calls": self.server.log.count}

    def do_bot(self, **about: Any) -> Json:
        """Make or find a bot."""
        bot = self.server.bot(**about)
        return {"id": bot.id, "token": bot.token, "username": bot.username}

    def do_user(self, **about: str) -> Json:
        """Make or find a person."""
        return {"id": self.server.user(**about).id}

    def do_group(
        self,
        title: str,
        bots: tuple[str, ...] = (),
        **about: Any,
    ) -> Json:
        """Make or find a group and put bots into it as administrators."""
        group = self.server.group(title, **about)
        for bot in bots:
            group.has(self._bot(bot), "administrator")
        return {"id": group.id}

    async def do_act(
        self,
        act: str,
        args: Json | None = None,
        **where: Any,
    ) -> Any:
        """Let a person do something; return the message or messages."""
        if act not in ACTS:
            raise LookupError(act)
        result = await getattr(self._person(**where), act)(**(args or {}))
        if isinstance(result, Tap):
            return {"callback_query_id": result.callback.id}
        if isinstance(result, list):
            return [_message(message) for message in result]
        return _message(result) if result is not None else None

    async def do_sees(
        self,
        text: str = "",
        seconds: float = PATIENCE,
        *,
        anywhere: bool = False,
        **where: Any,
    ) -> Json:
        """Wait until a person sees a bot's message with these words."""
        person = self._person(**where)
        return _message(await person.sees(text, seconds, anywhere=anywhere))

    def do_messages(self, **where: Any) -> list[Json]:
        """Return all that stands in a chat now, edits applied."""
        return [_message(m) for m in self._person(**where).all_messages]

    def do_feed(self, bot: str | int, **plan: Any) -> Any:
        """Let many people write at once, or at a rate; see feeder.py."""
        return self.feeder.feed(self._bot(bot), **plan)

    def do_users(self, prefix: str, count: int) -> list[int]:
        """Make the people that `feed` lets write; return their ids."""
        return [self.server.user(f"{prefix}{number}").id for number in range(count)]

    def do_delays(self, bot: str | int, prefix: str = "") -> Json:
        """Return how long people whose names begin so waited for the bot's next message."""
        return self.feeder.delays(self._bot(bot), prefix)

    def do_fault(
        self,
        kind: str,
        args: Json | None = None,
        method: str = "",
        bot: str | int | None = None,
        **plan: Any,
    ) -> None:
        """Plan a fault."""
        fault = KINDS[kind](**(args or {}))
        named = self._bot(bot) if bot is not None else None
        self.server.fails(fault, method, bot=named, **plan)

    def do_heal(self) -> None:
        """End all faults."""
        self.server.heals()

    def do_limits(self, **settings: Any) -> list[Json]:
        """Change the limits; return the breaches so far."""
        _set(self.server.limits, settings)
        return [dataclasses.asdict(b) for b in self.server.limits.breaches]

    def do_rules(self, **settings: Any) -> Json:
        """Change the rules; return them all."""
        _set(self.server.rules, settings)
        return dataclasses.asdict(self.server.rules)

    def do_raw(self, bot: str | int, update: Json | str) -> Json:
        """Queue an update as it is; a text is queued byte for byte."""
        raw = update.encode() if isinstance(update, str) else update
        return {"update_id": self.server.push_raw(self._bot(bot), raw)}

    def do_redeliver(self, bot: str | int, count: int) -> int:
        """Hand out the last confirmed updates again."""
        return self.server.redeliver(self._bot(bot), count)

    def do_queue(self, bot: str | int) -> Json:
        """Return how far a bot has come."""
        queue = self._bot(bot).queue
        return {
            "total": queue.total,
            "waiting": queue.waiting,
            "confirmed_to": queue.confirmed_to,
            "last_id": queue.last_id,
        }

    async def do_drained(self, bot: str | int, seconds: float = PATIENCE) -> None:
        """Wait until a bot has confirmed everything."""
        await self.server.drained(self._bot(bot), seconds)

    def do_log(
        self,
        method: str = "",
        after: int = 0,
        limit: int = 1000,
    ) -> list[Json]:
        """Return calls with a higher number than this, oldest first."""
        self.server.log.flush()
        calls = (c.json() for c in self.server.calls(method) if c.number > after)
        return [call for call, _ in zip(calls, range(limit), strict=False)]

    def do_counts(self) -> dict[str, int]:
        """Return the calls by method and status."""
        counted = Counter(f"{c.method} {c.status}" for c in self.server.log.calls)
        return dict(counted)

    def do_stop(self) -> None:
        """End the process."""
        self.server.stopped.set()


def _set(target: object, settings: Json) -> None:
    for name, value in settings.items():
        if not hasattr(target, name):
            raise LookupError(name)
        setattr(target, name, value)


def _message(message: Message) -> Json:
    return message.body | {"deleted": message.deleted, "at": message.at}


def _reply(status: int, body: Json) -> web.Response:
    return web.Response(
        status=status,
        body=dumps(body),
        content_type="application/json",
    )
