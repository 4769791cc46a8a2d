"""Everything that a channel asks of Telegram, by the method that it calls, and what can break on the way."""

from collections.abc import Awaitable, Callable

from bot.channels.port import Outgoing
from handlers.reply import Answer
from tests.botapi import JPEG, faults
from tests.botapi.faults import Fault
from tests.channels.telegram_desk import TelegramDesk

SECRET_WORDS = "王婆婆住三单元"
LARGE = Fault("too_large", body=b'{"ok":false,"error_code":413,"description":"Request Entity Too Large"}', status=413)


async def opens(desk: TelegramDesk) -> None:
    await desk.close()
    await desk.channel.open()


async def sends(desk: TelegramDesk, *kinds: str) -> object:
    files = [desk.file(kind, JPEG + bytes([n])) for n, kind in enumerate(kinds)]
    return await desk.channel.send(Outgoing(desk.person().chat, 0, SECRET_WORDS, files=files))


async def downloads(desk: TelegramDesk) -> None:
    await desk.person().person.sends_document(b"content")
    files = [event.files[0] for _, event in await desk.taken() if event.files]
    await desk.channel.download(files[-1].id, desk.files.scratch(), 100)


Call = Callable[[TelegramDesk], Awaitable[object]]
CALLS: dict[str, Call] = {
    "getMe": opens,
    "getUpdates": lambda desk: desk.channel.fetch(None, 0),
    "sendMessage": lambda desk: desk.says(desk.person().chat, SECRET_WORDS, "好"),
    "editMessageText": lambda desk: desk.says(desk.person().chat, SECRET_WORDS, edit=2),
    "deleteMessage": lambda desk: desk.channel.send(Outgoing(desk.person().chat, 0, "", edit=2, gone=True)),
    "sendPhoto": lambda desk: sends(desk, "photo"),
    "sendMediaGroup": lambda desk: sends(desk, "document", "document"),
    "answerCallbackQuery": lambda desk: desk.channel.answer("1", Answer(SECRET_WORDS)),
    "getFile": lambda desk: desk.channel.download("x", desk.files.scratch(), 100),
    "download": downloads,
    "setWebhook": lambda desk: desk.channel.set_webhook("http://127.0.0.1:9/", "s" * 20),
    "getWebhookInfo": lambda desk: desk.channel.webhook_info(),
}
BREAKDOWNS = [
    faults.bad_gateway(),
    faults.cut_json(),
    faults.dropped_before(),
    faults.dropped_after(),
    faults.server_error(),
    Fault("empty", body=b""),
    Fault("no_object", body=b"[1]"),
    Fault("no_result", body=b'{"ok":true}'),
    Fault("nothing", body=b"null"),
    Fault("unknown_status", body=b"{}", status=599),
    Fault("proxy_400", body=faults.HTML_502, status=400),
    Fault("proxy_401", body=faults.HTML_502, status=401),
    Fault("proxy_403", body=faults.HTML_502, status=403),
]
