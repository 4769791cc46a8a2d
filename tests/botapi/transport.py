"""The HTTP face of the Bot API: paths, tokens, faults, answers, the log."""

import asyncio
import inspect
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.botapi.codec import RawJson, dumps
from tests.botapi.errors import (
    ApiError,
    not_found,
    too_many,
    unauthorized,
)
from tests.botapi.faults import Fault
from tests.botapi.methods import METHODS
from tests.botapi.methods.call import ApiCall
from tests.botapi.methods.sending import message_ids
from tests.botapi.oplog import Call
from tests.botapi.params import Params, read_params
from tests.botapi.state import Bot, Json

if TYPE_CHECKING:
    from tests.botapi.server import BotApiServer

logger = logging.getLogger(__name__)
JSON = "application/json"


class Transport:
    """Takes requests apart and puts answers together."""

    def __init__(self, server: "BotApiServer") -> None:
        self.server = server
        self.world = server.world

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request of a bot."""
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await self._method(request, token, method)
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return await self._download(request, token, name)
        return _answer(not_found())

    async def _method(
        self,
        request: web.BaseRequest,
        token: str,
        name: str,
    ) -> web.StreamResponse:
        bot = self.world.bots.get(token)
        if bot is None:
            return _answer(unauthorized() if ":" in token else not_found())
        if bot.logged_out:
            return _answer(ApiError(400, "Logged out"))
        if name.lower() not in METHODS:
            return _answer(ApiError(404, "Not Found: method not found"))
        try:
            params = await read_params(request)
        except ApiError as problem:
            return _answer(problem)
        except web.HTTPRequestEntityTooLarge:
            return _answer(ApiError(413, "Request Entity Too Large"))
        call = self._new_call(bot, METHODS[name.lower()][0], params)
        try:
            return await self._carry_out(request, bot, params, call)
        except asyncio.CancelledError:
            call.answered = False
            raise
        finally:
            self.server.log.add(call)

    async def perform_reply(self, bot: Bot, wanted: Json) -> None:
        """Carry out the call in the answer of a webhook; nobody is told."""
        values = {k: v for k, v in wanted.items() if k != "method"}
        named = METHODS.get(str(wanted["method"]).lower())
        if named is None:
            return
        params = Params(values)
        call = self._new_call(bot, named[0], params)
        call.answered = False
        await self.perform(bot, params, call)
        self.server.log.add(call)

    def _new_call(self, bot: Bot, name: str, params: Params) -> Call:
        chat_id = params.integer("chat_id") or None
        number = self.server.log.next_number()
        at = self.world.clock()
        return Call(number, at, bot.id, name, params.logged(), chat_id=chat_id)

    async def _carry_out(
        self,
        request: web.BaseRequest,
        bot: Bot,
        params: Params,
        call: Call,
    ) -> web.StreamResponse:
        method = call.method.lower()
        fault = self.server.faults.draw(method, call.chat_id, bot.id)
        if fault is None:
            return _answer(await self.perform(bot, params, call))
        call.fault = fault.name
        outcome: RawJson | ApiError | None = fault.error
        if fault.effect:
            outcome = await self.perform(bot, params, call)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        return _spoiled(request, fault, outcome, call)

    async def perform(
        self,
        bot: Bot,
        params: Params,
        call: Call,
    ) -> RawJson | ApiError:
        """Carry out a call and note in it what became of it."""
        try:
            result = await self._result(bot, params, call)
        except ApiError as problem:
            call.status, call.description = problem.code, problem.description
            return problem
        except Exception:
            logger.exception("%s failed", call.method)
            self.server.crashes.append(call)
            call.status, call.description = 500, "Internal Server Error"
            return ApiError(500, call.description)
        call.ok, call.status, call.effect = True, 200, True
        return _note(call, result)

    async def _result(self, bot: Bot, params: Params, call: Call) -> Any:
        method = call.method.lower()
        limits = self.server.limits
        if limits.mode != "off":
            self._check_limits(bot, params, method)
        result = METHODS[method][1](ApiCall(self.world, bot, params))
        return await result if inspect.isawaitable(result) else result

    def _check_limits(self, bot: Bot, params: Params, method: str) -> None:
        now = self.server.monotonic()
        chat_id = params.integer("chat_id")
        media = params.json("media") if method == "sendmediagroup" else None
        count = len(media) if isinstance(media, list) else 1
        wait = self.server.limits.check(method, bot.id, chat_id, now, count)
        if wait:
            raise too_many(wait)

    async def _download(
        self,
        request: web.BaseRequest,
        token: str,
        name: str,
    ) -> web.StreamResponse:
        bot = self.world.bots.get(token)
        stored = bot.paths.get(name) if bot is not None else None
        if bot is None or stored is None:
            return _answer(not_found())
        call = self._new_call(bot, "download", Params({"path": name}))
        call.ok, call.status = True, 200
        fault = self.server.faults.draw("download", None, bot.id)
        if fault is not None:
            call.fault = fault.name
            await asyncio.sleep(fault.delay)
        self.server.log.add(call)
        if fault is not None and (fault.error or fault.body or fault.drop):
            return _spoiled(request, fault, fault.error, call)
        content = stored.content
        if fault is not None and fault.cut:
            content = content[: len(content) // 2]
        return web.Response(body=content, content_type="application/octet-stream")


def _note(call: Call, result: Any) -> RawJson:
    if isinstance(result, RawJson):
        call.result = result.summary
        return result
    ids = message_ids(result)
    if ids and call.method != "getFile":
        call.message_id = ids[0]
        call.result = ids
    else:
        call.result = result
    return RawJson(dumps(result), None)


def _encoded(outcome: RawJson | ApiError | None) -> tuple[int, bytes]:
    if isinstance(outcome, ApiError):
        return outcome.code, dumps(outcome.reply())
    body = outcome.body if outcome is not None else b"true"
    return 200, b'{"ok":true,"result":' + body + b"}"


def _answer(outcome: RawJson | ApiError) -> web.Response:
    status, body = _encoded(outcome)
    return web.Response(status=status, body=body, content_type=JSON)


def _spoiled(
    request: web.BaseRequest,
    fault: Fault,
    outcome: RawJson | ApiError | None,
    call: Call,
) -> web.Response:
    """Answer as the fault wants, or hang up."""
    status, body = _encoded(outcome)
    call.status = call.status or status
    if fault.drop:
        call.answered = False
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    if fault.body is not None:
        status, body = fault.status, fault.body
        call.status = status
    if fault.cut:
        call.answered = False
        body = body[: len(body) // 2]
    headers = {"Content-Type": fault.content_type}
    return web.Response(status=status, body=body, headers=headers)
