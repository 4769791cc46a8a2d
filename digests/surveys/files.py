"""A survey's chart, its page on paper and its workbook.

Only the drawing process imports this file.
"""

from collections.abc import Sequence
from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from digests import tables
from digests.chart import DPI, FAINT, INK, NAME, SMALL, TITLE, bundled_font, drawable, written
from digests.paper import Document, Grid, Part, Picture, pdf
from digests.surveys.results import SurveyPage
from digests.tables import TableSheet, Value

SIZE = (7.2, 7.2)
BAR, HIDDEN = "#0072B2", "#C8C8C8"
PICTURE_WIDTH = 300


def chart(page: SurveyPage) -> bytes:
    """Bars with their numbers, the most frequent on top; the title says the point."""
    number = page.charted()
    ranked = page.ranked(number) if number is not None else []
    title = page.point(number) if number is not None else page.head()[0]
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
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
    content = BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _bars(page: SurveyPage, figure: Figure, ranked: Sequence[tuple[str, int | None]]) -> None:
    axes = figure.add_axes((0.36, 0.04, 0.56, 0.74))
    values = [n or 0 for _, n in ranked]
    largest = max(*values, 1)
    places = range(len(ranked))
    axes.barh(places, values, 0.62, color=[HIDDEN if n is None else BAR for _, n in ranked])
    for place, (_, n) in enumerate(ranked):
        axes.text(
            (n or 0) + largest * 0.02, place, page.count(n), va="center", font=bundled_font(), size=NAME, color=INK
        )
    names = [drawable(text) for text, _ in ranked]
    axes.set_yticks(list(places), names, font=bundled_font(), size=SMALL, color=INK)
    axes.set_xlim(0, largest * 1.15)
    axes.set_ylim(len(ranked) - 0.5, -0.5)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def pdf_of(page: SurveyPage, picture: bytes) -> bytes:
    """Set the page: the chart, each question with its n, and for the manager what was written."""
    say = page.say
    heads = [say(f"survey_page.col_{name}") for name in ("option", "n")]
    parts = [Part(picture=Picture(picture, PICTURE_WIDTH))]
    for number, question in enumerate(page.template.questions):
        head = say("survey_page.question", n=number + 1, text=question.text)
        if question.options:
            rows = [(text, page.count(n)) for text, n in page.ranked(number)]
            parts.append(Part(head, [page.point(number)], Grid(heads, (4, 1), rows), together=True))
        else:
            said = page.said(number)
            none = say("survey_page.words_none" if page.whole else "survey_page.words_hidden")
            parts.append(Part(head, [say("survey_page.quote", words=text) for text in said] or [none]))
    about = [say("survey_page.paper_about", **page.about()), *page.head()[1:]]
    return pdf(
        Document(say("survey_page.paper_title", **page.about()), about, parts, say("survey_page.foot", **page.about()))
    )


def workbook_of(page: SurveyPage) -> bytes:
    """Write the tables: the counts of each question, and for the manager what was written."""
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
    return tables.workbook(sheets, say("checkup_page.cut"))


COLUMNS = (("number", 6), ("question", 40), ("option", 24), ("n", 10))
