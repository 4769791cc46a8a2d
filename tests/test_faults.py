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
    assert not here & set(ELSEWHERE)


def test_files_that_are_named_stand_there() -> None:
    named = [path for where in ELSEWHERE.values() for path in re.findall(r"(?:tests|benchmarks)/[\w/.]+\.py", where)]
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []
