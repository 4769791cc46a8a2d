"""What the log says of an error: where and what kind, never what somebody said."""

import logging

from bot.logs import Discreet

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
