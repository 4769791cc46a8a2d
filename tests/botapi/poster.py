"""Putting messages of all kinds into a chat, as one person."""

from typing import Any

from tests.botapi.codec import utf16_len
from tests.botapi.content import CAPTION_LIMIT
from tests.botapi.entities import find_entities
from tests.botapi.files import StoredFile, store
from tests.botapi.state import Json, Message
from tests.botapi.views import View
from tests.botapi.world import ANONYMOUS

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffc0000b080004000401011100ffd9",
)
"""A picture of 4 by 4 that is enough of a JPEG for headers to be read."""


class Poster(View):
    """One person in one chat, with what they can send."""

    anonymous = False

    async def sends_photo(
        self,
        content: bytes = JPEG,
        caption: str = "",
        *,
        width: int = 1280,
        height: int = 960,
        size: int | None = None,
    ) -> Message:
        """Send a picture; it is not decoded, so it may be anything."""
        photo = self._store("photo", content, size, width=width, height=height)
        return self._post(_captioned(caption), photo)

    async def sends_album(
        self,
        photos: list[bytes] | int,
        caption: str = "",
    ) -> list[Message]:
        """Send pictures together: messages of one media_group_id, no end mark."""
        contents = [JPEG] * photos if isinstance(photos, int) else photos
        group = {"media_group_id": str(13_000_000_000_000_000 + self.world.serial())}
        return [
            self._post(
                {**group, **_captioned("" if number else caption)},
                self._store("photo", content, None, width=1280, height=960),
            )
            for number, content in enumerate(contents)
        ]

    async def sends_voice(
        self,
        content: bytes = b"OggS",
        duration: int = 3,
        caption: str = "",
    ) -> Message:
        """Send a voice note."""
        voice = self._store(
            "voice",
            content,
            None,
            duration=duration,
            mime="audio/ogg",
        )
        return self._post(_captioned(caption), voice)

    async def sends_video(
        self,
        content: bytes = b"\0\0\0\x18ftypmp42",
        caption: str = "",
        *,
        duration: int = 5,
        size: int | None = None,
    ) -> Message:
        """Send a video."""
        video = self._store(
            "video",
            content,
            size,
            duration=duration,
            mime="video/mp4",
            width=720,
            height=1280,
        )
        return self._post(_captioned(caption), video)

    async def sends_document(
        self,
        content: bytes = b"%PDF-1.4",
        name: str = "file.pdf",
        caption: str = "",
        *,
        mime: str = "application/pdf",
        size: int | None = None,
    ) -> Message:
        """Send a file; ``size`` may claim more bytes than there are."""
        document = self._store("document", content, size, name=name, mime=mime)
        return self._post(_captioned(caption), document)

    async def sends_location(self, latitude: float, longitude: float) -> Message:
        """Send a place."""
        return self._post(
            {"location": {"latitude": latitude, "longitude": longitude}},
        )

    async def shares_contact(self, phone: str = "") -> Message:
        """Share the own phone number."""
        return self._post(
            {
                "contact": {
                    "phone_number": phone or self.account.phone or "+8613900000000",
                    "first_name": self.account.first_name,
                    "user_id": self.account.id,
                },
            },
        )

    def _store(
        self,
        kind: str,
        content: bytes,
        size: int | None,
        **about: Any,
    ) -> StoredFile:
        return store(self.world, kind, content, size=size, **about)

    def _post(
        self,
        content: Json,
        media: StoredFile | None = None,
        *,
        reply_to: Message | None = None,
    ) -> Message:
        """Put a message into the chat and queue its update."""
        if self.chat.blocked:
            raise ValueError(f"{self.account.first_name} has blocked this bot")
        self.chat.started = True
        body: Json = {"message_id": 0, **self._frame(), **content}
        message = self.chat.add(body, self.account.id)
        message.at = self.world.clock()
        message.media = media
        message.reply_to = reply_to or self._topic_start()
        self.mark = self.chat.changes
        self.world.deliver("message", message, self.account.id)
        return message

    def _frame(self) -> Json:
        """Return sender, chat, date and topic of a message by this person."""
        frame: Json = {
            "from": self.account.json(),
            "chat": self.chat.json(),
            "date": self.world.now(),
        }
        if self.anonymous:
            frame |= {"from": ANONYMOUS.json(), "sender_chat": self.chat.json()}
        if self.topic:
            frame |= {"message_thread_id": self.topic, "is_topic_message": True}
        return frame

    def _topic_start(self) -> Message | None:
        """Telegram lets every message of a topic reply to the one that opened it."""
        return self.chat.messages.get(self.topic)


def check_length(text: str, limit: int) -> None:
    """Refuse what Telegram's apps would not send as one message."""
    if utf16_len(text) > limit:
        raise ValueError(f"an app would not send more than {limit} units at once")


def _captioned(caption: str) -> Json:
    if not caption:
        return {}
    check_length(caption, CAPTION_LIMIT)
    content: Json = {"caption": caption}
    if marked := find_entities(caption):
        content["caption_entities"] = marked
    return content
