"""A workbook as an operator fills it in, and what stands in the database after it."""

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from bot.settings import load
from storage.database import open_database
from storage.reference import Reference
from storage.reference_queries import load as load_reference

Sheets = dict[str, list[list[Any]]]

WHOLE: Sheets = {
    "街道": [["名称"], ["黄石港街道"], ["胜阳港街道"]],
    "社区": [
        ["名称", "代码", "街道", "人口", "面积（平方米）", "建成年份", "纬度", "经度", "时区"],
        ["江畔社区", "JP", "黄石港街道", 8500, "２５０，０００", 1998, 30.2155, 115.072, None],
        ["锁前社区", None, "胜阳港街道", 13000, None, None, None, None, "Asia/Urumqi"],
    ],
    "网格": [["社区", "名称"], ["江畔社区", "第一网格"], ["jp", "第二网格"]],
    "楼栋": [
        ["社区", "网格", "名称", "建成年份", "纬度", "经度"],
        ["江畔社区", "第一网格", "3栋", "1998年", None, None],
        ["江畔社区", None, 4, None, None, None],
    ],
    "人员": [
        ["姓名", "电话", "角色", "街道", "社区", "网格", "单位", "在岗"],
        ["张三", "138-0000 0000", "网格员", None, "江畔社区", "第一网格、第二网格", None, None],
        ["李四", 13900000000, "社区书记", None, "江畔社区", None, None, "是"],
        ["王五", None, "街道", "黄石港街道", None, None, None, None],
        ["赵六", None, "责任单位", None, None, None, "城管局", None],
        ["钱七", None, "管理员", None, None, None, None, None],
    ],
    "值班": [
        ["姓名", "电话", "社区", "星期", "从", "到"],
        ["钱七", None, "全区", "周一-周五", "18:00", "08:00"],
        ["李四", None, "江畔社区", "周六、周日", dt.time(0, 0), "24:00"],
    ],
}


def book(path: Path, sheets: Sheets) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        worksheet = workbook.create_sheet(title)
        for row in rows:
            worksheet.append(row)
    workbook.save(path)
    return path


def on_database(work: Callable[[Any], Any], url: str = "") -> Any:
    """Work in a transaction on a database; without a URL, on the one that the settings name."""

    async def run() -> Any:
        database = open_database(url or load().database_url)
        try:
            return await database.write(work)
        finally:
            await database.close()

    return asyncio.run(run())


def reference() -> Reference:
    found: Reference = on_database(load_reference)
    return found
