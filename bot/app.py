"""Runs an app until it is told to stop: intake, work, delivery, the clock and the small web server."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import backup_folder, data_folder
from bot.build import App
from bot.http.server import serve
from bot.leases import Leased, give_up_leases
from bot.settings import Mode

log = logging.getLogger(__name__)

STOP_SECONDS = 4.0
"""Time for running parts and messages in flight to end. It is used up only if the database does not answer."""
CLOSE_SECONDS = 2.0
CANCEL_AGAIN_SECONDS = 0.5
NEW_CASES_SECONDS = 2
WATCH_SECONDS = 60
CLEAN_SECONDS = 600
REPORT_SECONDS = 20
RETRAIN_SECONDS = SWEEP_SECONDS = 3600


async def run(app: App, on_signal: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT. Whatever was confirmed to a messenger is stored, so stopping loses nothing.

    Args:
        on_signal: called when a signal arrives.
    """
    stop = asyncio.Event()

    def handle() -> None:
        on_signal()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, handle)
    await serve_until(stop, app)


async def serve_until(stop: asyncio.Event, app: App) -> None:
    """Serve until `stop` is set or a part ends by itself, in which case its error is raised."""
    tasks: list[asyncio.Task[None]] = []
    try:
        if not await app.database.write(partial(data_folder.claim, folder=app.settings.data_dir)):
            log.error("the data folder is not the one of the other processes: photos get lost between them; see doctor")
        oldest = backup_folder.oldest(app.settings.backup_dir, app.clock.now())
        if again := await app.ticker.erase_again(app.erased, oldest):
            log.warning("erased again after a restore: %s", again)
        async with serve(app):
            tasks += [asyncio.create_task(part) for part in _parts(app)]
            scheduler = start_clock(app)
            waiting = asyncio.create_task(stop.wait())
            await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
            log.info("stopping")
            scheduler.shutdown(wait=False)
            await _within(STOP_SECONDS, _end(app, tasks))
    finally:
        await _within(CLOSE_SECONDS, app.close())
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error


def _parts(app: App) -> list[Coroutine[Any, Any, None]]:
    """Everything that runs for ever. For each bot only one process polls and only one delivers; one fetches files."""
    parts = [app.worker.run(), Leased(app.database, app.owner, "fetch").run(app.fetcher.run)]
    for name, channel in app.channels.items():
        parts.append(Leased(app.database, app.owner, f"deliver:{name}").run(app.deliverers[name].run))
        if app.settings.mode is Mode.POLLING:
            parts.append(Leased(app.database, app.owner, f"poll:{name}").run(partial(app.intake.poll, channel)))
    return parts


def start_clock(app: App) -> AsyncIOScheduler:
    """APScheduler only ticks. It stores no jobs, and a late tick does the same as a punctual one."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for job, seconds in (
        (app.ticker.once, 1),
        (app.load_new_cases, NEW_CASES_SECONDS),
        (app.ticker.watch, WATCH_SECONDS),
        (app.ticker.clean, CLEAN_SECONDS),
        (partial(_reports, app), REPORT_SECONDS),
        (partial(_requests, app), 1),
        (app.retraining.once, RETRAIN_SECONDS),
        (app.sweeper.once, SWEEP_SECONDS),
    ):
        scheduler.add_job(_until_cancelled, "interval", seconds=seconds, args=[job])
    scheduler.start()
    return scheduler


async def _until_cancelled(job: Callable[[], Awaitable[object]]) -> None:
    """Run a job. Cancelling it at the end of the program is no error, though the scheduler would log it as one."""
    with contextlib.suppress(asyncio.CancelledError):
        await job()


async def _reports(app: App) -> None:
    await app.reporter.run_due(app.clock.now())


async def _requests(app: App) -> None:
    await app.reporter.run_requests(app.clock.now())


async def _end(app: App, tasks: list[asyncio.Task[None]]) -> None:
    """End all parts. Leases are released only when no message of ours is in flight: others would repeat it."""
    await _stop(tasks)
    await app.finish()
    await give_up_leases(app.database, app.owner)


async def _stop(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks, repeatedly, until all have ended: code that a task awaits may swallow a cancellation."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(tasks, timeout=CANCEL_AGAIN_SECONDS)


async def _within(seconds: float, ending: Coroutine[Any, Any, None]) -> None:
    """Await `ending`, but not longer than `seconds`: a database that does not answer must not stop us from ending."""
    try:
        async with asyncio.timeout(seconds):
            await ending
    except TimeoutError:
        log.warning("not everything ended in %s s; nothing is lost", seconds)
