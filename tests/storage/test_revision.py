"""The revision that is asked for at every start is the one that Alembic would name, without Alembic."""

import subprocess
import sys

from storage import revision, schema


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    assert revision.newest() == schema.scripts().get_current_head()


def test_every_migration_file_is_named_by_its_revision() -> None:
    scripts = {script.revision for script in schema.scripts().walk_revisions()}
    files = {path.name.partition("_")[0] for path in revision.VERSIONS.glob("[!_]*.py")}
    assert scripts == files
    assert all(revision.knows(name) for name in scripts)


def test_starting_does_not_import_alembic() -> None:
    asked = "import sys, bot.app, bot.build; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0  # noqa: S603
