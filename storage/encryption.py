"""Encryption of words and contact data at rest with the operator's keys (AES-256-GCM); without a key, none.

The newest key encrypts, older ones only decrypt. A sealed value begins with a character that no stored text can begin
with, then names its key: `␂<key>:<base64 of nonce and ciphertext>`. What was stored before there was a key is read as
it is, until `chulin db seal` has gone over it.
"""

import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "\x02"
KEY_BYTES = 32
NONCE_BYTES = 12


class CannotOpen(Exception):
    """Something is sealed with a key that this process has not, or was changed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.lines = [
            f"数据是用密钥 {name} 加密的，现在的 CHULIN_DATA_KEYS 里没有它（或者数据被改过）。",
            "请把原来的密钥加到 CHULIN_DATA_KEYS 后面（逗号隔开），再运行：chulin doctor",
        ]


class Keyring:
    """The operator's keys, the newest first.

    Raises:
        ValueError: a key is not 32 bytes in base64.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = {name_of(key): AESGCM(_read(key)) for key in keys}
        self.newest = next(iter(self._keys))

    @property
    def names(self) -> list[str]:
        return list(self._keys)

    @property
    def prefix(self) -> str:
        """How everything begins that the newest key has sealed."""
        return f"{MARK}{self.newest}:"

    def seal(self, content: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._keys[self.newest].encrypt(nonce, content, self.newest.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """Raises CannotOpen: no such key, or it was changed."""
        try:
            return self._keys[name].decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
        except (KeyError, InvalidTag, ValueError):
            raise CannotOpen(name) from None


_ring: Keyring | None = None


def use(keys: Sequence[str]) -> None:
    """Seal and open with these keys from now on, in the whole process; without any, nothing is sealed."""
    global _ring  # noqa: PLW0603 - column types belong to the process, and so do their keys
    _ring = Keyring(keys) if keys else None


def ring() -> Keyring | None:
    return _ring


def sealed(text: str) -> str:
    """Text as it is stored."""
    text = text.lstrip(MARK)
    if _ring is None:
        return text
    return _ring.prefix + b64encode(_ring.seal(text.encode())).decode()


def opened(stored: str) -> str:
    """Text as it was meant, whatever key sealed it.

    Raises:
        CannotOpen: this process lacks the key.
    """
    if stored[:1] != MARK:
        return stored
    name, _, content = stored[1:].partition(":")
    if _ring is None:
        raise CannotOpen(name)
    return _ring.open(name, b64decode(content)).decode()


def new_key() -> str:
    return b64encode(os.urandom(KEY_BYTES)).decode()


def name_of(key: str) -> str:
    """A short name by which a key can be told from others, and not be guessed."""
    return hashlib.sha256(_read(key)).hexdigest()[:8]


def _read(key: str) -> bytes:
    found = b64decode(key, validate=True)
    if len(found) != KEY_BYTES:
        raise ValueError("a key is 32 bytes in base64")
    return found
