"""The attachment store: files by the SHA-256 of their content in a folder of ours. Nothing in here is ever decoded."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

CHUNK = 1 << 20


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
            scratch.write_bytes(content)
            self._keep(scratch, digest)
        return digest

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
