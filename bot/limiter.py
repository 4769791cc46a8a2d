"""The messenger's rate limits, as sliding windows."""

import math
from collections import defaultdict, deque

from ledger.district import MessengerLimits

CHAT_BURST = 3
MINUTE = 60.0
FEW_WINDOWS = 1000
"""Beyond this number, windows of idle chats are dropped: each takes a kilobyte."""


class Window:
    """At most `count` events in any span of `seconds`."""

    __slots__ = ("_seconds", "_times")

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=max(count, 1))

    def free_at(self) -> float:
        """When the next event is allowed (monotonic seconds); in the past: now."""
        full = len(self._times) == self._times.maxlen
        return self._times[0] + self._seconds if full else -math.inf

    def room(self, now: float) -> int:
        """How many events are allowed now."""
        while self._times and self._times[0] + self._seconds <= now:
            self._times.popleft()
        return (self._times.maxlen or 0) - len(self._times)

    def quiet(self, now: float) -> bool:
        """Whether all events have left the window."""
        return not self._times or self._times[-1] + self._seconds <= now

    def note(self, now: float) -> None:
        self._times.append(now)


class Limiter:
    """The limits of one bot. Private chats allow short bursts; groups (negative ids) also have a limit per minute."""

    def __init__(self, limits: MessengerLimits) -> None:
        self._bot = Window(int(limits.per_second), 1.0)
        self._half, self._interval = int(limits.per_second / 2), 1 / limits.per_second
        self._bot_paced = -math.inf
        self._chats: dict[int, Window] = defaultdict(lambda: Window(CHAT_BURST, CHAT_BURST / limits.per_chat_second))
        self._groups: dict[int, Window] = defaultdict(lambda: Window(int(limits.per_group_minute), MINUTE))
        self._held: dict[int, float] = {}
        """Chats that have to wait, and until when. Scanned for every message, so it holds no others."""
        self._bot_held = -math.inf
        self._most_windows = FEW_WINDOWS

    def room(self, now: float) -> int:
        """How many messages the bot may send now.

        The second half of a second's allowance is spread evenly. Otherwise a backlog would be sent in one burst a
        second, and an alarm right after a burst would have to wait for the next.
        """
        if max(self._bot_held, self._bot_paced) > now:
            return 0
        room = self._bot.room(now)
        return max(room - self._half, min(room, 1))

    def bot_free_at(self) -> float:
        return max(self._bot.free_at(), self._bot_held, self._bot_paced)

    def note(self, chat: int, now: float) -> None:
        """Count a message that is sent to `chat` now."""
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
        """Let a chat, or the whole bot, wait until then."""
        if whole_bot:
            self._bot_held = max(self._bot_held, until)
        else:
            self._hold_chat(chat, until, -math.inf)

    def held_chats(self, now: float) -> set[int]:
        """Chats that cannot take a message now."""
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        return set(self._held)

    def next_free_at(self) -> float:
        """When the first of the waiting chats may get a message again."""
        return min(self._held.values(), default=math.inf)

    def _hold_chat(self, chat: int, until: float, now: float) -> None:
        if until > now:
            self._held[chat] = max(until, self._held.get(chat, until))

    def _forget_quiet(self, now: float) -> None:
        for windows in (self._chats, self._groups):
            for chat in [chat for chat, window in windows.items() if window.quiet(now)]:
                del windows[chat]
        self._most_windows = max(FEW_WINDOWS, 2 * len(self._chats))
