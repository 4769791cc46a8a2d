"""Learns the space of meaning (`nlp.meaning`) and writes `data/meaning.txt`: `uv run python -m nlp.training.meaning`.

Words of one matter, one concept or one topic are put into texts of their own beside the corpus, so that they come
to stand near each other. Nothing but the project's own data is read.
"""

import base64
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from nlp import meaning
from nlp.features import extract
from nlp.lexicon import lexicon
from nlp.normalise import fold
from nlp.tables import DATA, lines_of, table
from nlp.tokens import Cutter, cutter

FILE = DATA / "meaning.txt"
_PLAIN = {"w": 1.0, "c": 0.6, "t": 0.8, "u": 0.35}
"""What the sorts of features count."""
_LEAST = {"w": 2, "c": 5, "t": 1, "u": 3}
"""Texts that a feature must stand in."""
_OWN, _MATTER, _CONCEPT, _TOPIC = 1.0, 5.0, 3.0, 3.0


def corpus() -> list[str]:
    files = sorted((DATA / "corpus").glob("*.jsonl"))
    return [json.loads(line)["text"] for path in files for line in lines_of(path)]


def gathered() -> Iterator[tuple[float, list[str]]]:
    """(weight, phrases that belong together)."""
    yield from ((_OWN, [text]) for text in corpus())
    yield from ((_MATTER, line.split("|")) for line in table("same.txt") if not line.startswith("["))
    yield from ((_CONCEPT, line.split("\t")[1].split()) for line in table("concepts.txt") if "\t" in line)
    yield from ((_TOPIC, line.split()) for line in table("lexicon.txt") if not line.startswith("["))


@cache
def _cut() -> Cutter:
    return cutter()


def count(phrases: Iterable[str]) -> Counter[str]:
    cut, words = _cut(), lexicon()
    found: Counter[str] = Counter()
    for phrase in phrases:
        seen = extract(fold(phrase.strip()), cut, words)
        found.update(meaning.features(seen.text, seen.tokens, seen.named))
    return found


def learn(rows: Sequence[tuple[float, Counter[str]]]) -> tuple[list[str], np.ndarray]:
    held = Counter(name for _, counts in rows for name in counts)
    names = sorted(name for name, texts in held.items() if texts >= _LEAST[name[0]])
    column = {name: at for at, name in enumerate(names)}
    scale = np.array([math.log(len(rows) / held[name]) * _PLAIN[name[0]] for name in names])
    texts = normalize(_matrix([counts for _, counts in rows], column) @ sparse.diags(scale))
    weighted = sparse.diags(np.array([weight for weight, _ in rows])) @ texts
    found = TruncatedSVD(meaning.SIZE, random_state=0).fit(weighted)
    return names, (found.components_ * scale).T


def _matrix(counts: Sequence[Mapping[str, int]], column: Mapping[str, int]) -> sparse.csr_matrix:
    cells = [
        (at, column[name], math.sqrt(n)) for at, row in enumerate(counts) for name, n in row.items() if name in column
    ]
    across, down, values = zip(*cells, strict=True)
    return sparse.csr_matrix((values, (across, down)), shape=(len(counts), len(column)))


def write(names: Sequence[str], table_: np.ndarray, path: Path = FILE) -> None:
    top = np.quantile(np.abs(table_), 0.9995)
    whole = np.clip(np.rint(table_ / top * 127) + 128, 1, 255).astype(np.uint8)
    head = "# The space of meaning, learned from our corpus and word lists (nlp/training/meaning.py): feature, numbers"
    rows = [f"{name}\t{base64.b64encode(row.tobytes()).decode()}" for name, row in zip(names, whole, strict=True)]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def main() -> None:
    write(*learn([(weight, count(phrases)) for weight, phrases in gathered()]))


if __name__ == "__main__":
    main()
