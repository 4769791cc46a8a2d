"""A bot's username, which links need: from the settings, or from the messenger."""

import asyncio

from bot.settings import Settings

TIMEOUT = 20


def username_of(settings: Settings, bot: str) -> str:
    """Username of the bot that serves `bot` (resident, staff); one bot alone serves both. Empty if nobody can say.

    Raises:
        BadToken: the messenger does not know the token.
    """
    named = {"resident": settings.resident_username, "staff": settings.staff_username}
    tokens = {"resident": settings.resident_token, "staff": settings.staff_token}
    alone = [name for name, token in tokens.items() if token.get_secret_value()]
    serving = alone[0] if len(alone) == 1 else bot
    if named[serving]:
        return named[serving]
    return asyncio.run(_ask(settings, serving)) if tokens[serving].get_secret_value() else ""


async def _ask(settings: Settings, bot: str) -> str:
    from bot.build import telegram_channels  # noqa: PLC0415 - heavy, only when asked
    from bot.channels.port import TryLater  # noqa: PLC0415

    channel = telegram_channels(settings)[bot]
    try:
        async with asyncio.timeout(TIMEOUT):
            return await channel.open()
    except (TryLater, TimeoutError):
        return ""
    finally:
        await channel.close()
