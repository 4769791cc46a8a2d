"""district/checkup.yaml and surveys.yaml: a wrong file is named with its line, before anything starts."""

import shutil
from pathlib import Path

import pytest

from bot.district import DEFAULT_FOLDER, BadData, load_district
from ledger.checkup import Measure


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in DEFAULT_FOLDER.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_every_item_has_something_to_check_and_its_units() -> None:
    rules = load_district().checkup
    assert {point.item for point in rules.points.values()} == set(range(1, 21))
    assert all(point.units for point in rules.points.values())
    assert {point.measure for point in rules.points.values()} == set(Measure)
    assert rules.goals == {2024: 20, 2025: 30, 2026: 60}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"3":    {measure: area}', '"23":   {measure: area}', "要写成项目号"),
        ('"3":    {measure: area}', '"3":    {measure: size}', "measure"),
        ('"1.6":  {measure: has}', '"1.7":  {measure: has}', "没有第 7 个子项"),
        ('"8":    {measure: count, unit: 家}', '"8":    {measure: area}', "要有标准"),
        ('"11":   {measure: walk, standard: 10}', '"11":   {measure: walk, standard: -1}', "greater than 0"),
        ("focus: [2, 3, 4]", "focus: [2, 30]", "没有第 30 项"),
        ('must: ["1.6"]', 'must: ["1.9"]', "没有体检点 1.9"),
        ('must: ["1.6"], may: ["1.2"]', 'must: ["1.6"], may: ["1.6"]', "又是标配又是选配"),
        ("goals: {2024: 20", "goals: {2024: 200", "less than or equal to 100"),
        ("poor: 差, ", "", "缺少 poor 的名称"),
    ],
)
def test_a_mistake_is_named_with_its_line(folder: Path, old: str, new: str, why: str) -> None:
    path = folder / "checkup.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadData) as wrong:
        load_district(folder)
    assert any(f"checkup.yaml 第 {line} 行" in told and why in told for told in wrong.value.lines), wrong.value.lines


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("{text: 停车和充电, item: 10}", "{text: 停车和充电, item: 33}", "没有第 33 项"),
        ("{text: 停车和充电, item: 10}", "{text: 停车和充电停车和充电停车和充电, item: 10}", "太长"),
        ('fills: "11"', 'fills: "99"', "没有能填数的体检点 99"),
        ("{text: 5 分钟以内, value: 5}", "{text: 5 分钟以内}", "每个选项都要有 value"),
        ("days: 10", "days: 100", "要在 1 到 60 天之间"),
        ("remind_after: 3", "remind_after: 8", "要比 days 短"),
    ],
)
def test_a_survey_that_nobody_could_be_asked_is_named(folder: Path, old: str, new: str, why: str) -> None:
    path = folder / "surveys.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadData) as wrong:
        load_district(folder)
    assert any("surveys.yaml 第" in told and why in told for told in wrong.value.lines), wrong.value.lines
