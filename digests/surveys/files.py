"""A survey's chart, its page on paper and its workbook.

Only the drawing process imports this file.
"""

from collections.abc import Sequence

from matplotlib.figure import Figure

from digests import figures, xlsx_tables
from digests.figures import FAINT, INK, NAME, SMALL, TITLE, bar, named, scale, word, written
from digests.pdf_document import Document, Grid, Part, Picture, pdf
from digests.surveys.results import SurveyPage
from digests.xlsx_tables import TableSheet, Value

SIZE = (7.2, 7.2)
BAR, HIDDEN = "#0072B2", "#C8C8C8"
PICTURE_WIDTH = 300
NAME_FITS = 9
"""Characters of an answer that fit beside the bars at full size."""


def chart(page: SurveyPage) -> bytes:
    """The chart as PNG: bars with numbers, the most frequent on top; the title says what it shows."""
    number = page.charted()
    ranked = page.ranked(number) if number is not None else []
    title = page.point(number) if number is not None else page.head()[0]
    figure = figures.blank(*SIZE)
    about = page.say("survey_page.chart_about", **page.about())
    question = page.template.questions[number].text if number is not None else ""
    for height, line, size, heavy, colour in (
        (0.94, title, TITLE, True, INK),
        (0.875, question, NAME, False, INK),
        (0.825, about, SMALL, False, FAINT),
    ):
        written(figure, height, line, size, heavy=heavy, colour=colour)
    if ranked:
        _bars(page, figure, ranked)
    return figures.png(figure)


def _bars(page: SurveyPage, figure: Figure, ranked: Sequence[tuple[str, int | None]]) -> None:
    largest = max(1, *(n or 0 for _, n in ranked))
    axes = scale(figure, (0.36, 0.04, 0.56, 0.74), largest * 1.15, (-0.5, len(ranked) - 0.5))
    for place, (_, n) in enumerate(ranked):
        bar(axes, (0, place), n or 0, 0.62, HIDDEN if n is None else BAR)
        word(axes, ((n or 0) + largest * 0.02, place), page.count(n), NAME)
    named(axes, [text for text, _ in ranked], SMALL, NAME_FITS)


def pdf_of(page: SurveyPage, picture: bytes) -> bytes:
    """Set the page: the chart, each question with its n, and, for the manager only, what people wrote."""
    say = page.say
    heads = [say(f"survey_page.col_{name}") for name in ("option", "n")]
    parts = [Part(picture=Picture(picture, PICTURE_WIDTH))]
    for number, question in enumerate(page.template.questions):
        head = say("survey_page.question", n=number + 1, text=question.text)
        if question.options:
            rows = [(text, page.share(number, n)) for text, n in page.ranked(number)]
            parts.append(Part(head, [page.point(number)], Grid(heads, (4, 1), rows), together=True))
        else:
            said = page.said(number)
            none = say("survey_page.words_none" if page.whole else "survey_page.words_hidden")
            parts.append(Part(head, [say("survey_page.quote", words=text) for text in said] or [none]))
    about = [say("survey_page.paper_about", **page.about()), *page.head()[1:], *page.hidden()]
    return pdf(
        Document(say("survey_page.paper_title", **page.about()), about, parts, say("survey_page.foot", **page.about()))
    )


def workbook_of(page: SurveyPage) -> bytes:
    """Write the tables: the counts of each question, and, for the manager only, what people wrote."""
    say, about = page.say, " ".join(page.head())
    rows: list[Sequence[Value]] = [
        (number + 1, question.text, text, say("survey_page.few") if n is None else n)
        for number, question in enumerate(page.template.questions)
        for text, n in page.options(number)
    ]
    heads = [(say(f"survey_page.col_{name}"), width) for name, width in COLUMNS]
    sheets = [TableSheet(say("survey_page.sheet_counts"), about, heads, rows)]
    if page.whole:
        said = [
            (number + 1, question.text, text)
            for number, question in enumerate(page.template.questions)
            for text in page.said(number)
        ]
        words = [*heads[:2], (say("survey_page.col_words"), 60)]
        sheets.append(TableSheet(say("survey_page.sheet_words"), about, words, said))
    return xlsx_tables.workbook(sheets, say("checkup_page.cut"))


COLUMNS = (("number", 6), ("question", 40), ("option", 24), ("n", 10))
