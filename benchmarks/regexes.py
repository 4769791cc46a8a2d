"""Every regular expression of the product on strings made to hurt it: the worst time of each, held against 50 ms.

The strings are made of what a pattern itself is written with: one character, a pair or a run of them, over and over, with an end
that lets the match fail at last; one in ten is as long as the longest message (4,096 characters).

    uv run python -m benchmarks.regexes [--strings 10000] [--smallest]
"""

import argparse
import ast
import importlib
import inspect
import random
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("ledger", "nlp", "storage", "digests", "handlers", "bot")
HELD = 50.0
SMALLEST = 60
LONGEST, USUAL = 4096, 600
AGAIN = 3
"""A slow match is measured again: a busy machine is slow once, a bad pattern always."""


def patterns() -> dict[str, re.Pattern[str]]:
    """All expressions of the product by where they stand: compiled ones of modules, and those in calls such as re.sub."""
    found: dict[str, re.Pattern[str]] = {}
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "import re\n" not in source:
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for variable, value in vars(importlib.import_module(name)).items():
            for index, pattern in enumerate(_patterns_in(value)):
                found[f"{name}.{variable}[{index}]"] = pattern
        for line, pattern in _in_calls(ast.parse(source)):
            found[f"{name}:{line}"] = pattern
    return found


def _in_calls(tree: ast.Module) -> Iterator[tuple[int, re.Pattern[str]]]:
    """Expressions that are written where they are used; those that a variable holds are found above."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=how), args=[ast.Constant(value=str(text)), *_]
            ):
                if how not in ("compile", "escape"):
                    yield node.lineno, re.compile(text)


def _patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _patterns_in(item)
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _patterns_in(item)
    elif hasattr(value, "cache_info") and inspect.signature(value).return_annotation is re.Pattern[str]:  # type: ignore[arg-type]
        yield value()  # type: ignore[operator]


def strings(pattern: re.Pattern[str], count: int) -> Iterator[str]:
    """Repetitions of the pattern's own characters, with a stranger at the end."""
    # how often a match can begin anew depends on the text, not on luck: the same strings every time
    chance = random.Random(pattern.pattern.encode("utf-8", "surrogatepass"))
    own = sorted({character for character in pattern.pattern if character.isalnum()} | set("0123456789a一 ,。@-"))
    for number in range(count):
        length = LONGEST if number % 10 == 0 else chance.randint(USUAL // 3, USUAL)
        unit = "".join(chance.choices(own, k=chance.choice((1, 1, 2, 2, 3, 5, 8))))
        yield ((unit * length)[: length - 1]) + chance.choice(("!", "\n", "\0", "x", ""))


def worst(pattern: re.Pattern[str], texts: Iterable[str]) -> float:
    """Milliseconds of the slowest full search."""
    return max((_time(pattern, text) for text in texts), default=0.0)


def _time(pattern: re.Pattern[str], text: str) -> float:
    best = _once(pattern, text)
    for _ in range(AGAIN):
        if best <= HELD:
            break
        best = min(best, _once(pattern, text))
    return best


def _once(pattern: re.Pattern[str], text: str) -> float:
    began = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return (time.process_time() - began) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strings", type=int, default=10_000)
    parser.add_argument("--smallest", action="store_true")
    asked = parser.parse_args()
    count = SMALLEST if asked.smallest else asked.strings
    found = {name: worst(pattern, strings(pattern, count)) for name, pattern in patterns().items()}
    for name, slowest in sorted(found.items(), key=lambda item: -item[1]):
        print(f"{slowest:8.2f} ms  {name}")
    print(
        f"{len(found)} patterns, {count} strings each; the worst {max(found.values()):.2f} ms, held against {HELD:.0f} ms"
    )
    return int(max(found.values()) > HELD)


if __name__ == "__main__":
    sys.exit(main())
