"""Signed deep links to a community, a building or a case. They never expire, because they hang on walls."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import struct
import tempfile
from pathlib import Path

SIGNATURE = 12
KINDS = {0: ">BI", 1: ">BII", 2: ">BII", 3: ">BII"}
COMMUNITY, BUILDING, CASE, PERSON = KINDS
KEY_FILE = "link.key"
KEY_BYTES = 32


class BadKey(Exception):
    """The kept key is not whole: links signed with it could be forged."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.lines = [f"{path}: 密钥文件不完整。有备份请恢复；没有就删掉它，再重印所有二维码"]


class SignedLinks:
    """Makes and reads payloads of at most 64 letters, digits, `-` and `_`, signed with 96 bits of HMAC-SHA256."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, secret: str, folder: Path) -> "SignedLinks":
        """Use the operator's secret; without one, a random one that is made once and kept in `folder`."""
        return cls(secret.encode() if secret else _kept_key(folder / KEY_FILE))

    def mark_key(self) -> bytes:
        """A key of its own, for marks that nobody else can make (see bot/erasure_log.py)."""
        return hmac.new(self._key, b"erased", hashlib.sha256).digest()

    def make(self, community_id: int, building_id: int | None = None) -> str:
        if building_id is None:
            return self._made(COMMUNITY, community_id)
        return self._made(BUILDING, community_id, building_id)

    def of_case(self, community_id: int, no: int) -> str:
        return self._made(CASE, community_id, no)

    def read(self, payload: str) -> tuple[int, int | None] | None:
        match self._read(payload):
            case (kind, community, *building) if kind in (COMMUNITY, BUILDING):
                return community, building[0] if building else None
        return None

    def read_case(self, payload: str) -> tuple[int, int] | None:
        match self._read(payload):
            case (kind, community, no) if kind == CASE:
                return community, no
        return None

    def of_person(self, community_id: int, no: int) -> str:
        return self._made(PERSON, community_id, no)

    def read_person(self, payload: str) -> tuple[int, int] | None:
        match self._read(payload):
            case (kind, community, no) if kind == PERSON:
                return community, no
        return None

    def _made(self, kind: int, *numbers: int) -> str:
        content = struct.pack(KINDS[kind], kind, *numbers)
        return base64.urlsafe_b64encode(content + self._sign(content)).rstrip(b"=").decode()

    def _read(self, payload: str) -> tuple[int, ...]:
        """Kind and numbers of a payload that we signed; nothing of any other."""
        try:
            raw = base64.b64decode(payload + "=" * (-len(payload) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return ()
        content, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
        if not content or not hmac.compare_digest(signature, self._sign(content)):
            return ()
        if self._canonical(raw) != payload:
            return ()  # spare bits of base64 would let a changed link through
        return struct.unpack(KINDS[content[0]], content)

    def _sign(self, content: bytes) -> bytes:
        return hmac.new(self._key, content, hashlib.sha256).digest()[:SIGNATURE]

    def _canonical(self, raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _kept_key(path: Path) -> bytes:
    """The folder's own key. Two processes that start at once end up with the same one, and none sees half of it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".link-")  # mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(scratch, path)
        Path(scratch).unlink()
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise BadKey(path)
    return key
