"""Draws the confusion matrix of the scenes: rows are the truth, columns the answers."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from ledger.scenes import Scene
from nlp import metrics

_LABELS = [str(scene) for scene in Scene]
_PALE = 0.5
"""Above this share of its row a cell is so dark that its number is white."""


def draw(truth: Sequence[str], named: Sequence[str], path: Path, title: str) -> None:
    counts = metrics.confusion(truth, named, _LABELS)
    shares = [[cell / (sum(row) or 1) for cell in row] for row in counts]
    figure = Figure(figsize=(8, 7), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    places = range(len(_LABELS))
    axes.set_xticks(places, _LABELS, rotation=45, ha="right")
    axes.set_yticks(places, _LABELS)
    axes.set_xlabel("said")
    axes.set_ylabel("true")
    axes.set_title(title)
    for i in places:
        for j in places:
            if counts[i][j]:
                shade = "white" if shares[i][j] > _PALE else "black"
                axes.text(j, i, str(counts[i][j]), ha="center", va="center", color=shade)
    figure.savefig(path, dpi=110)
