"""Learns where a message begins another matter (`nlp.segmentation`): `uv run python -m nlp.training.segmentation`.

It learns from messages with marked cuts (`data/cuts.txt`), from corpus messages, which are about one matter each, and
from first clauses of corpus messages joined into messages about several matters. Marked messages are also used with
blanks instead of punctuation and with none at all, as people type and as phones transcribe speech.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from nlp import segmentation
from nlp.clauses import ENDS, clauses
from nlp.data_files import DATA, table
from nlp.normalise import fold
from nlp.training.embedding import corpus

FILE = DATA / "cut-weights.txt"
Marked = tuple[float, tuple[str, ...]]
"""The weight of a message, and its matters."""
_OWN, _JOINED, _WRITTEN = 2.0, 0.2, 14.0
_BLANK, _RUN_ON = 0.5, 0.6
"""Weight of a marked message with blanks for punctuation, and without any, relative to the original."""
_OWN_RUN_ON = 1.0
_LONGEST = 26
_JOINTS = (",", ",", ",", ",", "。", " ", ";", "、", ",还有", " 还有", "。还有", ",也", "!")
_LEAST = 12
_BEFORE_TROUBLE = re.compile("(?<=..)(?=没|不|坏|太|被|乱|漏|堵|掉|断|要|老)")
_TOO_SHARE = 0.3
_SHORTEST = 3
_TOO_LIGHT = 0.01
_JOINED_MESSAGES = 6000
_MARK = re.compile("[,。; ]+")


def written() -> Iterator[Marked]:
    """Messages with marked cuts: as written, with blanks for punctuation, and without any."""
    for line in table("cuts.txt"):
        parts = tuple(fold(line).split("|"))
        yield _WRITTEN, parts
        for share, mark in (_BLANK, " "), (_RUN_ON, ""):
            if (other := marked_with(mark, parts)) != parts:
                yield share * _WRITTEN, other


def marked_with(mark: str, parts: Sequence[str]) -> tuple[str, ...]:
    """The parts with all punctuation replaced by `mark`."""
    return tuple(_MARK.sub(mark, part) for part in parts)


def joined(texts: Sequence[str]) -> Iterator[Marked]:
    """Messages joined from first clauses of several, or from different troubles of one thing."""
    draw = random.Random(3)
    things = list(by_thing())
    told = [way for ways in things for line in ways for way in line]
    for at in range(_JOINED_MESSAGES):
        several = draw.choice([2, 2, 2, 3, 3, 4])
        if at % 6 == 0:
            ways = draw.choice(things)
            parts = [draw.choice(way) for way in draw.sample(ways, min(2, len(ways)))]
        else:
            parts = draw.sample(told if at % 3 == 0 else texts, several)
        joint = draw.choice(_JOINTS)
        kept = [parts[0]]
        for part in parts[1:]:
            plain = joint.strip(",。 ;、!")
            kept[-1] += joint.removesuffix(plain) if plain else joint
            kept.append(plain + (_BEFORE_TROUBLE.sub("也", part, count=1) if draw.random() < _TOO_SHARE else part))
        yield _JOINED, tuple(kept)


def by_thing() -> Iterator[list[list[str]]]:
    """For each thing with several troubles: for each trouble, its short wordings."""
    found: list[list[str]] = []
    for line in table("same.txt"):
        if line.startswith("["):
            if len(found) > 1:
                yield found
            found = []
        elif ways := [
            fold(way) for way in line.split("|") if _SHORTEST <= len(way) <= _LONGEST and not set(way) & set(",，。")
        ]:
            found.append(ways)
    if len(found) > 1:
        yield found


def openings(texts: Iterable[str]) -> list[str]:
    """First clauses that say what is wrong with what."""
    found = []
    for text in texts:
        first = clauses(text)[0].text.strip(ENDS) if text else ""
        if _SHORTEST < len(first) <= _LONGEST:
            clause = clauses(first + ",")[0]
            if clause.tells and clause.named_at >= 0 and not clause.marks and not clause.empty:
                found.append(first)
    return found


def boundaries(marked: Iterable[Marked]) -> Iterator[tuple[float, bool, list[str]]]:
    """(weight, whether a new matter begins, features) of every clause but the first."""
    for weight, parts in marked:
        cuts, at = set(), 0
        for part in parts:
            at += len(part)
            cuts.add(at)
        text = "".join(parts)
        found = clauses(text)
        shape = segmentation.Shape.of(text, found)
        told = segmentation.Told()
        for clause in found:
            if told.said:
                begins = clause.start in cuts
                yield weight, begins, segmentation.features(clause, told, shape)
                if begins:
                    told = told.next()
            told.add(clause)


def learn(rows: Sequence[tuple[float, bool, list[str]]], strength: float = 0.1) -> dict[str, float]:
    held = Counter(name for _, _, names in rows for name in names)
    names = sorted(name for name, count in held.items() if count >= _LEAST and name.isprintable())
    column = {name: at for at, name in enumerate(names)}
    cells = [(at, column[name]) for at, row in enumerate(rows) for name in row[2] if name in column]
    across, down = zip(*cells, strict=True)
    seen = sparse.csr_matrix((np.ones(len(cells)), (across, down)), shape=(len(rows), len(names)))
    model = LogisticRegression(C=strength, max_iter=2000, solver="liblinear")
    model.fit(seen, [begins for _, begins, _ in rows], sample_weight=[weight for weight, _, _ in rows])
    weights = dict(zip(names, model.coef_[0], strict=True)) | {segmentation.ALONE: model.intercept_[0]}
    return {
        name: round(float(w), 2) for name, w in weights.items() if abs(w) >= _TOO_LIGHT or name == segmentation.ALONE
    }


def write(weights: dict[str, float], path: Path = FILE) -> None:
    head = (
        "# Weights of what tells that a clause begins another matter (nlp/training/segmentation.py): feature, weight."
    )
    path.write_text("\n".join([head, *(f"{n}\t{w}" for n, w in weights.items())]) + "\n", encoding="utf-8")


def main() -> None:
    texts = [fold(text) for text in corpus()]
    own = [(_OWN, (text,)) for text in texts]
    run_on = [(_OWN_RUN_ON, (other,)) for text in texts if (other := _MARK.sub("", text)) != text]
    rows = list(boundaries([*own, *run_on, *joined(openings(texts)), *written()]))
    write(learn(rows))


if __name__ == "__main__":
    main()
