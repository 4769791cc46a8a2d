"""The attachment store: files by the SHA-256 of their content in a folder of ours. Nothing in here is ever decoded.

With a key of the operator's they are sealed as words are (storage/sealing.py): a head that names the key, then nonce
and ciphertext. The name stays the digest of the content itself.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from storage import sealing

CHUNK = 1 << 20
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
        if not self.path(digest).exists():
            scratch = self.scratch()
            scratch.write_bytes(_sealed(content))
            self._keep(scratch, digest)
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
        scratch = self.scratch()
        scratch.write_bytes(opened(stands) if plain else _sealed(opened(stands)))
        if not path.exists():
            scratch.unlink()
            return False
        self._keep(scratch, path.name)
        return True

    def scratch(self) -> Path:
        """A fresh file beside the store, to download into."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="new-")
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

    def _keep(self, scratch: Path, digest: str) -> None:
        with scratch.open("rb") as file:
            os.fsync(file.fileno())
        self.path(digest).parent.mkdir(parents=True, exist_ok=True)
        scratch.replace(self.path(digest))


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store, read when it is needed."""

    store: FileStore
    digest: str

    def read_bytes(self) -> bytes:
        return self.store.read(self.digest)


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
