"""The attachment store: a folder of files, each named by the SHA-256 of its content. Files are never decoded.

If the operator has set a key, files are encrypted like words (storage/encryption.py): a header that names the key, then
nonce and ciphertext. The name is always the digest of the plain content.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage import encryption

CHUNK = 1 << 20
SCRATCH = "new-"
HEAD = b"\x02chulin:"
"""The beginning of an encrypted file; the name of its key follows."""


class FileStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Store content; returns its digest. The same content is stored once."""
        digest = hashlib.sha256(content).hexdigest()
        if not self.touch([digest]):
            self._write(_sealed(content), digest)
        return digest

    def read(self, digest: str) -> bytes:
        """The plain content.

        Raises:
            CannotOpen: this process lacks the key.
        """
        return opened(self.path(digest).read_bytes())

    def stored(self, digest: str) -> "StoredFile":
        return StoredFile(self, digest)

    def seal_again(self, *, plain: bool = False) -> int:
        """Encrypt all files with the newest key, or decrypt them all (`plain`); returns how many changed."""
        return sum(self._seal_again(path, plain) for path in sorted(self.folder.glob("??/*")))

    def _seal_again(self, path: Path, plain: bool) -> bool:
        try:
            stands = path.read_bytes()
        except FileNotFoundError:  # erased meanwhile
            return False
        if stands.startswith(HEAD if plain else _head()) is not plain:
            return False
        content = opened(stands) if plain else _sealed(opened(stands))
        return self._write(content, path.name, only_again=True)

    def scratch(self) -> Path:
        """A new empty file on the store's disk, to download into."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=SCRATCH)
        os.close(handle)
        return Path(name)

    def take(self, scratch: Path) -> str:
        """Move a downloaded file into the store; returns its digest."""
        digest = hashlib.sha256()
        with scratch.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        if encryption.ring():
            scratch.write_bytes(_sealed(scratch.read_bytes()))
        self._keep(scratch, digest.hexdigest())
        return digest.hexdigest()

    def drop(self, digests: Iterable[str]) -> None:
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)

    # what is left over -----------------------------------------------------------------------------------------------

    def touch(self, digests: Iterable[str]) -> int:
        """Mark files for the next sweep (bot/sweep.py); returns how many exist.

        Call it before the commit that deletes the last row naming them: if the process ends right after that commit,
        the sweep deletes the files.
        """
        found = 0
        for digest in digests:
            with suppress(FileNotFoundError):
                os.utime(self.path(digest))
                found += 1
        return found

    def touched(self, since: float, until: float) -> list[str]:
        """Digests of files that were last stored or touched between two moments (seconds since the epoch)."""
        found = self.folder.glob("??/*")
        return [path.name for path in found if since <= (_touched_at(path) or 0) < until]

    def drop_untouched(self, digests: Iterable[str], until: float) -> int:
        """Delete those files that were not touched since `until`; returns how many."""
        old = [digest for digest in digests if (at := _touched_at(self.path(digest))) and at < until]
        self.drop(old)
        return len(old)

    def drop_scratch(self, until: float) -> int:
        """Delete unfinished downloads from before `until`; returns how many."""
        old = [path for path in self.folder.glob(f"{SCRATCH}*") if (_touched_at(path) or until) < until]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    # keeping ---------------------------------------------------------------------------------------------------------

    def _write(self, stands: bytes, digest: str, *, only_again: bool = False) -> bool:
        """Write a file into its place; `only_again`: unless it was deleted meanwhile. False: not written."""
        scratch = self.scratch()
        try:
            scratch.write_bytes(stands)
            wanted = not only_again or self.path(digest).exists()
            if wanted:
                self._keep(scratch, digest)
            return wanted
        finally:
            scratch.unlink(missing_ok=True)

    def _keep(self, scratch: Path, digest: str) -> None:
        """Move a file into its place. Both are on the disk when this returns, because its row is committed later."""
        on_disk(scratch)
        folder = self.path(digest).parent
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            on_disk(self.folder)
        scratch.replace(self.path(digest))
        on_disk(folder)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store that is read only when needed."""

    store: FileStore
    digest: str

    def read_bytes(self) -> bytes:
        return self.store.read(self.digest)


def on_disk(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _touched_at(path: Path) -> float | None:
    """Time of the last change (seconds since the epoch); None: the file is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None


def _head() -> bytes:
    ring = encryption.ring()
    return HEAD + ring.newest.encode() + b":" if ring else HEAD


def _sealed(content: bytes) -> bytes:
    ring = encryption.ring()
    return _head() + ring.seal(content) if ring else content


def opened(stands: bytes) -> bytes:
    """The plain content of a file as it is stored.

    Raises:
        CannotOpen: this process lacks the key.
    """
    if not stands.startswith(HEAD):
        return stands
    name, _, rest = stands[len(HEAD) :].partition(b":")
    ring = encryption.ring()
    if ring is None:
        raise encryption.CannotOpen(name.decode(errors="replace"))
    return ring.open(name.decode(errors="replace"), rest)
