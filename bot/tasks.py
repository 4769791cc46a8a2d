"""Several things to be done, of which one must not keep the others from it; and tasks that have to be over in time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def in_turn(parts: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Do one after another, all of them whatever fails; the first error is raised at the end."""
    results: list[T] = []
    errors: list[Exception] = []
    for part in parts:
        try:
            results.append(await part())
        except Exception as error:  # noqa: BLE001 - raised below
            errors.append(error)
    if errors:
        raise errors[0]
    return results


async def ended(tasks: Sequence[asyncio.Task[Any]], seconds: float | None = None) -> None:
    """Wait until tasks have ended; those that have not after `seconds`, or when the waiting is cancelled, are."""
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
