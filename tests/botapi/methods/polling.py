"""Methods about the bot itself and the way its updates reach it."""

import asyncio
import re
from urllib.parse import urlsplit

from tests.botapi.codec import RawJson
from tests.botapi.errors import bad_request, conflict
from tests.botapi.methods.call import ApiCall, Handler
from tests.botapi.state import Bot, Json
from tests.botapi.updates import DEFAULT_KINDS, QueuedUpdate
from tests.botapi.webhook import Webhook

LIMIT = 100
MAX_CONNECTIONS = 100
SECRET_LIMIT = 256
_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_DROP = "drop_pending_updates"
_OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
_HOOKED = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


def get_me(call: ApiCall) -> Json:
    """Return the bot's own account."""
    return call.bot.account.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not call.bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(call: ApiCall) -> RawJson:
    """Confirm what lies below the offset; return or await what follows.

    A second poll ends the first one with a 409, as on the real server.
    """
    bot, params = call.bot, call.params
    if bot.webhook is not None:
        raise conflict(_HOOKED)
    _take_allowed(call)
    bot.polls += 1
    bot.queue.changed.beat()
    offset = params.integer("offset")
    limit = min(max(params.integer("limit", LIMIT), 1), LIMIT)
    longest = call.world.rules.long_poll_max
    timeout = min(max(params.integer("timeout"), 0), longest)
    updates = bot.queue.read(offset, limit)
    if not updates and timeout:
        updates = await _wait(bot, offset, limit, timeout)
    return _array(updates)


async def _wait(
    bot: Bot,
    offset: int,
    limit: int,
    seconds: float,
) -> list[QueuedUpdate]:
    turn, loop = bot.polls, asyncio.get_running_loop()
    end = loop.time() + seconds
    while await bot.queue.changed.wait(end - loop.time()):
        if bot.webhook is not None:
            raise conflict("terminated by setWebhook request")
        if bot.polls != turn:
            raise conflict(_OTHER_POLL)
        if updates := bot.queue.read(max(offset, 0), limit):
            return updates
    return []


def _array(updates: list[QueuedUpdate]) -> RawJson:
    """Join ready bodies; they are encoded once, however often they are read."""
    span = [updates[0].id, updates[-1].id, len(updates)] if updates else []
    return RawJson(b"[" + b",".join(u.body for u in updates) + b"]", span)


def _take_allowed(call: ApiCall) -> None:
    """Remember the kinds wanted: absent keeps the former, empty resets."""
    if call.params.json("allowed_updates") is None:
        return
    named = call.params.array("allowed_updates", str)
    call.bot.allowed_named = named or None
    call.bot.allowed = frozenset(named) if named else DEFAULT_KINDS


async def set_webhook(call: ApiCall) -> bool:
    """Push updates to an address instead of waiting to be asked."""
    params, bot = call.params, call.bot
    url, secret = params.text("url"), params.text("secret_token")
    if not url:
        return await delete_webhook(call)
    _check_url(url, plain_allowed=call.world.rules.plain_http_webhooks)
    if len(secret) > SECRET_LIMIT:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _take_allowed(call)
    connections = min(max(params.integer("max_connections", 40), 1), MAX_CONNECTIONS)
    webhook = Webhook(call.world, bot, url, secret, connections)
    if bot.webhook is not None and bot.webhook.is_like(webhook) and not params.flag(_DROP):
        return True
    await delete_webhook(call)
    bot.webhook = webhook
    webhook.start()
    bot.queue.changed.beat()
    return True


def _check_url(url: str, *, plain_allowed: bool) -> None:
    scheme = urlsplit(url).scheme
    if scheme == "https" or (plain_allowed and scheme == "http"):
        return
    raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")


async def delete_webhook(call: ApiCall) -> bool:
    """Go back to getUpdates."""
    bot = call.bot
    if bot.webhook is not None:
        await bot.webhook.stop()
        bot.webhook = None
    if call.params.flag(_DROP):
        bot.queue.drop()
    return True


def get_webhook_info(call: ApiCall) -> Json:
    """Return how the updates travel and what went wrong last."""
    bot = call.bot
    info: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": bot.queue.waiting,
    }
    if bot.webhook is not None:
        info |= bot.webhook.info()
    if bot.allowed_named:
        info["allowed_updates"] = bot.allowed_named
    return info


async def close(call: ApiCall) -> bool:
    """Accept the goodbye of a bot instance that moves to another server."""
    await delete_webhook(call)
    return True


async def log_out(call: ApiCall) -> bool:
    """Leave this server; every later call is refused with "Logged out"."""
    await delete_webhook(call)
    call.bot.logged_out = True
    return True


METHODS: dict[str, Handler] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "logOut": log_out,
    "close": close,
}
