"""A folder of the district's own: what it changes holds, what it lacks comes with the program, mistakes are named."""

import shutil
from pathlib import Path

import pytest

from bot.district import DEFAULT_FOLDER, BadData, load_district, load_texts

COMMON = "texts/common.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_FOLDER, tmp_path / "district"))


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_text_that_an_older_folder_does_not_have_comes_with_the_program(folder: Path) -> None:
    rewrite(folder / COMMON, "  acknowledge: 我来处理\n", "")
    rewrite(folder / COMMON, "  seen: 知道了，我来跟\n", "  seen: 晓得了\n")
    texts = load_texts(folder)
    assert texts("button.acknowledge") == "我来处理"
    assert texts("button.seen") == "晓得了"
    assert texts.keys() == load_texts().keys()


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("派给{name}", "没有 {name} 可以填；可以用 {unit}"),
        ("派给{}", "没有 {} 可以填；可以用 {unit}"),
        ("派给{unit", "花括号没有配对"),
    ],
)
def test_a_place_in_a_text_that_nobody_fills_is_named_before_it_is_sent(folder: Path, new: str, why: str) -> None:
    rewrite(folder / COMMON, "  dispatch_named: 派给{unit}\n", f'  dispatch_named: "{new}"\n')
    with pytest.raises(BadData, match=r"common\.yaml 第 \d+ 行：button\.dispatch_named: ") as found:
        load_texts(folder)
    assert found.value.lines[0].endswith(why)


def test_what_a_file_lacks_or_says_wrongly_is_told_in_chinese(folder: Path) -> None:
    rewrite(folder / "limits.yaml", "question_open: 1h ", "#")
    rewrite(folder / "limits.yaml", "  shown_from: 3 ", "  shown_from: drei ")
    with pytest.raises(BadData) as found:
        load_district(folder)
    assert any(line.endswith("question_open: 缺了这一项，请照程序自带的文件补上") for line in found.value.lines)
    assert any(line.endswith("shown_from: 要填整数") for line in found.value.lines)
    (folder / "limits.yaml").unlink()
    with pytest.raises(BadData, match=r"limits\.yaml: 读不了：没有这个文件或文件夹"):
        load_district(folder)
