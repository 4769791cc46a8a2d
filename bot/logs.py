"""Logs to standard error; neither tokens nor what people said reach them, whatever a library prints.

As text for people or, with `CHULIN_LOG_FORMAT=json`, as one JSON object a line for a collector: `at` (UTC), `level`,
`logger`, `event` and, with an error, `error` (its kind) and `trace` (where).
"""

import asyncio
import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import Any, Literal

TOKEN = re.compile(r"(?<!\d)\d{6,}:[A-Za-z0-9_-]{30,}")
NOISY = ("httpx", "httpcore", "aiohttp", "aiogram", "telegram", "asyncio", "jieba", "sqlalchemy", "asyncpg", "PIL",
         "matplotlib", "fontTools")  # fmt: skip
"""Libraries that tell addresses, parameters or bodies when they are talkative."""

log = logging.getLogger(__name__)


class Discreet(logging.Formatter):
    """Masks bot tokens in the finished line; a traceback names errors without their texts, which may quote people."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("<token>", super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        parts: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None:
            said = f": {error}" if isinstance(error, OSError) else ""
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}{said}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\ncaused:\n".join(reversed(parts))


class JsonLines(Discreet):
    """The same, one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = f"{record.exc_info[0].__module__}.{record.exc_info[0].__qualname__}"
            line["trace"] = self.formatException(record.exc_info)
        return TOKEN.sub("<token>", json.dumps(line, ensure_ascii=False))


def set_up(level: str, form: Literal["text", "json"] = "text") -> None:
    """Everything that the process says of itself goes through one discreet handler, also what nobody caught."""
    handler = logging.StreamHandler(sys.stderr)
    plain = Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else plain)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # while a report is drawn, every tick of its job is skipped, and each skip would be a warning
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.raiseExceptions = False  # what cannot be formatted would be printed with its arguments


def catch_the_rest(loop: asyncio.AbstractEventLoop) -> None:
    """What nobody catches goes the same way: Python's own hooks and the loop's would print the error's text."""
    loop.set_exception_handler(_in_loop)
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("not caught by anybody", exc_info=(kind, error or kind(), trace))


def formatted(error: BaseException) -> str:
    """An error as the log tells it."""
    return TOKEN.sub("<token>", Discreet().formatException((type(error), error, error.__traceback__)))


def _in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    log.error("%s", context["message"], exc_info=(type(error), error, error.__traceback__) if error else None)
