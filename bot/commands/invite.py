"""`chulin invite`: single-use links that bind a messenger account to a member of staff."""

import secrets
from datetime import timedelta

import click

from bot import settings as settings_of
from bot.console import Stop, local_time, on_rows
from bot.district import load_district
from bot.usernames import username_of
from bot.workbook import cells
from handlers.start import INVITATION
from ledger.district import District
from storage.register import Row, rows_of, withdraw_invitations
from storage.tables import Staff
from storage.unit_of_work import UnitOfWork

LASTS = timedelta(hours=48)
TOKEN_BYTES = 24


@click.command(help="给工作人员 NAME 生成一次性邀请链接，48 小时有效；以前没用过的链接作废。")
@click.argument("name", required=False)
@click.option("--phone", help="同名的人靠电话分开。")
@click.option("--all", "everybody", is_flag=True, help="给所有还没开通的人。")
def command(name: str | None, phone: str | None, everybody: bool) -> None:
    if everybody == (name is not None):
        raise click.UsageError("请写姓名，或 --all")
    settings = settings_of.load()
    district = load_district(settings.district_dir)
    username = username_of(settings, "staff")

    def work(uow: UnitOfWork) -> list[str]:
        people = _named(uow, name, phone) if name else _not_bound(uow)
        return _invite(uow, people, district, username)

    lines = on_rows(settings, work)
    for line in lines:
        click.echo(line)
    if not username and len(lines) > 1:
        click.echo("不知道工作人员机器人的用户名：请在 .env 里填 CHULIN_STAFF_USERNAME，再运行一次。", err=True)
        click.echo("也可以让本人把上面的“/start inv_…”整段发给机器人。", err=True)


def _named(uow: UnitOfWork, name: str, phone: str | None) -> list[Row]:
    try:
        number = cells.phone(phone)
    except cells.WrongCell as error:
        raise Stop(f"--phone: {error}") from None
    namesakes = [row for row in _active(uow) if cells.key(row["name"]) == cells.key(name)]
    found = [row for row in namesakes if number in {None, row["phone"]}]
    if not found and namesakes:
        raise Stop(f"“{name}”登记的不是这个电话，请照人员表写")
    if not found:
        raise Stop(f"在岗人员里没有“{name}”。先导入人员：chulin import")
    if len(found) > 1:
        raise Stop(f"有 {len(found)} 位“{name}”，请加 --phone 电话")
    return found


def _not_bound(uow: UnitOfWork) -> list[Row]:
    return [row for row in _active(uow) if not uow.reference.staff[row["id"]].accounts]


def _active(uow: UnitOfWork) -> list[Row]:
    rows = [row for row in rows_of(uow.connection, Staff) if row["active"]]
    return sorted(rows, key=lambda row: (row["name"], row["id"]))


def _invite(uow: UnitOfWork, people: list[Row], district: District, username: str) -> list[str]:
    """Make one invitation each; returns what to print."""
    if not people:
        return ["没有要邀请的人：" + ("在岗的都已开通" if _active(uow) else "还没有人员，先导入：chulin import")]
    withdraw_invitations(uow.connection, [row["id"] for row in people])
    expires_at = uow.now + LASTS
    lines = [f"每个链接只能用一次，有效到 {local_time(uow, expires_at)}。请只发给本人。"]
    for row in people:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        uow.staff.invite(row["id"], token, expires_at)
        payload = INVITATION + token
        link = f"https://t.me/{username}?start={payload}" if username else f"/start {payload}"
        lines.append(f"{row['name']}（{_roles(uow, row['id'], district)}）  {link}")
    return lines


def _roles(uow: UnitOfWork, staff_id: int, district: District) -> str:
    rights = uow.reference.staff[staff_id].rights
    return "、".join(sorted({district.roles[right.role] for right in rights})) or "没有角色"
