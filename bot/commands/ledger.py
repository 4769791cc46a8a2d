"""`chulin ledger`: the ledger out to others and in from others, as XLSX or CSV."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from bot import model_files
from bot import settings as settings_of
from bot.console import Stop, community_named, on_rows
from bot.district import load_district, load_texts
from bot.ledger_import import Brought, Importer, read
from digests.ledger_sheet import Ledger, as_csv, as_xlsx
from handlers.texts import Texts
from ledger.district import District
from nlp import personal
from nlp.pipeline import Understander
from nlp.understanding import Personal, Span
from storage.ledger_exchange import cases, note_access
from storage.reference import CommunityRow
from storage.unit_of_work import UnitOfWork

WRITERS = {"xlsx": as_xlsx, "csv": as_csv}
LAYOUTS = click.Choice(["grid", "hotline"])
COMMUNITY = click.option("--community", "wanted", required=True, metavar="名称或代码", help="哪个社区。")
LAYOUT = click.option("--layout", type=LAYOUTS, default="grid", help="grid：网格员台账（默认）；hotline：12345 工单。")
SHORTEST_PURPOSE = 4


@click.group(help="台账的导出和导入，不用再填第二遍。")
def command() -> None:
    pass


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported."""

    community: str
    first: date
    last: date
    layout: str
    form: str
    purpose: str | None


@command.command(
    help="导出一个社区的台账。姓名、电话、门牌默认遮盖；要不遮盖，必须写明用途，用途会记录下来，当事人可以查。"
)
@COMMUNITY
@LAYOUT
@click.option("--from", "first", metavar="2026-10-01", type=click.DateTime(["%Y-%m-%d"]), help="从哪天起，默认一年前。")
@click.option("--to", "last", metavar="2026-10-31", type=click.DateTime(["%Y-%m-%d"]), help="到哪天（含），默认今天。")
@click.option("--format", "form", type=click.Choice(sorted(WRITERS)), default="xlsx", help="默认 xlsx。")
@click.option("--unmasked", is_flag=True, help="不遮盖个人信息，要同时写 --purpose。")
@click.option("--purpose", metavar="用途", help="为什么需要不遮盖的数据，例如 移交12345回访。")
@click.option("--out", required=True, metavar="文件", type=click.Path(dir_okay=False, path_type=Path))
def export(
    *,
    wanted: str,
    layout: str,
    first: datetime | None,
    last: datetime | None,
    form: str,
    unmasked: bool,
    purpose: str | None,
    out: Path,
) -> None:
    purpose = (purpose or "").strip()
    if unmasked != bool(purpose) or (unmasked and len(purpose) < SHORTEST_PURPOSE):
        raise click.UsageError("不遮盖要同时写 --unmasked 和 --purpose（写清用途）；遮盖的不用写用途")
    today = datetime.now(UTC).date()
    request = ExportRequest(
        wanted,
        first.date() if first else today - timedelta(days=365),
        last.date() if last else today + timedelta(days=1),
        layout,
        form,
        purpose or None,
    )
    if request.first > request.last:
        raise click.BadParameter(f"{request.first} 比 --to（{request.last}）还晚", param_hint="--from")
    settings = settings_of.load()
    district, texts = load_district(settings.district_dir), load_texts(settings.district_dir)
    content, n = on_rows(settings, lambda uow: _exported(uow, district, texts, request))
    if purpose:
        out.touch(mode=0o600)
        out.chmod(0o600)
    out.write_bytes(content)
    click.echo(f"导出 {n} 件：{out}" + ("（含个人信息，用途已记录，用完请删除）" if purpose else "（个人信息已遮盖）"))


def _exported(uow: UnitOfWork, district: District, texts: Texts, request: ExportRequest) -> tuple[bytes, int]:
    community = community_named(uow.reference, request.community)
    start = datetime.combine(request.first, time(), community.zone)
    end = datetime.combine(request.last + timedelta(days=1), time(), community.zone)
    rows = cases(uow.connection, community.id, start, end)
    if request.purpose:
        detail = {"from": start.isoformat(), "until": end.isoformat(), "n": len(rows), "layout": request.layout}
        note_access(uow, community.id, "export", request.purpose, detail)
    ledger = _ledger(uow, community, district, texts, request)
    return WRITERS[request.form](ledger, rows), len(rows)


def _ledger(
    uow: UnitOfWork, community: CommunityRow, district: District, texts: Texts, request: ExportRequest
) -> Ledger:
    reference, open_to_see = uow.reference, request.purpose is not None
    return Ledger(
        district.layouts[request.layout],
        district,
        community.zone,
        texts,
        community.code,
        community.name,
        reference.streets.get(community.street_id or 0, ""),
        {row.id: row.name for row in reference.staff.values()},
        reference.units,
        {grid: name for (of, grid), name in reference.grids.items() if of == community.id},
        str if open_to_see else personal.for_others,
        str if open_to_see else _hidden(Personal.NAME),
        str if open_to_see else _hidden(Personal.PHONE),
    )


def _hidden(kind: Personal) -> Callable[[str], str]:
    return lambda text: personal.mask(text, [Span(0, len(text), kind)])


@command.command(
    "import", help="导入别的系统或网格员的台账（XLSX 或 CSV）。有一处不对，就一行也不导入；导入过的不会再导一遍。"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@COMMUNITY
@LAYOUT
@click.option("--check", is_flag=True, help="只检查，不写入。")
def import_(file: Path, wanted: str, layout: str, check: bool) -> None:
    settings = settings_of.load()
    district = load_district(settings.district_dir)
    understander = Understander.load(tokenizer=settings.tokenizer, model=model_files.in_use(settings.data_dir))
    notes: list[str] = []

    def work(uow: UnitOfWork) -> Brought:
        community = community_named(uow.reference, wanted)
        lines, notes[:] = read(file, district.layouts[layout], district, community.zone)
        if not lines:
            raise Stop(f"{file}: 没有可以导入的行")
        if check:
            return Brought(len(lines), 0, 0)
        return Importer(uow, community, district, understander.read).bring_in(lines)

    brought = on_rows(settings, work)
    for note in notes:
        click.echo(f"! {note}")
    if check:
        click.echo(f"检查通过：{brought.new} 行；没有写入")
    else:
        click.echo(f"导入 {brought.new} 件；以前导入过 {brought.known} 件，本系统自己的 {brought.own} 件，没有动")
