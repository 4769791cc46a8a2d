"""May this program serve from a database? Checked at every start, so without Alembic (0.1 s and 12 MB to import)."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text

VERSIONS = Path(__file__).parent / "migrations" / "versions"
"""One file for each revision, named by it; each says which one it follows."""
FOLLOWS = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


class WrongRevision(Exception):
    """The database is of another revision than this program. `newer`: this program has never heard of it."""

    def __init__(self, found: str | None, wanted: str, *, newer: bool = False) -> None:
        self.found = found
        self.wanted = wanted
        self.newer = newer
        super().__init__(f"database is at revision {found or 'none'}, this program needs {wanted}")


def newest() -> str:
    """The revision that no other follows."""
    followed = {found[1] for path in _files() if (found := FOLLOWS.search(path.read_text(encoding="utf-8")))}
    return max(_revisions() - followed)


def knows(revision: str) -> bool:
    return revision in _revisions()


def revision_of(connection: Connection) -> str | None:
    """The database's revision; several, which only a hand can have written, are named together."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version ORDER BY version_num"))
    return ", ".join(found.scalars()) or None


def check(connection: Connection) -> None:
    """Refuse a database of another revision, unless its steps since this program's have left everything that it uses.

    Raises:
        WrongRevision: mended by `chulin db upgrade`, or by a newer program.
    """
    found, wanted = revision_of(connection), newest()
    if found != wanted and wanted not in served(connection):
        raise WrongRevision(found, wanted, newer=found is not None and not knows(found))


def served(connection: Connection) -> set[str]:
    """Revisions whose programs may work on the database as it is."""
    if not inspect(connection).has_table("program_revisions"):
        return set()
    return set(connection.execute(text("SELECT revision FROM program_revisions")).scalars())


def _revisions() -> set[str]:
    return {path.name.partition("_")[0] for path in _files()}


def _files() -> list[Path]:
    return list(VERSIONS.glob("[0-9]*_*.py"))
