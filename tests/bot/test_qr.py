"""`chulin qr`: codes and posters that lead to the right place."""

from pathlib import Path

import pytest
import segno

from bot.links import KEY_FILE, SignedLinks
from bot.posters import Poster, write_pdf, write_png
from handlers.texts import Texts
from tests.bot.books import WHOLE, book
from tests.bot.conftest import Operator

TEXTS = Texts(
    {f"poster.{name}": "话" for name in ("title", "what_for", "danger", "privacy", "step_1", "step_2", "step_3")}
)


@pytest.fixture
def shop(desk: Operator, home: Path) -> Operator:
    desk.sets(resident_username="chulin_bot")
    desk.runs("import", book(home / "book.xlsx", WHOLE))
    return desk


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_poster_of_a_community(shop: Operator, home: Path) -> None:
    ended = shop.runs("qr", "--community", "江畔社区", "--out", "out")
    assert ended.status == 0
    assert names(home / "out") == {"JP-江畔社区.png", "JP-江畔社区.pdf"}
    content = (home / "out" / "JP-江畔社区.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/FontFile2") == 2
    assert b"/MediaBox [ 0 0 595.2756 841.8898 ]" in content


def test_a_poster_of_a_building(shop: Operator, home: Path) -> None:
    assert shop.runs("qr", "--community", "jp", "--building", "３ 栋", "--out", "out").status == 0
    assert names(home / "out") == {"JP-江畔社区-3栋.png", "JP-江畔社区-3栋.pdf"}


def test_posters_of_everything(shop: Operator, home: Path) -> None:
    assert shop.runs("qr", "--all", "--out", "out").status == 0
    assert {name for name in names(home / "out") if name.endswith(".pdf")} == {
        "JP-江畔社区.pdf",
        "JP-江畔社区-3栋.pdf",
        "JP-江畔社区-4.pdf",
        "SQ2-锁前社区.pdf",
    }
    shop.runs("qr", "--all", "--community", "SQ2", "--out", "one")
    assert names(home / "one") == {"SQ2-锁前社区.png", "SQ2-锁前社区.pdf"}


def test_the_code_holds_the_signed_link(shop: Operator, home: Path) -> None:
    shop.runs("qr", "--community", "JP", "--out", "out")
    payload = SignedLinks.open("", home / "var").make(1)
    expected = home / "expected.png"
    write_png(Poster(f"https://t.me/chulin_bot?start={payload}", "江畔社区"), expected)
    assert (home / "out" / "JP-江畔社区.png").read_bytes() == expected.read_bytes()
    assert f"请备份 var/{KEY_FILE}" in shop.runs("qr", "--community", "JP", "--out", "out").out


def test_the_same_poster_is_the_same_file(tmp_path: Path) -> None:
    poster = Poster("https://t.me/chulin_bot?start=AAAA", "江畔社区", "3栋")
    for name in ("a.pdf", "b.pdf"):
        write_pdf(poster, TEXTS, tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_the_longest_name_still_makes_a_poster(tmp_path: Path) -> None:
    write_pdf(
        Poster("https://t.me/" + "b" * 32 + "?start=" + "A" * 64, "长" * 100, "楼" * 100), TEXTS, tmp_path / "a.pdf"
    )
    assert segno.make("https://t.me/" + "b" * 32 + "?start=" + "A" * 64, error="q").designator in {"8-Q", "9-Q", "10-Q"}


def test_names_that_no_disk_takes_are_tidied(shop: Operator, home: Path) -> None:
    rows = [["社区", "名称"], ["江畔社区", "../../etc/passwd"], ["江畔社区", "5/6栋"], ["江畔社区", "5_6栋"]]
    shop.runs("import", book(home / "more.xlsx", {"楼栋": rows}))
    ended = shop.runs("qr", "--community", "JP", "--all", "--out", "out")
    assert ended.status == 0
    assert len([name for name in names(home / "out") if name.endswith(".pdf")]) == 6
    assert all((home / "out" / name).is_file() for name in names(home / "out"))


def test_characters_that_the_font_lacks_are_named(shop: Operator, home: Path) -> None:
    shop.runs("import", book(home / "more.xlsx", {"楼栋": [["社区", "名称"], ["江畔社区", "🏠𠮷栋"]]}))
    ended = shop.runs("qr", "--community", "JP", "--building", "🏠𠮷栋", "--out", "out")
    assert ended.status == 0
    assert "字体里没有这些字" in ended.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--community", "没有"), "没有社区「没有」。有的是："),
        (("--community", "JP", "--building", "9栋"), "江畔社区没有楼栋“9栋”"),
        (("--building", "3栋"), "请写 --community"),
        (("--all", "--building", "3栋"), "请写 --community"),
        ((), "请写 --community"),
    ],
)
def test_places_that_are_not_there(shop: Operator, home: Path, words: tuple[str, ...], why: str) -> None:
    ended = shop.runs("qr", *words, "--out", "out")
    assert ended.status == 2
    assert why in ended.err
    assert not (home / "out").exists()


def test_a_code_needs_the_bots_username(shop: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHULIN_RESIDENT_USERNAME")
    ended = shop.runs("qr", "--all", "--out", "out")
    assert ended.status == 2
    assert "CHULIN_RESIDENT_USERNAME" in ended.err
