"""Signed deep links: a community, perhaps a building. They never expire, for they hang on walls."""

import base64
import hashlib
import hmac
import os
import secrets
import struct
from pathlib import Path

SIGNATURE = 12
KINDS = {0: ">BI", 1: ">BII"}
KEY_FILE = "link.key"


class SignedLinks:
    """Makes and reads payloads of at most 64 letters, digits, `-` and `_`, signed with 96 bits of HMAC-SHA256."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, secret: str, folder: Path) -> "SignedLinks":
        """Use the operator's secret; without one, a random one that is made once and kept in `folder`."""
        return cls(secret.encode() if secret else _kept_key(folder / KEY_FILE))

    def make(self, community_id: int, building_id: int | None = None) -> str:
        numbers = (community_id,) if building_id is None else (community_id, building_id)
        content = struct.pack(KINDS[len(numbers) - 1], len(numbers) - 1, *numbers)
        return base64.urlsafe_b64encode(content + self._sign(content)).rstrip(b"=").decode()

    def read(self, payload: str) -> tuple[int, int | None] | None:
        try:
            raw = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        content, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
        if not content or not hmac.compare_digest(signature, self._sign(content)):
            return None
        if self._canonical(raw) != payload:
            return None  # spare bits of base64 would let a changed link through
        _, community, *building = struct.unpack(KINDS[content[0]], content)
        return community, building[0] if building else None

    def _sign(self, content: bytes) -> bytes:
        return hmac.new(self._key, content, hashlib.sha256).digest()[:SIGNATURE]

    def _canonical(self, raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()
