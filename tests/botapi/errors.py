"""Refusals of the Bot API, worded as the real server words them.

One function per refusal keeps the wording in one place: clients, and the
product under test, decide by these texts.
"""

from collections.abc import Mapping


class ApiError(Exception):
    """A call that is answered with ``ok: false``."""

    def __init__(
        self,
        code: int,
        description: str,
        parameters: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def reply(self) -> dict[str, object]:
        """Return the JSON body of the refusal."""
        body: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = dict(self.parameters)
        return body


def bad_request(text: str) -> ApiError:
    """Return a 400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {text}")


def forbidden(text: str) -> ApiError:
    """Return a 403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {text}")


def conflict(text: str) -> ApiError:
    """Return a 409 with Telegram's prefix."""
    return ApiError(409, f"Conflict: {text}")


def too_many(retry_after: int) -> ApiError:
    """Return a 429 that names the seconds to wait."""
    return ApiError(
        429,
        f"Too Many Requests: retry after {retry_after}",
        {"retry_after": retry_after},
    )


def migrated(new_chat_id: int) -> ApiError:
    """Return the 400 for a group that has become a supergroup."""
    return ApiError(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": new_chat_id},
    )


def cannot_parse_entities(text: str) -> ApiError:
    """Return the 400 for broken markup."""
    return bad_request(f"can't parse entities: {text}")


def unauthorized() -> ApiError:
    """Return the 401 for a token nobody holds."""
    return ApiError(401, "Unauthorized")


def not_found() -> ApiError:
    """Return the 404 for a path that is no method."""
    return ApiError(404, "Not Found")
