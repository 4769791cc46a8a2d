"""Errors of storage.

StorageError
├── LostRace      a case was changed by somebody else since it was read: run the work again
└── NotFound      the row asked for is not there (any more)
"""


class StorageError(Exception):
    """Something about rows that the caller can react to."""


class LostRace(StorageError):
    """The row was changed since it was read."""


class NotFound(StorageError):
    """There is no such row."""
