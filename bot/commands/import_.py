"""`chulin import`: a workbook into the reference tables, and the template of one."""

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from bot import settings as settings_of
from bot.console import Stop, in_columns, on_database
from bot.district import load_district
from bot.workbook.findings import Findings
from bot.workbook.load import bring_in
from bot.workbook.read import read_workbook
from bot.workbook.sheets import sheets
from bot.workbook.template import write_template
from ledger.district import District


@click.command(
    help="从工作簿 FILE.xlsx 导入街道、社区、网格、楼栋、人员、值班表、问答和社区体检。有一处不对，就一行也不导入。"
)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--template", metavar="OUT.xlsx", type=click.Path(dir_okay=False, path_type=Path), help="写一份空模板。")
@click.option("--check", is_flag=True, help="只检查，不写入。")
@click.option("--revoke", is_flag=True, help="收回表中人员在表里没有写的权限。")
def command(file: Path | None, template: Path | None, check: bool, revoke: bool) -> None:
    if (file is None) == (template is None):
        raise click.UsageError("导入：chulin import FILE.xlsx；要模板：chulin import --template OUT.xlsx")
    settings = settings_of.load()
    district = load_district(settings.district_dir)
    if template:
        _write_template(template, district)
    elif file:
        _import(settings, file, district, check=check, revoke=revoke)


def _write_template(path: Path, district: District) -> None:
    if path.exists():
        raise Stop(f"{path}: 已经有这个文件，没有覆盖；换个名字，或先把它移走")
    write_template(path, district)
    click.echo(f"模板写好了：{path}。填好后：chulin import {path}")


class _OnlyChecked(Exception):
    """Ends the transaction of a check without writing anything."""

    def __init__(self, findings: Findings) -> None:
        super().__init__()
        self.findings = findings


def _import(settings: settings_of.Settings, file: Path, district: District, *, check: bool, revoke: bool) -> None:
    book = read_workbook(file, sheets(district))

    def work(connection: Connection) -> Findings:
        findings = bring_in(connection, book, district, datetime.now(UTC), revoke=revoke)
        if check:
            raise _OnlyChecked(findings)
        return findings

    try:
        findings = on_database(settings, work)
    except _OnlyChecked as done:
        findings = done.findings
    _report(findings)
    if not any(book.lines.values()):
        raise Stop("工作簿里没有可以导入的行")
    click.echo("检查通过；没有写入" if check else "已导入")


def _report(findings: Findings) -> None:
    for note in findings.notes:
        click.echo(f"! {note}")
    head = ("表", "新增", "更新", "不变", "撤下", "没提到（保留）")
    rows = [(sheet, *map(str, (t.new, t.changed, t.same, t.removed, t.left))) for sheet, t in findings.tallies.items()]
    for line in in_columns([head, *rows]):
        click.echo(line)
