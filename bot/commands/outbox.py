"""`chulin outbox`: messages that could not be delivered. What they say is shown only when it is asked for."""

import json
from collections.abc import Callable

import click

from bot import settings as settings_of
from bot.console import Stop, in_columns, local_time, on_rows
from ledger.text import shortened
from storage.unit_of_work import UnitOfWork

HEAD = ("编号", "机器人", "会话", "次数", "写于", "放弃", "原因")
EVERY = 1_000_000
NUMBER = click.IntRange(0, 2**63 - 1)
LONGEST_REASON = 80
Step = Callable[[UnitOfWork, int], bool]


@click.group(help="查看、重试或放弃发不出去的消息。")
def command() -> None: ...


@command.command("list", help="列出发不出去的消息；不含内容。")
@click.option("--show", is_flag=True, help="连内容一起显示。里面有个人信息，请小心。")
def list_(show: bool) -> None:
    for line in on_rows(settings_of.load(), lambda uow: _listing(uow, show)):
        click.echo(line)


def _listing(uow: UnitOfWork, show: bool) -> list[str]:
    rows = uow.outbox.dead(EVERY)
    cells = [
        (
            str(row.id),
            row.bot,
            str(row.chat),
            str(row.attempts),
            local_time(uow, row.created_at),
            local_time(uow, row.done_at),
            shortened(row.error or "", LONGEST_REASON),
        )
        for row in rows
    ]
    head, *lines = in_columns([HEAD, *cells])
    if show:
        bodies = [json.dumps(row.body, ensure_ascii=False) for row in rows]
        lines = [f"{line}\n    {body}" for line, body in zip(lines, bodies, strict=True)]
    return [head, *lines, f"共 {len(rows)} 条。chulin outbox retry|drop 编号，或 --all"]


@command.command(help="再发一次：编号（可以几个），或 --all。")
@click.argument("ids", nargs=-1, metavar="编号...", type=NUMBER)
@click.option("--all", "everything", is_flag=True, help="全部。")
def retry(ids: tuple[int, ...], everything: bool) -> None:
    _each(ids, everything, lambda uow, row_id: uow.outbox.retry(row_id), "放回去了")


@command.command(help="放弃，内容清空：编号（可以几个），或 --all。")
@click.argument("ids", nargs=-1, metavar="编号...", type=NUMBER)
@click.option("--all", "everything", is_flag=True, help="全部。")
@click.option("--yes", is_flag=True, help="不再询问。")
def drop(ids: tuple[int, ...], everything: bool, yes: bool) -> None:
    if everything and not yes:
        click.confirm("全部放弃，内容找不回来。继续", abort=True)
    _each(ids, everything, lambda uow, row_id: uow.outbox.drop(row_id), "放弃了")


def _each(ids: tuple[int, ...], everything: bool, step: Step, done: str) -> None:
    if everything == bool(ids):
        raise click.UsageError("请写编号，或 --all")

    def work(uow: UnitOfWork) -> tuple[int, list[int]]:
        """Take the step with each; returns with how many, and the ids with which it was not possible."""
        wanted = list(ids) or [row.id for row in uow.outbox.dead(EVERY)]
        failed = [row_id for row_id in wanted if not step(uow, row_id)]
        return len(wanted) - len(failed), failed

    count, failed = on_rows(settings_of.load(), work)
    click.echo(f"{done} {count} 条")
    if failed:
        numbers = " ".join(map(str, failed))
        raise Stop(f"没有动：{numbers}。不在列表里，或者后来已经发过更新的版本。看有哪些：chulin outbox list")
