"""`chulin inbox`: updates that were set aside. What people wrote is shown only when it is asked for."""

from collections.abc import Callable

import click

from bot import settings as settings_of
from bot.console import Stop, in_columns, local_time, on_rows
from storage.unit_of_work import UnitOfWork

HEAD = ("机器人", "更新号", "会话", "次数", "收到", "搁置", "原因")
EVERY = 1_000_000
NUMBER = click.IntRange(0, 2**63 - 1)
Step = Callable[[UnitOfWork, str, int], bool]


@click.group(help="查看、重试或放弃搁置的来信。")
def command() -> None: ...


@command.command("list", help="列出搁置的来信；不含居民说的话。")
@click.option("--show", is_flag=True, help="连原文和完整的原因一起显示。里面有个人信息，请小心。")
def list_(show: bool) -> None:
    for line in on_rows(settings_of.load(), lambda uow: _listing(uow, show)):
        click.echo(line)


def _listing(uow: UnitOfWork, show: bool) -> list[str]:
    rows = uow.inbox.parked(EVERY)
    times = [(local_time(uow, row.received_at), local_time(uow, row.done_at)) for row in rows]
    # what follows the name of an error can quote a message
    reasons = [(row.outcome or "") if show else (row.outcome or "").partition(":")[0] for row in rows]
    cells = [
        (row.bot, str(row.update_id), str(row.chat), str(row.attempts), *two, reason)
        for row, two, reason in zip(rows, times, reasons, strict=True)
    ]
    head, *lines = in_columns([HEAD, *cells])
    if show:
        lines = [f"{line}\n    {row.body}" for line, row in zip(lines, rows, strict=True)]
    return [head, *lines, f"共 {len(rows)} 条。chulin inbox retry|drop 机器人 更新号，或 --all"]


@command.command(help="把搁置的来信放回去再办一次：机器人和更新号，或 --all。")
@click.argument("bot", required=False, metavar="机器人")
@click.argument("update_id", required=False, metavar="更新号", type=NUMBER)
@click.option("--all", "everything", is_flag=True, help="全部。")
def retry(bot: str | None, update_id: int | None, everything: bool) -> None:
    _each(bot, update_id, everything, lambda uow, name, number: uow.inbox.retry(name, number, uow.now), "放回去了")


@command.command(help="放弃搁置的来信，原文清空：机器人和更新号，或 --all。")
@click.argument("bot", required=False, metavar="机器人")
@click.argument("update_id", required=False, metavar="更新号", type=NUMBER)
@click.option("--all", "everything", is_flag=True, help="全部。")
@click.option("--yes", is_flag=True, help="不再询问。")
def drop(bot: str | None, update_id: int | None, everything: bool, yes: bool) -> None:
    if everything and not yes:
        click.confirm("全部放弃，原文找不回来。继续", abort=True)
    _each(bot, update_id, everything, lambda uow, name, number: uow.inbox.drop(name, number, uow.now), "放弃了")


def _each(bot: str | None, update_id: int | None, everything: bool, step: Step, done: str) -> None:
    if everything == (bot is not None) or (bot is None) != (update_id is None):
        raise click.UsageError("请写机器人和更新号，或 --all")
    one = [] if bot is None or update_id is None else [(bot, update_id)]

    def work(uow: UnitOfWork) -> int:
        wanted = one or [(row.bot, row.update_id) for row in uow.inbox.parked(EVERY)]
        return sum(step(uow, *key) for key in wanted)

    count = on_rows(settings_of.load(), work)
    if one and not count:
        raise Stop(f"没有搁置的来信 {bot} {update_id}。看有哪些：chulin inbox list")
    click.echo(f"{done} {count} 条")
