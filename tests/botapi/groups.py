"""A group as tests hold it: who is in it, its topics, what becomes of it."""

from collections.abc import Mapping

from tests.botapi import membership
from tests.botapi.state import Account, Bot, Chat, Member, Topic
from tests.botapi.world import World

Somebody = Account | Bot


class Group:
    """A group or supergroup and its owner's powers."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat
        self.owner = world.add_account(f"{chat.info['title']}群主")
        chat.members[self.owner.id] = Member(self.owner, "creator")

    @property
    def id(self) -> int:
        """The chat's id; another one after an upgrade."""
        return self.chat.id

    def has(self, somebody: Somebody, status: str = "member", **flags: bool) -> None:
        """Put somebody in without any update, as if long since there."""
        account = _account(somebody)
        self.chat.members[account.id] = Member(account, status, dict(flags))

    async def adds(self, somebody: Somebody, by: Account | None = None) -> None:
        """Add somebody; the bots hear of it."""
        self._change(somebody, "member", by)

    async def promotes(self, somebody: Somebody, **rights: bool) -> None:
        """Make somebody an administrator, with the usual rights and these."""
        self._change(somebody, "administrator", None, rights)

    async def demotes(self, somebody: Somebody) -> None:
        """Make an administrator a plain member again."""
        self._change(somebody, "member")

    async def restricts(self, somebody: Somebody, **rights: bool) -> None:
        """Take all rights but these from a member."""
        self._change(somebody, "restricted", None, rights)

    async def kicks(self, somebody: Somebody) -> None:
        """Remove and ban somebody."""
        self._change(somebody, "kicked")

    async def loses(self, somebody: Somebody) -> None:
        """Let somebody leave by themselves."""
        account = _account(somebody)
        self._change(somebody, "left", account)

    def permits(self, **rights: bool) -> None:
        """Set what plain members may do, for example can_send_messages=False."""
        self.chat.permissions |= rights

    async def upgrades(self) -> Chat:
        """Become a supergroup: the id changes, and calls to the old one fail."""
        self.chat = membership.upgrade(self.world, self.chat, self.owner)
        return self.chat

    async def opens_topic(self, name: str) -> Topic:
        """Open a forum topic."""
        return membership.open_topic(self.world, self.chat, self.owner, name)

    async def closes_topic(self, topic: Topic) -> None:
        """Close a topic."""
        membership.close_topic(self.world, self.chat, self.owner, topic)

    async def deletes_topic(self, topic: Topic) -> None:
        """Delete a topic with all that is in it; bots are not told."""
        topic.deleted = True
        for message in self.chat.visible():
            if message.thread_id == topic.id:
                message.deleted = True

    def _change(
        self,
        somebody: Somebody,
        status: str,
        by: Account | None = None,
        flags: Mapping[str, bool] | None = None,
    ) -> None:
        membership.member_changed(
            self.world,
            self.chat,
            by or self.owner,
            _account(somebody),
            status,
            **(flags or {}),
        )


def _account(somebody: Somebody) -> Account:
    return somebody.account if isinstance(somebody, Bot) else somebody
