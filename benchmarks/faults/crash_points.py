"""`chulin run` that ends without a word, as by kill -9, at the n-th statement or call (DIES_AT).

Counted, from the first update that comes in, are statements that reach the database's driver and calls to the
messenger, each before and after it is made.
"""

import os
import sqlite3
from collections.abc import Callable
from itertools import count
from threading import Event
from typing import Any

import asyncpg
from aiogram.client.session.aiohttp import AiohttpSession
from sqlalchemy import event
from sqlalchemy.pool import Pool
from telegram.request import HTTPXRequest

from benchmarks.faults.forked_process import DIED
from benchmarks.faults.short_leases import shorten
from bot.cli import main as run
from bot.intake import Intake

SILENT = ("GetUpdates", "getUpdates", "GetMe", "getMe", "GetWebhookInfo", "getWebhookInfo")
_steps = count(1)
_began = Event()


def step() -> None:
    if _began.is_set() and next(_steps) == int(os.environ["DIES_AT"]):
        os._exit(DIED)


def _watch_intake() -> None:
    plain = Intake.store

    async def watched(self: Intake, *args: Any, **kwargs: Any) -> Any:
        _began.set()
        return await plain(self, *args, **kwargs)

    Intake.store = watched  # type: ignore[method-assign]


def _watch_statements() -> None:
    @event.listens_for(Pool, "connect")
    def _connected(connection: Any, _record: object) -> None:
        driver = getattr(connection, "driver_connection", connection)
        if isinstance(driver, sqlite3.Connection):
            driver.set_trace_callback(lambda _statement: step())
        elif isinstance(driver, asyncpg.Connection):
            driver.add_query_logger(lambda _query: step())


def _watch_calls(owner: Any, name: str, is_silent: Callable[[Any], bool]) -> None:
    plain = getattr(owner, name)

    async def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        quiet = is_silent((args, kwargs))
        if not quiet:
            step()
        answer = await plain(self, *args, **kwargs)
        if not quiet:
            step()
        return answer

    setattr(owner, name, watched)


def main() -> None:
    shorten()
    _watch_intake()
    _watch_statements()
    _watch_calls(AiohttpSession, "make_request", lambda call: type(call[0][1]).__name__ in SILENT)
    _watch_calls(HTTPXRequest, "do_request", lambda call: any(name in str(call) for name in SILENT))
    run()


if __name__ == "__main__":
    main()
