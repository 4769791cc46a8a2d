"""The ledger (问题台账): cases, who takes part in them and what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Code, of_case, partial
from storage.types import Json, Words, WordsJson


class Case(Base):
    """One row of the ledger (问题台账). `version` rises with each change; `proposal` is what the machine said."""

    __tablename__ = "cases"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(Code)
    scene: Mapped[str] = mapped_column(Code)
    scene2: Mapped[str | None] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(Code)
    item: Mapped[int]
    urgency: Mapped[str] = mapped_column(String(1))
    text: Mapped[str] = mapped_column(Words)
    place: Mapped[str | None] = mapped_column(Words)
    building_id: Mapped[int | None]
    grid_id: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    proposal: Mapped[Any] = mapped_column(WordsJson)
    confirmed: Mapped[bool] = mapped_column(default=False)
    anonymous: Mapped[bool] = mapped_column(default=False)
    supporters: Mapped[int] = mapped_column(default=1)
    source: Mapped[str] = mapped_column(Code)
    staff_id: Mapped[int | None]
    first_staff_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    merged_into: Mapped[int | None]
    reopened: Mapped[int] = mapped_column(default=0)
    reply: Mapped[str | None] = mapped_column(Words)
    solved: Mapped[bool | None]
    satisfied: Mapped[int | None]
    created_at: Mapped[datetime]
    sign_due_at: Mapped[datetime]
    due_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    """When somebody of the staff first spoke with the resident."""
    outcome: Mapped[str | None] = mapped_column(Code)
    """How it was answered: solved, or honestly unsolved."""
    root_no: Mapped[int | None]
    """The case about the root cause of this one and others like it."""
    changed_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    """When the clock has to look at this case again (nearly due, overdue, follow-up, lapse, does it hold)."""
    external_no: Mapped[str | None] = mapped_column(String(60))
    """Its number in the system that it was imported from (`source`)."""
    contacts_gone_at: Mapped[datetime | None]
    """When accounts, names, phones and rooms were taken out of it for good (retention)."""
    __table_args__ = (
        Index("ix_cases_community_id_created_at", "community_id", "created_at"),
        Index("ix_cases_community_id_state", "community_id", "state", "due_at"),
        Index("ix_cases_community_id_answered_at", "community_id", "answered_at"),
        partial("ix_cases_unit_id", "unit_id", where="unit_id IS NOT NULL"),
        partial("ix_cases_next_at", "next_at", where="next_at IS NOT NULL"),
        partial("ix_cases_kept", "closed_at", where="closed_at IS NOT NULL AND contacts_gone_at IS NULL"),
        partial(
            "ix_cases_external_no",
            "community_id",
            "source",
            "external_no",
            where="external_no IS NOT NULL",
            unique=True,
        ),
    )


class CasePerson(Base):
    """Who reported a case, joined it, or reported it for somebody (part: reporter, joiner, proxy)."""

    __tablename__ = "case_people"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    part: Mapped[str] = mapped_column(Code)
    anonymous: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    __table_args__ = (
        of_case(),
        Index("ix_case_people_account", "bot", "account"),
        partial("ix_case_people_joined", "community_id", "joined_at", where="part = 'joiner'"),
    )


class CaseUnit(Base):
    """A unit that helps with a case (协办); the lead (主办) stands in the case itself."""

    __tablename__ = "case_units"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]
    __table_args__ = (of_case(), Index("ix_case_units_unit_id", "unit_id"))


class CaseContact(Base):
    """Contact data beyond a messenger account, each row with its own consent; deleted by retention.

    Part `represented`: for whom a case was filed. Part `shared`: a phone left for one handler (`unit_id`).
    """

    __tablename__ = "case_contacts"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int]
    part: Mapped[str] = mapped_column(Code)
    name: Mapped[str | None] = mapped_column(Words)
    phone: Mapped[str | None] = mapped_column(Words)
    relation: Mapped[str | None] = mapped_column(Code)
    consent: Mapped[str] = mapped_column(Code)
    consented_at: Mapped[datetime]
    unit_id: Mapped[int | None]
    bot: Mapped[str | None] = mapped_column(Code)
    account: Mapped[int | None]
    __table_args__ = (of_case(), Index("ix_case_contacts_case_no", "community_id", "case_no"))


class Access(Base):
    """Who looked at or took out personal data, and what for. The resident may ask for it; append-only."""

    __tablename__ = "accesses"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int | None]
    at: Mapped[datetime]
    staff_id: Mapped[int | None]
    role: Mapped[str] = mapped_column(Code)
    what: Mapped[str] = mapped_column(Code)
    purpose: Mapped[str | None] = mapped_column(Words)
    detail: Mapped[Any | None] = mapped_column(Json)
    __table_args__ = (Index("ix_accesses_case_no", "community_id", "case_no"),)


class CaseMessage(Base):
    """What was said in a case. An edited message adds a revision; the first stays."""

    __tablename__ = "case_messages"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int]
    by: Mapped[str] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(Code)
    text: Mapped[str | None] = mapped_column(Words)
    bot: Mapped[str] = mapped_column(Code)
    chat: Mapped[int]
    message_id: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=0)
    attachment_id: Mapped[int | None]
    at: Mapped[datetime]
    __table_args__ = (
        of_case(),
        Index("ix_case_messages_community_id_case_no", "community_id", "case_no"),
        Index("ix_case_messages_bot", "bot", "chat", "message_id"),
    )


class Attachment(Base):
    """A file of a case. It belongs to the bot that received it, is fetched once, and never decoded."""

    __tablename__ = "attachments"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int]
    bot: Mapped[str] = mapped_column(Code)
    kind: Mapped[str] = mapped_column(Code)
    file_id: Mapped[str] = mapped_column(String(300))
    unique_id: Mapped[str] = mapped_column(String(100))
    size: Mapped[int | None]
    media_type: Mapped[str | None] = mapped_column(String(100))
    digest: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(Code, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    __table_args__ = (
        of_case(),
        Index("ix_attachments_community_id_case_no", "community_id", "case_no"),
        partial("ix_attachments_waiting", "state", where="state = 'waiting'"),
    )


class CaseEvent(Base):
    """One step of a case, append-only: who, when, from, to, why, by which button or command."""

    __tablename__ = "case_events"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code)
    staff_id: Mapped[int | None]
    before: Mapped[str | None] = mapped_column(Code)
    after: Mapped[str] = mapped_column(Code)
    reason: Mapped[str | None] = mapped_column(Words)
    via: Mapped[str | None] = mapped_column(String(100))
    detail: Mapped[Any | None] = mapped_column(WordsJson)
    __table_args__ = (
        of_case(),
        Index("ix_case_events_community_id_case_no", "community_id", "case_no", "id"),
        partial("ix_case_events_judged", "community_id", "at", where="action IN ('confirm', 'reopen', 'object')"),
    )


class Correction(Base):
    """A label that a person changed; used to train again."""

    __tablename__ = "corrections"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int]
    label: Mapped[str] = mapped_column(Code)
    before: Mapped[str | None] = mapped_column(Code)
    after: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code)
    at: Mapped[datetime]
    __table_args__ = (of_case(),)
