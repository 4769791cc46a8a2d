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
"""Messages in which a feature must stand."""
MOST = {"words": 28_000, "chars": 36_000, "topics": 9_000, "turns": 9_000}
"""Features kept, the commonest first: what keeps the file small and the start short."""

LOUD = {"words": 1.0, "chars": 1.4, "topics": 0.85, "turns": 1.1}
"""How loud a group is while a fit learns: a louder one is penalised less for large weights."""

_WRITTEN = ("words", "chars")
"""Groups whose features are pieces of the texts themselves."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Columns of each group, one group behind the other."""

    columns: tuple[Mapping[str, int], ...]

    @classmethod
    def of(cls, own: Sequence[Features], real: Sequence[Features] = ()) -> "Vocabulary":
        """Words and runs of characters come from the project's own corpus, and from nothing else.

        Topics and turns are made of the lexicon's names, so that those of other people's messages may be learned too.
        """
        return cls(tuple(_columns(own if group in _WRITTEN else (*own, *real), group) for group in GROUPS))

    def seen(self, matrix: Any, hidden: str | None) -> Any:
        """The matrix without the columns of a hidden group: no weight is learned for what never stands there."""
        return matrix if hidden is None else matrix @ sp.diags(self._each({group: group != hidden for group in GROUPS}))

    @property
    def loudness(self) -> Any:
        """A number for each column."""
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
    """Fits a line of the weights file."""
    return name.isprintable() and not set(name) & {" ", "\u3000"}


def _matrix(texts: Sequence[Features], group: str, columns: Mapping[str, int]) -> Any:
    found = [[columns[name] for name in getattr(text, group) if name in columns] for text in texts]
    lengths = np.array([len(row) for row in found])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    index = np.fromiter((column for row in found for column in row), dtype=np.int32)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    return sp.csr_matrix((values, index, bounds), shape=(len(texts), len(columns)))
