"""A new message against the open cases of one community: how long, and how well beside usual ways of comparing texts.

    uv run python -m benchmarks.similar [--cases 5000] [--smallest]

Peers, in the same run: TF-IDF over characters (scikit-learn) against all cases at once, with its texts known beforehand. How well
is F1 on the pairs of tests/nlp/sets, for the peer with the threshold that is best for it there.
"""

import argparse
import gc
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer

from nlp import metrics, similar_index
from nlp.data_files import DATA
from nlp.pipeline import Understander
from nlp.similar_index import SimilarIndex

SETS = Path(__file__).parents[1] / "tests/nlp/sets"
NAMES = ("similar", "similar2", "similar3")
LIMIT_MS = 2.0


def corpus() -> list[str]:
    files = sorted((DATA / "corpus").glob("*.jsonl"))
    return [json.loads(line)["text"] for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def timed(call: Callable[[int], object], times: int) -> tuple[float, float]:
    """(p50, p99) in milliseconds."""
    taken = []
    for at in range(times):
        began = time.perf_counter()
        call(at)
        taken.append(1000 * (time.perf_counter() - began))
    taken.sort()
    return taken[times // 2], taken[int(times * 0.99)]


def vectors() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)


def speed(cases: int, asked: int) -> list[tuple[str, float, float]]:
    draw = random.Random(3)
    all_of_them = corpus()
    texts = [draw.choice(all_of_them) for _ in range(cases + 2 * asked)]
    understander, index = Understander.load(), SimilarIndex()
    read = [understander.whole(text) for text in texts]
    for no, matter in enumerate(read[:cases]):
        index.add(str(no), matter.similar_key)
    _as_in_the_bot()
    timed(lambda at: index.nearest(read[cases + asked + at]), asked)  # a day's messages before
    peer = vectors().fit(texts[:cases])
    known = peer.transform(texts[:cases])
    began = [(f"nearest of {cases} open cases", *timed(lambda at: index.nearest(read[cases + at]), asked))]
    return [
        *began,
        ("peer: TF-IDF characters", *timed(lambda at: (peer.transform([texts[cases + at]]) @ known.T).argmax(), asked)),
    ]


def _as_in_the_bot() -> None:
    """What was made at the start is not looked through again and again (bot/commands/run.py)."""
    gc.collect()
    gc.freeze()


def quality(name: str) -> tuple[float, float]:
    """F1 of ours, and of the peer at its best threshold."""
    rows = [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    same = [bool(row["same"]) for row in rows]
    understander = Understander.load()
    ours = [similar_index.same(understander.whole(row["a"]), understander.whole(row["b"])) for row in rows]
    peer = vectors().fit(corpus())
    pairs = zip(peer.transform([r["a"] for r in rows]), peer.transform([r["b"] for r in rows]), strict=True)
    scores = [float((a @ b.T).sum()) for a, b in pairs]
    return metrics.f1(same, ours), max(metrics.f1(same, [s >= least for s in scores]) for least in sorted(set(scores)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--smallest", action="store_true", help="few cases, no sets: only whether it runs")
    given = parser.parse_args()
    cases, asked = (500, 100) if given.smallest else (given.cases, 1000)
    print(f"{'':32} {'p50 ms':>8} {'p99 ms':>8}")
    for what, middle, late in speed(cases, asked):
        print(f"{what:32} {middle:8.3f} {late:8.3f}")
    for name in () if given.smallest else NAMES:
        ours, peers = quality(name)
        print(f"F1 on {name:10} {ours:.3f}, peer {peers:.3f}")
    print(f"promised: p99 <= {LIMIT_MS} ms against 5000, F1 >= 0.85")


if __name__ == "__main__":
    main()
