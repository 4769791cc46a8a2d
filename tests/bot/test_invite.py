"""`chulin invite`: links that bind an account once, within 48 hours."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.settings import load
from storage.database import open_database
from storage.ids import new_id
from storage.reference_queries import load as load_reference
from storage.register import Register
from storage.tables import Staff, StaffRight
from storage.unit_of_work import UnitOfWork
from tests.bot.conftest import Operator

TOKEN = re.compile(r"\?start=inv_([A-Za-z0-9_-]{32})$", re.MULTILINE)


def writes(work: Callable[[UnitOfWork], Any], *, later: timedelta = timedelta()) -> Any:
    async def run() -> Any:
        database = open_database(load().database_url)
        try:
            return await database.write(lambda connection: _in_unit(connection, work, later))
        finally:
            await database.close()

    return asyncio.run(run())


def _in_unit(connection: Connection, work: Callable[[UnitOfWork], Any], later: timedelta) -> Any:
    uow = UnitOfWork(connection, load_reference(connection), datetime.now(UTC) + later)
    result = work(uow)
    uow.flush()
    return result


def accepts(token: str, account: int = 7, **later: float) -> int | None:
    found: int | None = writes(lambda uow: uow.staff.accept(token, "staff", account, account), later=timedelta(**later))
    return found


@pytest.fixture
def office(desk: Operator) -> Operator:
    """张三 twice, 李四, and 王五 who has left."""
    desk.sets(staff_username="chulin_staff_bot")

    def add(uow: UnitOfWork) -> None:
        register = Register(uow.connection)
        for name, phone in (("张三", "111111"), ("张三", "222222"), ("李四", None), ("王五", None)):
            row = {"id": new_id(), "name": name, "phone": phone, "active": name != "王五"}
            register.add(Staff, row)
            right = {"staff_id": row["id"], "role": "admin", "scope": "district", "scope_id": 0, "community_id": 0}
            register.add(StaffRight, right)
        register.save()

    writes(add)
    return desk


def test_a_link_binds_one_account_once(office: Operator) -> None:
    ended = office.runs("invite", "李四")
    assert ended.status == 0
    assert "李四（管理员）  https://t.me/chulin_staff_bot?start=inv_" in ended.out
    (token,) = TOKEN.findall(ended.out)
    assert accepts(token) is not None
    assert accepts(token, account=8) is None


def test_a_link_is_good_for_48_hours(office: Operator) -> None:
    (token,) = TOKEN.findall(office.runs("invite", "李四").out)
    assert accepts(token, hours=48, seconds=5) is None
    assert accepts(token, hours=47) is not None


def test_a_new_link_replaces_the_old_one(office: Operator) -> None:
    (old,) = TOKEN.findall(office.runs("invite", "李四").out)
    (new,) = TOKEN.findall(office.runs("invite", "李四").out)
    assert accepts(old) is None
    assert accepts(new) is not None


def test_only_a_hash_of_the_token_is_kept(office: Operator) -> None:
    (token,) = TOKEN.findall(office.runs("invite", "李四").out)
    database = load().database_url.removeprefix("sqlite:///")
    with open(database, "rb") as file:  # noqa: PTH123 - a relative address, as the settings have it
        assert token.encode() not in file.read()


def test_namesakes_are_told_apart_by_phone(office: Operator) -> None:
    ended = office.runs("invite", "张三")
    assert ended.status == 2
    assert "有 2 位“张三”，请加 --phone" in ended.err
    assert len(TOKEN.findall(office.runs("invite", "张三", "--phone", "222-222").out)) == 1
    assert office.runs("invite", "张三", "--phone", "999999").status == 2
    assert office.runs("invite", "张三", "--phone", "xyz").status == 2


def test_a_number_that_is_not_theirs_is_told_from_somebody_unknown(office: Operator) -> None:
    assert "张三”登记的不是这个电话" in office.runs("invite", "张三", "--phone", "19999999999").err


def test_everybody_who_is_not_bound_yet(office: Operator) -> None:
    (token,) = TOKEN.findall(office.runs("invite", "李四").out)
    accepts(token)
    ended = office.runs("invite", "--all")
    assert len(TOKEN.findall(ended.out)) == 2
    assert "李四" not in ended.out
    assert "王五" not in ended.out


def test_who_has_left_or_is_unknown_gets_no_link(office: Operator) -> None:
    for name in ("王五", "没有人"):
        ended = office.runs("invite", name)
        assert (ended.status, ended.out) == (2, "")


def test_without_a_username_the_command_itself_is_given_with_a_hint(
    office: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHULIN_STAFF_USERNAME")
    ended = office.runs("invite", "李四")
    assert ended.status == 0
    assert "  /start inv_" in ended.out
    assert "CHULIN_STAFF_USERNAME" in ended.err


def test_invite_asks_for_a_name_or_all(office: Operator) -> None:
    assert office.runs("invite").status == 2
    assert office.runs("invite", "李四", "--all").status == 2


def test_where_there_is_nobody_yet_the_import_is_named_and_nothing_else(desk: Operator) -> None:
    ended = desk.runs("invite", "--all")
    assert ended.out == "没有要邀请的人：还没有人员，先导入：chulin import\n"
    assert ended.err == ""
