"""Erasure of a person: every place that stores their words, files or account, in one file.

What stays: the case with its labels and numbers, and the keys that keep an update from being handled twice.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, delete, literal_column, or_, select, type_coerce, update

from ledger.lifecycle import Role
from storage.counters import held_no, next_no, reached_no
from storage.ids import new_id
from storage.messenger.inbox import DONE, PARKED
from storage.messenger.inbox import WAITING as NOT_HANDLED
from storage.messenger.outbox import CANCELLED, DEAD, WAITING
from storage.reference import DISTRICT
from storage.tables import (
    Attachment,
    CaseEvent,
    CaseMessage,
    CasePerson,
    Conversation,
    FileCopy,
    Inbox,
    Keyboard,
    Lane,
    Outbox,
    Person,
    Shown,
    StaffAccount,
)

if TYPE_CHECKING:
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

ERASED = "erased"
"""Outcome of the update that asked for the erasure, and cause of the last message. The next clean-up deletes both."""
NAMED_AFTER = ("line", "appeal")
"""Prefixes of logical names of cards for others. These names end with the account that the card is about."""
COUNTER = "erasures"
NOBODY = 0
LOOKED_BACK = timedelta(days=2)
MOST_AT_ONCE = 500
_IS_PARKED = Inbox.state == literal_column(f"'{PARKED}'")  # as the partial index has it


class Erasure:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def begin(self) -> None:
        """Count an erasure, before anything is erased: what was read until now may hold words of this person."""
        next_no(self._uow, DISTRICT, COUNTER)

    def count(self) -> int:
        """How many people have been erased so far."""
        return reached_no(self._uow, DISTRICT, COUNTER)

    def held_count(self) -> int:
        """As `count`; no other erasure begins before the commit."""
        return held_no(self._uow, DISTRICT, COUNTER)

    def said_in_case(self, key: tuple[int, int], bot: str, chat: int) -> list[str]:
        """Erase messages and files that came from one chat; returns digests of files that nothing else needs."""
        here = and_(CaseMessage.community_id == key[0], CaseMessage.case_no == key[1])
        mine = and_(here, CaseMessage.bot == bot, CaseMessage.chat == chat)
        found = self._uow.read(select(CaseMessage.attachment_id).where(mine), CaseMessage).scalars()
        ids = [attachment_id for attachment_id in found if attachment_id is not None]
        self._uow.execute(delete(CaseMessage).where(mine))
        # steps of earlier versions repeat what a resident said; nothing shows it
        steps = (CaseEvent.community_id == key[0], CaseEvent.case_no == key[1], CaseEvent.role == Role.RESIDENT)
        self._uow.execute(update(CaseEvent).where(*steps, CaseEvent.reason.is_not(None)).values(reason=None))
        return self._files(key[0], ids)

    def cases_left(self, bot: str, account: int, chat: int) -> list[tuple[int, int]]:
        """Cases that a person has left, but in which words from their chat remain."""
        said = and_(CaseMessage.bot == bot, CaseMessage.chat == chat, CaseMessage.by == Role.RESIDENT)
        same = (CasePerson.community_id == CaseMessage.community_id, CasePerson.case_no == CaseMessage.case_no)
        there = select(CasePerson.account).where(*same, CasePerson.bot == bot, CasePerson.account == account)
        key = (CaseMessage.community_id, CaseMessage.case_no)
        rows = self._uow.read(select(*key).where(said, ~there.exists()).distinct(), CaseMessage, CasePerson)
        return sorted((row.community_id, row.case_no) for row in rows)

    def _files(self, community_id: int, ids: list[int]) -> list[str]:
        same = and_(Attachment.community_id == community_id, Attachment.id.in_(ids))
        digests = set(self._uow.read(select(Attachment.digest).where(same), Attachment).scalars()) - {None}
        self._uow.execute(delete(Attachment).where(same))
        still = select(Attachment.digest).where(Attachment.digest.in_(digests))
        gone = digests - set(self._uow.read(still, Attachment).scalars())
        return sorted(digest for digest in gone if digest)

    def copies(self, digests: list[str]) -> None:
        """Forget under which ids messengers could send these files again."""
        self._uow.execute(delete(FileCopy).where(FileCopy.digest.in_(digests)))

    def told_of_case(self, cause: str, logical: tuple[str, ...]) -> None:
        """Take back messages that carry a case's words and have not arrived: by their cause, or by what they show."""
        same = or_(Outbox.cause == cause, Outbox.logical.in_(logical))
        left = and_(same, Outbox.state.in_([WAITING, DEAD]))
        self._uow.execute(update(Outbox).where(left).values(state=CANCELLED, body=None, done_at=self._uow.now))

    def reword(self, causes: str, old: re.Pattern[str], new: str) -> None:
        """Change the texts of messages that have not arrived, of all causes that begin with `causes`."""
        left = and_(Outbox.cause.startswith(causes, autoescape=True), Outbox.state.in_([WAITING, DEAD]))
        for row in self._uow.read(select(Outbox.id, Outbox.body).where(left), Outbox).all():
            body = row.body | {"text": old.sub(new, row.body["text"])}
            self._uow.execute(update(Outbox).where(Outbox.id == row.id).values(body=body))

    def chat(self, bot: str, account: int, chat: int, update_id: int) -> None:
        """Erase a private chat: what came in up to `update_id`, what was to go out, buttons, conversations."""
        said = and_(Inbox.bot == bot, Inbox.chat == chat)
        now = self._uow.now
        # what the person writes after their wish is a new beginning: it may be an emergency
        left = and_(said, or_(Inbox.state != NOT_HANDLED, Inbox.update_id <= update_id))
        self._uow.execute(update(Inbox).where(left).values(body=None, state=DONE, done_at=now))
        self._uow.execute(update(Inbox).where(left, Inbox.update_id != update_id).values(chat=NOBODY))
        self._set_aside(bot, account)
        self._uow.execute(delete(Outbox).where(Outbox.bot == bot, Outbox.chat == chat))
        self._uow.execute(delete(Shown).where(Shown.bot == bot, Shown.chat == chat))
        pressed = or_(Keyboard.account == account, Keyboard.chat == chat)
        self._uow.execute(delete(Keyboard).where(Keyboard.bot == bot, pressed))
        self._uow.conversations.erase_of(bot, account, chat)

    def cards_about(self, account: int) -> list[str]:
        """Take an account out of cards that others have about it: out of their buttons, and of their names.

        Returns the new names of those that are shown.
        """
        choices = type_coerce(Keyboard.choices, Text)
        pressed = or_(*(choices.contains(f'"account":{account}{end}') for end in ",}"))
        self._uow.execute(delete(Keyboard).where(pressed).execution_options(synchronize_session=False))
        names = [f"{kind}:%:{account}" for kind in NAMED_AFTER]
        sent = or_(*(Outbox.logical.like(name) for name in names), Outbox.key.like(f"privately:%:{account}:%"))
        self._uow.execute(delete(Outbox).where(sent).execution_options(synchronize_session=False))
        shown = select(Shown.logical).where(or_(*(Shown.logical.like(name) for name in names))).distinct()
        renamed = {name: f"gone:{new_id()}" for name in self._uow.read(shown, Shown).scalars().all()}
        for old, new in renamed.items():
            self._uow.execute(update(Shown).where(Shown.logical == old).values(logical=new))
        return list(renamed.values())

    def _set_aside(self, bot: str, account: int) -> None:
        """Empty updates from groups that could not be handled and name the person: somebody may have quoted them."""
        named = re.compile(rf'":{account}[,}}]')
        rows = self._uow.read(select(Inbox.bot, Inbox.update_id, Inbox.body).where(_IS_PARKED), Inbox)
        ids = [row.update_id for row in rows if row.bot == bot and named.search(row.body or "")]
        values = {"body": None, "state": DONE, "done_at": self._uow.now}
        for first in range(0, len(ids), MOST_AT_ONCE):
            these = (Inbox.bot == bot, Inbox.update_id.in_(ids[first : first + MOST_AT_ONCE]))
            self._uow.execute(update(Inbox).where(*these).values(**values))

    def strangers(self, before: datetime) -> None:
        """Erase who wrote to us before that, never agreed to anything, is in no case, and has not come back since."""
        same = {"bot": Person.bot, "account": Person.account}
        in_case = select(CasePerson.account).filter_by(**same)
        on_staff = select(StaffAccount.account).filter_by(**same)
        talks = (
            select(Conversation.account).filter_by(**same, chat=Person.chat).where(Conversation.updated_at >= before)
        )
        known = or_(in_case.exists(), on_staff.exists(), talks.exists())
        gone = select(Person.bot, Person.account, Person.chat).where(
            Person.consent_version.is_(None), Person.created_at < before, ~known
        )
        for row in self._uow.read(gone.limit(MOST_AT_ONCE), Person, CasePerson, StaffAccount).all():
            self._forget(row.bot, row.account, row.chat)

    def without_cases(self, accounts: list[tuple[str, int]], before: datetime) -> None:
        """Erase those of `accounts` that are in no case any more and have not come back since."""
        for bot, account in accounts:
            mine = {"bot": bot, "account": account}
            left = [
                self._uow.read(select(CasePerson.account).filter_by(**mine).limit(1), CasePerson).first(),
                self._uow.read(select(StaffAccount.account).filter_by(**mine).limit(1), StaffAccount).first(),
            ]
            talks = any(talk.updated_at >= before for talk in self._talks(bot, account))
            person = self._uow.people.find(bot, account)
            if person is not None and not talks and left == [None, None]:
                self._forget(bot, account, person.chat)

    def _forget(self, bot: str, account: int, chat: int) -> None:
        self._uow.conversations.erase_of(bot, account, chat)
        self._uow.people.erase(bot, account)
        if chat > 0:  # else they were only ever seen in a group
            self._leave(bot, chat)

    def _talks(self, bot: str, account: int) -> list[Any]:
        statement = select(Conversation.updated_at).where(Conversation.bot == bot, Conversation.account == account)
        return list(self._uow.read(statement, Conversation))

    def left_overs(self) -> None:
        """What the erasing itself still needed: its own update, the goodbye, the lane."""
        recent = and_(Inbox.done_at > self._uow.now - LOOKED_BACK, Inbox.outcome == ERASED, Inbox.chat != NOBODY)
        chats = self._uow.read(select(Inbox.bot, Inbox.chat).where(recent), Inbox)
        for bot, chat in {(row.bot, row.chat) for row in chats}:
            self._leave(bot, chat)
        self._uow.execute(update(Inbox).where(recent).values(chat=NOBODY))
        ended = and_(Outbox.cause == ERASED, Outbox.state.not_in([WAITING, DEAD]))
        self._uow.execute(delete(Outbox).where(ended))

    def _leave(self, bot: str, chat: int) -> None:
        """Forget a chat in which nobody talks with us any more: its lane, and what was shown there."""
        talks = select(Conversation.chat).where(Conversation.bot == bot, Conversation.chat == chat).exists()
        idle = and_(Lane.bot == bot, Lane.chat == chat, Lane.ready_at.is_(None), ~talks)
        self._uow.execute(delete(Lane).where(idle).execution_options(synchronize_session=False))
        self._uow.execute(delete(Shown).where(Shown.bot == bot, Shown.chat == chat, ~talks))
