"""`chulin demo`: try everything on this machine, without a token and without a server."""

import asyncio
import contextlib
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.console import Stop
from bot.os_errors import reason

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--script", is_flag=True, help="不开浏览器：演一遍完整的经过，打印对话、台账和周报。")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="网页的端口；0：任选一个。"
)
@click.option("--no-browser", is_flag=True, help="不自动打开浏览器。")
@click.option("--keep", type=FOLDER, metavar="DIR", help="把数据留在这个文件夹；不填就用完即删。")
def command(*, script: bool, port: int, no_browser: bool, keep: Path | None) -> None:
    """在浏览器里试用：居民、网格员、书记三部手机并排，可以让时间走到周一看周报。"""
    from bot.logs import set_up  # noqa: PLC0415 - heavy parts are imported when they are needed

    set_up("WARNING")
    with _folder(keep) as folder:
        if script:
            sys.exit(_play(folder))
        asyncio.run(_serve(folder, port, browser=not no_browser))


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="chulin-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _play(folder: Path) -> int:
    from bot.demo.script import play  # noqa: PLC0415
    from bot.demo.stage import DATABASE  # noqa: PLC0415

    if (folder / DATABASE).exists():
        raise click.ClickException(f"{folder} 里已经有数据；--script 要从头演起，请换一个空文件夹。")
    return asyncio.run(play(folder, click.echo))


async def _serve(folder: Path, port: int, *, browser: bool) -> None:
    from bot.app import run  # noqa: PLC0415
    from bot.demo.clock import opening, running_from  # noqa: PLC0415
    from bot.demo.site import Site, serve  # noqa: PLC0415
    from bot.demo.stage import last_time, set_up  # noqa: PLC0415

    _check_free(port)
    click.echo("正在准备样板社区，请稍等几秒……")
    stage = await set_up(folder, running_from(last_time(folder) or opening(datetime.now(UTC))))
    people = stage.people()
    people["resident"].starts(stage.start_link())
    for who in ("worker", "manager", "officer"):
        people[who].starts()
    try:
        async with serve(Site(stage, people), port) as address:
            click.echo(f"请在浏览器里打开：{address}\n按 Ctrl+C 结束。")
            if browser:
                await asyncio.to_thread(webbrowser.open, address)
            await run(stage.app)
    finally:
        stage.keeps_time()


def _check_free(port: int) -> None:
    """Say so at once if somebody else has the port, not after the sample is planted."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Stop(f"端口 {port} 用不了（{reason(error)}）。请换一个：chulin demo --port 0") from None
