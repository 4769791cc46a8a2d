"""The messenger's limits as sliding windows: so many in any stretch of so many seconds."""

import math
from collections import defaultdict, deque

from ledger.district import MessengerLimits

CHAT_BURST = 3
MINUTE = 60.0


class Window:
    """At most `count` events in any `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=max(count, 1))

    def free_at(self) -> float:
        """When the next event fits (monotonic seconds); in the past if it fits now."""
        full = len(self._times) == self._times.maxlen
        return self._times[0] + self._seconds if full else -math.inf

    def note(self, now: float) -> None:
        self._times.append(now)


class Limiter:
    """Limits of one bot. Private chats tolerate short bursts; groups (negative ids) have their own limit a minute."""

    def __init__(self, limits: MessengerLimits) -> None:
        self._limits = limits
        self._bot = Window(int(limits.per_second), 1.0)
        self._chats: dict[int, Window] = defaultdict(self._chat_window)
        self._groups: dict[int, Window] = defaultdict(lambda: Window(int(limits.per_group_minute), MINUTE))
        self._held: dict[int, float] = {}
        self._bot_held = -math.inf

    def free_at(self, chat: int) -> float:
        """When the next message to `chat` may go out."""
        times = [self.bot_free_at(), self._held.get(chat, -math.inf), self._chats[chat].free_at()]
        if chat < 0:
            times.append(self._groups[chat].free_at())
        return max(times)

    def bot_free_at(self) -> float:
        return max(self._bot.free_at(), self._bot_held)

    def note(self, chat: int, now: float) -> None:
        """A message to `chat` goes out now."""
        self._bot.note(now)
        self._chats[chat].note(now)
        if chat < 0:
            self._groups[chat].note(now)
        if len(self._chats) > 10_000:  # noqa: PLR2004 - forget chats that are quiet long since
            self._forget_quiet(now)

    def hold(self, chat: int, until: float, *, whole_bot: bool) -> None:
        """The messenger said to wait."""
        if whole_bot:
            self._bot_held = max(self._bot_held, until)
        else:
            self._held[chat] = until

    def held_chats(self, now: float) -> set[int]:
        """Chats that cannot take a message now."""
        busy = {chat for chat, window in self._chats.items() if window.free_at() > now}
        busy |= {chat for chat, window in self._groups.items() if window.free_at() > now}
        return busy | {chat for chat, until in self._held.items() if until > now}

    def _chat_window(self) -> Window:
        return Window(CHAT_BURST, CHAT_BURST / self._limits.per_chat_second)

    def _forget_quiet(self, now: float) -> None:
        self._chats = defaultdict(self._chat_window, {c: w for c, w in self._chats.items() if w.free_at() > now})
        self._held = {chat: until for chat, until in self._held.items() if until > now}
