"""Posts a story in the community's public channel, with pictures only as long as their senders agree."""

from typing import Any

from handlers.context import Serves
from handlers.event import Address
from handlers.reply import OutFile, Priority, Reply, Showing
from handlers.turn import Turn
from storage.reference import CommunityRow


def channel_of(turn: Turn, community: CommunityRow) -> Address | None:
    """The community's channel, with the residents' bot. None: it has no channel."""
    if community.channel is None:
        return None
    bot = next(bot.name for bot in turn.context.bots.values() if bot.serves is not Serves.STAFF)
    return Address(bot, community.channel)


def post(turn: Turn, community: CommunityRow, story: Any, words: str) -> bool:
    """Post a story, then each picture as a message, so that it can be removed. False: there is no channel."""
    to = channel_of(turn, community)
    if to is None:
        return False
    turn.send(Reply(to, words, priority=Priority.NOTICE, logical=_name(story)))
    for picture in turn.uow.stories.pictures(story):
        _show(turn, to, story, picture.digest)
    return True


def picture(turn: Turn, community: CommunityRow, story: Any, digest: str, *, agreed: bool) -> None:
    """Add or remove a picture after the story was posted, when its sender agrees or withdraws."""
    to = channel_of(turn, community)
    if to is None or story is None or story.published_at is None or story.hidden_at is not None:
        return
    if agreed:
        _show(turn, to, story, digest)
    else:
        turn.send(Reply(to, "", logical=f"{_name(story)}:{digest}", showing=Showing.GONE))


def take_away(turn: Turn, community: CommunityRow, story: Any) -> None:
    """Delete a hidden story with its pictures from the channel."""
    to = channel_of(turn, community)
    if to is None or story.published_at is None:
        return
    for name in (_name(story), *(f"{_name(story)}:{row.digest}" for row in turn.uow.stories.pictures(story))):
        turn.send(Reply(to, "", logical=name, showing=Showing.GONE))


def _show(turn: Turn, to: Address, story: Any, digest: str) -> None:
    caption = turn.context.texts("story.channel_picture", title=story.title)
    file = OutFile("photo", digest, f"story-{story.no}.jpg")
    turn.send(Reply(to, caption, files=(file,), priority=Priority.NOTICE, logical=f"{_name(story)}:{digest}"))


def _name(story: Any) -> str:
    return f"story:{story.community_id}:{story.no}"
