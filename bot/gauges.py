"""Metrics of what waits and for how long, read from the database when /metrics is requested."""

import math
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot import backup_folder
from bot.metrics import METRICS
from bot.settings import Settings
from storage.messenger.inbox import WAITING, InboxRows
from storage.revision import newest
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.build import App

STATES = {"inbox": (WAITING, "parked"), "outbox": (WAITING, "dead")}
"""What there may be in each box besides what is done."""


async def measure(app: "App") -> None:
    """Set the gauges as of now; where the database does not answer, only `trouble` says so."""
    METRICS.running.labels(version("chulin"), newest()).set(1)
    try:
        await app.database.read(lambda connection: _read(app, connection))
    except Exception:  # noqa: BLE001 - that is the answer
        METRICS.trouble.labels("database").set(1)
    else:
        METRICS.trouble.labels("database").set(0)
    METRICS.backup_age.set(_backup_age(app.settings, app.clock.now()))
    for name, deliverer in app.deliverers.items():
        METRICS.trouble.labels(f"deliver:{name}").set(bool(deliverer.trouble))
        METRICS.trouble.labels(f"intake:{name}").set(name in app.intake.trouble)


def _read(app: "App", connection: Connection) -> None:
    now = app.clock.now()
    uow = UnitOfWork(connection, app.reference.current(connection), now)
    inbox = InboxRows(connection)
    boxes = {"inbox": inbox.counts(), "outbox": uow.outbox.counts()}
    for box, states in STATES.items():
        for state in states:
            METRICS.waiting.labels(box, state).set(boxes[box].get(state, 0))
    for box, oldest in (("inbox", inbox.oldest_waiting()), ("outbox", uow.outbox.oldest_due())):
        METRICS.oldest.labels(box).set(_age(oldest, now))
    for kind, count in app.ticker.due_now(uow).items():
        METRICS.overdue.labels(kind).set(count)


def _backup_age(settings: Settings, now: datetime) -> float:
    """Seconds since the newest backup; without end where there should be one and is none."""
    if not settings.backup_keys:
        return math.nan
    kept = backup_folder.existing(settings.backup_dir)
    return _age(kept[-1][0], now) if kept else math.inf


def _age(moment: datetime | None, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0) if moment else 0
