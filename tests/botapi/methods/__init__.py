"""The methods of the Bot API, by name in lower case (Telegram ignores case)."""

from tests.botapi.methods import chats, editing, media, polling, sending
from tests.botapi.methods.call import Handler

METHODS: dict[str, tuple[str, Handler]] = {
    name.lower(): (name, handler)
    for module in (polling, sending, media, editing, chats)
    for name, handler in module.METHODS.items()
}
