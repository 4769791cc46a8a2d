"""Learns what makes two messages alike (`nlp.similarity`) from labelled pairs, and writes the weights file.

`uv run python -m nlp.training.similarity`. The rarities are counted in the corpus. Random pairs of corpus messages are
added as negative examples, because among thousands of open cases almost all are different.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from nlp import concepts, similarity
from nlp.data_files import DATA, lines_of
from nlp.features import extract
from nlp.lexicon import lexicon
from nlp.normalise import fold, normalise
from nlp.tokens import cutter
from nlp.training.embedding import corpus

FILE = DATA / "likeness.txt"
_AT_RANDOM = 5000
_WEIGHT_AT_RANDOM = 1.0
_LEAST = 3
"""The number of corpus messages that must contain a word for it to get its own rarity."""


def rarities(texts: Sequence[str]) -> Iterable[tuple[str, str, float]]:
    """(sort, name, rarity) of concepts and words."""
    cut = cutter()
    seen: Counter[tuple[str, str]] = Counter()
    for text in texts:
        plain = normalise(fold(text))
        tokens = cut(plain)
        found = concepts.find(plain, tokens)
        seen.update(("thing", name) for name in found.things)
        seen.update(("aspect", name) for name in found.aspects)
        seen.update(("word", token) for token in {t for t in tokens if t.isalpha()})
    for name in concepts.names(concepts.THING):
        seen["thing", name] += 1
    for name in concepts.names(concepts.ASPECT):
        seen["aspect", name] += 1
    for (sort, name), count in sorted(seen.items()):
        if sort != "word" or count >= _LEAST:
            yield sort, name, round(min(math.log(len(texts) / (count + 1)), 8.0), 1)


def write(factors: dict[str, float], rows: Iterable[tuple[str, str, float]], path: Path = FILE) -> None:
    lines = [
        "# Weights of likeness, learned from pairs.tsv and counted in the corpus (nlp/training/similarity.py):",
        "# the factors of the features, then for each thing, aspect and word how rare it is.",
        json.dumps(factors, ensure_ascii=False),
        *("\t".join((sort, name, str(rare))) for sort, name, rare in rows),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def labelled() -> list[tuple[bool, str, str]]:
    rows = [line.split("\t") for line in lines_of(DATA / "pairs.tsv")]
    return [(same == "1", a, b) for same, a, b in rows]


def learn(strength: float = 3.0) -> dict[str, float]:
    cut, words, texts = cutter(), lexicon(), corpus()

    def matter(text: str) -> similarity.Matter:
        seen = extract(fold(text), cut, words)
        return similarity.Matter.of(similarity.signature(seen.text, seen.tokens, seen.named))

    draw = random.Random(7)
    rows = labelled() + [(False, draw.choice(texts), draw.choice(texts)) for _ in range(_AT_RANDOM)]
    compared = [(same, matter(a), matter(b)) for same, a, b in rows]
    weights = [1.0 if i < len(rows) - _AT_RANDOM else _WEIGHT_AT_RANDOM for i in range(len(rows))]
    kept = [
        (s, similarity.features(a, b), w)
        for (s, a, b), w in zip(compared, weights, strict=True)
        if not similarity.contradicts(a, b) and not similarity.says_no_more(a, b)
    ]
    names = list(kept[0][1])
    table = np.array([[seen[name] for name in names] for _, seen, _ in kept])
    model = LogisticRegression(C=strength, max_iter=5000)
    model.fit(table, [s for s, _, _ in kept], sample_weight=[w for _, _, w in kept])
    return {
        name: round(float(f), 3)
        for name, f in zip([*names, "alone"], [*model.coef_[0], model.intercept_[0]], strict=True)
    }


def main() -> None:
    rows = list(rarities(corpus()))
    write({}, rows)
    similarity.forget()
    write(learn(), rows)


if __name__ == "__main__":
    main()
