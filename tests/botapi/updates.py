"""The updates of one bot: what is waiting, what is confirmed, what is replayed.

Confirmed updates stay for a while so that a test can hand them out again, as
Telegram does after its own faults. Finding an offset is a bisection and never a
walk: benchmarks push hundreds of thousands of updates through here.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from tests.botapi.codec import dumps
from tests.botapi.pulse import Pulse

DEFAULT_KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post",
        "inline_query", "chosen_inline_result", "callback_query",
        "shipping_query", "pre_checkout_query", "poll", "poll_answer",
        "my_chat_member", "chat_join_request", "business_connection",
        "business_message", "edited_business_message", "purchased_paid_media",
        "deleted_business_messages", "chat_boost", "removed_chat_boost",
    },
)  # fmt: skip
"""What a bot gets that asked for nothing: all but chat_member and reactions."""


@dataclass(slots=True)
class QueuedUpdate:
    """One update as it goes over the wire, with the lane it must keep order in."""

    id: int
    body: bytes
    lane: int


class UpdateQueue:
    """Updates in order of arrival; those before ``head`` are confirmed."""

    def __init__(self, first_id: int, keep: int = 200_000) -> None:
        self._ids: list[int] = []
        self._updates: list[QueuedUpdate] = []
        self._done: set[int] = set()
        self._keep = keep
        self.head = 0
        self.last_id = first_id - 1
        self.total = 0
        self.changed = Pulse()
        self.replaying = False

    def push(self, kind: str, value: object, lane: int = 0) -> int:
        """Number an update and queue it; return its update_id."""
        update_id = self.last_id + 1
        self.push_bytes(dumps({"update_id": update_id, kind: value}), lane)
        return update_id

    def push_bytes(self, body: bytes, lane: int = 0, update_id: int = 0) -> int:
        """Queue a ready body under the next number, or a later one."""
        self.last_id = max(self.last_id + 1, update_id)
        self._ids.append(self.last_id)
        self._updates.append(QueuedUpdate(self.last_id, body, lane))
        self.total += 1
        self.changed.beat()
        return self.last_id

    @property
    def waiting(self) -> int:
        """How many updates nobody has confirmed yet."""
        return len(self._ids) - self.head - len(self._done)

    @property
    def confirmed_to(self) -> int:
        """The highest update_id below which all is confirmed."""
        return self._ids[self.head - 1] if self.head else 0

    def read(self, offset: int, limit: int) -> list[QueuedUpdate]:
        """Confirm all below the offset and return the next ones.

        A negative offset keeps only that many of the newest. While a replay
        runs, the first offset is ignored: the client asks for what follows,
        but the server has forgotten that it was confirmed.
        """
        if self.replaying:
            self.replaying = False
        elif offset < 0:
            self._advance(max(self.head, len(self._ids) + offset))
        else:
            self._advance(bisect_left(self._ids, offset, lo=self.head))
        return self._updates[self.head : self.head + limit]

    def unread(self, after: int) -> Iterable[QueuedUpdate]:
        """Return the unconfirmed updates with a higher id than this."""
        start = bisect_left(self._ids, after + 1, lo=self.head)
        return self._updates[start:]

    def confirm(self, update_id: int) -> None:
        """Confirm a single update, as a webhook's 200 does."""
        self._done.add(update_id)
        head = self.head
        while head < len(self._ids) and self._ids[head] in self._done:
            self._done.discard(self._ids[head])
            head += 1
        self._advance(head)
        self.changed.beat()

    def drop(self) -> None:
        """Forget all that is waiting (drop_pending_updates)."""
        self._advance(len(self._ids))

    def replay(self, count: int) -> int:
        """Make the last confirmed updates unread again; return how many."""
        count = min(count, self.head)
        self.head -= count
        self.replaying = count > 0
        self._done.clear()
        self.changed.beat()
        return count

    def _advance(self, head: int) -> None:
        if head == self.head:
            return
        self.head = head
        if self.head > 2 * self._keep:
            surplus = self.head - self._keep
            del self._ids[:surplus]
            del self._updates[:surplus]
            self.head -= surplus
        self.changed.beat()
