"""Checks `district/surveys.yaml` against the items and check-up points that it names."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.checkup_rules import Mistake
from ledger.checkup import FIGURES, Rules
from ledger.surveys import Question, Template

MOST_QUESTIONS, MOST_OPTIONS, LONGEST_OPTION, LONGEST_DAYS = 10, 10, 14, 60


@dataclass(frozen=True, slots=True)
class SurveysFile:
    templates: dict[str, Template]


def mistakes(file: SurveysFile, rules: Rules) -> Iterator[Mistake]:
    """What no resident could be asked, each with its place."""
    items = {point.item for point in rules.points.values()}
    for code, template in file.templates.items():
        place: tuple[str | int, ...] = ("templates", code)
        if not 1 <= template.days <= LONGEST_DAYS:
            yield (*place, "days"), f"要在 1 到 {LONGEST_DAYS} 天之间"
        if template.remind_after is not None and not 1 <= template.remind_after < template.days:
            yield (*place, "remind_after"), "要比 days 短，至少 1 天"
        if not 1 <= len(template.questions) <= MOST_QUESTIONS:
            yield (*place, "questions"), f"要有 1 到 {MOST_QUESTIONS} 个问题"
        for number, question in enumerate(template.questions):
            for why in _wrong(question, rules, items):
                yield (*place, "questions", number), why


def _wrong(question: Question, rules: Rules, items: set[int]) -> Iterator[str]:
    if len(question.options) == 1 or len(question.options) > MOST_OPTIONS:
        yield f"选项要有 2 到 {MOST_OPTIONS} 个；不写选项就是打字回答"
    for option in question.options:
        if option.item and option.item not in items:
            yield f"没有第 {option.item} 项"
        if len(option.text) > LONGEST_OPTION:
            yield f"选项「{option.text}」太长，最多 {LONGEST_OPTION} 个字"
        if bool(question.fills) != (option.value is not None):
            yield "写了 fills 的问题，每个选项都要有 value；没写的都不要有"
    point = rules.points.get(question.fills)
    if question.fills and (point is None or point.measure not in FIGURES):
        yield f"fills：没有能填数的体检点 {question.fills}"
