"""The operation log: every call a bot made, and what became of it.

In memory for tests, as JSON lines for checkers that read it after a kill.
Lines are written in batches; ``flush`` (called on a timer, by the control
interface and at the end) puts them on disk.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.botapi.codec import dumps
from tests.botapi.pulse import Pulse

KEPT_IN_MEMORY = 500_000


@dataclass(slots=True)
class Call:
    """One API call.

    ``effect`` says whether it changed the world; ``answered`` whether the
    client was told (a connection dropped after the effect is the case where
    the two differ).
    """

    number: int
    at: float
    bot_id: int
    method: str
    params: dict[str, Any]
    status: int = 0
    ok: bool = False
    effect: bool = False
    answered: bool = True
    result: Any = None
    chat_id: int | None = None
    message_id: int | None = None
    description: str = ""
    fault: str = ""

    def json(self) -> dict[str, Any]:
        """Return the line of the log file."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass
class OperationLog:
    """Calls in order; the newest half million stay in memory."""

    path: Path | None = None
    calls: deque[Call] = field(
        default_factory=lambda: deque(maxlen=KEPT_IN_MEMORY),
    )
    pulse: Pulse = field(default_factory=Pulse)
    count: int = 0
    _file: IO[bytes] | None = None

    def open(self) -> None:
        """Start the file, if there is to be one."""
        if self.path is not None:
            self._file = self.path.open("ab")

    def next_number(self) -> int:
        """Return the number of a call that begins now."""
        self.count += 1
        return self.count

    def add(self, call: Call) -> None:
        """Keep a finished call."""
        self.calls.append(call)
        if self._file is not None:
            self._file.write(dumps(call.json()) + b"\n")
        self.pulse.beat()

    def flush(self) -> None:
        """Put on disk what is buffered."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Flush and close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def of(self, method: str = "", *, ok: bool | None = None) -> list[Call]:
        """Return the calls of a method, optionally only good or bad ones."""
        return list(self._matching(method, ok=ok))

    def _matching(self, method: str, *, ok: bool | None) -> Iterator[Call]:
        wanted = method.lower()
        for call in self.calls:
            if wanted and call.method.lower() != wanted:
                continue
            if ok is None or call.ok is ok:
                yield call
