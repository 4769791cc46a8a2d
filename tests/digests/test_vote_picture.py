"""A result as a picture: it reads on a phone whatever was voted on, and says how its numbers came about."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from digests import figures
from digests.votes.picture import png
from digests.votes.text import pictured, result_text
from ledger.votes import Electorate, Method, Validity, VoteState
from storage.cocreation.votes import VoteRow
from tests.digests.pages import texts

OPTIONS = ["在东头空地建充电车棚", "每栋楼下装两个充电口，" + "由物业统一管理，" * 20, "维持现状"]
AT = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
ENDS: dict[str, dict[str, Any]] = {
    Validity.DECIDES: {"n": 96, "winners": [1], "counts": [24, 61, 11], "left_out": 2},
    Validity.TIE: {"n": 96, "winners": [0, 1], "counts": [40, 40, 16]},
    Validity.NO_QUORUM: {"n": 20, "winners": [], "counts": [12, 5, 3]},
    Validity.TOO_FEW: {"n": 2, "winners": [], "counts": []},
}


def ended(end: str = Validity.DECIDES, method: Method = Method.SINGLE, rounds: int = 0) -> VoteRow:
    result = ENDS[end] | {"validity": end, "rounds": [[24, 61, 11]] * rounds}
    names = dict.fromkeys(VoteRow.__dataclass_fields__)
    row = VoteRow(**names)  # type: ignore[arg-type]
    values = {"no": 3, "state": VoteState.CLOSED, "method": method, "electorate": Electorate.HOUSEHOLD}
    return replace(row, **values, quorum=30, eligible=200, options=OPTIONS, result=result, seal="a1" * 32, closes_at=AT)  # type: ignore[arg-type]


def drawn(vote: VoteRow, title: str = "充电车棚建在哪里") -> Image.Image:
    """A glyph that the font lacks is a warning, and warnings are errors here."""
    return Image.open(io.BytesIO(png(pictured(texts(), vote, title, "11月25日 下午6:00"))))


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("end", ENDS)
def test_every_end_of_every_vote_has_a_picture_for_a_phone(end: str, method: Method) -> None:
    picture = drawn(ended(end, method, rounds=2))
    assert picture.width == 1080
    assert 0.25 <= picture.height / picture.width <= 1.2


@pytest.mark.parametrize("title", ["一" * 30, "$x$_{y} <b>", "😀" * 30, ""])
def test_a_long_or_strange_title_goes_on_in_a_second_line(title: str) -> None:
    assert drawn(ended(), title).height >= drawn(ended(), "车棚").height


def test_no_line_is_wider_than_the_paper_and_none_begins_with_a_comma() -> None:
    lines = figures.folded("选出：B. " + "每栋楼下装两个充电口，" * 9, figures.NAME, 7.2)
    assert "".join(lines).count("每栋") == 9
    assert not any(line[0] in figures.NEVER_FIRST for line in lines)
    assert max(map(len, lines)) <= 25


def test_of_several_that_won_the_picture_says_their_letters_and_the_words_all_of_them() -> None:
    vote = ended(Validity.TIE)
    assert pictured(texts(), vote, "车棚", "").verdict == "一样多：A、B。请议事会再议。"
    assert f"一样多：A. {OPTIONS[0]}、B. {OPTIONS[1]}" in result_text(texts(), vote, "车棚", "")


@pytest.mark.parametrize(
    ("method", "rounds", "said"),
    [
        (Method.RANKED, 3, "算了 3 轮，下面是最后一轮"),
        (Method.RANKED, 1, "一轮就算出来了"),
        (Method.APPROVAL, 0, "加起来会比票数多"),
    ],
)
def test_where_numbers_do_not_add_up_words_and_picture_say_why(method: Method, rounds: int, said: str) -> None:
    vote = ended(method=method, rounds=rounds)
    assert said in pictured(texts(), vote, "车棚", "").note
    assert said in result_text(texts(), vote, "车棚", "")
    assert pictured(texts(), ended(), "车棚", "").note == ""
