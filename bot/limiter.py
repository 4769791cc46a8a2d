"""The messenger's limits as sliding windows: so many in any stretch of so many seconds."""

import math
from collections import defaultdict, deque

from ledger.district import MessengerLimits

CHAT_BURST = 3
MINUTE = 60.0
FEW_WINDOWS = 1000
"""More windows of chats are only kept while they matter, for each is a kilobyte."""


class Window:
    """At most `count` events in any `seconds`."""

    __slots__ = ("_seconds", "_times")

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=max(count, 1))

    def free_at(self) -> float:
        """When the next event fits (monotonic seconds); in the past if it fits now."""
        full = len(self._times) == self._times.maxlen
        return self._times[0] + self._seconds if full else -math.inf

    def room(self, now: float) -> int:
        """How many events fit now."""
        while self._times and self._times[0] + self._seconds <= now:
            self._times.popleft()
        return (self._times.maxlen or 0) - len(self._times)

    def quiet(self, now: float) -> bool:
        """Whether all its events are too old to matter."""
        return not self._times or self._times[-1] + self._seconds <= now

    def note(self, now: float) -> None:
        self._times.append(now)


class Limiter:
    """Limits of one bot. Private chats tolerate short bursts; groups (negative ids) have their own limit a minute."""

    def __init__(self, limits: MessengerLimits) -> None:
        self._limits = limits
        self._bot = Window(int(limits.per_second), 1.0)
        self._half, self._interval = int(limits.per_second / 2), 1 / limits.per_second
        self._bot_paced = -math.inf
        self._chats: dict[int, Window] = defaultdict(self._chat_window)
        self._groups: dict[int, Window] = defaultdict(lambda: Window(int(limits.per_group_minute), MINUTE))
        self._held: dict[int, float] = {}
        """Chats that have to wait, and until when; looked through for each message, so only these."""
        self._bot_held = -math.inf
        self._most_windows = FEW_WINDOWS

    def room(self, now: float) -> int:
        """How many messages the bot may send now.

        The second half of a second's messages is sent evenly. Else a backlog goes out in a volley once a second, and an
        alarm that comes just after one waits for the next.
        """
        if max(self._bot_held, self._bot_paced) > now:
            return 0
        room = self._bot.room(now)
        return max(room - self._half, min(room, 1))

    def free_at(self, chat: int) -> float:
        """When the next message to `chat` may go out at the earliest."""
        return max(self._bot.free_at(), self._bot_held, self._held.get(chat, -math.inf))

    def bot_free_at(self) -> float:
        return max(self._bot.free_at(), self._bot_held, self._bot_paced)

    def note(self, chat: int, now: float) -> None:
        """A message to `chat` goes out now."""
        self._bot.note(now)
        if self._bot.room(now) < self._half:
            self._bot_paced = max(self._bot_paced, now - self._interval) + self._interval
        windows = [self._chats[chat], self._groups[chat]] if chat < 0 else [self._chats[chat]]
        for window in windows:
            window.note(now)
            self._hold_chat(chat, window.free_at(), now)
        if len(self._chats) > self._most_windows:
            self._forget_quiet(now)

    def hold(self, chat: int, until: float, *, whole_bot: bool) -> None:
        """The messenger said to wait."""
        if whole_bot:
            self._bot_held = max(self._bot_held, until)
        else:
            self._hold_chat(chat, until, -math.inf)

    def held_chats(self, now: float) -> set[int]:
        """Chats that cannot take a message now."""
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        return set(self._held)

    def next_free_at(self) -> float:
        """When the first of the chats that have to wait may get a message again."""
        return min(self._held.values(), default=math.inf)

    def _hold_chat(self, chat: int, until: float, now: float) -> None:
        if until > now:
            self._held[chat] = max(until, self._held.get(chat, until))

    def _chat_window(self) -> Window:
        return Window(CHAT_BURST, CHAT_BURST / self._limits.per_chat_second)

    def _forget_quiet(self, now: float) -> None:
        self._chats = defaultdict(self._chat_window, {c: w for c, w in self._chats.items() if not w.quiet(now)})
        self._most_windows = max(FEW_WINDOWS, 2 * len(self._chats))
