"""The fault bench covers the whole list, and what it says of tests elsewhere is so."""

import re
from pathlib import Path

from benchmarks.faults.__main__ import FAULTS
from benchmarks.faults.elsewhere import ELSEWHERE

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
    firsts = [line.split("|")[1] for line in page.splitlines() if re.match(r"\| \d", line)]
    assert sorted(int(number) for first in firsts for number in first.split(",")) == [*range(1, FAULTS_IN_ALL + 1)]
    named = re.findall(r"`(?:uv run pytest )?(tests/[\w/.]+)", page)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []
    words = re.findall(r'--only (?:"([^"]+)"|([a-z]+))', page)
    assert [wanted for wanted in words if not any("".join(wanted) in fault.name for fault in FAULTS)] == []
