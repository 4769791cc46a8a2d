"""Turns replies into rows: their buttons and their place in the outbox."""

from typing import Any

from handlers.context import Context
from handlers.reply import Button, Reply
from storage.unit_of_work import UnitOfWork


def post(context: Context, uow: UnitOfWork, reply: Reply) -> None:
    """Queue one reply for delivery, in the same transaction as what it tells of."""
    rows = [[_made(context, uow, reply, button) for button in row] for row in reply.rows]
    to = reply.to
    if reply.logical and reply.delay:
        uow.outbox.supersede(to.bot, to.chat, reply.logical)
    uow.outbox.add(
        bot=to.bot,
        chat=to.chat,
        topic=to.topic,
        priority=reply.priority,
        body=_body(reply, rows),
        due_at=uow.now + reply.delay,
        key=reply.key,
        logical=reply.logical,
        cause=reply.cause,
    )
    bot = context.bots.get(to.bot)
    if rows and bot and not bot.buttons:
        # where a channel has no buttons, choices are numbered and "2" is an answer
        talk = uow.conversations.get((to.bot, to.chat, to.topic, to.chat))
        talk.state["choices"] = [button["data"] for row in rows for button in row]


def _made(context: Context, uow: UnitOfWork, reply: Reply, button: Button) -> dict[str, str]:
    data = uow.buttons.add(
        community_id=button.community_id,
        bot=reply.to.bot,
        chat=reply.to.chat,
        account=button.account,
        action=button.action,
        case_no=button.case_no,
        data=button.data,
        once=button.once,
        kept=context.district.limits.button_kept.wall,
    )
    return {"label": button.label, "data": data}


def _body(reply: Reply, rows: list[list[dict[str, str]]]) -> dict[str, Any]:
    body: dict[str, Any] = {"text": reply.text}
    if rows:
        body["rows"] = rows
    if reply.files:
        body["files"] = [{"kind": f.kind, "digest": f.digest, "name": f.name} for f in reply.files]
    return body
