"""What the page is told: a message as it draws it, wrapped as a server-sent event."""

import json
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from bot.channels.webchat import Message

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
"""Media types that the page shows; everything else is a download."""


def event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def message_data(bot: str, message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "at": message.at.timestamp() * 1000,
        "mine": message.account is not None,
        "text": "/start" if message.text.startswith("/start") else message.text,
        "rows": [[asdict(choice) for choice in row] for row in message.rows],
        "files": [
            {
                "url": f"files/{bot}/{file.id}?name={quote(file.name)}",
                "picture": file.media_type in PICTURES,
                "name": file.name,
                "size": file.size,
            }
            for file in message.files
        ],
        "place": message.location is not None,
        "edited": message.edited,
    }
