"""What only the messenger can say: whether it takes the tokens, its clock, webhooks, rights in groups and channels."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.build import RESIDENT, STAFF, telegram_channels
from bot.channels.port import BadToken, Channel, ChannelError
from bot.checks.finding import Finding, Mark, fine, look, wrong
from bot.settings import Mode, Settings
from storage.reference import CommunityRow

TELEGRAM = "https://api.telegram.org"
PATIENCE = 20
NEAR_SECONDS, FAR_SECONDS = 5, 60
NAMES = {RESIDENT: "居民机器人", STAFF: "工作人员机器人"}
CHECK_NETWORK = "请检查网络；直接连不上 Telegram 时，把 CHULIN_API_URL 指向能连上的 Bot API 服务"
ANYHOW, ELSEWHERE = {"creator", "administrator"}, {"left", "kicked", None}
NOT_FOUND_OUT = "没有查到，网络不好"


async def messenger(settings: Settings, communities: Iterable[CommunityRow]) -> list[Finding]:
    """Ask about each bot that has a token, then about the groups and channels of communities."""
    api = str(settings.api_url or TELEGRAM).rstrip("/")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
        found = [await _clock(session, api)]
        broken = set()
        for channel in telegram_channels(settings).values():
            said = await _bot(settings, channel)
            found += said
            if said[0].mark is Mark.WRONG:
                broken.add(channel.name)
        for community in communities:
            if community.staff_chat and community.staff_chat[0] not in broken:
                found.append(await _group(settings, session, api, community))
            if community.channel is not None and _tells(settings) not in broken:
                found.append(await _channel(settings, session, api, community))
    return found


def _tells(settings: Settings) -> str:
    """The bot that posts in channels: that of the residents; one that is alone serves everybody."""
    return RESIDENT if settings.resident_token.get_secret_value() else STAFF


async def _clock(session: aiohttp.ClientSession, api: str) -> Finding:
    try:
        async with session.head(api, allow_redirects=False) as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError):
        return wrong("网络", f"连不上 {api}。{CHECK_NETWORK}")
    except (KeyError, ValueError):
        return look("时钟", f"{api} 没有说时间，没法比较")
    off = abs((datetime.now(UTC) - theirs).total_seconds())
    if off > FAR_SECONDS:
        return wrong("时钟", f"和 {api} 差 {off:.0f} 秒，期限会算错。请打开自动对时（timedatectl set-ntp true）")
    if off > NEAR_SECONDS:
        return look("时钟", f"和 {api} 差 {off:.0f} 秒。请打开自动对时（timedatectl set-ntp true）")
    return fine("时钟", "准")


async def _bot(settings: Settings, channel: Channel) -> list[Finding]:
    name = NAMES[channel.name]
    try:
        username = await channel.open()
        info = await channel.webhook_info()
    except BadToken:
        return [wrong(name, "令牌不对，或者已经作废。请到 @BotFather 核对")]
    except ChannelError as error:
        return [wrong(name, f"连不上（{type(error).__name__}）。{CHECK_NETWORK}")]
    finally:
        await channel.close()
    said = {RESIDENT: settings.resident_username, STAFF: settings.staff_username}[channel.name]
    found = [fine(name, f"@{username}，令牌有效")]
    if said and said.casefold() != username.casefold():
        variable = f"CHULIN_{channel.name.upper()}_USERNAME"
        found.append(wrong(name, f"设置里写的是 @{said}，其实是 @{username}，链接会走错。请改 {variable}"))
    return found + _webhook(settings, channel.name, info)


def _webhook(settings: Settings, bot: str, info: dict[str, Any]) -> list[Finding]:
    about, url = f"{NAMES[bot]}的 webhook", info.get("url") or ""
    if settings.mode is Mode.POLLING:
        remove = f"请在浏览器打开 {TELEGRAM}/bot<令牌>/deleteWebhook"
        return [wrong(about, f"还设着，长轮询会被拒绝。{remove}")] if url else [fine(about, "没有，用长轮询")]
    wanted = f"{str(settings.webhook_url).rstrip('/')}/telegram/{bot}"
    found = [fine(about, wanted)] if url == wanted else [look(about, f"还不是 {wanted}；chulin run 启动时会设好")]
    if failed := info.get("last_error_message"):
        found.append(wrong(about, f"推送失败：{failed}。请检查域名、证书和反向代理"))
    return found


async def _group(settings: Settings, session: aiohttp.ClientSession, api: str, community: CommunityRow) -> Finding:
    """Look whether new cases can be shown in a community's staff group."""
    about = f"{community.name}的工作群"
    again = "请把机器人加进群，再在群里发 /here"
    bot, chat, _ = community.staff_chat or ("", 0, 0)
    token = _token(settings, bot)
    if not token:
        return wrong(about, f"原来的机器人没有令牌了。{again}")
    try:
        member = await _member(session, api, token, chat)
        group = await _ask(session, f"{api}/bot{token}/getChat", {"chat_id": chat})
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return look(about, NOT_FOUND_OUT)
    if member is None or member.get("status") in ELSEWHERE:
        return wrong(about, f"机器人不在群里。{again}")
    if not _may_write(member, group or {}):
        return wrong(about, "机器人不能发言。请在群里把它设为管理员")
    return fine(about, "机器人在群里，可以发言")


async def _channel(settings: Settings, session: aiohttp.ClientSession, api: str, community: CommunityRow) -> Finding:
    """Look whether stories can be posted in a community's public channel, and taken away again.

    Its own posts a bot may delete for two days; after that it needs the right to, or a picture would stay whose owner
    takes their consent back.
    """
    about, token = f"{community.name}的公开频道", _token(settings, _tells(settings))
    again = f"请把{NAMES[_tells(settings)]}设为频道管理员，并打开"
    try:
        member = await _member(session, api, token, community.channel or 0)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return look(about, NOT_FOUND_OUT)
    status = member.get("status") if member else None
    if member is None or status not in ANYHOW:
        return wrong(about, f"机器人不是管理员，或者频道编号不对（{community.channel}）。{again}「发消息」「删消息」")
    if status != "creator" and not member.get("can_post_messages"):
        return wrong(about, f"机器人不能发消息。{again}「发消息」")
    if status != "creator" and not member.get("can_delete_messages"):
        return wrong(about, f"机器人不能删消息，居民收回同意后照片撤不掉。{again}「删消息」")
    return fine(about, "机器人是管理员，可以发、可以删")


def _token(settings: Settings, bot: str) -> str:
    tokens = {RESIDENT: settings.resident_token, STAFF: settings.staff_token}
    return tokens[bot].get_secret_value()


async def _member(session: aiohttp.ClientSession, api: str, token: str, chat: int) -> dict[str, Any] | None:
    """What the bot is in a chat; None where it knows none."""
    me = {"chat_id": chat, "user_id": token.partition(":")[0]}
    return await _ask(session, f"{api}/bot{token}/getChatMember", me)


def _may_write(member: dict[str, Any], group: dict[str, Any]) -> bool:
    status = member["status"]
    if status == "restricted":
        return bool(member.get("can_send_messages"))
    return status in ANYHOW or bool(group.get("permissions", {}).get("can_send_messages", True))


async def _ask(session: aiohttp.ClientSession, address: str, fields: dict[str, Any]) -> dict[str, Any] | None:
    """A method's result; None where the messenger refuses. The address holds the token: it is never shown."""
    async with session.post(address, json=fields) as answer:
        found = await answer.json(content_type=None)
    result = found.get("result") if isinstance(found, dict) and found.get("ok") else None
    return result if isinstance(result, dict) else None
