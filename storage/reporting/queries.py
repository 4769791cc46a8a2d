"""The compiled statements behind reports.

Values: `community`; the period `start` to `end`, half open; `now`; `soon`, the end of what is nearly due; `most`, how
many rows at most.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal_column, or_, select
from sqlalchemy import text as sql

from ledger.lifecycle import OPEN, Action, State
from ledger.scenes import Urgency
from storage.cases import BY_URGENCY, ROOT_CAUSE
from storage.cocreation.topics import SPEAKS_FOR_A_TOPIC
from storage.reporting.rows import CaseLine, LedgerRow
from storage.sql.compiled import CompiledQuery
from storage.tables import Case, CaseEvent

RESOLVED = (State.ANSWERED, State.FOLLOW_UP, State.CLOSED, State.CLOSED_UNCONFIRMED)
PRESSING = (Urgency.EMERGENCY, Urgency.URGENT)


def _among(column: Any, codes: Iterable[str]) -> Any:
    """The codes are written out: they are ours, and always the same."""
    return column.in_([literal_column(f"'{code}'") for code in codes])


COMMUNITY: Any = bindparam("community")
START: Any = bindparam("start")
END: Any = bindparam("end")
NOW: Any = bindparam("now")
SOON: Any = bindparam("soon")
MOST: Any = bindparam("most")
ROW = tuple(getattr(Case, name) for name in LedgerRow._fields)
LINE = tuple(getattr(Case, name) for name in CaseLine._fields)

OF_COMMUNITY = Case.community_id == COMMUNITY
CREATED = and_(OF_COMMUNITY, Case.created_at >= START, Case.created_at < END)
ANSWERED = and_(OF_COMMUNITY, Case.answered_at >= START, Case.answered_at < END, _among(Case.state, RESOLVED))
WAITING = and_(OF_COMMUNITY, _among(Case.state, sorted(OPEN)))
URGENT, LATE, NEAR = _among(Case.urgency, PRESSING), Case.due_at < NOW, Case.due_at < SOON
# written out: a database uses a partial index only where it sees the index's own condition
JUDGED = sql(f"case_events.action IN ('{Action.CONFIRM}', '{Action.REOPEN}', '{Action.OBJECT}')")

# a case about a root cause came from nobody
TOLD = and_(CREATED, Case.source != literal_column(f"'{ROOT_CAUSE}'"))
RECEIVED = CompiledQuery(select(Case.scene, func.count().label("n")).where(TOLD).group_by(Case.scene))

_PLACE = (Case.scene, Case.building_id, Case.grid_id, Case.place)
PLACES = CompiledQuery(
    select(*_PLACE, func.count().label("n"))
    .where(TOLD, or_(Case.building_id.is_not(None), Case.grid_id.is_not(None), Case.place.is_not(None)))
    .group_by(*_PLACE)
)

OPEN_COUNTS = CompiledQuery(
    select(
        func.count().label("total"),
        func.count().filter(URGENT).label("urgent"),
        func.count().filter(LATE).label("overdue"),
        func.count().filter(NEAR, ~LATE).label("soon"),
        func.count().filter(or_(URGENT, NEAR)).label("pressing"),
    ).where(WAITING)
)

MOST_PRESSING = CompiledQuery(
    select(*ROW)
    .where(WAITING, or_(URGENT, NEAR))
    .order_by(BY_URGENCY, Case.due_at, Case.supporters.desc(), Case.no)
    .limit(MOST)
)

# a case that speaks for a topic is talked over, or was decided on, there
MOST_SUPPORTED = CompiledQuery(
    select(*ROW)
    .where(WAITING, Case.supporters > 1, ~SPEAKS_FOR_A_TOPIC)
    .order_by(Case.supporters.desc(), Case.due_at, Case.no)
    .limit(MOST)
)

_signed_in_time = and_(Case.signed_at.is_not(None), Case.signed_at <= Case.sign_due_at).label("in_time")
JUDGEMENTS = CompiledQuery(
    select(CaseEvent.case_no, CaseEvent.action, CaseEvent.role, _signed_in_time, Case.satisfied, Case.outcome)
    .join(Case, and_(Case.community_id == CaseEvent.community_id, Case.no == CaseEvent.case_no))
    .where(CaseEvent.community_id == COMMUNITY, JUDGED, CaseEvent.at >= START, CaseEvent.at < END)
    .order_by(CaseEvent.at, CaseEvent.id)
)

# the counts stand in every row, so that one statement gives them and the first few
_in_time = func.count().filter(Case.answered_at <= Case.due_at)
DONE = CompiledQuery(
    select(*LINE, func.count().over().label("n"), _in_time.over().label("in_time"))
    .where(ANSWERED)
    .order_by(case((Case.solved.is_(True), 0), else_=1), Case.supporters.desc(), Case.answered_at.desc(), Case.no)
    .limit(MOST)
)

FILED = CompiledQuery(select(*ROW).where(CREATED).order_by(Case.created_at, Case.no))

WORDS = select(Case.no, Case.text, Case.place, Case.reply).where(
    OF_COMMUNITY, Case.no.in_(bindparam("nos", expanding=True))
)
