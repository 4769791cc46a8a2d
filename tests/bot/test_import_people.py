"""`chulin import`: who is who, who may do what, and who is on duty."""

from collections.abc import Callable
from typing import Any

from ledger.lifecycle import Role
from storage.register import rows_of
from storage.tables import Staff
from tests.bot.books import Sheets, on_database, reference


def staff(*rows: list[Any]) -> Sheets:
    head = ["姓名", "电话", "角色", "社区", "在岗"]
    return {"人员": [head, *rows]}


def people() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = on_database(lambda c: rows_of(c, Staff))
    return found


def test_a_namesake_with_another_number_and_role_is_another_person(filled: Callable[..., Any]) -> None:
    ended = filled(staff(["张三", "13811111111", "社区书记", "锁前社区", None]))
    assert "当作另一个人" in ended.out
    assert len([row for row in people() if row["name"] == "张三"]) == 2


def test_the_same_person_in_the_same_role_may_change_the_number(filled: Callable[..., Any]) -> None:
    ended = filled(staff(["李四", "13822222222", "社区书记", "江畔社区", None]))
    assert "电话换了" in ended.out
    assert [row["phone"] for row in people() if row["name"] == "李四"] == ["13822222222"]


def test_namesakes_need_their_number(filled: Callable[..., Any]) -> None:
    filled(staff(["张三", "13811111111", "社区书记", "锁前社区", None]))
    ended = filled(staff(["张三", None, "网格员", "江畔社区", None]))
    assert ended.status == 2
    assert "有 2 位“张三”，请填电话" in ended.err


def test_who_leaves_is_deactivated_and_stays_so_until_named_again(filled: Callable[..., Any]) -> None:
    def names() -> set[str]:
        return {row.name for row in reference().staff.values()}

    filled(staff(["李四", None, "社区书记", "江畔社区", "否"]))
    assert "李四" not in names()
    ended = filled(staff(["李四", None, "社区书记", "江畔社区", None]))
    assert "仍然停用" in ended.out
    assert "李四" not in names()
    filled(staff(["李四", None, "社区书记", "江畔社区", "是"]))
    assert "李四" in names()


def test_rights_that_a_workbook_leaves_out_are_named_and_only_revoked_on_demand(filled: Callable[..., Any]) -> None:
    rows = staff(["张三", "13800000000", "社区书记", "锁前社区", None])

    def roles() -> set[Role]:
        return {right.role for row in reference().staff.values() if row.name == "张三" for right in row.rights}

    ended = filled(rows)
    assert "张三另有 2 项权限（网格员）不在工作簿里，仍然有效" in ended.out
    assert roles() == {Role.WORKER, Role.MANAGER}
    assert "已收回" in filled(rows, "--revoke").out
    assert roles() == {Role.MANAGER}
    assert "李四" in {row.name for row in reference().staff.values()}


def test_what_a_role_needs_is_asked_for_and_numbers_are_never_repeated(filled: Callable[..., Any]) -> None:
    ended = filled(
        staff(
            ["甲", "12345x6789", "网格员", None, None],
            ["乙", None, "市长", None, None],
            ["丙", None, "社区书记", "没有的社区", None],
        )
    )
    assert ended.status == 2
    assert "人员 第 2 行: 社区：角色是网格员，这一格要填" in ended.err
    assert "人员 第 2 行: 电话：电话写法不对" in ended.err
    assert "12345" not in ended.err
    assert "人员 第 3 行: 角色：只能填 网格员、社区书记、街道、责任单位、管理员；写的是“市长”" in ended.err
    assert "人员 第 4 行: 没有社区“没有的社区”" in ended.err


def duties(*rows: list[Any]) -> Sheets:
    return {"值班": [["姓名", "社区", "星期", "从", "到"], *rows]}


def test_a_roster_is_replaced_for_the_communities_it_names(filled: Callable[..., Any]) -> None:
    ended = filled(duties(["李四", "江畔社区", "每天", "08:00", "12:00"]))
    assert ended.status == 0
    found = reference()
    local = [d for d in found.duties if d.community_id]
    assert {(d.start_minute, d.end_minute) for d in local} == {(480, 720)}
    assert len(local) == 7
    assert any(d.community_id == 0 for d in found.duties)
    counts = next(line for line in ended.out.splitlines() if line.startswith("值班"))
    assert counts.split() == ["值班", "7", "0", "0", "2", "10"]


def test_wrong_watches_are_named(filled: Callable[..., Any]) -> None:
    ended = filled(
        duties(
            ["李四", "江畔社区", "周八", "08:00", "12:00"],
            ["李四", "江畔社区", "周一", "8", "25:00"],
            ["没人", "江畔社区", "周一", "08:00", "12:00"],
            ["李四", "江畔社区", "周一", "08:00", "08:00"],
        )
    )
    assert ended.status == 2
    assert "值班 第 2 行: 星期：要填星期" in ended.err
    assert "值班 第 3 行: 从：要填时间，例如 08:30；写的是“8”" in ended.err
    assert "值班 第 4 行: 在岗人员里没有“没人”" in ended.err
    assert "值班 第 5 行: 从和到一样" in ended.err


def test_somebody_on_duty_without_power_there_is_a_warning(filled: Callable[..., Any]) -> None:
    ended = filled(duties(["李四", "全区", "每天", "08:00", "12:00"]))
    assert ended.status == 0
    assert "李四在全区没有权限" in ended.out
