"""The trained weights: a table from features to numbers, kept in a plain file, summed without numpy.

A feature has one weight for each label of each head (scene, kind, item, …). The weights of a feature are whole numbers
from 0 to 255 (128 is nothing) in 16-bit lanes of one long integer, so that one addition adds all of them and summing a
message's features costs some 40 ns each. A sum of n features is brought back by subtracting 128 n from each lane.

File: comment lines (#), one line of JSON (the head), then for each group as many lines "feature TAB base64 of its
lanes" as the head says.
"""

import base64
import json
import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

_LANE = 2
"""Bytes of one lane while summing."""
_FITS = 257
"""So many features of 255 at most are summed before a lane runs over."""
_ZERO = 128
GROUPS = ("words", "chars", "topics", "turns")


@dataclass(frozen=True, slots=True)
class Head:
    """One question put to a text. `first` is its first lane; `temperature` makes its probabilities true."""

    name: str
    labels: tuple[str, ...]
    first: int
    temperature: float

    def probabilities(self, scores: Sequence[float]) -> list[float]:
        """Softmax of this head's part of all scores."""
        own = scores[self.first : self.first + len(self.labels)]
        top = max(own)
        parts = [math.exp((score - top) / self.temperature) for score in own]
        total = sum(parts)
        return [part / total for part in parts]


class Weights:
    def __init__(self, head: Mapping[str, Any], groups: Mapping[str, Mapping[str, int]]) -> None:
        self.about: Mapping[str, Any] = head
        self.heads = {item["name"]: _head(item) for item in head["heads"]}
        self.lanes: int = head["lanes"]
        self._scale: list[list[float]] = [head["scale"][name] for name in GROUPS]
        self.bias: list[float] = head["bias"]
        self._groups = [groups[name] for name in GROUPS]

    @classmethod
    def load(cls, path: Path) -> "Weights":
        # line by line: the whole text, its lines and their bytes would be 60 MB at once
        with path.open(encoding="utf-8") as lines:
            return cls.parse(lines)

    @classmethod
    def parse(cls, lines: Iterable[str]) -> "Weights":
        rest = iter(lines)
        head = json.loads(next(line for line in rest if not line.startswith("#")))
        groups = {name: dict(_rows(islice(rest, size))) for name, size in head["sizes"].items()}
        return cls(head, groups)

    def scores(self, features: Iterable[Sequence[str]]) -> list[float]:
        """One number a lane; `features` are the groups in the order of `GROUPS`."""
        total = self.bias
        for table, scale, names in zip(self._groups, self._scale, features, strict=True):
            known = [*filter(None, map(table.get, names))]
            if known:
                total = self._add(total, scale, self._summed(known), len(known))
        return total

    def _summed(self, known: Sequence[int]) -> Iterable[int]:
        """The lanes' sums. Few messages know more features than fit in one long addition."""
        parts = [self._unpacked(sum(known[at : at + _FITS])) for at in range(0, len(known), _FITS)]
        return parts[0] if len(parts) == 1 else map(sum, zip(*parts, strict=True))

    def _unpacked(self, packed: int) -> Sequence[int]:
        return array("H", packed.to_bytes(self.lanes * _LANE, "little"))

    @staticmethod
    def _add(total: Sequence[float], scale: Sequence[float], lanes: Iterable[int], count: int) -> list[float]:
        share, nothing = 1 / math.sqrt(count), _ZERO * count
        return [t + s * share * (lane - nothing) for t, s, lane in zip(total, scale, lanes, strict=True)]

    @property
    def features(self) -> list[Iterable[str]]:
        """The names of each group."""
        return [*self._groups]

    def row(self, group: int, name: str) -> list[float]:
        """The weights of one feature, a number a lane; nothing for one that is not known."""
        packed = self._groups[group].get(name)
        if packed is None:
            return [0.0] * self.lanes
        return [s * ((packed >> 8 * _LANE * i & 255) - _ZERO) for i, s in enumerate(self._scale[group])]

    def shares(self, group: int, names: Sequence[str], lane: int, other: int) -> list[tuple[str, float]]:
        """How much each known feature of a group speaks for `lane` rather than for `other`."""
        table = self._groups[group]
        known = [(name, packed) for name, packed in zip(names, map(table.get, names), strict=True) if packed]
        share = 1 / math.sqrt(len(known) or 1)
        a, b = self._scale[group][lane] * share, self._scale[group][other] * share
        at, other_at = lane * 8 * _LANE, other * 8 * _LANE
        return [(n, a * ((p >> at & 255) - _ZERO) - b * ((p >> other_at & 255) - _ZERO)) for n, p in known]


def _head(item: Mapping[str, Any]) -> Head:
    return Head(item["name"], tuple(item["labels"]), item["first"], item["temperature"])


def _rows(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        name, _, code = line.partition("\t")
        lanes = base64.b64decode(code)
        spread = bytearray(len(lanes) * _LANE)
        spread[::_LANE] = lanes
        yield name, int.from_bytes(spread, "little")


def pack(weights: bytes) -> str:
    """Lanes (0 to 255) as they stand in the file; their number must be a multiple of three."""
    return base64.b64encode(weights).decode("ascii")


__all__ = ["GROUPS", "Head", "Weights", "pack"]
