"""Who may do what, and where. Rights are rows; they are checked here and nowhere else.

A right gives a person a role in a scope. It is checked against the community of the object concerned, never against
what a button or message claims. `PERMISSIONS` lists the roles for every action; those of a lifecycle step come from the
lifecycle's own table.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.lifecycle import APPROVERS, CASEWORKERS, STAFF, TRANSITIONS, Action, Role


class Scope(StrEnum):
    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"
    UNIT = "unit"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Right:
    """One role of a person in one scope. `scope_id` is 0 for the district."""

    role: Role
    scope: Scope
    scope_id: int
    community_id: int = 0
    """The community of a grid; 0 for other scopes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object of the ledger belongs, and which units are responsible for it."""

    community_id: int
    street_id: int
    grid_id: int | None = None
    unit_ids: frozenset[int] = frozenset()


def covers(right: Right, place: Place) -> bool:
    """Whether `right` applies at `place`.

    A grid worker's right applies in the whole community, because workers of neighbouring grids stand in for each other.
    """
    match right.scope:
        case Scope.DISTRICT:
            return True
        case Scope.STREET:
            return right.scope_id == place.street_id
        case Scope.COMMUNITY:
            return right.scope_id == place.community_id
        case Scope.GRID:
            return right.community_id == place.community_id
        case Scope.UNIT:
            return right.scope_id in place.unit_ids


def roles_at(rights: Iterable[Right], place: Place) -> frozenset[Role]:
    """The roles that `rights` give at `place`."""
    return frozenset(right.role for right in rights if covers(right, place))


# --- actions ---------------------------------------------------------------------------------------------------------


class Thing(StrEnum):
    """What an action is done to."""

    CASE = "case"
    COMMUNITY = "community"


class Part(StrEnum):
    """A resident's relation to a case or a community.

    A clerk is a member of staff who filed the case for somebody else; a neighbour was only shown it. In a community
    every resident is a neighbour, members of the residents' council (居民议事会) are the council, and whoever lives
    elsewhere (by now) is a stranger.
    """

    REPORTER = "reporter"
    JOINER = "joiner"
    PROXY = "proxy"
    CLERK = "clerk"
    NEIGHBOUR = "neighbour"
    COUNCIL = "council"
    STRANGER = "stranger"


R = Role
TELLERS = frozenset({Part.REPORTER, Part.PROXY})
"""Who reported the case, and so may correct what it is about."""
ALL_PARTS = frozenset({Part.REPORTER, Part.JOINER, Part.PROXY})
FOLLOWS = ALL_PARTS | {Part.CLERK}
"""Who sees the case and may add to it. A clerk does not judge it in the person's place."""
RESIDENT = frozenset({R.RESIDENT})


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may take an action: which roles, and, for residents, in which relation to the case or community."""

    on: Thing
    roles: frozenset[Role]
    parts: frozenset[Part] = frozenset()


def _step(action: Action, parts: frozenset[Part] = frozenset()) -> Permission:
    return Permission(Thing.CASE, TRANSITIONS[action].roles, parts)


def _staff_step(action: Action) -> Permission:
    """A staff button for a step that residents can also take, by buttons of their own."""
    return Permission(Thing.CASE, TRANSITIONS[action].roles - RESIDENT)


def _own(parts: frozenset[Part]) -> Permission:
    return Permission(Thing.CASE, RESIDENT, parts)


NEIGHBOURS = Permission(Thing.COMMUNITY, RESIDENT, frozenset({Part.NEIGHBOUR}))
"""Every resident of the community."""
OWN_HERE = Permission(Thing.COMMUNITY, RESIDENT, frozenset({Part.NEIGHBOUR, Part.STRANGER}))
"""Actions on the person's own rows only: people who moved away can still take back what they gave or rate it."""
MANAGERS = Permission(Thing.COMMUNITY, frozenset({R.MANAGER}))
NEIGHBOURS_AND_STAFF = Permission(Thing.COMMUNITY, STAFF | RESIDENT, NEIGHBOURS.parts)
NEIGHBOURS_AND_MANAGERS = Permission(Thing.COMMUNITY, MANAGERS.roles | RESIDENT, NEIGHBOURS.parts)
JUDGES = Permission(Thing.COMMUNITY, MANAGERS.roles | RESIDENT, frozenset({Part.COUNCIL}))
"""Who approves residents' proposals: the manager or a member of the council."""
APPEALS = Permission(Thing.COMMUNITY, JUDGES.roles | {R.SUPERVISOR}, JUDGES.parts)
AT_DOORS = Permission(Thing.COMMUNITY, frozenset({R.WORKER, R.MANAGER}))
"""Staff who know the households."""
HANDOVER = Permission(Thing.COMMUNITY, AT_DOORS.roles)
"""Who may hand cases over to a colleague: workers their own, managers anybody's."""

PERMISSIONS: dict[str, Permission] = {
    # steps of the lifecycle, under their own names
    **{
        action: _step(action, TELLERS if R.RESIDENT in row.roles else frozenset())
        for action, row in TRANSITIONS.items()
    },
    # buttons that lead to a step
    "words_chosen": Permission(Thing.CASE, CASEWORKERS),
    "ask_unsolved": _step(Action.UNSOLVED),
    "unsolved_because": _step(Action.UNSOLVED),
    "amend": Permission(Thing.CASE, CASEWORKERS),
    "extend_by": _step(Action.EXTEND),
    "return_to": _step(Action.RETURN),
    "seen": _step(Action.ACKNOWLEDGE),
    "open_again": _staff_step(Action.REOPEN),
    "phoned_solved": _staff_step(Action.CONFIRM),
    "phoned_unsolved": _staff_step(Action.REOPEN),
    "dispatch_to": _step(Action.DISPATCH),
    "merge_into": _step(Action.MERGE),
    "merge_crowd": _step(Action.MERGE),
    "staff_scene": _staff_step(Action.RELABEL),
    "staff_urgency": _staff_step(Action.RELABEL),
    "set_scene": _step(Action.RELABEL, TELLERS),
    "set_urgency": _step(Action.RELABEL, TELLERS),
    "undo": Permission(Thing.CASE, CASEWORKERS),
    "help_by": _step(Action.HELP),
    "help_no_more": _step(Action.HELP),
    # viewing
    "open_card": Permission(Thing.CASE, CASEWORKERS | {R.HELPER}),
    "phone": Permission(Thing.CASE, CASEWORKERS),
    "show_files": Permission(Thing.CASE, CASEWORKERS | {R.HELPER}),
    # residents and their own case
    "details": _own(FOLLOWS),
    "add_to_case": _own(FOLLOWS),
    "anonymity": _own(ALL_PARTS),
    "ask_withdraw": _own(ALL_PARTS),
    "solved": _own(ALL_PARTS),
    "not_solved": _own(ALL_PARTS),
    "satisfied": _own(ALL_PARTS),
    "judged_because": _own(ALL_PARTS),
    "still_holds": _own(ALL_PARTS),
    "withdraw": _own(ALL_PARTS),
    "ask_scene": _own(TELLERS),
    "ask_urgency": _own(TELLERS),
    "ask_place": _own(TELLERS),
    "in_community": _own(ALL_PARTS),
    "one_matter": _own(TELLERS),
    "join_mine": _step(Action.JOIN, TELLERS),
    "share_case": _own(ALL_PARTS),
    "share_phone": _own(TELLERS),
    "no_phone": _own(TELLERS),
    "take_back_phone": _own(TELLERS),
    "claim": _own(frozenset({Part.NEIGHBOUR})),
    "join_case": _own(frozenset({Part.NEIGHBOUR})),
    # a community
    "proxy": Permission(Thing.COMMUNITY, STAFF),
    "queue": Permission(Thing.COMMUNITY, STAFF),
    "weekly": Permission(Thing.COMMUNITY, APPROVERS),
    "monthly": Permission(Thing.COMMUNITY, frozenset({R.MANAGER, R.SUPERVISOR})),
    "quarterly": Permission(Thing.COMMUNITY, frozenset({R.SUPERVISOR})),
    "here": Permission(Thing.COMMUNITY, APPROVERS),
    # promises
    "promises": Permission(Thing.COMMUNITY, STAFF),
    "promise_add": Permission(Thing.COMMUNITY, APPROVERS),
    "promise_words": Permission(Thing.COMMUNITY, APPROVERS),
    "promise_done": Permission(Thing.COMMUNITY, STAFF),
    "promise_none": Permission(Thing.COMMUNITY, STAFF),
    "promise_give_up": Permission(Thing.COMMUNITY, STAFF),
    "promise_why": Permission(Thing.COMMUNITY, STAFF),
    "promise_judge": OWN_HERE,
    "promise_because": OWN_HERE,
    # rules and rotas
    "rules": Permission(Thing.COMMUNITY, STAFF),
    "rules_draft": MANAGERS,
    "rules_words": MANAGERS,
    "rules_look": NEIGHBOURS,
    "rules_comment": NEIGHBOURS,
    "rules_comment_words": NEIGHBOURS,
    "rules_read": MANAGERS,
    "rules_publish": MANAGERS,
    "rules_vote": MANAGERS,
    "rules_drop": MANAGERS,
    "rotas": Permission(Thing.COMMUNITY, STAFF),
    "rota_make": MANAGERS,
    "rota_words": MANAGERS,
    "rota_end": MANAGERS,
    "rota_join": NEIGHBOURS,
    "rota_leave": OWN_HERE,
    "rota_swap": OWN_HERE,
    "rota_stand_in": NEIGHBOURS,
    "overdue": Permission(Thing.COMMUNITY, APPROVERS),
    "overdue_more": Permission(Thing.COMMUNITY, APPROVERS),
    "checkup": Permission(Thing.COMMUNITY, APPROVERS),
    "checkup_fill": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    "checkup_pick": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    "checkup_item": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    "checkup_value": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    "checkup_answer": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    # abuse and floods
    **{
        action: Permission(Thing.COMMUNITY, APPROVERS)
        for action in ("let_be", "pause_person", "file_held", "refuse_held")
    },
    "undo_decision": Permission(Thing.COMMUNITY, APPROVERS),
    # content that residents write for neighbours
    "content": MANAGERS,
    **dict.fromkeys(("content_show", "content_keep", "content_hide"), JUDGES),
    **dict.fromkeys(("content_grant", "content_uphold"), APPEALS),
    "content_appeal": NEIGHBOURS,
    "content_report": NEIGHBOURS_AND_MANAGERS,
    # calls for help and events
    "calls": Permission(Thing.COMMUNITY, STAFF),
    "call_for": Permission(Thing.CASE, frozenset({R.MANAGER})),
    "call_make": MANAGERS,
    "call_kind": MANAGERS,
    "call_words": MANAGERS,
    "call_people": MANAGERS,
    "call_end": MANAGERS,
    "call_take": NEIGHBOURS,
    "call_withdraw": OWN_HERE,
    "wish_make": NEIGHBOURS,
    "wish_kind": NEIGHBOURS,
    "wish_words": NEIGHBOURS,
    "wish_drop": OWN_HERE,
    "events": Permission(Thing.COMMUNITY, STAFF),
    "topic_together": NEIGHBOURS_AND_STAFF,
    "event_make": MANAGERS,
    "event_words": MANAGERS,
    "event_invite": MANAGERS,
    "event_people": MANAGERS,
    "event_code": MANAGERS,
    "event_cancel": MANAGERS,
    "event_join": NEIGHBOURS,
    "event_leave": OWN_HERE,
    "event_for": NEIGHBOURS,
    "event_for_words": NEIGHBOURS,
    "check_in": NEIGHBOURS,
    "event_code_words": NEIGHBOURS,
    # shared rooms and stories
    "rooms": Permission(Thing.COMMUNITY, STAFF),
    "room_make": MANAGERS,
    "room_words": MANAGERS,
    "room_coming": Permission(Thing.COMMUNITY, STAFF),
    "room_close": MANAGERS,
    "room_days": NEIGHBOURS,
    "room_slots": NEIGHBOURS,
    "room_book": NEIGHBOURS,
    "room_cancel": OWN_HERE,
    "stories": Permission(Thing.COMMUNITY, STAFF),
    "story_make": MANAGERS,
    "story_words": MANAGERS,
    "story_publish": MANAGERS,
    "story_drop": MANAGERS,
    "story_hide": MANAGERS,
    "story_why": MANAGERS,
    "picture": OWN_HERE,
    # handing over cases
    "hand_over": HANDOVER,
    "hand_over_from": HANDOVER,
    "hand_over_to": HANDOVER,
    # surveys
    "surveys": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    "survey_preview": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    "survey_start": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    "survey_stop": Permission(Thing.COMMUNITY, frozenset({R.MANAGER})),
    "survey_results": Permission(Thing.COMMUNITY, APPROVERS),
    "survey_begin": NEIGHBOURS,
    "survey_option": NEIGHBOURS,
    "survey_decline": NEIGHBOURS,
    "survey_choice": NEIGHBOURS,
    "survey_words": NEIGHBOURS,
    # topics, votes and the council of residents
    "topics": NEIGHBOURS_AND_STAFF,
    "topic_card": NEIGHBOURS_AND_STAFF,
    "council": NEIGHBOURS_AND_STAFF,
    "propose": NEIGHBOURS_AND_MANAGERS,
    "option_add": NEIGHBOURS_AND_MANAGERS,
    "reason_add": NEIGHBOURS_AND_MANAGERS,
    "topic_second": NEIGHBOURS,
    **dict.fromkeys(("words_second", "words_second_one"), NEIGHBOURS),
    "topic_unsecond": OWN_HERE,
    "ballots": NEIGHBOURS,
    "ballot_mark": NEIGHBOURS,
    "ballot_see": NEIGHBOURS,
    "ballot_clear": NEIGHBOURS,
    **dict.fromkeys(("vote_for", "proxy_vote", "proxy_vote_end", "proxy_vote_code"), NEIGHBOURS),
    **dict.fromkeys(("proxy_at_door", "proxy_vote_yes", "proxy_vote_no"), AT_DOORS),
    "vote_appeal": NEIGHBOURS,
    "vote_result": NEIGHBOURS,
    "line_claim": NEIGHBOURS,
    "council_join": NEIGHBOURS,
    "minutes_read": JUDGES,
    "topic_open": JUDGES,
    "topic_decline": JUDGES,
    "topic_later": JUDGES,
    "vote_readmit": APPEALS,
    "vote_keep_out": APPEALS,
    "topic_rename": MANAGERS,
    "topic_merge": MANAGERS,
    "topic_merge_into": MANAGERS,
    "topic_unmerge": MANAGERS,
    "topic_decide": MANAGERS,
    "topic_done": MANAGERS,
    "vote_new": MANAGERS,
    "vote_set": MANAGERS,
    "vote_buildings": MANAGERS,
    "vote_building": MANAGERS,
    "vote_start": MANAGERS,
    "vote_cancel": MANAGERS,
    "vote_admit": MANAGERS,
    "vote_leave_out": MANAGERS,
    "papers_done": MANAGERS,
    "council_add": MANAGERS,
    "council_end": MANAGERS,
    "meeting_call": MANAGERS,
    "meeting_call_off": MANAGERS,
    "minutes": MANAGERS,
    "minutes_write": MANAGERS,
    "decision_add": MANAGERS,
    "decision_case": MANAGERS,
    "votes": AT_DOORS,
    "paper_hand_out": AT_DOORS,
    "slip_read": AT_DOORS,
    "line_confirm": AT_DOORS,
    "line_refuse": AT_DOORS,
}
"""The permission for every action; an action that is not listed is forbidden. What people do with their own
conversation and their own data (consent, export, erasure) needs no permission: nobody else can reach it."""


def may(action: str, roles: Collection[Role], part: str | None = None) -> Role | None:
    """The role in which an action is allowed: the first of `roles` that has the permission.

    `part`: a resident's relation to the object. RESIDENT is returned if only that gives the permission, None if nothing
    does.
    """
    rule = PERMISSIONS.get(action)
    if rule is None:
        return None
    found = next((role for role in roles if role in rule.roles and role is not Role.RESIDENT), None)
    if found is None and part is not None and Role.RESIDENT in rule.roles and part in rule.parts:
        return Role.RESIDENT
    return found
