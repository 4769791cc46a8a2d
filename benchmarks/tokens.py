"""How often the two tokenisers cut alike, and what that changes in the labels: jieba is the reference, rjieba the default.

uv run python -m benchmarks.tokens FILE.jsonl ...     (rows with text and, for the macro-F1, scene)
"""

import argparse
import json
from pathlib import Path

from nlp import metrics
from nlp.normalise import fold, normalise
from nlp.pipeline import Understander
from nlp.tokens import Name, cutter

ALIKE, APART = 0.98, 0.005


def alike(texts: list[str]) -> float:
    """The share of texts that both cut into the same words."""
    plain = [normalise(fold(text)) for text in texts]
    default, reference = cutter("rjieba"), cutter("jieba")
    return sum(default(text) == reference(text) for text in plain) / len(plain)


def macro_f1(rows: list[dict[str, str]], name: Name) -> float:
    understander = Understander.load(tokenizer=name)
    return metrics.macro_f1([row["scene"] for row in rows], [understander.whole(row["text"]).scene for row in rows])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    rows = [json.loads(line) for file in parser.parse_args().files for line in file.open(encoding="utf-8")]
    share = alike([row["text"] for row in rows])
    print(f"{len(rows)} messages, {share:.4f} of them cut alike (wanted: {ALIKE})")
    labelled = [row for row in rows if row.get("scene")]
    default, reference = macro_f1(labelled, "rjieba"), macro_f1(labelled, "jieba")
    apart = abs(default - reference)
    print(
        f"macro-F1 of the scene on {len(labelled)}: rjieba {default:.4f}, jieba {reference:.4f} (apart {apart:.4f}, at most {APART})"
    )
    return int(share < ALIKE or apart > APART)


if __name__ == "__main__":
    raise SystemExit(main())
