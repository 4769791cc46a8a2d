"""`chulin vote`: the log of a vote for an auditor, and counting it again without knowing who voted for what."""

from pathlib import Path

import click

from bot import settings as settings_of
from bot.console import Stop, community_named, on_rows
from bot.district import load_district, load_texts
from digests.votes import log
from digests.votes.log import Recount
from ledger.votes import VoteState
from storage.cocreation.votes import VoteRow
from storage.errors import NotFound
from storage.unit_of_work import UnitOfWork

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(help="投票的记录：导出给审计的人，重新数一遍。记录里没有谁选了什么。")
def command() -> None:
    pass


@command.command("log", help="把第 NO 次投票的记录写进文件。开票以前没有记录。")
@click.argument("no", type=int)
@click.option("--community", "wanted", required=True, metavar="名称或代码", help="哪个社区。")
@click.option("--out", required=True, metavar="文件", type=click.Path(dir_okay=False, path_type=Path))
def write(no: int, wanted: str, out: Path) -> None:
    settings = settings_of.load()

    def work(uow: UnitOfWork) -> tuple[str, str]:
        community = community_named(uow.reference, wanted)
        vote = _closed(uow, community.id, no)
        return log.written(log.of_vote(uow, community, vote)), vote.seal or ""

    text, seal = on_rows(settings, work)
    out.write_text(text, encoding="utf-8")
    click.echo(f"{out}：{len(text.splitlines())} 行，封条 {seal}")


def _closed(uow: UnitOfWork, community_id: int, no: int) -> VoteRow:
    try:
        vote = uow.votes.get(community_id, no)
    except NotFound:
        raise Stop(f"没有投票 {no}") from None
    if vote.state is not VoteState.CLOSED:
        raise Stop(f"投票 {no} 还没有开票，开票以前谁也看不到")
    return vote


@command.command(help="把一份记录重新数一遍，和当时公布的对一对。不需要数据库。")
@click.argument("file", type=FILE)
@click.option("--seal", metavar="封条", help="公布结果时的封条（至少前 12 位），核对记录是不是当时那一份。")
@click.option("--receipt", metavar="回执号", help="看这张回执在不在名册里。")
def recount(file: Path, seal: str | None, receipt: str | None) -> None:
    try:
        lines = log.read(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Stop(f"{file}: 不是投票记录；要的是 chulin vote log 写的文件") from None
    except log.Broken as error:
        raise Stop(f"{file}: {error}") from None
    fewest = load_district(settings_of.load().district_dir).limits.votes.fewest
    found = log.recount(lines, fewest)
    for line in _told(found):
        click.echo(line)
    if receipt:
        _look_for(lines, receipt)
    if seal and not found.seal.startswith(seal.strip().lower()):
        raise Stop("封条对不上：这不是公布结果时的那份记录")
    if not found.holds:
        raise Stop("重新数的和公布的不一样")
    click.echo("重新数的和公布的一样。")


def _told(found: Recount) -> list[str]:
    say, head = load_texts(), found.head
    how = say(f"vote.method_{head['method']}")
    lines = [f"{head['community']} 投票 {head['vote']}：{how}"]
    lines.append(f"名册 {found.voters} 个，其中不算的 {found.left_out} 个；选票 {found.ballots} 张")
    lines += [f"  {text}：{n}" for text, n in zip(head["options"], found.counted.counts, strict=False)]
    return [*lines, f"封条 {found.seal}"]


def _look_for(lines: list[log.Line], receipt: str) -> None:
    wanted = receipt.strip().upper()
    mine = next((line for line in lines if line["line"] == log.VOTER and line["receipt"] == wanted), None)
    if mine is None:
        click.echo(f"回执 {wanted}：名册里没有")
    else:
        click.echo(f"回执 {wanted}：在名册里" + ("，这一票没有算" if mine["left_out"] else "，这一票在票箱里"))
