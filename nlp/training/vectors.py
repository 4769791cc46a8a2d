"""Texts as rows of a sparse matrix."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from nlp.features import Features
from nlp.weights import GROUPS

SEEN = {"words": 2, "chars": 2, "topics": 2, "turns": 2}
"""The number of messages that must contain a feature, by group."""
MOST = {"words": 28_000, "chars": 36_000, "topics": 9_000, "turns": 9_000}
"""The number of features kept, the commonest first, so that the file is small and loads quickly."""

LOUD = {"words": 1.0, "chars": 1.4, "topics": 0.85, "turns": 1.1}
"""Scale of a group during the fit: large weights of a louder group are penalised less."""

_WRITTEN = ("words", "chars")
"""Groups whose features are parts of the texts themselves."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The columns of each group; groups follow each other."""

    columns: tuple[Mapping[str, int], ...]

    @classmethod
    def of(cls, own: Sequence[Features], real: Sequence[Features] = ()) -> "Vocabulary":
        """Build a vocabulary. Words and runs of characters come only from the project's own corpus.

        Topics and turns consist of names in the lexicon, so those in other people's messages may be used, too.
        """
        return cls(tuple(_columns(own if group in _WRITTEN else (*own, *real), group) for group in GROUPS))

    def seen(self, matrix: Any, hidden: str | None) -> Any:
        """The matrix with the columns of a hidden group set to zero, so that they get no weights."""
        return matrix if hidden is None else matrix @ sp.diags(self._each({group: group != hidden for group in GROUPS}))

    @property
    def loudness(self) -> Any:
        """The scale of each column."""
        return self._each(LOUD)

    def _each(self, of_group: Mapping[str, float]) -> Any:
        return np.concatenate(
            [np.full(len(columns), float(of_group[g])) for g, columns in zip(GROUPS, self.columns, strict=True)]
        )

    def matrix(self, texts: Sequence[Features]) -> Any:
        parts = [_matrix(texts, group, columns) for group, columns in zip(GROUPS, self.columns, strict=True)]
        return sp.hstack(parts, format="csr")


def _columns(texts: Sequence[Features], group: str) -> dict[str, int]:
    seen = Counter(name for text in texts for name in getattr(text, group))
    often = [(name, n) for name, n in seen.items() if n >= SEEN[group] and _plain(name)]
    often.sort(key=lambda both: (-both[1], both[0]))
    return {name: column for column, (name, _) in enumerate(often[: MOST[group]])}


def _plain(name: str) -> bool:
    """Whether a name can be written to a line of the weights file."""
    return name.isprintable() and not set(name) & {" ", "\u3000"}


def _matrix(texts: Sequence[Features], group: str, columns: Mapping[str, int]) -> Any:
    found = [[columns[name] for name in getattr(text, group) if name in columns] for text in texts]
    lengths = np.array([len(row) for row in found])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    index = np.fromiter((column for row in found for column in row), dtype=np.int32)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    return sp.csr_matrix((values, index, bounds), shape=(len(texts), len(columns)))
