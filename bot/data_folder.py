"""Do the processes of one database share one data folder? What one of them fetches, another sends.

The first process puts the same random number into the database and into the folder. SQLite has one process only.
"""

import secrets
from pathlib import Path

from sqlalchemy import Connection

from storage import counters
from storage.reference import DISTRICT

FILE = "folder.id"
_OF_THE_FOLDER = (DISTRICT, "data_folder")


def claim(connection: Connection, folder: Path) -> bool:
    """As `is_shared`; the first process makes its folder the one, and another that starts now waits for that."""
    if connection.dialect.name != "sqlite" and counters.begin(connection, *_OF_THE_FOLDER, secrets.randbits(62)):
        adopt(connection, folder)
    return is_shared(connection, folder)


def is_shared(connection: Connection, folder: Path) -> bool:
    """Whether this is the folder that the processes of this database use; True as long as none has claimed one."""
    number = counters.value(connection, *_OF_THE_FOLDER)
    return connection.dialect.name == "sqlite" or number is None or _marked(folder) == str(number)


def adopt(connection: Connection, folder: Path) -> None:
    """This folder is the one from now on: a database was restored beside it."""
    if (number := counters.value(connection, *_OF_THE_FOLDER)) is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(f"{number}\n")


def _marked(folder: Path) -> str:
    try:
        return (folder / FILE).read_text().strip()
    except FileNotFoundError:
        return ""
