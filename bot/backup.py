"""Backups: everything in one file, for the operator's key only, made while the bot runs.

A gzipped tar in an age file: `age -d -i KEY FILE | tar tz` reads it without this program. It begins with what it is,
holds the rows of each table as JSON lines, the files of the attachment store, the key of the QR codes and the marks of
who was erased, and ends with its counts; age itself notices a changed or shortened file. To make one, the public half
of the key is enough.
"""

import asyncio
import gzip
import io
import json
import os
import re
import tarfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyrage
from sqlalchemy import Connection

from bot.backup_folder import name_at
from bot.erasure_log import FILE as ERASED
from bot.erasure_log import ErasureLog
from bot.files import on_disk
from storage import dump
from storage.revision import WrongRevision, knows, newest, revision_of

FORMAT = 1
DIGEST = re.compile(r"[0-9a-f]{64}")
LINK_KEY = "link.key"


class BadBackup(Exception):
    """A file that is none of ours, for another key, or not whole."""


class NotEmpty(Exception):
    """There is something already where it was to be restored."""


class OtherRevision(Exception):
    """The database stands at another revision than the backup."""


@dataclass
class Contents:
    """What a backup holds: its revision, when it was made, rows by table, how many files, and whether its end came.

    `other_link_key`: where it was restored, there was another key of QR codes, which stays.
    """

    revision: str = ""
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    rows: Counter[str] = field(default_factory=Counter)
    files: int = 0
    whole: bool = False
    other_link_key: bool = False


# --- keys ------------------------------------------------------------------------------------------------------------


def new_key(path: Path) -> str:
    """Write a new private key to a file that only its owner may read; returns the public half.

    Raises:
        FileExistsError: a key that is there is never overwritten.
    """
    identity = pyrage.x25519.Identity.generate()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


def recipients(keys: Sequence[str]) -> list[Any]:
    """Public keys, read.

    Raises:
        ValueError: one of them is none.
    """
    try:
        return [pyrage.x25519.Recipient.from_str(key) for key in keys]
    except pyrage.RecipientError:
        raise ValueError("不是公钥；公钥以 age1 开头") from None


def identities(text: str) -> list[Any]:
    """Private keys out of a key file's text.

    Raises:
        BadBackup: there is none.
    """
    lines = [line.strip() for line in text.splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise BadBackup("密钥文件里没有私钥（以 AGE-SECRET-KEY- 开头）")
    return found


# --- making ----------------------------------------------------------------------------------------------------------


def make(url: str, data_dir: Path, folder: Path, keys: Sequence[Any], now: datetime) -> tuple[Path, Contents]:
    """Write a backup into `folder`; it stands there under its name only when it is whole and on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name_at(now)
    part = target.with_suffix(".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with _written_by(lambda sink: _write(sink, url, data_dir, now)) as (source, found):
                _encrypt(source, out, keys)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
        on_disk(folder)
    finally:
        part.unlink(missing_ok=True)
    return target, found[0]


class _NotesErrors(io.BufferedIOBase):
    """Passes on what is written to a file, and keeps the error with which that failed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failed: OSError | None = None

    def write(self, piece: Any) -> int:
        try:
            return self._file.write(piece)
        except OSError as error:
            self.failed = error
            raise


def _encrypt(source: io.BufferedIOBase, out: BinaryIO, keys: Sequence[Any]) -> None:
    """Pyrage says nothing of an error in writing its last piece, and gives every other one a kind of its own."""
    noting = _NotesErrors(out)
    try:
        pyrage.encrypt_io(source, noting, keys)
    finally:
        if noting.failed:
            raise noting.failed


@contextmanager
def _written_by(write: Callable[[io.BufferedIOBase], Contents]) -> Iterator[tuple[io.BufferedReader, list[Contents]]]:
    """A stream that another thread fills, so that nothing readable ever lies on a disk. Its failure is raised here."""
    reading, writing = os.pipe()
    found: list[Contents] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb") as sink:
                found.append(write(sink))
        except BaseException as error:  # noqa: BLE001 - raised where the stream is read
            failed.append(error)

    thread = threading.Thread(target=run, name="backup", daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as source:
            yield source, found
    finally:
        thread.join()
        # a pipe that nobody reads any more is no cause: why nobody does is raised already
        if failed and not isinstance(failed[0], BrokenPipeError):
            raise failed[0]


def _write(sink: io.BufferedIOBase, url: str, data_dir: Path, now: datetime) -> Contents:
    with (
        gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        found = asyncio.run(dump.in_snapshot(url, lambda connection: _rows(tar, connection, now)))
        for path in sorted((data_dir / "files").glob("??/*")):
            if DIGEST.fullmatch(path.name) and (content := _content(path)) is not None:
                _add(tar, f"files/{path.name}", content)
                found.files += 1
        for name in (LINK_KEY, ERASED):
            if (content := _content(data_dir / name)) is not None:
                _add(tar, name, content)
        _add(tar, "end.json", orjson.dumps({"rows": dict(found.rows), "files": found.files}))
    return found


def _rows(tar: tarfile.TarFile, connection: Connection, now: datetime) -> Contents:
    if (revision := revision_of(connection)) is None:  # another database than the bot's: nothing of it would be kept
        raise WrongRevision(None, newest())
    found = Contents(revision, now)
    about = {"format": FORMAT, "revision": found.revision, "made_at": now.isoformat()}
    _add(tar, "begin.json", orjson.dumps(about))
    for table in dump.tables(connection):
        names = [column.name for column in table.columns]
        for number, part in enumerate(dump.rows(connection, table)):
            lines = b"\n".join(orjson.dumps(row) for row in [names, *part])
            _add(tar, f"rows/{table.name}/{number:06}.jsonl", lines)
            found.rows[str(table.name)] += len(part)
    return found


def _content(path: Path) -> bytes | None:
    """A file's content; None for one that went meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


# --- restoring -------------------------------------------------------------------------------------------------------


def entries(path: Path, keys: Sequence[Any]) -> Iterator[tuple[str, bytes]]:
    """What is in a backup, in its order.

    Raises:
        BadBackup: it cannot be opened with these keys, or it is not whole.
    """

    def write(sink: io.BufferedIOBase) -> Contents:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, sink, keys)
        return Contents()

    try:
        with _written_by(write) as (source, _), tarfile.open(fileobj=source, mode="r|gz") as tar:
            for entry in tar:
                content = tar.extractfile(entry)
                yield entry.name, content.read() if content else b""
            while source.read(1 << 16):  # to the end, so that all of it is checked
                pass
    except pyrage.DecryptError:
        raise BadBackup("打不开：密钥不对，或者文件不完整、被改过") from None
    except (tarfile.TarError, EOFError, OSError):
        raise BadBackup("读不了：不是楚邻的备份，或者文件不完整、被改过") from None


def looked_at(path: Path, keys: Sequence[Any]) -> Contents:
    """Read all of a backup and hold it against its own counts; touches nothing.

    Raises:
        BadBackup: see `entries`; also where the counts differ.
    """
    found = Contents()
    for name, content in entries(path, keys):
        _count(found, name, content)
    _hold_whole(found)
    return found


def _hold_whole(found: Contents) -> None:
    """Anybody can encrypt a file for a public key; one without our last entry is no backup."""
    if not found.whole:
        raise BadBackup("不是楚邻的备份，或者文件不完整")


def _count(found: Contents, name: str, content: bytes) -> None:
    if name == "begin.json":
        about = orjson.loads(content)
        if about["format"] != FORMAT:
            raise BadBackup(f"格式 {about['format']} 是更新的程序做的，请先更新程序")
        found.revision, found.made_at = about["revision"], datetime.fromisoformat(about["made_at"])
        if not knows(found.revision):
            raise BadBackup(f"数据库版本 {found.revision} 比程序新，请先更新程序")
    elif name.startswith("rows/"):
        found.rows[name.split("/")[1]] += content.count(b"\n")
    elif name.startswith("files/"):
        found.files += 1
    elif name == "end.json":
        promised = json.loads(content)
        if promised != {"rows": dict(found.rows), "files": found.files}:
            raise BadBackup("数目对不上，文件不完整")
        found.whole = True


def restore(url: str, data_dir: Path, path: Path, keys: Sequence[Any]) -> Contents:
    """Put a backup into an empty database of its revision, in one transaction, and its files into the store.

    Raises:
        BadBackup, NotEmpty, OtherRevision: then nothing was changed.
    """
    return asyncio.run(dump.in_one_go(url, lambda connection: _restore(connection, data_dir, path, keys)))


def _restore(connection: Connection, data_dir: Path, path: Path, keys: Sequence[Any]) -> Contents:
    if filled := dump.filled(connection):
        raise NotEmpty("、".join(filled[:5]))
    found, tables = Contents(), {table.name: table for table in dump.tables(connection)}
    dump.emptied(connection)
    for name, content in entries(path, keys):
        _count(found, name, content)
        if name == "begin.json" and revision_of(connection) != found.revision:
            raise OtherRevision(found.revision)
        if name.startswith("rows/"):
            names, *part = [orjson.loads(line) for line in content.split(b"\n")]
            dump.put(connection, tables[name.split("/")[1]], names, part)
        elif name.startswith("files/") and DIGEST.fullmatch(name.removeprefix("files/")):
            digest = name.removeprefix("files/")
            _keep(data_dir / "files" / digest[:2] / digest, content)
        elif name == LINK_KEY:
            found.other_link_key = (_content(data_dir / LINK_KEY) or content) != content
            if not found.other_link_key:
                _keep(data_dir / LINK_KEY, content)
        elif name == ERASED:
            ErasureLog(b"", data_dir).add(content.decode())
    _hold_whole(found)
    _hold_references(connection)
    return found


def _keep(path: Path, content: bytes) -> None:
    """Under its name it stands only when it is whole: who restores again after a power cut takes it for good."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _hold_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise BadBackup("有的行指向不存在的行")
