"""What Telegram's refusals mean, for both libraries."""

from bot.channels.port import NotEditable, Refused, SendError, TryLater, Unreachable

LONGEST_REASON = 200


class NotModified(Refused):
    """The edit would change nothing."""


class NoSuchTopic(Refused):
    """The topic was deleted or closed."""


class StaleFile(Refused):
    """The file id is not good here: of another bot, another kind, or too old."""


REFUSALS: dict[type[SendError], tuple[str, ...]] = {
    NotModified: ("message is not modified",),
    NotEditable: (
        "message to edit not found",
        "message to delete not found",
        "message can't be edited",
        "there is no text in the message to edit",
        "message_id_invalid",
    ),
    NoSuchTopic: ("message thread not found", "topic_closed", "topic_deleted"),
    StaleFile: ("wrong file identifier", "wrong remote file identifier", "can't use file of type"),
    Unreachable: (
        "bot was blocked",
        "user is deactivated",
        "bot was kicked",
        "bot is not a member",
        "chat not found",
        "not enough rights to send text messages",
        "have no rights to send a message",
        "can't initiate conversation",
    ),
}
"""What a 400 means, by its words: the Bot API gives no codes."""


def refused(description: str) -> SendError:
    """What a refusal means, by its words."""
    said = description.casefold()
    kind = next((kind for kind, phrases in REFUSALS.items() if any(phrase in said for phrase in phrases)), Refused)
    return kind(description[:LONGEST_REASON])


def later(retry_after: float) -> TryLater:
    return TryLater("too many requests", float(retry_after))
