"""Writes fitted heads as a weights file (nlp/weights.py describes its format)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from nlp.packed_sums import pack
from nlp.training.fit import Fitted
from nlp.training.vectors import Vocabulary
from nlp.weights import GROUPS

_FULL = 127


def text_of(
    known: Vocabulary, heads: Mapping[str, Fitted], about: Iterable[str] = (), learned: Iterable[int] = ()
) -> str:
    """The text of a weights file. `about`: its comments; `learned`: checksums of the messages learned from."""
    table = np.vstack([head.coefficients for head in heads.values()]).T
    bias = np.concatenate([head.intercepts for head in heads.values()])
    spare = -table.shape[1] % 3
    table = np.hstack([table, np.zeros((len(table), spare))])
    parts = np.split(table, np.cumsum([len(columns) for columns in known.columns])[:-1])
    scales = [np.maximum(np.abs(part).max(axis=0, initial=0), 1e-6) / _FULL for part in parts]
    head = {
        "heads": _heads(heads),
        "lanes": table.shape[1],
        "bias": [round(float(b), 5) for b in bias] + [0.0] * spare,
        "scale": {group: [float(f"{s:.5g}") for s in scale] for group, scale in zip(GROUPS, scales, strict=True)},
        "sizes": {group: len(columns) for group, columns in zip(GROUPS, known.columns, strict=True)},
        "learned": sorted(set(learned)),
    }
    lines = [*(f"# {line}" for line in about), json.dumps(head, separators=(",", ":"))]
    for columns, part, scale in zip(known.columns, parts, scales, strict=True):
        lines += _rows(columns, part, scale)
    return "\n".join(lines) + "\n"


def _rows(columns: Mapping[str, int], part: Any, scale: Any) -> Iterator[str]:
    whole = np.clip(np.rint(part / scale) + 128, 0, 255).astype(np.uint8)
    for name, column in columns.items():
        yield f"{name}\t{pack(whole[column].tobytes())}"


def _heads(heads: Mapping[str, Fitted]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    first = 0
    for name, head in heads.items():
        out.append({"name": name, "labels": head.labels, "first": first, "temperature": round(head.temperature, 3)})
        first += len(head.labels)
    return out
