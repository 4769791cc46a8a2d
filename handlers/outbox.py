"""Queues replies: makes their buttons and their outbox rows."""

from dataclasses import replace
from typing import Any

from handlers.context import Context
from handlers.display_preferences import pieces
from handlers.reply import Button, Reply, Showing
from storage.unit_of_work import UnitOfWork


def enqueue(context: Context, uow: UnitOfWork, reply: Reply) -> None:
    """Queue one reply for delivery, in the same transaction as what it tells of."""
    to = reply.to
    rows = _made(context, uow, reply) if reply.rows else []
    only_edit = _make_way(uow, reply)
    bot = context.bots.get(to.bot)
    person = uow.people.find(to.bot, to.chat) if to.chat > 0 else None
    numbered = bool(rows) and bot is not None and (not bot.buttons or bool(person and person.numbered))
    if person and person.short and not only_edit and reply.showing is not Showing.ONLY_EDIT:
        reply = _one_by_one(uow, reply)
    body = _numbered_body(context, uow, reply, rows) if numbered else _body(reply, reply.text, rows)
    if reply.showing is Showing.GONE:
        body |= {"gone": True}
    uow.outbox.add(
        bot=to.bot,
        chat=to.chat,
        topic=to.topic,
        priority=reply.priority,
        body=body | {"only_edit": True} if only_edit else body,
        due_at=uow.now + reply.delay,
        key=reply.key,
        logical=reply.logical,
        cause=reply.cause,
    )


def _one_by_one(uow: UnitOfWork, reply: Reply) -> Reply:
    """Send all sentences but the last as messages of their own. A message that is shown is edited as a whole."""
    to = reply.to
    if reply.logical and uow.shown_messages.on_the_way(to.bot, to.chat, reply.logical) is None and _stands(uow, reply):
        return reply
    *ahead, last = pieces(reply.text)
    for n, text in enumerate(ahead):
        uow.outbox.add(
            bot=to.bot,
            chat=to.chat,
            topic=to.topic,
            priority=reply.priority,
            body={"text": text},
            due_at=uow.now + reply.delay,
            key=reply.key and f"{reply.key}:{n}",
            cause=reply.cause,
        )
    return replace(reply, text=last)


def _stands(uow: UnitOfWork, reply: Reply) -> bool:
    return (reply.to.bot, reply.to.chat) in uow.shown_messages.chats(reply.logical or "")


def _make_way(uow: UnitOfWork, reply: Reply) -> bool:
    """Forget or supersede earlier versions of the message. True: only edit what is shown, never send it anew."""
    to, logical = reply.to, reply.logical
    if logical is None:
        return False
    if reply.showing is Showing.ANEW:
        uow.shown_messages.forget(to.bot, to.chat, logical)
    elif reply.showing in (Showing.CLOSE, Showing.GONE) or reply.delay:
        uow.outbox.supersede(to.bot, to.chat, logical)
    if reply.showing is Showing.ONLY_EDIT:
        return uow.shown_messages.on_the_way(to.bot, to.chat, logical) is None
    return reply.showing in (Showing.CLOSE, Showing.GONE)


def _made(context: Context, uow: UnitOfWork, reply: Reply) -> list[list[dict[str, str]]]:
    """The buttons as the chat sees them. Those for one person and one community are stored as one row."""
    alike: dict[tuple[int, int | None], list[Button]] = {}
    for row in reply.rows:
        for button in row:
            alike.setdefault((button.community_id, button.account), []).append(button)
    made = {}
    for (community_id, account), buttons in alike.items():
        made[community_id, account] = iter(
            uow.buttons.add(
                [(button.action, button.case_no, button.data, button.once) for button in buttons],
                community_id=community_id,
                bot=reply.to.bot,
                chat=reply.to.chat,
                account=account,
                kept=context.district.limits.button_kept.wall,
            )
        )
    return [
        [{"label": button.label, "data": next(made[button.community_id, button.account])} for button in row]
        for row in reply.rows
    ]


def _body(reply: Reply, text: str, rows: list[list[dict[str, str]]]) -> dict[str, Any]:
    body: dict[str, Any] = {"text": text}
    if rows:
        body["rows"] = rows
    if reply.files:
        body["files"] = [{"kind": f.kind, "digest": f.digest, "name": f.name} for f in reply.files]
    return body


def _numbered_body(context: Context, uow: UnitOfWork, reply: Reply, rows: list[list[dict[str, str]]]) -> dict[str, Any]:
    """Where a channel has no buttons, choices are numbered in the text, and "2" is an answer.

    Numbers count on until the person says something, so that none of them means two things.
    """
    to = reply.to
    account = next((button.account for row in reply.rows for button in row if button.account), to.chat)
    talk = uow.conversations.of_another((to.bot, to.chat, to.topic, account))
    before = talk.state.get("choices", {"old": True})
    data = [] if before["old"] else before["data"]
    made = [button for row in rows for button in row]
    lines = [context.texts("choice.line", n=n, label=button["label"]) for n, button in enumerate(made, len(data) + 1)]
    talk.state["choices"] = {"old": False, "data": [*data, *(button["data"] for button in made)]}
    return _body(reply, "\n".join([reply.text, "", *lines, context.texts("choice.how")]), [])
