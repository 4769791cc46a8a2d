"""Logs to standard error; neither tokens nor what people said reach them, whatever a library prints."""

import logging
import re
import sys
import traceback
from typing import Any

TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")


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


def set_up(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "aiohttp", "aiogram", "telegram", "asyncio", "jieba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # while a report is drawn, every tick of its job is skipped, and each skip would be a warning
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
