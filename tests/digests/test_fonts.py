"""The bundled fonts: present, licensed, and with the characters that Chinese names and places need."""

from pathlib import Path

import pytest
from matplotlib.ft2font import FT2Font

import nlp
from digests import fonts

CORPUS = Path(nlp.__path__[0]) / "data" / "corpus"
RARE = "堃玥喆珺瑀㛃䲠𬱖𫖯"
MARKS = "，。！？；：、…—“”‘’（）《》「」【】·％℃㎡№→↑↓①②③■□●○★☆✓"


def gb2312() -> str:
    pairs = (bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", "ignore") for pair in pairs)


@pytest.mark.parametrize("path", [fonts.regular(), fonts.bold()])
def test_a_font_has_what_chinese_pages_need(path: object) -> None:
    known = FT2Font(str(path)).get_charmap()
    needed = gb2312() + RARE + MARKS + "".join(map(chr, range(0x20, 0x7F)))
    assert [character for character in needed if ord(character) not in known] == []


@pytest.mark.parametrize("path", [fonts.regular(), fonts.bold()])
def test_what_residents_write_can_be_printed(path: object) -> None:
    """In their own dialect (冇得, 伢) and in traditional characters; pictures are told in words."""
    known = FT2Font(str(path)).get_charmap()
    said = "".join(file.read_text(encoding="utf-8") for file in CORPUS.glob("*.jsonl"))
    chinese = {character for character in said if "\u3400" <= character <= "\u9fff"}
    assert sorted(character for character in chinese | set("冇張滿長業") if ord(character) not in known) == []


def test_the_licence_lies_beside_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.FOLDER / "OFL.txt").read_text()
