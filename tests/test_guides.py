"""The guides for people name what they will really find: every button and every word to send is in the catalogue."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "guide").glob("*.md")}
CATALOGUE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "district" / "texts").glob("*.yaml"))
ROWS = re.compile(r"^\| ([^|]+) \|", re.MULTILINE)
PRESSED = re.compile(r"点「([^」]+)」")
SENT = re.compile(r"发「([^」]+)」")
NUMBER = re.compile(r" ?[A-Z]{1,8}-\d+$|\d+$| 某某 ")


def said(words: str) -> bool:
    """Whether the catalogue has the words; a number or a name in them is only an example."""
    return all(part in CATALOGUE for part in NUMBER.sub("\n", words).split("\n"))


@pytest.mark.parametrize("name", GUIDES)
def test_what_a_guide_says_to_press_or_send_is_in_the_catalogue(name: str) -> None:
    named = [*PRESSED.findall(GUIDES[name]), *SENT.findall(GUIDES[name])]
    assert [words for words in named if not said(words)] == []


def test_the_buttons_of_the_staff_s_tables_are_in_the_catalogue() -> None:
    tables = [table for table in GUIDES["staff.zh"].split("\n\n") if table.startswith("| 按钮 |")]
    assert len(tables) == 3
    buttons = [words for table in tables for row in ROWS.findall(table)[1:] for words in re.split(r"[、/]", row)]
    assert [words for words in buttons if not said(words.strip())] == []
