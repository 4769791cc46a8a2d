"""Call parameters as clients send them: query, JSON, urlencoded, multipart.

Every value may arrive as JSON or as text holding JSON (aiogram and PTB send
forms whose nested values are JSON texts); the getters take both and refuse
what is neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web

from tests.botapi.codec import loads
from tests.botapi.errors import ApiError, bad_request

UPLOAD_LIMIT = 50 * 1024 * 1024
BODY_SLACK = 1024 * 1024
"""What a body may have besides one file of the largest size."""

T = TypeVar("T")
_SHOWN = {"reply_markup": "reply keyboard markup"}
_TRUE = {"true", "1", "yes", "True"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart body."""

    name: str
    content: bytes
    mime: str


class Params:
    """The parameters of one call."""

    __slots__ = ("files", "values")

    def __init__(
        self,
        values: Mapping[str, Any],
        files: Mapping[str, Upload] | None = None,
    ) -> None:
        self.values = values
        self.files = files or {}

    def __contains__(self, name: str) -> bool:
        value = self.values.get(name)
        return value is not None and value != ""

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a number; rubbish counts as absent, as with Telegram."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def number(self, name: str) -> float:
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise bad_request(f"{name} is empty or not a number") from None

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        return value is True or value == 1 or (isinstance(value, str) and value in _TRUE)

    def json(self, name: str) -> Any:
        """Return the value decoded, or None where it is absent or empty."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return loads(value) if value else None
        except ValueError:
            shown = _SHOWN.get(name, name.replace("_", " "))
            raise bad_request(f"can't parse {shown} JSON object") from None

    def object(self, name: str) -> dict[str, Any]:
        """Return a JSON object, empty where it is absent."""
        value = self.json(name)
        if value is None or isinstance(value, dict):
            return value or {}
        raise bad_request(f"object expected as {name.replace('_', ' ')}")

    def array(self, name: str, of: type[T]) -> list[T]:
        """Return a JSON array of one type, empty where it is absent."""
        value = self.json(name)
        if value is None:
            return []
        if isinstance(value, list) and all(isinstance(item, of) for item in value):
            return value
        raise bad_request(f"can't parse {name.replace('_', ' ')}: expected an Array of {of.__name__}")

    def logged(self) -> dict[str, Any]:
        """Return what the operation log keeps: no file contents."""
        if not self.files:
            return dict(self.values)
        parts = {name: f"<file {part.name} of {len(part.content)} bytes>" for name, part in self.files.items()}
        return {**self.values, **parts}


async def read_params(request: web.BaseRequest) -> Params:
    """Decode the call's body by its content type."""
    query = dict(request.query) if request.query_string else {}
    if request.content_length is None and not request.can_read_body:
        return Params(query)
    if (request.content_length or 0) > UPLOAD_LIMIT + BODY_SLACK:
        raise ApiError(413, "Request Entity Too Large")
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _multipart(request, query)
    body = await request.read()
    if not body:
        return Params(query)
    if kind == "application/json":
        return Params({**query, **_json_object(body)})
    text = body.decode(errors="replace")
    return Params({**query, **dict(parse_qsl(text, keep_blank_values=True))})


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        values = loads(body)
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, dict):
        return values
    raise bad_request("can't parse request: can't parse JSON object")


async def _multipart(
    request: web.BaseRequest,
    query: Mapping[str, Any],
) -> Params:
    values: dict[str, Any] = dict(query)
    files: dict[str, Upload] = {}
    for name, part in (await request.post()).items():
        if isinstance(part, str):
            values[name] = part
            continue
        if isinstance(part, bytes | bytearray):
            values[name] = bytes(part).decode(errors="replace")
            continue
        content = part.file.read()
        if len(content) > UPLOAD_LIMIT:
            raise ApiError(413, "Request Entity Too Large")
        files[name] = Upload(part.filename, content, part.content_type)
    return Params(values, files)
