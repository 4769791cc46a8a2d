"""`chulin run`: serve residents and staff on Telegram."""

import asyncio
import ctypes
import gc
import os
import sys
import threading

import click

from bot import settings as settings_of


@click.command()
def command() -> None:
    """启动机器人（需要令牌；先运行 chulin doctor 检查）。"""
    settings = settings_of.load()
    if not (settings.resident_token.get_secret_value() or settings.staff_token.get_secret_value()):
        click.echo("CHULIN_RESIDENT_TOKEN: 没有令牌。请向 @BotFather 要，填到 .env；试用：chulin demo", err=True)
        sys.exit(2)
    asyncio.run(_serve(settings))


async def _serve(settings: settings_of.Settings) -> None:
    gc.disable()  # what is loaded now stays: walking through it again and again takes an eighth of the start
    from bot.app import run  # noqa: PLC0415 - heavy, only for serving
    from bot.build import build, telegram_channels  # noqa: PLC0415
    from bot.logs import catch_the_rest, set_up  # noqa: PLC0415

    set_up(settings.log_level, settings.log_format)
    catch_the_rest(asyncio.get_running_loop())
    channels = telegram_channels(settings)
    try:
        app = await build(settings, channels)
    except BaseException:
        for channel in channels.values():
            await channel.close()
        raise
    finally:
        settle_down()
    await run(app, _end_at_last)


def _end_at_last() -> None:
    """Whatever keeps the process, a file or a thread that stands still: to end it is as a kill, and loses nothing."""
    timer = threading.Timer(LAST_SECONDS, os._exit, (1,))
    timer.daemon = True
    timer.start()


LAST_SECONDS = 9.5
"""After SIGTERM. Ten are promised, and whoever runs a process kills it some time after them."""
GARBAGE = 20_000
"""Objects more than before at which the garbage collector looks for cycles. Each look holds up whoever is answered."""


def settle_down() -> None:
    """What was loaded stays: the garbage collector need not walk through it at all, neither now nor at each turn.

    Starting leaves 20 MB of freed memory behind, which the C library keeps unless it is told (where it is glibc).
    """
    gc.freeze()
    gc.set_threshold(GARBAGE, 10, 10)
    gc.enable()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
