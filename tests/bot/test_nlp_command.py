"""`chulin nlp` on files that are not what it asks for: one clear line that names the line, and status 2."""

import json
from pathlib import Path

import pytest

from tests.bot.conftest import Operator

GOOD = '{"text": "楼道灯坏了", "scene": "neighbour", "a": "灯坏了", "b": "灯不亮"}\n'


@pytest.mark.parametrize("command", ["classify --jsonl", "mask --jsonl", "similar", "evaluate"])
@pytest.mark.parametrize("bad", ['{"text": "没有完', '{"text": 5, "a": 5}', "{}", "[" * 100_000, '{"text": "\\ud800'])
def test_a_bad_line_is_named_and_ends_with_status_2(operator: Operator, home: Path, command: str, bad: str) -> None:
    file = home / "lines.jsonl"
    file.write_text(GOOD + "\n" + bad + "\n", encoding="utf-8")
    ended = operator.runs("nlp", *command.split(), file)
    assert ended.status == 2
    assert ended.err.startswith("第 3 行")
    assert len(ended.err.splitlines()) == 1


def test_what_stands_before_a_bad_line_is_classified(operator: Operator, home: Path) -> None:
    file = home / "lines.jsonl"
    file.write_text(GOOD * 200 + "{\n", encoding="utf-8")
    ended = operator.runs("nlp", "classify", "--jsonl", file)
    assert (ended.status, len(ended.out.splitlines())) == (2, 200)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("谢谢小李 上次的灯修好了 另外井盖又松了", "井盖又松了"),
        ("路灯不亮，另外我闻到好大煤气味", "煤气味"),
    ],
    ids=["thanks before a request", "an emergency after a request"],
)
def test_the_matter_that_counts_most_labels_the_message(operator: Operator, home: Path, text: str, matter: str) -> None:
    file = home / "lines.txt"
    file.write_text(text + "\n", encoding="utf-8")
    row = json.loads(operator.runs("nlp", "classify", file).out)
    main = next(each for each in row["matters"] if matter in each["text"])
    assert row == main | {"text": text, "matters": row["matters"]}


@pytest.mark.parametrize("command", ["classify", "mask"])
def test_text_in_another_encoding_is_answered_with_how_to_convert_it(
    operator: Operator, home: Path, command: str
) -> None:
    file = home / "lines.txt"
    file.write_bytes("楼道灯坏了\n".encode() + "楼道灯坏了\n路灯不亮\n".encode("gb18030"))
    ended = operator.runs("nlp", command, file)
    assert (ended.status, len(ended.out.splitlines()), len(ended.err.splitlines())) == (0, 3, 1)
    assert ended.err.startswith("第 2 行不是 UTF-8")


def test_an_empty_file_has_nothing_to_measure(operator: Operator, home: Path) -> None:
    file = home / "lines.jsonl"
    file.touch()
    ended = operator.runs("nlp", "evaluate", file)
    assert (ended.status, len(ended.err.splitlines())) == (2, 1)


def test_the_corpus_that_is_shipped_is_sound(operator: Operator) -> None:
    ended = operator.runs("nlp", "corpus")
    assert (ended.status, ended.out.endswith("0 处要改\n")) == (0, True)
