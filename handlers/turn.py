"""One turn of a conversation: an event with everything a handler may need, and the replies it gathers."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from handlers.context import Bot, Context, Serves
from handlers.event import Address, Event
from handlers.reply import Answer, Button, Priority, Reply
from ledger.lifecycle import Role
from ledger.rights import Place, roles_at
from nlp.understanding import Reading
from storage.conversations import Talk
from storage.people import PersonRow
from storage.reference import CommunityRow, StaffRow
from storage.unit_of_work import UnitOfWork

Rows = tuple[tuple[Button, ...], ...]


@dataclass
class Turn:
    """Lives as long as one event is handled. `outcome` is what the inbox keeps of it."""

    context: Context
    uow: UnitOfWork
    event: Event
    prepared: Reading | None = None
    replies: list[Reply] = field(default_factory=list)
    answer: Answer | None = None
    outcome: str = "other"

    @property
    def bot(self) -> Bot:
        return self.context.bots[self.event.address.bot]

    @property
    def account(self) -> int:
        return self.event.account or 0

    @cached_property
    def talk(self) -> Talk:
        address = self.event.address
        return self.uow.conversations.get((address.bot, address.chat, address.topic, self.account))

    @cached_property
    def person(self) -> PersonRow:
        person = self.uow.people.get(self.event.address.bot, self.account, self.event.address.chat)
        person.name = self.event.name or person.name
        return person

    @cached_property
    def staff(self) -> StaffRow | None:
        """The staff row that this account is bound to."""
        return self.uow.reference.staff_by_account.get((self.event.address.bot, self.account))

    @property
    def as_staff(self) -> bool:
        """Whether this person talks to the bot as staff."""
        return self.staff is not None and self.bot.serves is not Serves.RESIDENTS

    @property
    def reading(self) -> Reading:
        if self.prepared is None or self.prepared.text != self.event.text:
            self.prepared = self.context.read(self.event.text)
        return self.prepared

    def community(self, community_id: int | None) -> CommunityRow | None:
        return None if community_id is None else self.uow.reference.communities.get(community_id)

    def roles(self, place: Place) -> frozenset[Role]:
        """What this person is at `place`, by the rights of the staff row they are bound to."""
        return roles_at(self.staff.rights, place) if self.staff else frozenset()

    def say(self, key: str, /, rows: Rows = (), **values: Any) -> None:
        """Answer in the chat with a text of the catalogue."""
        self.send(Reply(self.event.address, self.context.texts(key, **values), rows))

    def send(self, reply: Reply) -> None:
        self.replies.append(reply)

    def send_to(self, address: Address, key: str, /, *, priority: Priority = Priority.NOTICE, **values: Any) -> None:
        self.send(Reply(address, self.context.texts(key, **values), priority=priority))

    def tell(self, key: str, /, *, alert: bool = False, **values: Any) -> None:
        """Answer over the pressed button; in the chat where nothing was pressed."""
        text = self.context.texts(key, **values)
        if self.event.press_id:
            self.answer = Answer(text, alert)
        else:
            self.send(Reply(self.event.address, text))

    def mine(self, label: str, action: str, **options: Any) -> Button:
        """A button that only this person may press; `label` is a key of the catalogue."""
        return Button(self.context.texts(label), action, account=self.account, **options)

    def expect(self, what: str, **data: Any) -> None:
        """The next message of this person here answers a question of ours."""
        self.talk.state["expects"] = {"what": what, **data}

    def expected(self) -> dict[str, Any] | None:
        found = self.talk.state.pop("expects", None)
        return dict(found) if found else None

    def with_text(self, text: str) -> "Turn":
        """The same turn over other words; replies are gathered in the same place."""
        return Turn(self.context, self.uow, replace(self.event, text=text), replies=self.replies)
