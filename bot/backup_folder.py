"""The folder that backups are put into: which there are, and which are too old."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

NAME = re.compile(r"chulin-(\d{8}T\d{6}Z)\.age")
STAMP = "%Y%m%dT%H%M%SZ"
A_DAY = 86_400


def name_at(now: datetime) -> str:
    return f"chulin-{now.strftime(STAMP)}.age"


def existing(folder: Path) -> list[tuple[datetime, Path]]:
    """Backups in a folder with the time of each, oldest first."""
    found = [(match, path) for path in folder.glob("chulin-*.age") if (match := NAME.fullmatch(path.name))]
    return sorted((datetime.strptime(match[1], STAMP).replace(tzinfo=UTC), path) for match, path in found)


def oldest(folder: Path, now: datetime) -> datetime:
    """When the oldest backup was made; now, if there is none."""
    return min([now, *(made_at for made_at, _ in existing(folder))])


def prune(folder: Path, keep: timedelta, now: datetime) -> list[Path]:
    """Delete backups that are older than that, but never the last one; returns what went.

    What was interrupted a day ago or before is none, and goes, too: it holds people as a backup does.
    """
    old = [path for made_at, path in existing(folder)[:-1] if made_at < now - keep]
    old += [path for path in folder.glob("chulin-*.part") if path.stat().st_mtime < now.timestamp() - A_DAY]
    for path in old:
        path.unlink()
    return old
