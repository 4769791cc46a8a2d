"""The fault bench covers the whole list, and what it says of tests elsewhere is so."""

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.faults.__main__ import FAULTS, main
from benchmarks.faults.fault import Row, Share, Size, row
from benchmarks.faults.harness import Seen, cards_counted
from benchmarks.faults.results import Results, table
from benchmarks.faults.tested_elsewhere import ELSEWHERE

ROOT = Path(__file__).parent.parent
FAULTS_IN_ALL = 44


def test_every_fault_of_the_list_is_in_the_bench_or_says_where_it_is() -> None:
    here = {number for fault in FAULTS for number in fault.numbers}
    assert here | set(ELSEWHERE) == set(range(1, FAULTS_IN_ALL + 1))


def test_files_that_are_named_stand_there() -> None:
    named = [path for where in ELSEWHERE.values() for path in re.findall(r"(?:tests|benchmarks)/[\w/.]+\.py", where)]
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_page_has_a_line_for_every_fault_and_names_what_there_is() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    firsts = [line.split("|")[1] for line in page.splitlines() if re.match(r"\| \d[\d, ]* \|", line)]
    assert sorted(int(number) for first in firsts for number in first.split(",")) == [*range(1, FAULTS_IN_ALL + 1)]
    named = re.findall(r"`(?:uv run pytest )?(tests/[\w/.]+)", page)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []
    words = re.findall(r'--only (?:"([^"]+)"|([a-z]+))', page)
    assert [wanted for wanted in words if not any("".join(wanted) in fault.name for fault in FAULTS)] == []


def seen(kills: int, repeated: int, slowest: float, *, kept: bool = True) -> Row:
    counts = {"kills": kills, "lost": 0, "repeated": repeated}
    return Row("kill -9", f"{kills} kills", "0 lost", "0 lost", kept, counts, {"slowest": slowest})


def test_a_full_bench_that_is_run_in_pieces_adds_up(tmp_path: Path) -> None:
    results, planned = Results(tmp_path / "seen.jsonl"), [("kill", "SQLite", 2), ("kill", "PostgreSQL", 2)]
    results.add("kill", "SQLite", Share(Size.FULL, 1, 2), seen(20, 1, 3.0), 60)
    assert next(table(planned, results.lines())).split()[:2] == ["so", "far"]
    results.add("kill", "SQLite", Share(Size.FULL, 2, 2), seen(20, 2, 4.5), 50)
    first, second, third = table(planned, results.lines())
    assert first.startswith("kept     SQLite")
    assert "2 of 2 parts, 110 s" in first
    assert "seen 40 kills, 0 lost, 3 repeated, slowest 4.5 s" in second
    assert third.split() == ["not", "yet", "PostgreSQL", "kill"]


def test_a_part_that_was_not_kept_is_tried_again_and_its_newest_line_counts(tmp_path: Path) -> None:
    results, part = Results(tmp_path / "seen.jsonl"), Share(Size.FULL, 1, 2)
    results.add("kill", "SQLite", part, seen(20, 30, 3.0, kept=False), 60)
    assert results.kept() == set()
    assert next(table([("kill", "SQLite", 2)], results.lines())).startswith("NOT KEPT")
    results.add("kill", "SQLite", part, seen(20, 1, 3.0), 60)
    assert results.kept() == {("kill", "SQLite", 1, 2)}


def test_parts_of_a_trial_are_together_at_least_the_whole_and_no_two_of_them_the_same() -> None:
    for fault in FAULTS:
        shares = fault.shares(Size.FULL)
        assert sum(share.of(quick=1, full=200) for share in shares) >= 200
        assert len({share.dice.random() for share in shares}) == fault.parts
        assert [share.of(quick=2, full=200) for share in fault.shares(Size.QUICK)] == [2]


def test_cards_of_the_staff_that_lack_or_come_again_are_counted() -> None:
    shown = Counter({(7, "SL", 1): 1, (8, "SL", 1): 1, (7, "SL", 2): 2})
    assert cards_counted(shown, [("SL", 1), ("SL", 2)]) == (4, 1, 1), "one of the two who get them lacks the second"
    assert cards_counted(shown, [("WJ", 1)]) == (1, 1, 1), "nobody got the card of a whole community"


def test_a_lost_card_breaks_the_promise_and_so_do_more_repeated_ones_than_there_were_kills() -> None:
    def kept(cards_lost: int = 0, cards_repeated: int = 0) -> bool:
        seen = Seen(said=40, cards=40, cards_lost=cards_lost, cards_repeated=cards_repeated)
        return row("kill -9", "2 kills", "0 lost", seen, 2).kept

    assert kept(cards_repeated=2)
    assert not kept(cards_repeated=3)
    assert not kept(cards_lost=1)


def test_a_name_that_no_fault_has_is_refused_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["faults", "--only", "kill -9"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "kill at random" in capsys.readouterr().err
