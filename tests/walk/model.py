"""The ledger once more, as plain as can be: what each event may do to a case, written down without the product's tables.

A case is replayed from its events alone. Whatever the product did that this does not expect is a disagreement.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

INSIDE = ("worker", "manager", "supervisor", "admin")
HANDS = (*INSIDE, "officer")
ABOVE = ("manager", "supervisor", "admin")
HANDLED = ("accepted", "dispatched", "signed", "working", "extension_asked", "parked", "redo", "returned")
OPEN = ("waiting", "needs_info", *HANDLED)
ANSWERED = ("answered", "follow_up")
CLOSED = ("closed", "closed_unconfirmed")
IN_HAND = ("accepted", "signed", "working", "redo")
STAYS, BACK = "", "<"

STEPS: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "accept": (("waiting", "needs_info"), "accepted", INSIDE),
    "ask": (OPEN, "needs_info", HANDS),
    "supplement": (("needs_info",), BACK, ("resident",)),
    "relabel": ((*OPEN, *ANSWERED), STAYS, (*INSIDE, "resident")),
    "contact": (OPEN, STAYS, HANDS),
    "dispatch": (OPEN, "dispatched", INSIDE),
    "sign": (("dispatched",), "signed", HANDS),
    "start": (("accepted", "dispatched", "signed", "parked", "redo", "returned"), "working", HANDS),
    "return": (("dispatched", "signed", "working"), "returned", HANDS),
    "extend": (IN_HAND, "extension_asked", HANDS),
    "grant": (("extension_asked",), BACK, ABOVE),
    "deny": (("extension_asked",), BACK, ABOVE),
    "park": ((*IN_HAND, "parked"), "parked", ABOVE),
    "resolve": (OPEN, "answered", HANDS),
    "unsolved": (OPEN, "answered", HANDS),
    "follow_up": (("answered",), "follow_up", ("system",)),
    "check": ((*ANSWERED, *CLOSED), STAYS, INSIDE),
    "confirm": ((*ANSWERED, "closed_unconfirmed"), "closed", (*INSIDE, "resident")),
    "reopen": ((*ANSWERED, *CLOSED), "redo", (*INSIDE, "resident")),
    "object": ((*ANSWERED, *CLOSED), "follow_up", (*INSIDE, "resident")),
    "uphold": (("follow_up",), "closed", ABOVE),
    "lapse": (("follow_up",), "closed_unconfirmed", ("system",)),
    "merge": (OPEN, "merged", INSIDE),
    "join": (("waiting", "needs_info"), "merged", ("resident",)),
    "unmerge": (("merged",), "accepted", INSIDE),
    "transfer": (OPEN, "transferred", (*INSIDE, "system")),
    "refuse": (OPEN, "refused", INSIDE),
    "withdraw": ((*OPEN, *ANSWERED), "withdrawn", ("resident",)),
    "acknowledge": (OPEN, STAYS, HANDS),
    "help": (HANDLED, STAYS, INSIDE),
    "note": (HANDLED, STAYS, (*HANDS, "helper")),
    "supervise": (OPEN, STAYS, ABOVE),
    "report_back": ((*OPEN, *ANSWERED), STAYS, HANDS),
}
"""Action: from which states, to which one, by whom."""
UNDOABLE = ("accept", "dispatch", "start", "park", "resolve", "unsolved", "merge", "transfer", "refuse")
ONLY_SAID = (
    "added", "placed", "taken_out", "edited", "anonymity", "erased", "phone_shared", "phone_taken_back", "nudged",
    "escalated", "judged", "asked_if_it_holds", "amended", "contacts_removed", "consent_withdrawn", "one_matter",
    "joined", "left", "root_cause", "claimed", "handed_over", "moved",
)  # fmt: skip
"""Events after which a case stands where it stood."""
UNDO_FOR = timedelta(seconds=60)


class Disagreement(AssertionError):
    """The product did what the plain model does not."""


@dataclass
class Plain:
    """One case, as its events say."""

    key: tuple[int, int]
    created_at: datetime
    state: str = "waiting"
    supporters: int = 1
    reopened: int = 0
    merged_into: int | None = None
    came_from: dict[str, str] = field(default_factory=dict)
    """Where the case was when a question or a request put it aside."""
    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    """How it stood before each event, for undo."""
    last: list[tuple[int, str, datetime, int | None]] = field(default_factory=list)

    def stands(self) -> dict[str, Any]:
        """What the product's row has to say as well."""
        names = ("state", "supporters", "reopened", "merged_into")
        return {name: getattr(self, name) for name in names}


class Ledger:
    """All cases, by replaying events in their order."""

    def __init__(self) -> None:
        self.cases: dict[tuple[int, int], Plain] = {}

    def replay(self, event: Any) -> None:
        key = (event.community_id, event.case_no)
        if event.action == "file":
            expect(key not in self.cases, event, "filed twice")
            self.cases[key] = Plain(key, event.at)
            return
        expect(key in self.cases, event, "an event of a case that nobody filed")
        case = self.cases[key]
        expect(event.at >= case.last[-1][2] if case.last else event.at >= case.created_at, event, "time ran backwards")
        expect(event.before == case.state, event, f"it was {case.state}")
        case.before[event.id] = {**case.stands(), "came_from": dict(case.came_from)}
        self._apply(case, event)
        expect(event.after == case.state, event, f"it should now be {case.state}")
        case.last.append((event.id, event.action, event.at, event.staff_id))

    def _apply(self, case: Plain, event: Any) -> None:
        if event.action == "undo":
            _undo(case, event)
        elif event.action in STEPS:
            self._step(case, event)
        else:
            expect(event.action in ONLY_SAID, event, "nobody knows this action")
            _people(case, event)

    def _step(self, case: Plain, event: Any) -> None:
        sources, to, roles = STEPS[event.action]
        expect(case.state in sources, event, f"not from {case.state}")
        expect(event.role in roles, event, f"not by {event.role}")
        if event.action in ("grant", "check", "confirm") and event.staff_id is not None:
            judged = ("extend",) if event.action == "grant" else ("resolve", "unsolved")
            expect(_last_by(case, judged) != event.staff_id, event, "nobody judges what they did themselves")
        if to == BACK:
            to = case.came_from.get(case.state, "nowhere")
        elif event.action in ("ask", "extend") and case.state != to:
            case.came_from[to] = case.state
        case.state = to or case.state
        case.reopened += event.action == "reopen"
        if event.action in ("merge", "join"):
            case.merged_into = event.detail["into"]
            self.cases[case.key[0], case.merged_into].supporters += event.detail["joined"]
        elif event.action == "unmerge":
            case.merged_into = None


def _undo(case: Plain, event: Any) -> None:
    """Only for a minute, and only while no colleague took a step and the case stands where the step has put it."""
    undone = next(place for place, done in enumerate(case.last) if done[0] == event.detail["event"])
    number, action, at, _ = case.last[undone]
    later = case.last[undone + 1 :]
    expect(action in UNDOABLE, event, f"{action} cannot be undone")
    expect(event.at - at <= UNDO_FOR, event, "too late to be undone")
    stood = {case.before[done[0]]["state"] for done in later} | {case.state}
    expect(len(stood) == 1, event, f"it went on to {stood}")
    expect(not {done[1] for done in later} & {"undo", *UNDOABLE}, event, "a later step is undone first")
    expect({done[3] for done in later} <= {None, event.staff_id}, event, "a colleague went on with it")
    was = case.before[number]
    for name in was.keys() - {"supporters"}:  # neighbours who joined meanwhile stay
        setattr(case, name, was[name])


def _people(case: Plain, event: Any) -> None:
    """Who joined and who left."""
    detail = event.detail or {}
    if event.action == "joined":
        case.supporters += detail.get("people", 0)  # who came with another case was counted by its own step
    elif event.action == "left":
        case.supporters = max(case.supporters - detail.get("people", 1), 1)


def _last_by(case: Plain, actions: tuple[str, ...]) -> int | None:
    """Who took the newest of these steps that was not undone; `before` is cut when a step is undone."""
    return next((staff for _, action, _, staff in reversed(case.last) if action in actions), None)


def expect(agreed: bool, event: Any, why: str) -> None:
    if not agreed:
        told = f"{event.action} by {event.role} ({event.staff_id}): {event.before} -> {event.after}, {event.via}"
        raise Disagreement(f"case {event.community_id}-{event.case_no}: {told}: {why}")
