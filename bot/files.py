"""The attachment store: files by the SHA-256 of their content in a folder of ours. Nothing in here is ever decoded.

With a key of the operator's they are sealed as words are (storage/sealing.py): a head that names the key, then nonce
and ciphertext. The name stays the digest of the content itself.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage import sealing

CHUNK = 1 << 20
SCRATCH = "new-"
HEAD = b"\x02chulin:"
"""What a sealed file begins with; then comes the name of its key."""


class FileStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Keep content; returns its digest. The same content is kept once."""
        digest = hashlib.sha256(content).hexdigest()
        if not self.touch([digest]):
            self._write(_sealed(content), digest)
        return digest

    def read(self, digest: str) -> bytes:
        """The content as it was given.

        Raises:
            CannotOpen: this process lacks the key that it is sealed with.
        """
        return opened(self.path(digest).read_bytes())

    def stored(self, digest: str) -> "StoredFile":
        return StoredFile(self, digest)

    def seal_again(self, *, plain: bool = False) -> int:
        """Seal what is not sealed with the newest key (or open everything: `plain`); returns how many files changed."""
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
        """A fresh file beside the store, to download into."""
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
        if sealing.ring():
            scratch.write_bytes(_sealed(scratch.read_bytes()))
        self._keep(scratch, digest.hexdigest())
        return digest.hexdigest()

    def drop(self, digests: Iterable[str]) -> None:
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)

    # what is left over -----------------------------------------------------------------------------------------------

    def touch(self, digests: Iterable[str]) -> int:
        """Have files looked at again, whether anything needs them (bot/sweep.py); returns how many there are.

        It goes before a commit with which they lose their last row: who is interrupted after it has not dropped them.
        """
        found = 0
        for digest in digests:
            with suppress(FileNotFoundError):
                os.utime(self.path(digest))
                found += 1
        return found

    def touched(self, since: float, until: float) -> list[str]:
        """Digests of files that were last kept or touched between two moments (seconds of the machine's clock)."""
        found = self.folder.glob("??/*")
        return [path.name for path in found if since <= (_touched_at(path) or 0) < until]

    def drop_untouched(self, digests: Iterable[str], until: float) -> int:
        """Drop files that nobody has touched since that moment; returns how many."""
        old = [digest for digest in digests if (at := _touched_at(self.path(digest))) and at < until]
        self.drop(old)
        return len(old)

    def drop_scratch(self, until: float) -> int:
        """Drop downloads that were interrupted before that moment; returns how many."""
        old = [path for path in self.folder.glob(f"{SCRATCH}*") if (_touched_at(path) or until) < until]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    # keeping ---------------------------------------------------------------------------------------------------------

    def _write(self, stands: bytes, digest: str, *, only_again: bool = False) -> bool:
        """Write a file to its place; `only_again`: not one that was dropped meanwhile."""
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
        """Move a file to its place, name and all on the disk when this returns: the row that names it comes after."""
        on_disk(scratch)
        folder = self.path(digest).parent
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            on_disk(self.folder)
        scratch.replace(self.path(digest))
        on_disk(folder)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store, read when it is needed."""

    store: FileStore
    digest: str

    def read_bytes(self) -> bytes:
        return self.store.read(self.digest)


def on_disk(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _touched_at(path: Path) -> float | None:
    """None: it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None


def _head() -> bytes:
    ring = sealing.ring()
    return HEAD + ring.newest.encode() + b":" if ring else HEAD


def _sealed(content: bytes) -> bytes:
    ring = sealing.ring()
    return _head() + ring.seal(content) if ring else content


def opened(stands: bytes) -> bytes:
    """Content out of what stands in the store.

    Raises:
        CannotOpen: this process lacks the key.
    """
    if not stands.startswith(HEAD):
        return stands
    name, _, rest = stands[len(HEAD) :].partition(b":")
    ring = sealing.ring()
    if ring is None:
        raise sealing.CannotOpen(name.decode(errors="replace"))
    return ring.open(name.decode(errors="replace"), rest)
