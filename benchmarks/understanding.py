"""The understanding beside scikit-learn: right answers, time, memory, from the same corpus and in the same run.

The batch is counted in processor time: what one core does, whoever else is at work on the machine. Like cases are
compared by a signature that is worked out when it is asked for; with it is a line of its own.

Baselines are trained on the corpus alone. On messages that the shipped weights have learned from (messages-dev.jsonl) the
product is asked out of fold; on the chat set both are new.

    uv run python -m benchmarks.understanding [--messages ../shared/data/messages-dev.jsonl] [--smallest]
"""

import argparse
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.sample import texts as sample_texts
from nlp import metrics
from nlp.evaluation import mark
from nlp.pipeline import TOGETHER, Understander
from nlp.tokens import cutter
from nlp.training.dataset import Row, corpus, read_rows

CHAT = Path(__file__).parent.parent / "tests" / "nlp" / "sets" / "chat.jsonl"
WARM = 300
EVERYTHING = "chulin, all but like cases"


def baselines() -> dict[str, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - only where it is measured
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.naive_bayes import ComplementNB  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    def words() -> Any:
        return TfidfVectorizer(tokenizer=cutter(), token_pattern=None, ngram_range=(1, 2), sublinear_tf=True)

    def characters() -> Any:
        return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)

    return {
        "words + LinearSVC": make_pipeline(words(), LinearSVC()),
        "words + LogisticRegression": make_pipeline(words(), LogisticRegression(max_iter=300, C=10)),
        "words + ComplementNB": make_pipeline(words(), ComplementNB()),
        "characters + LinearSVC": make_pipeline(characters(), LinearSVC()),
    }


def scored(name: str, rows: Sequence[Row], named: Sequence[str]) -> str:
    truth = [row.labels["scene"] for row in rows]
    return f"{name:28} accuracy {metrics.accuracy(truth, named):.3f}  macro-F1 {metrics.macro_f1(truth, named):.3f}"


def microseconds(call: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    """(p50, p99) of one call."""
    for text in texts[:WARM]:
        call(text)
    taken = []
    for text in texts:
        began = time.perf_counter()
        call(text)
        taken.append((time.perf_counter() - began) * 1e6)
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def start() -> tuple[float, float, float]:
    """Seconds to load the weights, seconds until the first answer, and MB of a fresh process."""
    answer = "from nlp.pipeline import Understander; u = Understander.load(); u.read('路灯坏了')"
    ready, megabytes = _fresh(answer)
    load, _ = _fresh("from nlp.pipeline import MODEL, Weights; began = time.perf_counter(); Weights.load(MODEL)")
    return load, ready, megabytes


def _fresh(code: str) -> tuple[float, float]:
    """Seconds that `code` takes in a process of its own, and the most memory (MB) that this process had.

    `ru_maxrss` would do for nothing: a child begins with its parent's.
    """
    lines = (
        "import re, time",
        "from pathlib import Path",
        "began = time.perf_counter()",
        code,
        "taken = time.perf_counter() - began",
        "most = re.search(r'VmHWM:\\s+([0-9]+)', Path('/proc/self/status').read_text()).group(1)",
        "print(taken, int(most) / 1024)",
    )
    out = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, check=True, text=True).stdout  # noqa: S603
    seconds, megabytes = map(float, out.split())
    return seconds, megabytes


def by_product(understander: Understander, rows: Sequence[Row], folder: Path) -> tuple[str, list[str]]:
    if not any(mark(row.text) in understander.learned for row in rows):
        return "chulin", [understander.whole(row.text).scene for row in rows]
    from nlp.training.cross_validation import out_of_fold  # noqa: PLC0415 - trains five models

    return "chulin (out of fold)", [found.scene for found in out_of_fold(rows, folder)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=Path, help="real messages, labelled; they are no part of the project")
    parser.add_argument("--smallest", action="store_true", help="the chat set and one baseline")
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    trained = baselines()
    if wanted.smallest:
        trained = {name: trained[name] for name in ("words + LinearSVC",)}
    own = corpus()
    for model in trained.values():
        model.fit([row.text for row in own], [row.labels["scene"] for row in own])
    understander = Understander.load()
    for path in filter(None, [CHAT, wanted.messages]):
        with path.open(encoding="utf-8") as lines:
            rows = list(read_rows(lines))
        print(f"\n{path.name}, {len(rows)} rows")
        how, named = by_product(understander, rows, path.parent)
        print(scored(how, rows, named))
        for name, model in trained.items():
            print(scored(name, rows, list(model.predict([row.text for row in rows]))))
    _times(understander, trained, 1_000 if wanted.smallest else 4_000)


def _times(understander: Understander, trained: dict[str, Any], count: int) -> None:
    texts = sample_texts(count)
    calls: dict[str, Callable[[str], object]] = {
        EVERYTHING: understander.read,
        "… and the signature": lambda text: [matter.similar_key[0] for matter in understander.read(text).matters],
        **{f"{name}, scene": lambda text, model=model: model.predict([text]) for name, model in trained.items()},  # type: ignore[misc]
    }
    print(f"\none message, {count} of them: p50 and p99 in microseconds, and how much of each p50 chulin takes")
    found = {name: microseconds(call, texts) for name, call in calls.items()}
    for name, (p50, p99) in found.items():
        print(f"{name:28} {p50:7.0f} {p99:7.0f}   {found[EVERYTHING][0] / p50:.2f}")
    began = time.process_time()
    for at in range(0, count, TOGETHER):
        understander.read_all(texts[at : at + TOGETHER])
    print(f"batch: {count / (time.process_time() - began):,.0f} messages/s a core (promised >= 4,000)")
    load, ready, megabytes = start()
    print(
        f"weights loaded in {load:.2f} s (promised <= 0.30), ready in {ready:.2f} s (<= 0.50), {megabytes:.0f} MB (<= 150)"
    )


if __name__ == "__main__":
    main()
