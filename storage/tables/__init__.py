"""All tables. Three families:

- reference: streets, communities, units, staff and their rights; the same for every shard;
- messenger: inbox, outbox, lanes, conversations, people; keyed by bot and chat;
- community: every primary, unique and foreign key begins with `community_id`, so that a distributed PostgreSQL
  can shard them by community unchanged. Community 0 is the district itself.
"""

from storage.tables.base import Base, table_of
from storage.tables.cases import (
    Access,
    Attachment,
    Case,
    CaseContact,
    CaseEvent,
    CaseMessage,
    CasePerson,
    CaseUnit,
    Correction,
)
from storage.tables.community import Building, Counter, Duty, Grid, Keyboard, Question
from storage.tables.messenger import Conversation, FileCopy, Inbox, Lane, Lease, Outbox, Person, ResidentGroup, Shown
from storage.tables.pushes import Push, PushRecipient
from storage.tables.reference import (
    Community,
    Invitation,
    ReferenceVersion,
    Staff,
    StaffAccount,
    StaffRight,
    Street,
    Unit,
)
from storage.tables.reports import ReportRequest, ReportRun, Subscription
from storage.tables.watch import Alarm, Nudge, SpikeTold

__all__ = [
    "Access",
    "Alarm",
    "Attachment",
    "Base",
    "Building",
    "Case",
    "CaseContact",
    "CaseEvent",
    "CaseMessage",
    "CasePerson",
    "CaseUnit",
    "Community",
    "Conversation",
    "Correction",
    "Counter",
    "Duty",
    "FileCopy",
    "Grid",
    "Inbox",
    "Invitation",
    "Keyboard",
    "Lane",
    "Lease",
    "Nudge",
    "Outbox",
    "Person",
    "Push",
    "PushRecipient",
    "Question",
    "ReferenceVersion",
    "ReportRequest",
    "ReportRun",
    "ResidentGroup",
    "Shown",
    "SpikeTold",
    "Staff",
    "StaffAccount",
    "StaffRight",
    "Street",
    "Subscription",
    "Unit",
    "table_of",
]
