"""Reads `district/checkup.yaml` and checks it against annex 2's items, from which names, units and standards come."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from ledger.checkup import Condition, Instead, Kit, Measure, Point, Rules, Source, State
from ledger.district import Item, ItemPart
from ledger.needs import Need
from ledger.scenes import EIGHT_SCENES, Scene

Mistake = tuple[tuple[str | int, ...], str]
"""Where in the file, and what is wrong there."""
Standard = Annotated[float, Field(gt=0)]

NAMED: Mapping[str, type[StrEnum]] = {"conditions": Condition, "states": State, "needs": Need, "sources": Source}
"""Names that people read: each code needs one."""


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point as the file has it; see `ledger.checkup.Point`."""

    measure: Measure
    name: str = ""
    standard: Standard | None = None
    per_mille: Standard | None = None
    unit: str = ""
    exempt: str = ""
    instead: Instead | None = None


@dataclass(frozen=True, slots=True)
class CheckupFile:
    points: dict[str, PointRow]
    scenes: dict[Scene, Kit]
    focus: frozenset[int]
    asked_by: Annotated[int, Field(ge=1)]
    demand_days: Annotated[int, Field(ge=1)]
    near_m: Annotated[float, Field(gt=0)]
    shared: frozenset[str]
    goals: dict[int, Annotated[float, Field(ge=0, le=100)]]
    sent_every: Literal[1, 2, 3, 4, 6, 12]
    conditions: dict[Condition, str]
    states: dict[State, str]
    needs: dict[Need, str]
    sources: dict[Source, str]


def rules(file: CheckupFile, items: Iterable[Item]) -> Rules:
    """The rules of a file without mistakes."""
    by_no = {item.no: item for item in items}
    points = {code: _point(code, row, by_no) for code, row in file.points.items()}
    others = {field.name: getattr(file, field.name) for field in fields(CheckupFile) if field.name != "points"}
    return Rules(points=points, **others)


def mistakes(file: CheckupFile, items: Iterable[Item]) -> Iterator[Mistake]:
    """What no reader could make sense of, each with its place."""
    by_no = {item.no: item for item in items}
    for code, row in file.points.items():
        if why := _wrong(code, row, by_no):
            yield ("points", code), why
    for no in by_no.keys() - {_split(code)[0] for code in file.points}:
        yield ("points",), f"第 {no} 项没有要查的内容"
    for no in file.focus - by_no.keys():
        yield ("focus",), f"没有第 {no} 项"
    for code in file.shared - file.points.keys():
        yield ("shared",), f"没有体检点 {code}"
    for scene, kit in file.scenes.items():
        yield from _wrong_kit(scene, kit, file.points)
    for scene in set(EIGHT_SCENES) - file.scenes.keys():
        yield ("scenes",), f"缺少场景 {scene}"
    for name, wanted in NAMED.items():
        for code in sorted(set(wanted) - getattr(file, name).keys()):
            yield (name,), f"缺少 {code} 的名称"


def _wrong(code: str, row: PointRow, items: Mapping[int, Item]) -> str:
    no, part = _split(code)
    if no not in items:
        return f"「{code}」要写成项目号，或者项目号.序号，例如 3 或 1.2"
    if part and not row.name and _part(items[no], part) is None:
        return f"第 {no} 项没有第 {part} 个子项；自己加的要写 name"
    if row.per_mille and row.measure is not Measure.AREA:
        return "per_mille 只用于面积"
    standard = row.standard or row.per_mille or (None if row.name else _area(items[no], part))
    if row.measure in (Measure.AREA, Measure.RATIO, Measure.WALK) and standard is None:
        return "按面积、比例、步行分钟查的，要有标准"
    return ""


def _wrong_kit(scene: Scene, kit: Kit, points: Mapping[str, PointRow]) -> Iterator[Mistake]:
    if scene not in EIGHT_SCENES:
        yield ("scenes", scene), "不是八大场景"
    for code in {*kit.must, *kit.may} - points.keys():
        yield ("scenes", scene), f"没有体检点 {code}"
    for code in set(kit.must) & set(kit.may):
        yield ("scenes", scene), f"{code} 又是标配又是选配"


def _split(code: str) -> tuple[int, int]:
    """Item and part (0: the item itself) of a code; item 0 for what is no code."""
    no, _, part = code.partition(".")
    whole = no.isdecimal() and (part.isdecimal() if "." in code else not part)
    return (int(no), int(part or 0)) if whole else (0, 0)


def _part(item: Item, part: int) -> ItemPart | None:
    return item.parts[part - 1] if 1 <= part <= len(item.parts) else None


def _area(item: Item, part: int) -> float | None:
    found = _part(item, part)
    return found.area_m2 if found else None if part else item.area_m2


def _point(code: str, row: PointRow, items: Mapping[int, Item]) -> Point:
    no, number = _split(code)
    item = items[no]
    part = None if row.name else _part(item, number)
    area = (part.area_m2 if part else None if number else item.area_m2) if row.measure is Measure.AREA else None
    return Point(
        code=code,
        item=no,
        name=row.name or (part.name if part else item.name),
        measure=row.measure,
        units=(part.units if part else ()) or item.units,
        standard=row.standard or (None if row.per_mille else area),
        per_mille=row.per_mille,
        doubtful=bool(part and part.doubtful),
        unit=row.unit,
        exempt=row.exempt,
        instead=row.instead,
        detail=bool(row.name and number),
    )
