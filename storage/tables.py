"""All tables. Three families:

- reference: streets, communities, units, staff and their rights; the same for every shard;
- messenger: inbox, outbox, lanes, conversations, people; keyed by bot and chat;
- community: every primary, unique and foreign key begins with `community_id`, so that a distributed PostgreSQL
  can shard them by community unchanged. Community 0 is the district itself.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, MetaData, String, Table
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.types import Json, Utc, Words, WordsJson

Big = BigInteger()
Name = String(100)
Code = String(40)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the few rows that still matter."""
    return Index(name, *columns, unique=unique, sqlite_where=sql(where), postgresql_where=sql(where))


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Utc, int: BigInteger, str: String}  # noqa: RUF012 - SQLAlchemy's own form


def table_of(model: type[Base]) -> Table:
    """The plain table behind a model: statements on it are cheaper than on the model."""
    return Base.metadata.tables[model.__tablename__]


# --- reference -------------------------------------------------------------------------------------------------------


class Street(Base):
    __tablename__ = "streets"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name, unique=True)


class Community(Base):
    """A community (社区). `staff_chat` is where new cases are shown, as (bot, chat, topic)."""

    __tablename__ = "communities"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    street_id: Mapped[int | None] = mapped_column(ForeignKey("streets.id"))
    code: Mapped[str] = mapped_column(Code, unique=True)
    name: Mapped[str] = mapped_column(Name)
    time_zone: Mapped[str] = mapped_column(Code, default="Asia/Shanghai")
    population: Mapped[int | None]
    area_m2: Mapped[int | None]
    built_year: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    staff_chat: Mapped[Any | None] = mapped_column(Json)


class Unit(Base):
    """A responsible unit (责任单位)."""

    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name, unique=True)


class Staff(Base):
    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Words)
    phone: Mapped[str | None] = mapped_column(Words)
    active: Mapped[bool] = mapped_column(default=True)


class StaffRight(Base):
    """One role in one scope; see ledger/rights.py. `community_id` is that of a grid: grids are counted in each."""

    __tablename__ = "staff_rights"
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(Code, primary_key=True)
    scope: Mapped[str] = mapped_column(Code, primary_key=True)
    scope_id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0)


class StaffAccount(Base):
    """A messenger account bound to a staff row by an invitation."""

    __tablename__ = "staff_accounts"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    chat: Mapped[int]
    bound_at: Mapped[datetime]


class Invitation(Base):
    """A single-use link that binds an account to a staff row. Only the token's hash is kept."""

    __tablename__ = "invitations"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ReferenceVersion(Base):
    """Counts changes to the reference tables, so that processes know when to read them again."""

    __tablename__ = "reference_version"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]


# --- messenger -------------------------------------------------------------------------------------------------------


class Lane(Base):
    """One chat of one bot: what a worker locks. `ready_at` is set while updates wait."""

    __tablename__ = "lanes"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    chat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ready_at: Mapped[datetime | None]
    __table_args__ = (_partial("ix_lanes_ready_at", "ready_at", where="ready_at IS NOT NULL"),)


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
        _partial("ix_inbox_waiting", "bot", "chat", "update_id", where="state = 'waiting'"),
        Index("ix_inbox_done_at", "done_at"),
    )


class Outbox(Base):
    """A message to be delivered; see bot/deliver.py. `logical` names what it shows, so that later ones edit."""

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
    done_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(400))
    __table_args__ = (
        # with the chat, so that rows of a chat that has to wait are passed over without being looked up
        _partial("ix_outbox_waiting", "bot", "priority", "due_at", "id", "chat", where="state = 'waiting'"),
        _partial("ix_outbox_logical", "bot", "chat", "logical", where="state = 'waiting' AND logical IS NOT NULL"),
        _partial("ix_outbox_cause", "cause", where="cause IS NOT NULL"),
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
    __table_args__ = (_partial("ix_conversations_wake_at", "wake_at", where="wake_at IS NOT NULL"),)


class Person(Base):
    """A messenger account that wrote to a bot. Consent is a version and a time; `paused_at`: cannot be reached."""

    __tablename__ = "people"
    bot: Mapped[str] = mapped_column(Code, primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chat: Mapped[int]
    name: Mapped[str | None] = mapped_column(Words)
    community_id: Mapped[int | None]
    building_id: Mapped[int | None]
    consent_version: Mapped[str | None] = mapped_column(Code)
    consented_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    __table_args__ = (_partial("ix_people_strangers", "created_at", where="consent_version IS NULL"),)


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


# --- community -------------------------------------------------------------------------------------------------------


class Counter(Base):
    __tablename__ = "counters"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Code, primary_key=True)
    value: Mapped[int]


class Grid(Base):
    __tablename__ = "grids"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Name)


class Building(Base):
    __tablename__ = "buildings"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    grid_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Name)
    built_year: Mapped[int | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    __table_args__ = (ForeignKeyConstraint(["community_id", "grid_id"], ["grids.community_id", "grids.id"]),)


class Duty(Base):
    """Who is on duty when: weekday 0 to 6, minutes of the community's day [start, end)."""

    __tablename__ = "duties"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    staff_id: Mapped[int]
    weekday: Mapped[int]
    start_minute: Mapped[int]
    end_minute: Mapped[int]


class Question(Base):
    """A line of a community's question list; community 0 is the whole district. `source` vouches for the answer."""

    __tablename__ = "questions"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question: Mapped[str] = mapped_column(String(1000))
    answer: Mapped[str] = mapped_column(String(1000))
    source: Mapped[str] = mapped_column(String(100))


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
    proposal: Mapped[Any] = mapped_column(Json)
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
        _partial("ix_cases_next_at", "next_at", where="next_at IS NOT NULL"),
        _partial("ix_cases_kept", "closed_at", where="closed_at IS NOT NULL AND contacts_gone_at IS NULL"),
        _partial(
            "ix_cases_external_no",
            "community_id",
            "source",
            "external_no",
            where="external_no IS NOT NULL",
            unique=True,
        ),
    )


def _of_case() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["community_id", "case_no"], ["cases.community_id", "cases.no"], ondelete="CASCADE")


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
    __table_args__ = (_of_case(), Index("ix_case_people_account", "bot", "account"))


class CaseUnit(Base):
    """A unit that helps with a case (协办); the lead (主办) stands in the case itself."""

    __tablename__ = "case_units"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[datetime]
    __table_args__ = (_of_case(), Index("ix_case_units_unit_id", "unit_id"))


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
    __table_args__ = (_of_case(), Index("ix_case_contacts_case_no", "community_id", "case_no"))


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
        _of_case(),
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
        _of_case(),
        Index("ix_attachments_community_id_case_no", "community_id", "case_no"),
        _partial("ix_attachments_waiting", "state", where="state = 'waiting'"),
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
    detail: Mapped[Any | None] = mapped_column(Json)
    __table_args__ = (
        _of_case(),
        Index("ix_case_events_community_id_case_no", "community_id", "case_no", "id"),
        _partial("ix_case_events_judged", "community_id", "at", where="action IN ('confirm', 'reopen', 'object')"),
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
    __table_args__ = (_of_case(),)


class Keyboard(Base):
    """The buttons of one message; `choices` are (action, case number, data, good for one press) each.

    The chat only sees `community_id`, `id` and the button's place; whoever presses is held against the row. `used` has
    a bit for each button that was pressed and is good for one press.
    """

    __tablename__ = "keyboards"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bot: Mapped[str] = mapped_column(Code)
    chat: Mapped[int]
    account: Mapped[int | None]
    choices: Mapped[Any] = mapped_column(Json)
    used: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Alarm(Base):
    """An emergency that somebody has to acknowledge; `level` rises each time nobody did."""

    __tablename__ = "alarms"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(default=0)
    raised_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    staff_id: Mapped[int | None]
    __table_args__ = (
        _of_case(),
        _partial("ix_alarms_next_at", "next_at", where="next_at IS NOT NULL"),
    )


class Nudge(Base):
    """Something that the staff are asked about a case: by the clock (`staff_id` null) once each, or by who supervises.

    `due_at` is the case's due time that the clock's nudge is about, or when the answer is due; `told` lists the chats.
    """

    __tablename__ = "nudges"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_no: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code)
    staff_id: Mapped[int | None]
    words: Mapped[str | None] = mapped_column(Words)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    told: Mapped[Any] = mapped_column(Json)
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(Words)
    __table_args__ = (
        _of_case(),
        Index("ix_nudges_case_no", "community_id", "case_no"),
        _partial("ix_nudges_next_at", "next_at", where="next_at IS NOT NULL"),
        _partial("uq_nudges_once", "community_id", "case_no", "kind", "due_at", where="staff_id IS NULL", unique=True),
    )


class ReportRun(Base):
    """A report of one period: made once, so that its content stays what it was when it was made."""

    __tablename__ = "report_runs"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report: Mapped[str] = mapped_column(Code, primary_key=True)
    period_start: Mapped[datetime] = mapped_column(primary_key=True)
    period_end: Mapped[datetime]
    content: Mapped[Any] = mapped_column(Json)
    made_at: Mapped[datetime]


class ReportRequest(Base):
    """Somebody asked for a report in chat; it is made and sent outside the process's answering path."""

    __tablename__ = "report_requests"
    community_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report: Mapped[str] = mapped_column(Code)
    bot: Mapped[str] = mapped_column(Code)
    chat: Mapped[int]
    topic: Mapped[int]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    __table_args__ = (_partial("ix_report_requests_waiting", "asked_at", where="done_at IS NULL"),)
