"""What `chulin nlp evaluate` prints: the quality of labels for whole messages, out of fold where necessary."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from nlp import metrics
from nlp.pipeline import Understander
from nlp.understanding import Understanding

_QUESTIONS = ("scene", "kind", "item", "urgency")
_HEADING = f"\n{'scene':16} {'rows':>5} {'precision':>9} {'recall':>7} {'F1':>6}"
Labelled = Mapping[str, Any]
"""A row of the file: text, scene and, if known, kind, item and urgency."""


class NotMeasurable(Exception):
    """The model has learned from all rows, and models without them cannot be trained here."""


def mark(text: str) -> int:
    """A checksum that identifies a message without storing it."""
    return crc32(text.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`notes` say which answers are out of fold."""

    notes: list[str]
    rows: Sequence[Labelled]
    found: Sequence[Understanding]

    def lines(self) -> Iterator[str]:
        yield from self.notes
        yield ""
        yield from report(self.rows, self.found)


def evaluated(understander: Understander, rows: Sequence[Labelled], folder: Path) -> Evaluation:
    """Answers for `rows`; those that the model in use has learned from are answered out of fold.

    Raises:
        NotMeasurable: no row can be measured.
    """
    learned = [mark(row["text"]) in understander.learned for row in rows]
    seen = [row for row, known in zip(rows, learned, strict=True) if known]
    fresh = [row for row, known in zip(rows, learned, strict=True) if not known]
    notes, answers = _out_of_fold(seen, folder) if seen else ([], [])
    if fresh:
        notes.append(f"{len(fresh)} of {len(rows)} rows are new to the model in use, which answers them itself.")
    kept = [*(seen if answers else []), *fresh]
    if not kept:
        raise NotMeasurable(" ".join(notes))
    # labels describe whole messages; splitting is measured separately
    answers += [understander.whole(row["text"]) for row in fresh]
    return Evaluation(notes, kept, answers)


def _out_of_fold(rows: Sequence[Labelled], folder: Path) -> tuple[list[str], list[Understanding]]:
    try:
        from nlp.training import cross_validation  # noqa: PLC0415 - training is not part of what runs in service
        from nlp.training.dataset import row_of  # noqa: PLC0415
    except ImportError:
        return [
            f"{len(rows)} rows were learned from; measuring them out of fold needs scikit-learn (chulin[train])."
        ], []
    messages = [row_of(row) for row in rows]
    note = (
        f"{len(rows)} rows were learned from by the model in use. All figures on them are OUT OF FOLD: "
        f"{cross_validation.FOLDS} models, each trained (vocabulary, weights, temperature) without the fifth that it "
        "answers, on the corpus"
    )
    beside = cross_validation.beside(messages, folder)
    note += f" and {beside:,} other messages labelled by us." if beside else "."
    return [note], cross_validation.out_of_fold(messages, folder)


def report(rows: Sequence[Labelled], found: Sequence[Understanding]) -> Iterable[str]:
    for question in _QUESTIONS:
        known = [(str(r[question]), _said(f, question)) for r, f in zip(rows, found, strict=True) if question in r]
        if known:
            yield _line(question, known, f"{len(known)} rows")
    with_item = [(str(r["item"]), str(f.item)) for r, f in zip(rows, found, strict=True) if r.get("item")]
    if with_item:
        yield _line("item", with_item, f"where there is one, {len(with_item)} rows")
    yield from _scenes([row["scene"] for row in rows], found)


def _said(found: Understanding, question: str) -> str:
    return str(getattr(found, question))


def _line(question: str, pairs: Sequence[tuple[str, str]], of: str) -> str:
    truth, named = zip(*pairs, strict=True)
    right, mean = metrics.accuracy(truth, named), metrics.macro_f1(truth, named)
    return f"{question:8} accuracy {right:.3f}  macro-F1 {mean:.3f}  ({of})"


def _scenes(truth: Sequence[str], found: Sequence[Understanding]) -> Iterable[str]:
    yield _HEADING
    for score in metrics.class_scores(truth, [f.scene for f in found]):
        few = "" if score.rows >= metrics.FEW else "  (too few for the macro-F1)"
        yield f"{score.label:16} {score.rows:5} {score.precision:9.3f} {score.recall:7.3f} {score.f1:6.3f}{few}"
    right = [t == f.scene for t, f in zip(truth, found, strict=True)]
    sure = [f.scene_probability for f in found]
    bins, error = metrics.calibration(right, sure)
    yield f"\ncalibration error {error:.3f}\n{'rows':>5} {'promised':>9} {'true':>6}"
    for tenth in bins:
        yield f"{tenth.rows:5} {tenth.promised:9.3f} {tenth.true:6.3f}"
    threshold, rest = metrics.asked_back(right, sure)
    yield f"\nasked back below {threshold:.3f} (15 % of the messages): accuracy of the rest {rest:.3f}"
