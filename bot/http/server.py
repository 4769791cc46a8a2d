"""The web server: /healthz, /readyz, /metrics, /stories; webhooks and Open311 if configured."""

import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web
from prometheus_client import generate_latest

from bot.channels.validation import whole
from bot.gauges import measure
from bot.http import open311, stories
from bot.metrics import METRICS
from bot.settings import Mode

if TYPE_CHECKING:
    from bot.build import App

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
DEEPEST = 60
LAST_REQUESTS = 1.0
"""Seconds for a request that is being answered when the process ends."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name


@asynccontextmanager
async def serve(app: "App") -> AsyncIterator[int]:
    """Serve while the block runs; gives the port."""
    runner = web.AppRunner(application(app), access_log=None, shutdown_timeout=LAST_REQUESTS)
    await runner.setup()
    site = web.TCPSite(runner, app.settings.http_host, app.settings.http_port)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def application(app: "App") -> web.Application:
    found = web.Application(client_max_size=LARGEST_BODY)
    found.router.add_get("/healthz", _health)
    found.router.add_get("/readyz", partial(_ready, app))
    found.router.add_get("/metrics", partial(_metrics, app))
    stories.add_routes(found, app)
    if key := app.settings.open311_key.get_secret_value():
        open311.add_routes(found, app, key)
    if app.settings.mode is Mode.WEBHOOK:
        secret = app.settings.webhook_secret.get_secret_value().encode()
        if not secret:
            raise ValueError("a webhook without a secret would take anybody's updates")
        found.router.add_post("/telegram/{bot}", partial(_webhook, app, secret))
    return found


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _ready(app: "App", _request: web.Request) -> web.Response:
    """Ready when the database answers and every bot can receive and send."""
    trouble = {f"sending as {name}": part.trouble for name, part in app.deliverers.items() if part.trouble}
    trouble |= app.intake.trouble
    try:
        await app.database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
    except Exception as error:  # noqa: BLE001 - that is the answer
        trouble["database"] = type(error).__name__
    if trouble:
        return web.json_response({"ready": False, "trouble": trouble}, status=503)
    return web.json_response({"ready": True})


async def _metrics(app: "App", _request: web.Request) -> web.Response:
    await measure(app)
    return web.Response(body=generate_latest(METRICS.registry), headers={"Content-Type": "text/plain; version=0.0.4"})


async def _webhook(app: "App", secret: bytes, request: web.Request) -> web.Response:
    """Store one update, then say 200: only that confirms it. A bad request is answered with 4xx and changes nothing."""
    given = request.headers.getall(SECRET_HEADER, [])
    if len(given) != 1 or not hmac.compare_digest(given[0].encode("utf-8", "surrogateescape"), secret):
        return web.Response(status=401)
    channel = app.channels.get(request.match_info["bot"])
    if channel is None:
        return web.Response(status=404)
    try:
        update = update_in(await request.read())
    except web.RequestPayloadError:
        update = None
    if update is None:
        return web.Response(status=400)
    try:
        await app.intake.store(channel, [update])
    except Exception as error:  # noqa: BLE001 - whatever it is, the messenger keeps the update and brings it again
        METRICS.intake_errors.labels(channel.name, type(error).__name__).inc()
        log.warning("webhook of %s: not stored (%s)", channel.name, type(error).__name__)
        return web.Response(status=503)
    return web.Response()


def update_in(body: bytes) -> dict[str, Any] | None:
    """The update that a body holds, or nothing: no JSON, no number, or nested deeper than any real one."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    sound = isinstance(update, dict) and whole(update.get("update_id")) is not None and not _too_deep(update)
    return update if sound else None


def _too_deep(value: object) -> bool:
    """Whether JSON is nested deeper than any real update, without recursion."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            part
            for whole in level
            if isinstance(whole, dict | list)
            for part in (whole.values() if isinstance(whole, dict) else whole)
        ]
        if not level:
            return False
    return True
