"""The barest client: one call, one JSON answer, nothing interpreted."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.botapi.codec import loads


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: dict[str, Any]

    @property
    def result(self) -> Any:
        """The result of a call that must have gone well."""
        assert self.body["ok"], self.body
        return self.body["result"]

    @property
    def description(self) -> str:
        """The text of a refusal."""
        assert not self.body["ok"], self.body
        return str(self.body["description"])


class RawBot:
    """Calls one bot's methods."""

    def __init__(self, url: str, token: str) -> None:
        self.base = f"{url}/bot{token}"
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, **params: Any) -> Answer:
        """Call with a JSON body; what is None is left out."""
        assert self._session is not None, "use async with"
        kept = {name: value for name, value in params.items() if value is not None}
        async with self._session.post(f"{self.base}/{method}", json=kept) as reply:
            return Answer(reply.status, loads(await reply.read()))

    async def does(self, method: str, **params: Any) -> Any:
        """Return the result of a call that must go well."""
        return (await self.call(method, **params)).result

    async def refused(self, method: str, **params: Any) -> str:
        """Return the description of a call that must be refused."""
        return (await self.call(method, **params)).description

    async def updates(self, offset: int = 0, **params: Any) -> list[dict[str, Any]]:
        """Return what waits from an offset on."""
        found: list[dict[str, Any]] = await self.does(
            "getUpdates",
            offset=offset,
            **params,
        )
        return found
