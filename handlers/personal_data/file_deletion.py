"""Deletes files of the attachment store, but only after the commit that deletes the rows naming them."""

from collections.abc import Sequence

from handlers.turn import Turn


def drop_files(turn: Turn, digests: Sequence[str]) -> None:
    """Drop files after the commit; if the process ends in between, they are found later (bot/sweep.py)."""
    files = turn.context.files
    files.touch(digests)
    turn.uow.erasure.copies(list(digests))
    turn.uow.after_commit.append(lambda: files.drop(digests))
