"""`chulin qr`: QR codes and posters that lead a resident to their own community or building."""

import re
from pathlib import Path

import click

from bot import settings as settings_of
from bot.console import Stop, community_named, on_rows
from bot.district import load_texts
from bot.links import KEY_FILE, SignedLinks
from bot.settings import Settings
from bot.usernames import username_of
from bot.workbook.cells import key
from storage.reference import BuildingRow, CommunityRow, Reference

Place = tuple[CommunityRow, BuildingRow | None]
UNFIT = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')
LONGEST_NAME = 60


@click.command(help="生成社区或楼栋的二维码（PNG）和 A4 海报（PDF）。二维码长期有效。")
@click.option("--community", metavar="名称或代码", help="哪个社区。")
@click.option("--building", metavar="名称", help="社区里的哪一栋。")
@click.option("--all", "everything", is_flag=True, help="所有社区和楼栋；写了社区，就是它和它所有的楼栋。")
@click.option("--out", required=True, metavar="文件夹", type=click.Path(file_okay=False, path_type=Path))
def command(community: str | None, building: str | None, everything: bool, out: Path) -> None:
    if (community is None and not everything) or (building is not None and (everything or community is None)):
        raise click.UsageError("请写 --community（可加 --building），或 --all")
    settings = settings_of.load()
    reference: Reference = on_rows(settings, lambda uow: uow.reference)
    places = _places(reference, community, building, everything)
    username = username_of(settings, "resident")
    if not username:
        raise Stop("不知道居民机器人的用户名：请在 .env 里填 CHULIN_RESIDENT_USERNAME，或先配好令牌和网络")
    _write(settings, places, username, out)


def _places(reference: Reference, community: str | None, building: str | None, everything: bool) -> list[Place]:
    """What to make posters of, communities before their buildings."""
    found = reference.real_communities()
    if community is not None:
        found = [c for c in found if key(community) in {key(c.name), key(c.code)}]
        if len(found) != 1:
            codes = "、".join(c.code for c in found)
            if not found:
                community_named(reference, community)  # says which there are
            raise Stop(f"有几个社区叫“{community}”，请写代码：{codes}")
    buildings = {c.id: sorted(reference.buildings_of.get(c.id, []), key=lambda b: b.id) for c in found}
    if building is not None:
        named = [b for b in buildings[found[0].id] if key(b.name) == key(building)]
        if not named:
            raise Stop(f"{found[0].name}没有楼栋“{building}”")
        return [(found[0], named[0])]
    return [(c, b) for c in found for b in [None, *(buildings[c.id] if everything else [])]]


def _write(settings: Settings, places: list[Place], username: str, out: Path) -> None:
    from bot.posters import Poster, without_glyph, write_pdf, write_png  # noqa: PLC0415 - drawing is slow to import

    texts = load_texts(settings.district_dir)
    links = SignedLinks.open(settings.link_secret.get_secret_value(), settings.data_dir)
    out.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    for community, building in places:
        name = building.name if building else ""
        link = f"https://t.me/{username}?start={links.make(community.id, building.id if building else None)}"
        poster = Poster(link, community.name, name)
        stem = _stem(community, building, taken)
        write_png(poster, out / f"{stem}.png")
        write_pdf(poster, texts, out / f"{stem}.pdf")
        if strange := without_glyph(community.name + name):
            click.echo(f"! {stem}: 字体里没有这些字，海报上会是空的：{strange}", err=True)
    click.echo(f"写好 {len(places)} 处的二维码和海报：{out}")
    if not settings.link_secret.get_secret_value():
        click.echo(f"请备份 {settings.data_dir / KEY_FILE}：丢了它，贴出去的二维码全部失效")


def _stem(community: CommunityRow, building: BuildingRow | None, taken: set[str]) -> str:
    """A file name that people recognise and every disk takes."""
    words = f"{community.code}-{community.name}" + (f"-{building.name}" if building else "")
    stem = UNFIT.sub("_", words)[:LONGEST_NAME].rstrip(". ")
    if stem.casefold() in taken:
        stem = f"{stem}-{building.id if building else community.id}"
    taken.add(stem.casefold())
    return stem
