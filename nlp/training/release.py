"""Trains the weights that the project ships: `python -m nlp.training.release FOLDER`, with the real messages."""

import sys
from pathlib import Path

from nlp.data_files import DATA
from nlp.training.dataset import corpus, messages
from nlp.training.export import text_of
from nlp.training.learn import REAL, Read, learn

ABOUT = (
    "Word weights of chulin. Written by nlp/training/release.py; read by nlp/weights.py.",
    "Every feature (word, run of characters, topic) stands in the project's own corpus, nlp/data/corpus, or in its",
    "lexicon. The numbers were learned from that corpus and from 6,753 public messages of Chinese citizens to a",
    "mayor's board or a 12345 hotline (2010 to 2020, published for research): 779 labelled by their annotator, the",
    "rest by us. No text of theirs, whole or in part, stands here; `learned` are check sums of them, to keep",
    "measuring honest.",
)


def main(folder: Path, target: Path = DATA / "model.txt") -> None:
    own = [row for row in corpus() if not row.held]
    real = messages(folder, REAL)
    known, heads = learn(Read.of(own), Read.of(real))
    target.write_text(text_of(known, heads, ABOUT, [row.mark for row in real]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
