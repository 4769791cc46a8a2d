"""A survey's results as they are shown: the manager sees everything, others no small counts and no words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

from digests.dates import day
from digests.presentation import Say
from digests.shares import counted
from digests.weekly_text import fitted
from ledger.surveys import Question, Template, shown
from ledger.text import shortened, storable
from storage.reference import CommunityRow
from storage.surveys import RUNNING, Counts, SurveyRow

WORDS_SHOWN, WORDS_LONG = 8, 60


@dataclass(frozen=True)
class SurveyPage:
    """`people`: how many got the survey, finished, declined. `words`: what was written, by question, unmasked."""

    survey: SurveyRow
    community: CommunityRow
    counts: Counts
    people: Mapping[str, int]
    words: Mapping[int, list[str]]
    whole: bool
    say: Say
    mask: Callable[[str], str]

    def file_names(self) -> tuple[str, ...]:
        return tuple(self.say(f"survey_page.file_{part}", **self.about()) for part in ("chart", "pages", "workbook"))

    def draw(self) -> tuple[bytes, ...]:
        """The chart as PNG, the page as PDF, the tables as XLSX; the libraries are imported only here."""
        files = import_module("digests.surveys.files")
        picture = files.chart(self)
        return picture, files.pdf_of(self, picture), files.workbook_of(self)

    @property
    def template(self) -> Template:
        return self.survey.template

    def about(self) -> dict[str, str]:
        zone = self.community.zone
        until = self.survey.ended_at or self.survey.ends_at
        return {
            "community": self.community.name,
            "name": self.template.name,
            "first": day(self.survey.started_at, zone),
            "last": day(until, zone),
        }

    def head(self) -> list[str]:
        lines = [self.say("survey_page.head", **self.about())]
        key = "survey_page.people_so_far" if self.survey.state == RUNNING else "survey_page.people"
        return [*lines, self.say(key, **{name: self.people.get(name, 0) for name in ("sent", "done", "declined")})]

    def n(self, number: int) -> int:
        """How many answered a question."""
        return sum(self.counts.get(number, {}).values())

    def options(self, number: int) -> list[tuple[str, int | None]]:
        """Options with the counts that this reader may see, in the question's order. None: too few to show."""
        question, counts = self.template.questions[number], self.counts.get(number, {})
        found = [counts.get(place, 0) for place in range(len(question.options))]
        visible = list(found) if self.whole else shown(found)
        return [(option.text, n) for option, n in zip(question.options, visible, strict=True)]

    def ranked(self, number: int) -> list[tuple[str, int | None]]:
        """Options, the most frequent first; hidden counts come last."""
        return sorted(self.options(number), key=lambda option: -1 if option[1] is None else option[1], reverse=True)

    def count(self, n: int | None) -> str:
        return self.say("survey_page.few") if n is None else str(n)

    def share(self, number: int, n: int | None) -> str:
        """A count with its share of those who answered the question."""
        return self.count(n) if n is None else counted(self.say, n, self.n(number))

    def hidden(self) -> list[str]:
        """An explanation if some counts are hidden; otherwise empty."""
        questions = range(len(self.template.questions))
        left_out = any(n is None for number in questions for _, n in self.options(number))
        return [self.say("survey_page.few_note")] if left_out else []

    def point(self, number: int) -> str:
        """The main result of a question in words."""
        ranked = [(text, n) for text, n in self.ranked(number) if n]
        if not ranked:
            return self.say(
                "survey_page.point_none" if not self.n(number) else "survey_page.point_few", n=self.n(number)
            )
        most = [text for text, n in ranked if n == ranked[0][1]]
        return self.say("survey_page.point", option="」「".join(most), most=ranked[0][1], n=self.n(number))

    def charted(self) -> int | None:
        """The question shown in the chart: the first with options. None: there is none."""
        return next((place for place, question in enumerate(self.template.questions) if question.options), None)

    def said(self, number: int) -> list[str]:
        """What people wrote, masked; empty except for the manager."""
        return [self.mask(storable(text)) for text in self.words.get(number, [])] if self.whole else []


def survey_text(page: SurveyPage) -> str:
    """Write the results as one message; its first lines are the caption of the chart."""
    lines = page.head()
    charted = page.charted()
    if charted is not None:
        lines.append(page.point(charted))
    lines += page.hidden()
    for number, question in enumerate(page.template.questions):
        lines += [
            "",
            page.say("survey_page.question", n=number + 1, text=question.text),
            *_answers(page, number, question),
        ]
    return fitted(lines)


def _answers(page: SurveyPage, number: int, question: Question) -> Iterator[str]:
    if question.options:
        yield page.say("survey_page.answered", n=page.n(number))
        for text, n in page.ranked(number):
            yield page.say("survey_page.option", text=text, n=page.share(number, n))
        return
    said = page.said(number)
    if not page.whole:
        yield page.say("survey_page.words_hidden")
    else:
        yield page.say("survey_page.words", n=len(said)) if said else page.say("survey_page.words_none")
    yield from (page.say("survey_page.quote", words=shortened(text, WORDS_LONG)) for text in said[:WORDS_SHOWN])
    if len(said) > WORDS_SHOWN:
        yield page.say("survey_page.more", n=len(said) - WORDS_SHOWN)
