"""What residents wrote for their neighbours, wherever it is stored: how it was decided on, and who reported it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, literal, null, select

from ledger.moderation import ContentKind, ContentState
from storage.base_store import Store
from storage.errors import NotFound
from storage.ids import new_id
from storage.tables import ContentReport, ContentStep, Contribution, HelpCall, Topic

if TYPE_CHECKING:
    from datetime import datetime

    from ledger.lifecycle import Role
    from ledger.moderation import Judgement

Who = tuple[str, int]


@dataclass(slots=True)
class ContentRow:
    """One piece as it was read. `what`: option, reason, topic, or which kind of wish; `judge_*`: who decided last."""

    community_id: int
    kind: ContentKind
    id: int
    what: str
    state: ContentState
    text: str
    topic_no: int | None
    case_no: int | None
    bot: str | None
    account: int | None
    chat: int | None
    why: str | None
    judge_staff_id: int | None
    judge_bot: str | None
    judge_account: int | None
    appealed: bool

    @property
    def author(self) -> Who | None:
        return None if self.bot is None or self.account is None else (self.bot, self.account)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where a kind is kept: its table, the columns that are called otherwise there, and the state neighbours see."""

    model: Any
    columns: dict[str, Any]
    shown: str | None

    def column(self, name: str) -> Any:
        return self.columns.get(name, getattr(self.model, name, None))

    def state(self, state: ContentState) -> str | None:
        return self.shown if state is ContentState.SHOWN else state


_KEPT = {
    ContentKind.CONTRIBUTION: _Kept(
        Contribution, {"what": Contribution.kind, "case_no": cast(null(), BigInteger)}, ContentState.SHOWN
    ),
    ContentKind.WISH: _Kept(
        HelpCall, {"id": HelpCall.no, "what": HelpCall.kind, "judge_staff_id": HelpCall.judged_by}, "open"
    ),
    ContentKind.TOPIC: _Kept(
        Topic,
        {
            "id": Topic.no,
            "topic_no": Topic.no,
            "what": literal("topic"),
            "state": Topic.hidden,
            "text": Topic.title,
            "case_no": cast(null(), BigInteger),
        },
        None,
    ),
}
_COLUMNS = tuple(field.name for field in fields(ContentRow) if field.name != "kind")


class Content(Store):
    def get(self, community_id: int, kind: ContentKind, content_id: int) -> ContentRow:
        """Read one piece.

        Raises:
            NotFound: there is none any more.
        """
        kept = _KEPT[kind]
        this = (kept.model.community_id == community_id, kept.column("id") == content_id)
        row = self._uow.read(_select(kind).where(*this), kept.model).one_or_none()
        if row is None:
            raise NotFound(f"{kind} {community_id}/{content_id}")
        return _row(kind, row)

    def to_decide(self, community_id: int, limit: int) -> list[ContentRow]:
        """What waits for a first look, for one after a report, or on an appeal; oldest first of each kind."""
        found: list[ContentRow] = []
        for kind, kept in _KEPT.items():
            reported = select(ContentReport.content_id).where(
                ContentReport.community_id == community_id, ContentReport.kind == kind, ~ContentReport.settled
            )
            state = kept.column("state")
            waits = state == ContentState.WAITING
            seen_and_reported = (state == kept.shown) & kept.column("id").in_(reported)
            appealed = (state == ContentState.HIDDEN) & kept.model.appealed
            any_of_them = waits | seen_and_reported | appealed
            statement = _select(kind).where(kept.model.community_id == community_id, any_of_them)
            rows = self._uow.read(statement.order_by(kept.column("id")).limit(limit), kept.model, ContentReport)
            found += [_row(kind, row) for row in rows]
        return found[:limit]

    def judge(self, row: ContentRow, state: ContentState, **values: Any) -> bool:
        """Move it on from the state that was read; False if somebody was faster."""
        kept = _KEPT[row.kind]
        this = (kept.model.community_id == row.community_id, kept.column("id") == row.id)
        was = (kept.column("state") == kept.state(row.state), kept.model.appealed == row.appealed)
        changed = {kept.column(name).key: value for name, value in values.items()}
        changed[kept.column("state").key] = kept.state(state)
        if self._change(kept.model, *this, *was, **changed) != 1:
            return False
        for name, value in (values | {"state": state}).items():
            setattr(row, name, value)
        return True

    # history ---------------------------------------------------------------------------------------------------------

    def add_step(
        self, row: ContentRow, judgement: Judgement, role: Role, *, staff_id: int | None, reason: str | None
    ) -> None:
        """Append to its history; residents who sit on the council are named by their role only."""
        step = {"community_id": row.community_id, "id": new_id(), "kind": row.kind, "content_id": row.id}
        step |= {"at": self._uow.now, "action": judgement, "role": role, "staff_id": staff_id, "reason": reason}
        self._uow.insert(ContentStep, step)

    def steps(self, row: ContentRow) -> list[Any]:
        return self._many(ContentStep, *_of(ContentStep, row), by=(ContentStep.id,))

    # reports ---------------------------------------------------------------------------------------------------------

    def report(self, row: ContentRow, bot: str, account: int) -> bool:
        """Somebody finds it wrong; False: they have said so before, and it was or is looked at."""
        of = {"community_id": row.community_id, "kind": row.kind, "content_id": row.id}
        return self._put(ContentReport, **of, bot=bot, account=account, at=self._uow.now, settled=False)

    def reports(self, row: ContentRow) -> int:
        """How many have reported it since somebody looked."""
        return self._count(ContentReport, *_of(ContentReport, row), ~ContentReport.settled)

    def settle(self, row: ContentRow) -> None:
        """Somebody has looked."""
        self._change(ContentReport, *_of(ContentReport, row), ~ContentReport.settled, settled=True)

    def reported_by(self, bot: str, account: int, since: datetime | None = None) -> list[Any]:
        mine = (ContentReport.bot == bot, ContentReport.account == account)
        late = () if since is None else (ContentReport.at > since,)
        return self._many(ContentReport, *mine, *late, by=(ContentReport.at,))

    # erasing ---------------------------------------------------------------------------------------------------------

    def forget(self, row: ContentRow) -> None:
        """It is gone: so go its history and its reports."""
        for model in (ContentStep, ContentReport):
            self._delete(model, *_of(model, row))

    def erase(self, bot: str, account: int) -> None:
        """That somebody reported something, or decided about it on the council."""
        self._delete(ContentReport, ContentReport.bot == bot, ContentReport.account == account)
        for kept in _KEPT.values():
            judged = (kept.model.judge_bot == bot, kept.model.judge_account == account)
            self._change(kept.model, *judged, judge_bot=None, judge_account=None)

    def forget_before(self, moment: datetime) -> None:
        """Who reported something goes, some time after somebody has looked."""
        self._delete(ContentReport, ContentReport.at < moment, ContentReport.settled)


def _of(model: Any, row: ContentRow) -> tuple[Any, ...]:
    return model.community_id == row.community_id, model.kind == row.kind, model.content_id == row.id


def _select(kind: ContentKind) -> Any:
    return select(*(_KEPT[kind].column(name).label(name) for name in _COLUMNS))


def _row(kind: ContentKind, row: Any) -> ContentRow:
    values = {name: getattr(row, name) for name in _COLUMNS}
    shown = values["state"] == _KEPT[kind].shown
    values["state"] = ContentState.SHOWN if shown else ContentState(values["state"])
    return ContentRow(kind=kind, **values)
