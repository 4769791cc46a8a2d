"""One turn of a conversation: an event, everything that its handler may need, and the replies that it produces."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from digests.dates import day_and_time
from handlers.context import Bot, Context, Serves
from handlers.event import Address, Event, EventKind
from handlers.format import number
from handlers.reply import Answer, Button, Reply, Rows, Showing
from ledger.lifecycle import Role
from ledger.rights import Place, Scope, may, roles_at
from ledger.scenes import Urgency
from nlp.understanding import Reading
from storage.cases import CaseRow
from storage.messenger.conversations import Talk
from storage.messenger.people import PersonRow
from storage.reference import DISTRICT, CommunityRow, StaffRow
from storage.unit_of_work import UnitOfWork

LEADING = frozenset({Role.MANAGER, Role.SUPERVISOR})
LOCAL_FIRST = (Role.WORKER, Role.MANAGER, Role.SUPERVISOR, Role.ADMIN, Role.OFFICER)
BEHIND = "behind"
"""Key under which a question keeps the lasting question that was open before it."""


@dataclass
class Turn:
    """Exists while one event is handled. `outcome` is what the inbox records about it."""

    context: Context
    uow: UnitOfWork
    event: Event
    replies: list[Reply] = field(default_factory=list)
    answer: Answer | None = None
    outcome: str = "other"
    button: str = ""
    """The action of the pressed button."""
    throttled: bool = False
    """Whether this person is over the district's rate limit (see handlers/moderation/rate_limits.py)."""

    # who and where ---------------------------------------------------------------------------------------------------

    @property
    def bot(self) -> Bot:
        return self.context.bots[self.event.address.bot]

    @property
    def account(self) -> int:
        return self.event.account or 0

    @property
    def alone(self) -> Address:
        """The address only this person reads: this chat or, if it is a group, their private chat."""
        here = self.event.address
        return here if self.event.private else Address(here.bot, self.event.private_chat or self.account)

    @cached_property
    def talk(self) -> Talk:
        address = self.event.address
        return self.uow.conversations.get((address.bot, address.chat, address.topic, self.account))

    @cached_property
    def person(self) -> PersonRow:
        person = self.uow.people.get(self.event.address.bot, self.account, self.alone.chat)
        person.name = self.event.name or person.name
        if self.event.private:
            person.chat = self.event.address.chat
        return person

    @cached_property
    def staff(self) -> StaffRow | None:
        """The staff row that this account is bound to."""
        return self.uow.reference.staff_by_account.get((self.event.address.bot, self.account))

    @property
    def staff_id(self) -> int | None:
        return self.staff.id if self.staff else None

    @property
    def as_staff(self) -> bool:
        """Whether this person talks to the bot as staff."""
        return self.staff is not None and self.bot.serves is not Serves.RESIDENTS

    @property
    def via(self) -> str:
        """The button or command that caused this, for the ledger's events."""
        if self.button:
            return f"button {self.button}"
        if self.event.kind is EventKind.IGNORED:
            return "clock"
        return f"/{self.event.command}" if self.event.command else str(self.event.kind)

    @cached_property
    def reading(self) -> Reading:
        """The text as understood; computed when first asked for."""
        return self.context.read(self.event.text)

    def community(self, community_id: int | None) -> CommunityRow | None:
        return None if community_id is None else self.uow.reference.communities.get(community_id)

    def community_of(self, case: CaseRow) -> CommunityRow:
        return self.uow.reference.communities[case.community_id]

    def number(self, case: CaseRow) -> str:
        return number(self.community_of(case), case)

    def when(self, moment: datetime, case: CaseRow) -> str:
        """A time in the case's community, as people read it."""
        return day_and_time(moment, self.community_of(case).zone)

    # rights ----------------------------------------------------------------------------------------------------------

    def roles(self, place: Place) -> frozenset[Role]:
        """The roles of this person at `place`, by the rights of the staff row they are bound to."""
        return roles_at(self.staff.rights, place) if self.staff else frozenset()

    def roles_over(self, case: CaseRow, staff: StaffRow | None = None) -> list[Role]:
        """Roles that a staff member (by default this person) has over a case now, the most local first."""
        staff = staff or self.staff
        if staff is None:
            return []
        units = [case.unit_id] if case.unit_id else []
        roles = roles_at(staff.rights, self.community_of(case).place(case.grid_id, units))
        found = [role for role in LOCAL_FIRST if role in roles]
        if not found and self._helps(case, staff):
            return [Role.HELPER]
        return [Role.WORKER, *found] if set(found) <= {Role.OFFICER} and self._stands_in(case, staff) else found

    def _helps(self, case: CaseRow, staff: StaffRow) -> bool:
        """Whether a unit of theirs assists with the case (协办). Only asked if they have no other role in it."""
        units = {right.scope_id for right in staff.rights if right.scope is Scope.UNIT}
        return bool(units) and not units.isdisjoint(self.uow.cases.helpers(case.key))

    def unit_name(self, case: CaseRow, unit_id: int | None) -> str:
        """The unit's name as people in the case's community know it; empty if there is none."""
        name = self.uow.reference.units.get(unit_id or 0, "")
        return self.context.district.units_at([name], self.uow.reference.street_of(case.community_id))

    def officers_of(self, case: CaseRow, unit_id: int) -> list[StaffRow]:
        """The officers of a unit in this case; for 各街道, the supervisors of the community's own street."""
        reference = self.uow.reference
        unit = self.context.district.unit_named(reference.units.get(unit_id, ""))
        own = reference.staff_with(case.community_id, Role.SUPERVISOR) if unit and unit.own_street else []
        return own or reference.officers_of(unit_id)

    def role_over(self, case: CaseRow, staff: StaffRow | None = None) -> Role | None:
        """The most local role that a staff member has over a case."""
        return next(iter(self.roles_over(case, staff)), None)

    def role_for(self, action: str, case: CaseRow) -> Role | None:
        """The staff role in which this person may take an action on the case; None: not allowed."""
        return may(action, self.roles_over(case)) if self.as_staff else None

    def communities_for(self, action: str) -> list[CommunityRow]:
        """The communities in which this person may take an action as staff."""
        return [c for c in self.uow.reference.real_communities() if may(action, self.roles(c.place()))]

    def on_duty_for(self, case: CaseRow) -> tuple[list[StaffRow], ...]:
        """Staff on duty for an emergency, in the order in which they are called. They may handle it while on duty.

        First those of its community, then those of the district. Cases that were filed for the district, because their
        place is unknown, have nobody else: then whoever is on duty anywhere is called.
        """
        reference, now = self.uow.reference, self.uow.now
        if case.community_id == DISTRICT:
            return reference.on_duty(DISTRICT, now), reference.on_duty_anywhere(now)
        if case.urgency is not Urgency.EMERGENCY:
            return ()
        return reference.on_duty(case.community_id, now), reference.on_duty(DISTRICT, now)

    def _stands_in(self, case: CaseRow, staff: StaffRow) -> bool:
        """Whether somebody without a role over a case may handle it because it may be they who are called."""
        leads = case.community_id == DISTRICT and any(right.role in LEADING for right in staff.rights)
        return leads or any(staff in called for called in self.on_duty_for(case))

    # what is said ----------------------------------------------------------------------------------------------------

    def say(self, key: str, /, rows: Rows = (), **values: Any) -> None:
        """Reply in the chat with a text of the catalogue."""
        self.send(Reply(self.event.address, self.context.texts(key, **values), rows))

    def send(self, reply: Reply) -> None:
        self.replies.append(reply)

    def tell(self, key: str, /, *, alert: bool = False, **values: Any) -> None:
        """Answer the pressed button; if none was pressed, reply in the chat."""
        text = self.context.texts(key, **values)
        if self.event.press_id:
            self.answer = Answer(text, alert)
        else:
            self.send(Reply(self.event.address, text))

    def close(self, logical: str | None, key: str, /, **values: Any) -> None:
        """Replace one of our messages and its buttons by a closing text."""
        if logical:
            text = self.context.texts(key, **values)
            self.send(Reply(self.event.address, text, logical=logical, showing=Showing.CLOSE))

    def mine(self, label: str, action: str, **options: Any) -> Button:
        """A button that only this person may press; `label` is a key of the catalogue."""
        return Button(self.context.texts(label), action, account=self.account, **options)

    # what is asked ---------------------------------------------------------------------------------------------------

    def expect(self, question: str, case: CaseRow, *, lasting: bool = False, **data: Any) -> None:
        """Treat the person's next message here as the answer, if it comes soon (`lasting`: at any time)."""
        open_question(self.talk.state, expectation(question, case, self.uow.now, lasting=lasting) | data)

    def expected(self) -> dict[str, Any] | None:
        """Take back the open question and return it, or None if there is none or it is too old.

        A lasting one that stood behind it is open again.
        """
        found = self.talk.state.pop("expects", None)
        if found and not found["lasting"] and self.older(found["at"]):
            found = found.get(BEHIND)
        if found and BEHIND in found:
            self.talk.state["expects"] = found[BEHIND]
        return dict(found) if found else None

    def drop_question(self) -> None:
        """Drop the open question, because something else came; a lasting question of the staff stays open."""
        asked = self.expected()
        if asked and asked["lasting"]:
            self.talk.state["expects"] = asked

    def older(self, at: float) -> bool:
        """Whether a question asked at `at` (seconds since the epoch) is no longer open."""
        return self.uow.now.timestamp() - at > self.context.district.limits.question_open.wall.total_seconds()

    def wake_again(self) -> None:
        """Schedule the next wake-up of this conversation: when its album, export or pause is due."""
        state = self.talk.state
        due = [part["due"] for name in ("album", "export", "pace") if "due" in (part := state.get(name, {}))]
        self.talk.wake_at = datetime.fromtimestamp(min(due), UTC) if due else None

    def as_if(self, **changes: Any) -> "Turn":
        """The same turn for a changed event; its replies go to the same list."""
        return Turn(self.context, self.uow, replace(self.event, **changes), replies=self.replies)


def expectation(question: str, case: CaseRow, now: datetime, *, lasting: bool) -> dict[str, Any]:
    return {"what": question, "case": list(case.key), "at": now.timestamp(), "lasting": lasting}


def open_question(state: dict[str, Any], asked: dict[str, Any]) -> None:
    """Ask in a conversation; a lasting question about another case that is open there waits behind this one."""
    before = state.get("expects") or {}
    behind = before if before.get("lasting") else before.get(BEHIND)
    waits = behind and behind["case"] != asked.get("case")
    state["expects"] = asked | {BEHIND: behind} if waits else asked
