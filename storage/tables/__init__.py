"""All tables. Three families:

- reference: streets, communities, units, staff and their rights; the same for every shard;
- messenger: inbox, outbox, lanes, conversations, people; keyed by bot and chat;
- community: every primary, unique and foreign key begins with `community_id`, so that a distributed PostgreSQL
  can shard them by community unchanged. Community 0 is the district itself.
"""

from storage.tables.alerts import Alarm, Nudge, SpikeTold
from storage.tables.base import Base, table_of
from storage.tables.calls import HelpCall, HelpOffer
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
from storage.tables.checkups import FacilityPast, FacilityStock, Neighbour
from storage.tables.community import Building, Counter, Duty, Grid, Keyboard, Question
from storage.tables.council import CouncilMember, Decision, Meeting
from storage.tables.events import Gathering, GatheringPerson
from storage.tables.messenger import Conversation, FileCopy, Inbox, Lane, Lease, Outbox, Person, ResidentGroup, Shown
from storage.tables.moderation import Concern, ConcernEvent, ContentReport, ContentStep, Crowd
from storage.tables.promises import Promise, PromisePerson
from storage.tables.pushes import Push, PushRecipient
from storage.tables.reference import (
    Community,
    Invitation,
    ProgramRevision,
    ReferenceVersion,
    Staff,
    StaffAccount,
    StaffRight,
    Street,
    Unit,
)
from storage.tables.reports import ReportRequest, ReportRun, Subscription
from storage.tables.rooms import Booking, Room
from storage.tables.rotas import Rota, RotaMember, RotaTurn
from storage.tables.rules import Rules, RulesClause, RulesComment
from storage.tables.stories import Story, StoryPicture
from storage.tables.surveys import Survey, SurveyAnswer, SurveyPerson
from storage.tables.topics import (
    Contribution,
    ContributionSupporter,
    Topic,
    TopicCase,
    TopicEvent,
    TopicSupporter,
    TopicWatch,
)
from storage.tables.votes import Ballot, Mark, Newcomer, Slip, Vote, VoteEvent, VoteProxy, Voter, VoterClaim

__all__ = [
    "Access",
    "Alarm",
    "Attachment",
    "Ballot",
    "Base",
    "Booking",
    "Building",
    "Case",
    "CaseContact",
    "CaseEvent",
    "CaseMessage",
    "CasePerson",
    "CaseUnit",
    "Community",
    "Concern",
    "ConcernEvent",
    "ContentReport",
    "ContentStep",
    "Contribution",
    "ContributionSupporter",
    "Conversation",
    "Correction",
    "CouncilMember",
    "Counter",
    "Crowd",
    "Decision",
    "Duty",
    "FacilityPast",
    "FacilityStock",
    "FileCopy",
    "Gathering",
    "GatheringPerson",
    "Grid",
    "HelpCall",
    "HelpOffer",
    "Inbox",
    "Invitation",
    "Keyboard",
    "Lane",
    "Lease",
    "Mark",
    "Meeting",
    "Neighbour",
    "Newcomer",
    "Nudge",
    "Outbox",
    "Person",
    "ProgramRevision",
    "Promise",
    "PromisePerson",
    "Push",
    "PushRecipient",
    "Question",
    "ReferenceVersion",
    "ReportRequest",
    "ReportRun",
    "ResidentGroup",
    "Room",
    "Rota",
    "RotaMember",
    "RotaTurn",
    "Rules",
    "RulesClause",
    "RulesComment",
    "Shown",
    "Slip",
    "SpikeTold",
    "Staff",
    "StaffAccount",
    "StaffRight",
    "Story",
    "StoryPicture",
    "Street",
    "Subscription",
    "Survey",
    "SurveyAnswer",
    "SurveyPerson",
    "Topic",
    "TopicCase",
    "TopicEvent",
    "TopicSupporter",
    "TopicWatch",
    "Unit",
    "Vote",
    "VoteEvent",
    "VoteProxy",
    "Voter",
    "VoterClaim",
    "table_of",
]
