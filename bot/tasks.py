"""Runs several things so that one that fails does not stop the others, and waits for tasks up to a time limit."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


def run_callbacks(callbacks: Iterable[Callable[[], None]]) -> None:
    """Call each. The commit they follow has succeeded, so one that fails is logged and the others still run."""
    for callback in callbacks:
        try:
            callback()
        except Exception:
            log.exception("a callback after a commit failed")


async def in_turn(parts: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Await each in turn, whatever fails. At the end the first error is raised; further ones are logged."""
    results: list[T] = []
    errors: list[Exception] = []
    for part in parts:
        try:
            results.append(await part())
        except Exception as error:  # noqa: BLE001 - raised below
            errors.append(error)
    for other in errors[1:]:
        log.error("failed as well", exc_info=other)
    if errors:
        raise errors[0]
    return results


async def wait_for(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for the event, or for `seconds`. Before Python 3.12, `asyncio.wait_for` can swallow a cancellation."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def ended(tasks: Sequence[asyncio.Task[Any]], seconds: float | None = None) -> None:
    """Wait until all tasks have ended. After `seconds`, or if the wait is cancelled, so are they."""
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
