"""Telegram's sending limits, kept or only watched.

30 messages a second for a bot, 1 a second in a chat with short bursts, 20 a
minute in a group. Telegram publishes no exact algorithm: this one is a token
bucket for the first two and a sliding window for the last.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

WINDOW = 60.0
_COUNTED = frozenset(
    {
        "sendmessage", "sendphoto", "senddocument", "sendvoice", "sendvideo",
        "sendlocation", "sendmediagroup", "copymessage", "forwardmessage",
    },
)  # fmt: skip


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float

    def fill(self, rate: float, size: float, now: float) -> None:
        self.tokens = min(size, self.tokens + (now - self.at) * rate)
        self.at = now


@dataclass(frozen=True, slots=True)
class Breach:
    """A message that was one too many."""

    at: float
    bot_id: int
    chat_id: int
    rule: str
    retry_after: int


@dataclass
class Limits:
    """The limits of one server; ``watch`` notes breaches and lets them pass."""

    mode: Literal["off", "watch", "enforce"] = "off"
    bot_per_second: float = 30.0
    chat_per_second: float = 1.0
    chat_burst: float = 3.0
    group_per_minute: int = 20
    breaches: list[Breach] = field(default_factory=list)
    _buckets: dict[tuple[int, int], _Bucket] = field(default_factory=dict)
    _windows: dict[tuple[int, int], deque[float]] = field(default_factory=dict)

    def check(
        self,
        method: str,
        bot_id: int,
        chat_id: int,
        now: float,
        count: int = 1,
    ) -> int:
        """Return the seconds to wait, or 0 and count the messages."""
        if self.mode == "off" or method not in _COUNTED:
            return 0
        waits = {
            "bot": self._bucket_wait((bot_id, 0), self.bot_per_second, now, count),
            "chat": self._bucket_wait((bot_id, chat_id), None, now, count),
            "group": self._window_wait((bot_id, chat_id), now, count),
        }
        rule, wait = max(waits.items(), key=lambda item: item[1])
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            self.breaches.append(Breach(now, bot_id, chat_id, rule, seconds))
            if self.mode == "enforce":
                return seconds
        self._count((bot_id, chat_id), now, count)
        return 0

    def _bucket_wait(
        self,
        key: tuple[int, int],
        rate: float | None,
        now: float,
        count: int,
    ) -> float:
        size = rate or self.chat_burst
        rate = rate or self.chat_per_second
        bucket = self._buckets.setdefault(key, _Bucket(size, now))
        bucket.fill(rate, size, now)
        missing = min(count, size) - bucket.tokens
        return missing / rate if missing > 1e-9 else 0.0

    def _window_wait(self, key: tuple[int, int], now: float, count: int) -> float:
        if key[1] >= 0:
            return 0.0
        window = self._windows.setdefault(key, deque())
        while window and window[0] <= now - WINDOW:
            window.popleft()
        surplus = len(window) + count - self.group_per_minute
        if surplus <= 0 or not window:
            return 0.0
        return window[min(surplus, len(window)) - 1] + WINDOW - now

    def _count(self, key: tuple[int, int], now: float, count: int) -> None:
        for bucket_key in ((key[0], 0), key):
            bucket = self._buckets[bucket_key]
            bucket.tokens = max(0.0, bucket.tokens - count)
        if key[1] < 0:
            self._windows[key].extend([now] * count)
