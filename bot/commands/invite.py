"""`chulin invite`: single-use links that bind a messenger account to a member of staff."""

import secrets
from datetime import timedelta

import click

from bot import settings as settings_of
from bot.console import Stop, in_columns, local_time, on_rows
from bot.usernames import username_of
from bot.workbook.cells import key, phone as phone_of
from handlers.start import INVITATION
from storage.register import find_staff, withdraw_invitations
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
    username = username_of(settings, "staff")
    invited = on_rows(settings, lambda uow: _invite(uow, name, phone))
"""
"""
