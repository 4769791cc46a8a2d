"""What the log says of an error: where and what kind, never what somebody said."""

import json
import logging
import subprocess
import sys

import pytest

from bot.logs import Discreet, JsonLines

TOKEN = "7000000001:" + "t" * 35
SAID = "王婆婆说：我住在3栋402，电话13800000000"


def breaks(error: Exception, cause: Exception | None = None) -> None:
    raise error from cause


def logged(message: str, error: Exception | None = None, cause: Exception | None = None) -> str:
    caught = None
    try:
        if error:
            breaks(error, cause)
    except Exception as found:  # noqa: BLE001 - whatever it is
        caught = (type(found), found, found.__traceback__)
    return Discreet("%(message)s").format(logging.LogRecord("x", logging.ERROR, "x.py", 1, message, (), caught))


def test_a_token_is_masked() -> None:
    assert logged(f"https://api/bot{TOKEN}/getMe") == "https://api/bot<token>/getMe"


def test_a_traceback_tells_where_and_what_kind_but_not_what_was_said() -> None:
    told = logged("update 7 failed", ValueError(SAID), KeyError(SAID))
    assert told.startswith("update 7 failed\nbuiltins.KeyError\ncaused:\n")
    assert told.endswith("builtins.ValueError")
    assert "in breaks" in told
    assert SAID not in told


def test_what_the_machine_says_is_told() -> None:
    told = logged("x", OSError(28, "No space left on device"))
    assert told.endswith("builtins.OSError: [Errno 28] No space left on device")


def test_json_is_one_object_a_line_and_as_discreet() -> None:
    record = logging.LogRecord("bot.work", logging.ERROR, "x.py", 1, "update %s failed\nat %s", (7, TOKEN), None)
    try:
        breaks(ValueError(SAID), KeyError(SAID))
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["logger"], told["event"]) == ("ERROR", "bot.work", "update 7 failed\nat <token>")
    assert told["error"] == "builtins.ValueError"
    assert "in breaks" in told["trace"]
    assert SAID not in line
    assert told["at"].endswith("+00:00")


UNCAUGHT = {
    "in the main thread": "raise ValueError(SAID)",
    "in a thread": "t = threading.Thread(target=fails); t.start(); t.join()",
    "in a destructor": "class A:\n def __del__(self): fails()\nA()",
    "in a task nobody awaits": "async def main():\n asyncio.ensure_future(task()); await asyncio.sleep(0.01); gc.collect()\nasyncio.run(wired(main))",
    "in a callback of the loop": "async def main():\n asyncio.get_running_loop().call_soon(fails); await asyncio.sleep(0.01)\nasyncio.run(wired(main))",
    "in a line that cannot be formatted": "logging.getLogger('x').error('%d', SAID)",
    "with locals": "logging.getLogger('x').exception('x', exc_info=error())",
}
PROGRAM = f"""
import asyncio, gc, logging, threading
from bot.logs import catch_the_rest, set_up
SAID = {SAID!r} + {TOKEN!r}
def fails(): raise ValueError(SAID)
async def task(): fails()
def error():
    try: fails()
    except ValueError as e: return e
async def wired(main):
    catch_the_rest(asyncio.get_running_loop())
    await main()
set_up("DEBUG", "json")
loop = asyncio.new_event_loop()
catch_the_rest(loop)
"""


@pytest.mark.parametrize("where", list(UNCAUGHT))
def test_what_nobody_catches_is_told_without_its_text(where: str) -> None:
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROGRAM + UNCAUGHT[where]], capture_output=True, text=True, check=False
    )
    said = ended.stdout + ended.stderr
    assert SAID not in said
    assert TOKEN not in said
    if where != "in a line that cannot be formatted":
        assert "ValueError" in said
