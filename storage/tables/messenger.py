"""What passes between the messengers and the handlers; keyed by bot and chat."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, partial
from storage.types import Words, WordsJson


class Lane(Base):
    """One chat of one bot: what a worker locks. `ready_at` is set while updates wait."""

    __tablename__ = "lanes"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    chat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ready_at: Mapped[datetime | None]
    rank: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    """Lanes of a lower rank are worked on first: see storage/messenger/inbox.py."""
    __table_args__ = (partial("ix_lanes_rank", "rank", "ready_at", where="ready_at IS NOT NULL"),)


class Inbox(Base):
    """A raw update, stored before it is confirmed. `body` is emptied when it is finished; the key stays."""

    __tablename__ = "inbox"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    update_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    body: Mapped[str | None] = mapped_column(Words)
    state: Mapped[str] = mapped_column(Code, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(400))
    __table_args__ = (
        partial("ix_inbox_waiting", "bot", "chat", "update_id", where="state = 'waiting'"),
        partial("ix_inbox_parked", "done_at", where="state = 'parked'"),
        Index("ix_inbox_done_at", "done_at"),
    )


class Outbox(Base):
    """A message to be delivered; see bot/deliver.py. `logical` names what it shows, so that later ones edit.

    `failing_since`: when it was first tried in vain.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code)
    chat: Mapped[int]
    topic: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    logical: Mapped[str | None] = mapped_column(String(100))
    cause: Mapped[str | None] = mapped_column(String(100))
    body: Mapped[Any | None] = mapped_column(WordsJson)
    state: Mapped[str] = mapped_column(Code, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(400))
    __table_args__ = (
        # with the chat, so that rows of a chat that has to wait are passed over without being looked up
        partial("ix_outbox_waiting", "bot", "priority", "due_at", "id", "chat", where="state = 'waiting'"),
        partial("ix_outbox_logical", "bot", "chat", "logical", where="state = 'waiting' AND logical IS NOT NULL"),
        partial("ix_outbox_cause", "cause", where="cause IS NOT NULL"),
        partial("ix_outbox_dead", "done_at", where="state = 'dead'"),
        Index("ix_outbox_done_at", "done_at"),
    )


class Shown(Base):
    """The messenger's id of a logical message, and the newest outbox row delivered to it."""

    __tablename__ = "shown"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    chat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    logical: Mapped[str] = mapped_column(String(100), primary_key=True)
    message_id: Mapped[int]
    outbox_id: Mapped[int]
    __table_args__ = (Index("ix_shown_logical", "logical"),)


class Conversation(Base):
    """What a person is in the middle of, in one chat and topic."""

    __tablename__ = "conversations"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    chat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    topic: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[Any] = mapped_column(WordsJson)
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    wake_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_conversations_account", "bot", "account"),
        partial("ix_conversations_wake_at", "wake_at", where="wake_at IS NOT NULL"),
    )


class Person(Base):
    """A messenger account that wrote to a bot. Consent is a version and a time; `paused_at`: cannot be reached.

    `no_pushes_at`: since then no invitations, by their own wish. Quiet hours are minutes of the community's day.
    `numbered`: answers by number instead of buttons; `short`: one sentence a message.
    `muted_until`: the staff asked this person to wait; until then only emergencies are taken from them.
    """

    __tablename__ = "people"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    name: Mapped[str | None] = mapped_column(Words)
    community_id: Mapped[int | None]
    community_since: Mapped[datetime | None]
    building_id: Mapped[int | None]
    consent_version: Mapped[str | None] = mapped_column(Code)
    consented_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    muted_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    no_pushes_at: Mapped[datetime | None]
    quiet_since: Mapped[int | None]
    quiet_until: Mapped[int | None]
    numbered: Mapped[bool | None]
    short: Mapped[bool | None]
    __table_args__ = (
        Index("ix_people_community_id", "community_id"),
        partial("ix_people_strangers", "created_at", where="consent_version IS NULL"),
        partial("ix_people_paused", "bot", "chat", where="paused_at IS NOT NULL"),
    )


class ResidentGroup(Base):
    """A residents' group that was tied to a community; of what is said there nothing is kept."""

    __tablename__ = "resident_groups"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    chat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int]
    since: Mapped[datetime]


class Lease(Base):
    """Who alone may do something (deliver for a bot, poll for it) until when."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    owner: Mapped[str] = mapped_column(String(100))
    until: Mapped[datetime]


class FileCopy(Base):
    """The file id under which a bot can send a stored file again without uploading it."""

    __tablename__ = "file_copies"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    file_id: Mapped[str] = mapped_column(String(300))
