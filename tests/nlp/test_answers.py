"""Questions to a community's own list: answered where it has the answer, passed on where it has not."""

import json
from functools import cache
from pathlib import Path

from nlp import answers
from nlp.pipeline import Understander
from nlp.similarity import Matter

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "sets" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
ASKED = [row for row in ROWS if "text" in row]
WRONG = 0.03
"""Share of wrong answers that a resident may get."""


@cache
def understander() -> Understander:
    return Understander.load()


@cache
def known() -> list[tuple[Matter, str]]:
    return [(understander().matter(row["question"]), row["question"]) for row in ROWS if "question" in row]


def answered(text: str) -> str | None:
    return answers.best(understander().matter(text), known())


def test_a_wrong_answer_is_rare() -> None:
    wrong = [(row["text"], found) for row in ASKED if (found := answered(row["text"])) not in (None, row["answer"])]
    assert len(wrong) <= WRONG * len(ASKED), wrong


def test_what_the_list_cannot_answer_is_passed_on() -> None:
    unanswerable = [row["text"] for row in ASKED if row["answer"] is None]
    assert len(unanswerable) >= 25
    assert sum(answered(text) is None for text in unanswerable) >= 0.95 * len(unanswerable)


def test_half_of_what_the_list_can_answer_is_answered_in_other_words() -> None:
    right = [row for row in ASKED if row["answer"] and answered(row["text"]) == row["answer"]]
    assert len(right) >= 0.5 * sum(row["answer"] is not None for row in ASKED)


def test_a_question_of_the_list_gets_its_own_answer() -> None:
    for _, question in known():
        assert answered(question) == question


def test_an_empty_list_answers_nothing() -> None:
    assert answers.best(understander().matter("居住证怎么办"), ()) is None
