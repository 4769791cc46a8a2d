"""A strict stand-in for api.telegram.org; see README.md."""

from tests.botapi import faults
from tests.botapi.groups import Group
from tests.botapi.people import Person, Tap, User
from tests.botapi.poster import JPEG
from tests.botapi.server import BotApiServer
from tests.botapi.state import Bot, Chat, Message, Topic
from tests.botapi.views import NotSeenError

__all__ = [
    "JPEG",
    "Bot",
    "BotApiServer",
    "Chat",
    "Group",
    "Message",
    "NotSeenError",
    "Person",
    "Tap",
    "Topic",
    "User",
    "faults",
]
