"""A record of erased people outside the database, so that a restored backup does not bring them back.

It holds only a keyed hash of each account and the time, for as long as a backup may contain the person. Backups hold
it too (bot/backup.py): the disk may be lost with it.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

FILE = "erased.log"


class ErasureLog:
    def __init__(self, key: bytes, folder: Path) -> None:
        self._key = key
        self._path = folder / FILE

    def note(self, bot: str, account: int, at: datetime) -> None:
        """Record an erasure; it is on the disk when this returns."""
        with self._alone(), self._path.open("a") as file:
            # begins a new line even if the last one was cut off
            _write(file, f"\n{at.isoformat()} {self._mark(bot, account)}\n")

    def add(self, text: str) -> None:
        """Add what another log knows that is news to this one."""
        with self._alone():
            known = self.marks()
            news = {mark: at for mark, at in _marks(text).items() if mark not in known or known[mark] < at}
            with self._path.open("a") as file:
                _write(file, "\n" + _lines(news))

    def marks(self) -> dict[str, datetime]:
        """When each person was last erased, by their hash."""
        return _marks(self._path.read_text()) if self._path.exists() else {}

    def at(self, marks: dict[str, datetime], bot: str, account: int) -> datetime | None:
        """When this account was erased, if it was."""
        return marks.get(self._mark(bot, account))

    def forget(self, before: datetime) -> None:
        """Delete records of people whom no backup can contain any more."""
        if not self._path.exists():
            return
        with self._alone():
            found = self.marks()
            kept = {mark: at for mark, at in found.items() if at >= before}
            if kept != found:
                scratch = self._path.with_suffix(".new")
                with scratch.open("w") as file:
                    _write(file, _lines(kept))
                scratch.replace(self._path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Lock the file against other processes: a record added during `forget` would be lost otherwise."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _mark(self, bot: str, account: int) -> str:
        return hmac.new(self._key, f"erased:{bot}:{account}".encode(), hashlib.sha256).hexdigest()


def _marks(text: str) -> dict[str, datetime]:
    lines = (line.split() for line in text.splitlines())
    return {line[1]: datetime.fromisoformat(line[0]) for line in lines if len(line) == 2}  # noqa: PLR2004


def _lines(marks: dict[str, datetime]) -> str:
    return "".join(f"{at.isoformat()} {mark}\n" for mark, at in marks.items())


def _write(file: IO[str], text: str) -> None:
    file.write(text)
    file.flush()
    os.fsync(file.fileno())
