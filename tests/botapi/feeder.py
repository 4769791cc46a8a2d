"""Many people writing at once, for load and kill tests."""

import asyncio
import time
from typing import TYPE_CHECKING

from tests.botapi.state import Bot, Chat, Json

if TYPE_CHECKING:
    from tests.botapi.server import BotApiServer


class Feeder:
    """Lets named people write, all at once or so many a second."""

    def __init__(self, server: "BotApiServer") -> None:
        self.server = server
        self._tasks: set[asyncio.Task[None]] = set()

    async def feed(
        self,
        bot: Bot,
        *,
        texts: list[str],
        users: int = 1,
        count: int = 0,
        first: int = 0,
        rate: float = 0.0,
        prefix: str = "居民",
        wait: bool = True,
    ) -> Json:
        """Send ``count`` texts (default: each once), people taking turns.

        ``{n}`` in a text becomes the running number. With a ``rate`` the texts
        are spread over time; with ``wait=False`` the call returns at once.
        The people are those of the prefix from number ``first`` on.
        """
        total = count or len(texts)
        first_id = bot.queue.last_id + 1
        names = [f"{prefix}{number}" for number in range(first, first + users)]
        work = self._run(bot, texts, names, total, rate)
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if wait:
            await task
        return {"first_update_id": first_id, "count": total}

    async def _run(
        self,
        bot: Bot,
        texts: list[str],
        names: list[str],
        count: int,
        rate: float,
    ) -> None:
        began = time.monotonic()
        for number in range(count):
            if rate:
                ahead = began + number / rate - time.monotonic()
                if ahead > 0:
                    await asyncio.sleep(ahead)
            elif number % 500 == 499:
                await asyncio.sleep(0)
            person = self.server.user(names[number % len(names)]).private(bot)
            text = texts[number % len(texts)].replace("{n}", str(number))
            await person.says(text)

    def delays(self, bot: Bot, prefix: str = "") -> Json:
        """Return the seconds from each text to the bot's next message there."""
        chats = (c for c in bot.dialogs.values() if c.info["first_name"].startswith(prefix))
        found = [delay for chat in chats for delay in _delays(chat)]
        found.sort()
        return {
            "answered": len(found),
            "p50": _share(found, 0.50),
            "p95": _share(found, 0.95),
            "p99": _share(found, 0.99),
            "max": found[-1] if found else None,
        }


def _delays(chat: Chat) -> list[float]:
    """A text counts once; two in a row before an answer both wait for it."""
    found: list[float] = []
    asked: list[float] = []
    for message in chat.messages.values():
        if message.sender_id == chat.id:
            asked.append(message.at)
        else:
            found += [message.at - at for at in asked]
            asked.clear()
    return found


def _share(ordered: list[float], share: float) -> float | None:
    return ordered[int(share * (len(ordered) - 1))] if ordered else None
