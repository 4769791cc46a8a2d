"""The trained weights: a table from features to numbers, stored in a plain file, summed without numpy.

A feature has one weight for each label of each head (scene, kind, item, …), each in its own lane (`nlp.packed_sums`).

File: comment lines (#), one line of JSON (the head), then for each group as many lines "feature TAB base64 of its
lanes" as the head says.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import exp, sqrt
from operator import mul
from pathlib import Path
from typing import Any

from nlp.packed_sums import Lanes

GROUPS = ("words", "chars", "topics", "turns")


@dataclass(frozen=True, slots=True)
class Head:
    """One question about a text. `first`: its first lane; `temperature`: calibrates its probabilities."""

    name: str
    labels: tuple[str, ...]
    first: int
    temperature: float

    def likeliest(self, scores: Sequence[float]) -> tuple[str, float]:
        """The best label and its probability."""
        own = self._own(scores)
        return self.labels[own.index(max(own))], 1 / sum(self._odds(own))

    def probabilities(self, scores: Sequence[float]) -> dict[str, float]:
        """The probabilities of all labels, in their order."""
        odds = self._odds(self._own(scores))
        total = sum(odds)
        return {label: part / total for label, part in zip(self.labels, odds, strict=True)}

    def likeliest_but(self, label: str, scores: Sequence[float]) -> str:
        """The best label other than `label`."""
        rated = {other: score for other, score in zip(self.labels, self._own(scores), strict=True) if other != label}
        return max(rated, key=rated.__getitem__)

    def ranked(self, scores: Sequence[float]) -> list[str]:
        """The labels, the likeliest first."""
        own = self._own(scores)
        return [self.labels[at] for at in sorted(range(len(own)), key=own.__getitem__, reverse=True)]

    def _own(self, scores: Sequence[float]) -> Sequence[float]:
        """The scores of this head's labels."""
        return scores[self.first : self.first + len(self.labels)]

    def _odds(self, own: Sequence[float]) -> list[float]:
        """Odds of each label relative to the best."""
        top, temperature = max(own), self.temperature
        return [exp((score - top) / temperature) for score in own]


class Weights:
    def __init__(self, head: Mapping[str, Any], groups: Mapping[str, Mapping[str, int]]) -> None:
        self.about: Mapping[str, Any] = head
        self.heads = {item["name"]: _head(item) for item in head["heads"]}
        self.lanes = Lanes(head["lanes"])
        self.bias: list[float] = head["bias"]
        self._scale: list[list[float]] = [head["scale"][name] for name in GROUPS]
        self._groups = [groups[name] for name in GROUPS]

    @classmethod
    def load(cls, path: Path) -> "Weights":
        return cls._parse(path.read_bytes())

    @classmethod
    def parse(cls, text: str) -> "Weights":
        return cls._parse(text.encode())

    @classmethod
    def _parse(cls, text: bytes) -> "Weights":
        # bytes, because characters would take twice the memory and time, and most of the file is codes
        start = text.index(b"\n{") if text.startswith(b"#") else 0
        end = text.index(b"\n", start + 1)
        head, pieces = json.loads(text[start:end]), text[end:].split()
        lanes = Lanes(head["lanes"])
        ends = [2 * end for end in accumulate(head["sizes"].values(), initial=0)]
        groups = {name: _rows(pieces[a:b], lanes) for name, (a, b) in zip(head["sizes"], pairwise(ends), strict=True)}
        return cls(head, groups)

    def scores(self, features: Iterable[Iterable[str]]) -> list[float]:
        """One number for each lane. `features`: the groups in the order of `GROUPS`."""
        known = [[*filter(None, map(table.get, names))] for table, names in zip(self._groups, features, strict=True)]
        words, chars, topics, turns = [1 / sqrt(len(group) or 1) for group in known]
        # one pass over the lanes for all groups: separate passes take twice as long
        return [
            bias + words * a * w + chars * b * c + topics * d * t + turns * e * u
            for bias, a, b, d, e, w, c, t, u in zip(self.bias, *self._scale, *map(self.lanes.sums, known), strict=True)
        ]

    @property
    def features(self) -> list[Iterable[str]]:
        """The names of each group."""
        return [*self._groups]

    def row(self, group: int, name: str) -> list[float]:
        """The weights of one feature, one number for each lane; zeros if the feature is unknown."""
        packed = self._groups[group].get(name)
        if packed is None:
            return [0.0] * self.lanes.count
        return [*map(mul, self._scale[group], self.lanes.numbers(packed))]

    def shares(self, group: int, names: Sequence[str], lane: int, other: int) -> list[tuple[str, float]]:
        """How much each known feature of a group supports `lane` rather than `other`."""
        known = [
            (name, packed) for name, packed in zip(names, map(self._groups[group].get, names), strict=True) if packed
        ]
        share = 1 / sqrt(len(known) or 1)
        a, b = self._scale[group][lane] * share, self._scale[group][other] * share
        number = self.lanes.number
        return [(name, a * number(packed, lane) - b * number(packed, other)) for name, packed in known]


def _head(item: Mapping[str, Any]) -> Head:
    return Head(item["name"], tuple(item["labels"]), item["first"], item["temperature"])


def _rows(pieces: Sequence[bytes], lanes: Lanes) -> dict[str, int]:
    """Features with their lanes. `pieces`: names and codes alternately."""
    names = b" ".join(pieces[::2]).decode().split()
    return dict(zip(names, lanes.read(b"".join(pieces[1::2])), strict=True))
