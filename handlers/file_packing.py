"""Files as lists, in the order of the fields of `File`, for storing them in a conversation."""

from typing import Any

from handlers.event import File


def packed(file: File, message_id: int | None) -> list[Any]:
    return [file.kind, file.id, file.unique_id, file.size, file.media_type, file.name, file.message_id or message_id]


def unpacked(files: list[list[Any]]) -> tuple[File, ...]:
    return tuple(File(*file) for file in files)
