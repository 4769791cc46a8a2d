"""`chulin replay`: real messages from a file, their whole way through the program."""

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

import click

from bot.console import Stop, in_columns
from bot.demo.sample import load_sample
from bot.district import load_district
from bot.replaying.input_lines import Line, read_lines
from bot.replaying.reconciliation import Account
from bot.replaying.replay import NotEmpty, Result, replay
from bot.settings import load
from ledger.scenes import Scene
from nlp.understanding import NoneType

BAD_SHOWN = 20
STAGE_NAMES = {"intake": "入箱", "prepare": "听懂", "work": "登记", "deliver": "送出"}
OTHERS = {
    f"none {NoneType.GREETING}": "问候",
    f"none {NoneType.THANKS}": "感谢",
    f"none {NoneType.ACK}": "应答",
    f"none {NoneType.SPAM}": "广告",
    f"none {NoneType.TEST}": "测试",
    f"none {NoneType.ABUSE}": "谩骂",
    f"none {NoneType.CHAT}": "闲聊",
    f"none {NoneType.VENT}": "牢骚",
    "out_of_remit": "不归社区管",
    "none number": "只有一个数字",
    "command": "命令",
    "unknown command": "不认识的命令",
    "place": "补充上一件的地点",
    "supplement": "补充上一件",
}
"""What is no case, by the inbox's outcome; others are shown as they stand there."""


@click.command(
    help="""把 FILE（每行一条 JSON：{"text": …}，可加 chat、time、community）逐条走一遍全程。

    先在空数据库里建好示例社区，每个会话都算已经同意告知；没写 chat 的，一条算一个人。
    不联网，不发给任何人。默认用临时数据库，结束就删。"""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--database", metavar="URL", default="", help="用这个空数据库，结束后留着看。")
def command(file: Path, database: str) -> None:
    lines, bad = read_lines(file, load_sample())
    for number, reason in bad[:BAD_SHOWN]:
        click.echo(f"第 {number} 行：{reason}，跳过", err=True)
    if len(bad) > BAD_SHOWN:
        click.echo(f"……另有 {len(bad) - BAD_SHOWN} 行坏的也跳过", err=True)
    if not lines:
        raise Stop(f'{file}: 没有一行能用。每行要像：{{"text": "楼道灯坏了"}}')
    result = _replayed(lines, database)
    click.echo("\n".join([*told(result.account), *timed(result)]))
    sys.exit(2 if bad else 0 if result.account.whole else 1)


def _replayed(lines: list[Line], database: str) -> Result:
    bar = click.progressbar(length=len(lines), label="重放", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="chulin-replay-") as folder, bar:
        url = database or f"sqlite:///{folder}/replay.db"
        try:
            return asyncio.run(replay(lines, url, Path(folder), bar.update))
        except NotEmpty:
            raise Stop("--database: 这个数据库里已经有东西。重放只用空的数据库。") from None


def told(found: Account) -> list[str]:
    """The account in lines, for people."""
    district = load_district(load().district_dir)
    named: Counter[str] = Counter()
    for outcome, count in found.others.items():
        named[OTHERS.get(outcome) or OTHERS.get(outcome.partition(" ")[0], outcome)] += count
    others = "，".join(f"{name} {count}" for name, count in named.most_common())
    scenes = [(district.scenes[scene].name, str(found.scenes[scene])) for scene in Scene if found.scenes[scene]]
    return [
        f"读入 {found.lines} 条",
        (
            f"成为诉求 {found.cases} 条，其中 {found.several} 条各说了几件；"
            f"台账 {found.filed} 件，紧急 {found.emergencies} 件"
        ),
        f"不是诉求 {sum(found.others.values())} 条" + (f"：{others}" if others else ""),
        f"待同意 {found.drafts}，搁置 {found.parked}，丢失 {found.lost}，重复 {found.doubled}",
        f"回复 {found.out['sent']} 条送出，{found.out['waiting']} 条没到时候，{found.out['dead']} 条送不出",
        "按场景：",
        *(f"  {row}" for row in in_columns(scenes)),
    ]


def timed(result: Result) -> list[str]:
    """The stages in lines: seconds, and milliseconds an update."""
    count = max(result.account.lines, 1)
    rows = [
        (STAGE_NAMES[stage], f"{seconds:.2f} 秒", f"每条 {1000 * seconds / count:.2f} 毫秒")
        for stage, seconds in result.stages.items()
    ]
    whole = f"共 {result.seconds:.2f} 秒，每秒 {result.account.lines / result.seconds:.0f} 条"
    return ["用时：", *(f"  {row}" for row in in_columns(rows)), f"  {whole}"]
