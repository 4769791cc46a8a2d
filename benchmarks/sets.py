"""The test sets and the corpus, measured with the weights and rules of now: the figures of docs/understanding.md.

uv run python -m benchmarks.sets [emergencies] [splitting] [likeness] [personal] [corpus]

Those of chats come from `chulin nlp evaluate`.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ledger.scenes import Urgency
from nlp import metrics, personal, similar_index
from nlp.normalise import fold
from nlp.pipeline import Understander
from nlp.segmentation import split
from nlp.training.dataset import corpus

SETS = Path(__file__).parent.parent / "tests" / "nlp" / "sets"
Rows = list[dict[str, Any]]


def alarms(understander: Understander, texts: list[str]) -> list[bool]:
    """For each text, whether it is taken for an emergency."""
    return [reading.main.urgency is Urgency.EMERGENCY for reading in understander.read_all(texts)]


def emergencies(understander: Understander, rows: Rows) -> str:
    found = alarms(understander, [row["text"] for row in rows])
    real = [hit for row, hit in zip(rows, found, strict=True) if row["emergency"]]
    calm = [hit for row, hit in zip(rows, found, strict=True) if not row["emergency"]]
    return f"recall {_share(real)}  false alarms {_share(calm)}"


def splitting(_: Understander, rows: Rows) -> str:
    return f"right number of matters {_share([len(split(fold(row['text']))) == row['matters'] for row in rows])}"


def likeness(understander: Understander, rows: Rows) -> str:
    found = [similar_index.same(understander.whole(row["a"]), understander.whole(row["b"])) for row in rows]
    return f"F1 {metrics.f1([bool(row['same']) for row in rows], found):.2f}"


def personal_data(_: Understander, rows: Rows) -> str:
    wanted = [{(start, end, kind) for start, end, kind in row["spans"]} for row in rows]
    found = [{(span.start, span.end, str(span.type)) for span in personal.find(row["text"])} for row in rows]
    right = sum(len(one & other) for one, other in zip(wanted, found, strict=True))
    return f"recall {right / sum(map(len, wanted)):.2f}  precision {right / sum(map(len, found)):.2f}"


def of_corpus(understander: Understander) -> Iterator[str]:
    """What is wrongly alarmed about or cut in the corpus. Letters have no urgency."""
    rows = corpus()
    calm = [row.text for row in rows if row.labels.get("urgency", Urgency.EMERGENCY) != Urgency.EMERGENCY]
    single = [row.text for row in rows if row.labels["scene2"] == "-"]
    yield f"corpus: false alarms {_share(alarms(understander, calm), 4)} of {len(calm):,} without an emergency"
    yield f"corpus: cut {_share([len(split(fold(text))) > 1 for text in single], 4)} of {len(single):,} about one matter"


KINDS: Mapping[str, tuple[str, Callable[[Understander, Rows], str]]] = {
    "emergencies": ("emergencies", emergencies),
    "splitting": ("splitting", splitting),
    "likeness": ("similar", likeness),
    "personal": ("personal", personal_data),
}


def lines(understander: Understander, wanted: Iterable[str]) -> Iterator[str]:
    for kind in wanted:
        if kind == "corpus":
            yield from of_corpus(understander)
            continue
        prefix, measure = KINDS[kind]
        for path in sorted(SETS.glob(f"{prefix}*.jsonl"), key=lambda path: (len(path.name), path.name)):
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            yield f"{path.stem}: {measure(understander, rows)}"


def _share(hits: list[bool], digits: int = 2) -> str:
    return f"{sum(hits) / len(hits):.{digits}f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", help="all if none is named")
    for line in lines(Understander.load(), parser.parse_args().kinds or [*KINDS, "corpus"]):
        print(line, flush=True)


if __name__ == "__main__":
    main()
