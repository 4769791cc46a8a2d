"""Waiting for a change without sleeping in a loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """Wakes every waiter at each beat; costs next to nothing with none."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def beat(self) -> None:
        """Wake all who wait now."""
        self._event.set()
        self._event.clear()

    async def wait(self, seconds: float) -> bool:
        """Wait for the next beat; False when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True

    async def until(self, found: Callable[[], T | None], seconds: float) -> T:
        """Return the first truthy answer; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (answer := found()):
                await self._event.wait()
        return answer
