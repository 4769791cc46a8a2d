"""What happens in groups apart from talk: who comes and goes, upgrades, topics."""

from typing import Any

from tests.botapi.rights import member_json
from tests.botapi.state import Account, Bot, Chat, Json, Member, Message, Topic
from tests.botapi.world import World


def member_changed(
    world: World,
    chat: Chat,
    actor: Account,
    target: Account,
    status: str,
    **flags: object,
) -> Member:
    """Give somebody a new place; bots get the updates Telegram sends them."""
    old = chat.members.get(target.id) or Member(target, "left")
    new = chat.members[target.id] = Member(target, status, dict(flags))
    change = _change(world, chat, actor, old, new)
    for bot in list(world.bots.values()):
        member = chat.members.get(bot.id)
        if bot.id == target.id:
            world.push(bot, "my_chat_member", change, chat.id)
        elif member is not None and member.status == "administrator":
            world.push(bot, "chat_member", change, chat.id)
    _announce(world, chat, actor, old, new)
    return new


def block_changed(
    world: World,
    chat: Chat,
    actor: Account,
    bot: Bot,
    *,
    blocked: bool,
) -> None:
    """Block or unblock a bot; it gets my_chat_member."""
    chat.blocked = blocked
    old = Member(bot.account, "member" if blocked else "kicked")
    new = Member(bot.account, "kicked" if blocked else "member")
    change = _change(world, chat, actor, old, new)
    world.push(bot, "my_chat_member", change, chat.id)


def _change(
    world: World,
    chat: Chat,
    actor: Account,
    old: Member,
    new: Member,
) -> Json:
    """Return the Bot API ``ChatMemberUpdated``."""
    return {
        "chat": chat.json(),
        "from": actor.json(),
        "date": world.now(),
        "old_chat_member": member_json(old),
        "new_chat_member": member_json(new),
    }


def _announce(
    world: World,
    chat: Chat,
    actor: Account,
    old: Member,
    new: Member,
) -> None:
    user = new.account.json()
    if new.present and not old.present:
        service(world, chat, actor, new_chat_members=[user])
    elif old.present and not new.present:
        service(world, chat, actor, left_chat_member=user)


def service(world: World, chat: Chat, actor: Account, **content: Any) -> Message:
    """Post a service message for all bots that read the chat."""
    message = chat.add(_service_body(world, chat, actor) | content, actor.id)
    world.deliver("message", message, actor.id)
    return message


def _service_body(world: World, chat: Chat, actor: Account) -> Json:
    return {
        "message_id": 0,
        "from": actor.json(),
        "chat": chat.json(),
        "date": world.now(),
    }


def upgrade(world: World, chat: Chat, actor: Account) -> Chat:
    """Turn a group into a supergroup: new id, two service messages.

    The old chat answers every call with migrate_to_chat_id from then on.
    """
    new = world.add_group(chat.info["title"], kind="supergroup")
    new.members = {
        number: Member(member.account, member.status, member.flags) for number, member in chat.members.items()
    }
    new.permissions = chat.permissions
    service(world, chat, actor, migrate_to_chat_id=new.id)
    chat.migrated_to = new.id
    service(world, new, actor, migrate_from_chat_id=chat.id)
    chat.pulse.beat()
    return new


def open_topic(world: World, chat: Chat, actor: Account, name: str) -> Topic:
    """Open a forum topic; its id is the number of its first message."""
    opening = {"forum_topic_created": {"name": name, "icon_color": 7_322_096}}
    message = chat.add(_service_body(world, chat, actor) | opening, actor.id)
    message.body |= {"message_thread_id": message.id, "is_topic_message": True}
    world.deliver("message", message, actor.id)
    topic = chat.topics[message.id] = Topic(message.id, name)
    return topic


def close_topic(world: World, chat: Chat, actor: Account, topic: Topic) -> None:
    """Close a topic: only administrators may post there."""
    topic.closed = True
    service(
        world,
        chat,
        actor,
        message_thread_id=topic.id,
        is_topic_message=True,
        forum_topic_closed={},
    )
