"""Logs to standard error; tokens never reach them, whatever a library prints."""

import logging
import re
import sys

TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")


class WithoutTokens(logging.Formatter):
    """Masks bot tokens in the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("<token>", super().format(record))


def set_up(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutTokens("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "aiohttp", "aiogram", "telegram", "asyncio", "jieba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # while a report is drawn, every tick of its job is skipped, and each skip would be a warning
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
