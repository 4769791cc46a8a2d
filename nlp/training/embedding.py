"""Learns the space of meaning (`nlp.embedding`) and writes `data/meaning.txt`.

Run it: `uv run python -m nlp.training.embedding`.

Contrastive learning: two wordings of one matter (`data/same.txt`) are moved together, and apart from all other matters
of a batch, about half of which are other troubles of the same things. At the same time the points of corpus messages
must predict scene, item and kind, which places words that no matter contains. Learning starts from latent semantic
analysis. It reads only the project's own data.
"""

import base64
import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from nlp import embedding
from nlp.data_files import DATA, table
from nlp.features import extract
from nlp.lexicon import lexicon
from nlp.normalise import fold
from nlp.tokens import Cutter, cutter
from nlp.training import dataset

FILE = DATA / "meaning.txt"
STEPS = 1500
_PLAIN = {"w": 1.0, "c": 0.6, "t": 0.8, "u": 0.35}
"""Initial weight of each sort of feature."""
_LEAST = {"w": 2, "c": 4, "t": 1, "u": 3}
"""The number of texts that must contain a feature, by sort."""
_QUESTIONS = ("scene", "item", "kind")
_MATTERS, _THINGS, _NEIGHBOURS, _MESSAGES = 128, 6, 20, 192
"""A batch: number of random matters; of things, and of matters for each; of corpus messages."""
_SHARP, _LABELS, _LOUD = 0.12, 0.3, 4.0
"""Temperature of the contrast; weight of labels beside matters; scale of points when predicting labels."""
_KEPT, _FILLED = 0.85, 0.5
"""Share of features kept at a time, and of wordings that get a filler."""
_RATE, _LAST_RATE = 0.02, 0.001
_FILLERS = (
    *("麻烦处理一下", "反映一下", "希望尽快解决", "谢谢", "我们小区", "三栋", "能不能来看看", "好久了没人管", "请问"),
    *("天天这样", "老人受不了", "在门口", "我家", "楼下", "什么时候解决", "湖滨路", "幸福苑", "打了几次电话都没用"),
    "上个星期就说了",
)
Numbers = np.ndarray[Any, Any]


def corpus() -> list[str]:
    return [row.text for row in dataset.corpus()]


def matters() -> list[list[list[str]]]:
    """For each thing its matters, and for each matter its wordings."""
    found: list[list[list[str]]] = []
    for line in table("same.txt"):
        if line.startswith("["):
            found.append([])
        else:
            found[-1].append([way for way in line.split("|") if way.strip()])
    return found


@cache
def _cut() -> Cutter:
    return cutter()


def seen(text: str) -> set[str]:
    found = extract(fold(text.strip()), _cut(), lexicon())
    return embedding.features(found.text, found.tokens, found.named)


@dataclass(frozen=True, slots=True)
class Material:
    """All texts as feature numbers: `ways` by matter, and `messages`. `things`: the matters of each thing."""

    names: Sequence[str]
    weight: Numbers
    ways: Sequence[Sequence[Numbers]]
    things: Sequence[Sequence[int]]
    fillers: Sequence[Numbers]
    messages: Sequence[Numbers]
    labels: Mapping[str, Numbers]

    def matrix(self, texts: Sequence[Numbers]) -> Any:
        ends = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
        columns = np.concatenate(texts)
        ones = np.ones(len(columns), dtype=np.float32)
        return sparse.csr_matrix((ones, columns, ends), shape=(len(texts), len(self.names)))


def gathered() -> Material:
    messages = dataset.corpus()
    told = [[[seen(way) for way in ways] for ways in thing] for thing in matters()]
    said = [seen(message.text) for message in messages]
    everything = [*said, *(way for thing in told for ways in thing for way in ways)]
    held = Counter(name for names in everything for name in names)
    names = sorted(name for name, texts in held.items() if texts >= _LEAST[name[0]])
    column = {name: at for at, name in enumerate(names)}

    def columns(of: Iterable[str]) -> Numbers:
        return np.array([column[name] for name in of if name in column], dtype=np.int32)

    ways = [[*map(columns, ways)] for thing in told for ways in thing]
    ends = np.cumsum([0, *map(len, told)])
    return Material(
        names,
        np.array([math.log(len(everything) / held[name]) * _PLAIN[name[0]] for name in names], dtype=np.float32),
        ways,
        [[at for at in range(a, b) if len(ways[at]) > 1] for a, b in pairwise(ends)],
        [columns(seen(filler)) for filler in _FILLERS],
        [*map(columns, said)],
        {question: _numbered([row.labels[question] for row in messages]) for question in _QUESTIONS},
    )


def _numbered(labels: Sequence[str]) -> Numbers:
    return np.unique(labels, return_inverse=True)[1]


def first(of: Material) -> Numbers:
    """The initial points: latent semantic analysis, scaled to small numbers."""
    texts = [*of.messages, *(way for ways in of.ways for way in ways)]
    found = TruncatedSVD(embedding.SIZE, n_iter=4, random_state=0).fit(
        normalize(of.matrix(texts) @ sparse.diags(of.weight))
    )
    numbers: Numbers = (found.components_ * of.weight).T.astype(np.float32)
    numbers /= 8 * np.abs(numbers).mean()
    return numbers


class Adam:
    """The Adam optimiser (Kingma and Ba 2015); rows outside the batch stay as they are."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self._mean, self._square = np.zeros_like(numbers), np.zeros_like(numbers)
        self._taken = np.zeros((len(numbers), 1), dtype=np.float32)

    def step(self, at: Any, slope: Numbers, rate: float) -> None:
        self._taken[at] += 1
        self._mean[at] += 0.1 * (slope - self._mean[at])
        self._square[at] += 0.02 * (slope * slope - self._square[at])
        mean = self._mean[at] / (1 - 0.9 ** self._taken[at])
        square = self._square[at] / (1 - 0.98 ** self._taken[at])
        self.numbers[at] -= rate * mean / (np.sqrt(square) + 1e-6)


class Learning:
    def __init__(self, of: Material) -> None:
        self._of = of
        self._draw = random.Random(0)
        self._points = Adam(first(of))
        self._labels = {
            question: Adam(np.zeros((embedding.SIZE, labels.max() + 1), dtype=np.float32))
            for question, labels in of.labels.items()
        }

    def run(self, steps: int) -> Numbers:
        for step in range(steps):
            self._step(_RATE * (1 - step / steps) + _LAST_RATE)
        return self._points.numbers

    def _step(self, rate: float) -> None:
        of, draw = self._of, self._draw
        pairs = [draw.sample(of.ways[at], 2) for at in self._handful()]
        messages = np.array(draw.sample(range(len(of.messages)), _MESSAGES))
        texts = [*(a for a, _ in pairs), *(b for _, b in pairs), *(of.messages[at] for at in messages)]
        table = of.matrix([*map(self._partly, texts)])
        concerned = np.unique(table.indices)
        table = table[:, concerned]
        sums = table @ self._points.numbers[concerned]
        lengths = np.linalg.norm(sums, axis=1, keepdims=True) + 1e-6
        points = sums / lengths
        half = len(pairs)
        apart = apart_from_others(points[:half], points[half : 2 * half])
        slope = np.vstack([*apart, self._label_slope(points[2 * half :], messages)])
        slope = (slope - points * (slope * points).sum(1, keepdims=True)) / lengths
        self._points.step(concerned, table.T @ slope, rate)

    def _handful(self) -> list[int]:
        """The matters of a batch; many of them share a thing."""
        of, draw = self._of, self._draw
        chosen = draw.sample([at for thing in of.things for at in thing], _MATTERS)
        for thing in draw.sample(of.things, _THINGS):
            chosen += draw.sample(thing, min(_NEIGHBOURS, len(thing)))
        return [*dict.fromkeys(chosen)]

    def _partly(self, text: Numbers) -> Numbers:
        """A random part of a text's features, sometimes with those of a filler."""
        if self._draw.random() < _FILLED:
            text = np.union1d(text, self._draw.choice(self._of.fillers))
        kept = [at for at in text if self._draw.random() < _KEPT]
        return np.array(kept, dtype=np.int32) if kept else text

    def _label_slope(self, points: Numbers, messages: Numbers) -> Numbers:
        slope = np.zeros_like(points)
        for question, weights in self._labels.items():
            wrong = softmax(_LOUD * points @ weights.numbers)
            wrong[np.arange(len(messages)), self._of.labels[question][messages]] -= 1
            wrong /= len(messages)
            slope += _LABELS * _LOUD * wrong @ weights.numbers.T
            weights.step(slice(None), _LOUD * points.T @ wrong, _RATE / 2)
        return slope


def softmax(scores: Numbers) -> Numbers:
    odds: Numbers = np.exp(scores - scores.max(1, keepdims=True))
    odds /= odds.sum(1, keepdims=True)
    return odds


def apart_from_others(a: Numbers, b: Numbers) -> tuple[Numbers, Numbers]:
    """Gradients, with respect to `a` and `b`, of the loss that each row finds its counterpart in the other."""
    near = a @ b.T / _SHARP
    wrong = (softmax(near) + softmax(near.T).T) / 2 - np.eye(len(a), dtype=near.dtype)
    wrong /= len(a) * _SHARP
    return wrong @ b, wrong.T @ a


def write(names: Sequence[str], numbers: Numbers, path: Path = FILE) -> None:
    top = np.quantile(np.abs(numbers), 0.9995)
    whole = np.clip(np.rint(numbers / top * 127) + 128, 1, 255).astype(np.uint8)
    head = "# The space of meaning, learned from our corpus and matters (nlp/training/embedding.py): feature, numbers"
    lines = [f"{name}\t{base64.b64encode(row.tobytes()).decode()}" for name, row in zip(names, whole, strict=True)]
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def main() -> None:
    material = gathered()
    write(material.names, Learning(material).run(STEPS))


if __name__ == "__main__":
    main()
