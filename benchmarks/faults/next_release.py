"""`chulin` of the next release: the same program, which brings one migration more (into the folder NEXT_RELEASE).

The step adds what a program of before knows nothing of: a column, filled by a default, in a table that every message
reads and in one that every message writes, and a table of its own.
"""

import os
import shutil
from pathlib import Path

from alembic.config import Config

from benchmarks.faults.short_leases import shorten
from bot.cli import main as run
from storage import revision, schema

NAME = "9999"
STEP = """
import sqlalchemy as sa
from alembic import op
revision = "{name}"
down_revision = "{before}"
expands = True
def upgrade():
    op.add_column("communities", sa.Column("of_the_next", sa.Integer(), nullable=True))
    op.add_column("inbox", sa.Column("of_the_next", sa.Integer(), server_default="0", nullable=False))
    op.create_table("of_the_next", sa.Column("id", sa.BigInteger(), primary_key=True))
def downgrade():
    op.drop_table("of_the_next")
    op.drop_column("inbox", "of_the_next")
    op.drop_column("communities", "of_the_next")
"""


def written(folder: Path) -> None:
    """All migrations, and the next one, into an empty folder."""
    shutil.copytree(revision.VERSIONS.parent, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    step = STEP.format(name=NAME, before=revision.newest())
    (folder / "migrations" / "versions" / f"{NAME}_the_next.py").write_text(step, encoding="utf-8")


def _configured(connection: object = None) -> Config:
    found = Config()
    found.set_main_option("script_location", str(revision.VERSIONS.parent).replace("%", "%%"))
    found.attributes["connection"] = connection
    return found


def main() -> None:
    revision.VERSIONS = Path(os.environ["NEXT_RELEASE"]) / "migrations" / "versions"
    schema.config = _configured
    shorten()
    run()


if __name__ == "__main__":
    main()
