"""Surveys: started once, answered once by each person, fixed at their end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from sqlalchemy import and_, delete, func, insert, select, update

from ledger.surveys import Template
from storage.ids import new_id
from storage.pushes import SENT
from storage.sql.bulk import upsert
from storage.tables import Person, Push, PushRecipient, Survey, SurveyAnswer, SurveyPerson

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from storage.unit_of_work import UnitOfWork

RUNNING, ENDED, STOPPED = "running", "ended", "stopped"
ANSWERING, DONE, DECLINED = "answering", "done", "declined"
_TEMPLATE = TypeAdapter(Template)
Counts = dict[int, dict[int, int]]
"""Answers of each question by the option's place."""
Account = tuple[str, int]


@dataclass(frozen=True, slots=True)
class SurveyRow:
    community_id: int
    id: int
    template: Template
    staff_id: int | None
    state: str
    started_at: datetime
    ends_at: datetime
    remind_at: datetime | None
    ended_at: datetime | None
    results: Any
    next_at: datetime | None

    @property
    def push_name(self) -> str:
        """Its name among invitations."""
        return f"survey:{self.id}"


_COLUMNS: tuple[Any, ...] = tuple(getattr(Survey, name) for name in SurveyRow.__dataclass_fields__)


class Surveys:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    # a survey --------------------------------------------------------------------------------------------------------

    def start(
        self,
        community_id: int,
        template: Template,
        staff_id: int | None,
        *,
        ends_at: datetime,
        remind_at: datetime | None,
    ) -> SurveyRow | None:
        """Note that a survey runs; None if one does in this community already."""
        row = {"community_id": community_id, "id": new_id(), "template": template, "staff_id": staff_id}
        row |= {"state": RUNNING, "started_at": self._uow.now, "ends_at": ends_at, "remind_at": remind_at}
        row |= {"next_at": remind_at or ends_at}
        put = upsert(self._uow.connection)(Survey).values(row).on_conflict_do_nothing()
        return self.get(community_id, int(str(row["id"]))) if self._uow.execute(put).rowcount == 1 else None

    def get(self, community_id: int, survey_id: int) -> SurveyRow | None:
        return self._one(Survey.community_id == community_id, Survey.id == survey_id)

    def running(self, community_id: int) -> SurveyRow | None:
        return self._one(Survey.community_id == community_id, Survey.state == RUNNING)

    def newest(self, community_id: int) -> SurveyRow | None:
        """The last one that is over."""
        statement = select(*_COLUMNS).where(Survey.community_id == community_id, Survey.state != RUNNING)
        row = self._uow.read(statement.order_by(Survey.id.desc()).limit(1), Survey).one_or_none()
        return _survey(row) if row else None

    def due(self) -> list[SurveyRow]:
        """Surveys that the clock has to look at; those that another process looks at are passed over."""
        statement = select(*_COLUMNS).where(Survey.next_at <= self._uow.now).order_by(Survey.next_at)
        return [_survey(row) for row in self._uow.read(statement.with_for_update(skip_locked=True), Survey)]

    def look_again(self, survey: SurveyRow, at: datetime | None) -> None:
        self._uow.execute(self._change(survey).values(next_at=at))

    def end(self, survey: SurveyRow, state: str, results: Any, forget_at: datetime) -> bool:
        """Fix the results; False if it is over already."""
        change = self._change(survey).where(Survey.state == RUNNING)
        values = {"state": state, "ended_at": self._uow.now, "results": results, "next_at": forget_at}
        return self._uow.execute(change.values(**values)).rowcount == 1

    def forget_answers(self, survey: SurveyRow) -> None:
        """Who said what goes, the counts stay."""
        for table in (SurveyAnswer, SurveyPerson):
            same = (table.community_id == survey.community_id, table.survey_id == survey.id)
            self._uow.execute(delete(table).where(*same))
        self._uow.execute(self._change(survey).values(answers_gone_at=self._uow.now, next_at=None))

    # people ----------------------------------------------------------------------------------------------------------

    def would_reach(self, community_id: int, bots: Collection[str]) -> int:
        """How many residents an invitation goes to now."""
        statement = select(func.count()).where(
            Person.community_id == community_id,
            Person.bot.in_(bots),
            Person.chat > 0,
            Person.consent_version.is_not(None),
            Person.paused_at.is_(None),
            Person.no_pushes_at.is_(None),
        )
        self._uow.write_people()
        return int(self._uow.read(statement, Person).scalar_one())

    def person(self, survey: SurveyRow, who: Account) -> Any | None:
        """Where somebody stands in a survey; None if they have not taken it up."""
        return self._uow.read(select(SurveyPerson.__table__).where(*_person(survey, who)), SurveyPerson).one_or_none()

    def take_part(self, survey: SurveyRow, who: Account, state: str = ANSWERING) -> bool:
        """Note that somebody takes part, or (`state`) declines; False if they had said so already."""
        row = {"community_id": survey.community_id, "survey_id": survey.id, "bot": who[0], "account": who[1]}
        row |= {"state": state, "question": 0, "changed_at": self._uow.now}
        put = upsert(self._uow.connection)(SurveyPerson).values(row).on_conflict_do_nothing()
        return self._uow.execute(put).rowcount == 1

    def go_on(self, survey: SurveyRow, who: Account, question: int, state: str = ANSWERING) -> bool:
        """They have answered `question`; False if that was done before, or they take no part any more."""
        at_it = (SurveyPerson.state == ANSWERING, SurveyPerson.question == question)
        values = {"question": question + 1, "state": state, "changed_at": self._uow.now}
        return (
            self._uow.execute(update(SurveyPerson).where(*_person(survey, who), *at_it).values(**values)).rowcount == 1
        )

    def decline(self, survey: SurveyRow, who: Account) -> bool:
        """They take no part any more; False if they had finished, or said so already. What they said is not kept."""
        if self.take_part(survey, who, DECLINED):
            return True
        at_it = (*_person(survey, who), SurveyPerson.state == ANSWERING)
        values = {"state": DECLINED, "changed_at": self._uow.now}
        declined = self._uow.execute(update(SurveyPerson).where(*at_it).values(**values)).rowcount == 1
        if declined:
            self._uow.execute(delete(SurveyAnswer).where(*_answer(survey, who)))
        return declined

    def silent(self, survey: SurveyRow) -> list[Account]:
        """Who was sent the invitation and has neither finished nor declined."""
        spoken = select(SurveyPerson.account).where(
            SurveyPerson.community_id == survey.community_id,
            SurveyPerson.survey_id == survey.id,
            SurveyPerson.bot == PushRecipient.bot,
            SurveyPerson.account == PushRecipient.account,
            SurveyPerson.state != ANSWERING,
        )
        same = and_(Push.community_id == PushRecipient.community_id, Push.id == PushRecipient.push_id)
        statement = (
            select(PushRecipient.bot, PushRecipient.account)
            .join(Push, same)
            .where(Push.community_id == survey.community_id, Push.thing == survey.push_name)
            .where(PushRecipient.state == SENT, ~spoken.exists())
        )
        return [(row.bot, row.account) for row in self._uow.read(statement, Push, PushRecipient, SurveyPerson)]

    # answers ---------------------------------------------------------------------------------------------------------

    def answer(
        self, survey: SurveyRow, who: Account, question: int, *, option: int | None = None, item: int = 0,
        words: str | None = None,
    ) -> None:  # fmt: skip
        row = {"community_id": survey.community_id, "survey_id": survey.id, "bot": who[0], "account": who[1]}
        row |= {"question": question, "option": option, "item": item, "words": words, "at": self._uow.now}
        self._uow.execute(insert(SurveyAnswer).values(row))

    def counts(self, survey: SurveyRow) -> Counts:
        """How often each option was taken."""
        same = (SurveyAnswer.community_id == survey.community_id, SurveyAnswer.survey_id == survey.id)
        statement = (
            select(SurveyAnswer.question, SurveyAnswer.option, func.count().label("n"))
            .where(*same, SurveyAnswer.option.is_not(None))
            .group_by(SurveyAnswer.question, SurveyAnswer.option)
        )
        found: Counts = {}
        for row in self._uow.read(statement, SurveyAnswer):
            found.setdefault(row.question, {})[row.option] = row.n
        return found

    def asked_for(self, survey: SurveyRow) -> dict[int, int]:
        """How many people named each construction item."""
        same = (SurveyAnswer.community_id == survey.community_id, SurveyAnswer.survey_id == survey.id)
        each = select(SurveyAnswer.item, SurveyAnswer.bot, SurveyAnswer.account).where(*same, SurveyAnswer.item != 0)
        people = each.distinct().subquery()
        statement = select(people.c.item, func.count().label("n")).group_by(people.c.item)
        return {row.item: row.n for row in self._uow.read(statement, SurveyAnswer)}

    def people(self, survey: SurveyRow) -> dict[str, int]:
        """How many take part, have finished, have declined."""
        same = (SurveyPerson.community_id == survey.community_id, SurveyPerson.survey_id == survey.id)
        statement = select(SurveyPerson.state, func.count().label("n")).where(*same).group_by(SurveyPerson.state)
        return {row.state: row.n for row in self._uow.read(statement, SurveyPerson)}

    def words(self, survey: SurveyRow, question: int) -> list[str]:
        """What was written, as it stands now: erased words are not in here any more."""
        same = (SurveyAnswer.community_id == survey.community_id, SurveyAnswer.survey_id == survey.id)
        statement = select(SurveyAnswer.words).where(
            *same, SurveyAnswer.question == question, SurveyAnswer.words.is_not(None)
        )
        return [str(row.words) for row in self._uow.read(statement.order_by(SurveyAnswer.at), SurveyAnswer)]

    # one's own data --------------------------------------------------------------------------------------------------

    def of_person(self, who: Account) -> list[tuple[SurveyRow, list[Any]]]:
        """Surveys that somebody answered or declined, with their answers."""
        mine = select(SurveyPerson.community_id, SurveyPerson.survey_id).where(
            SurveyPerson.bot == who[0], SurveyPerson.account == who[1]
        )
        found = [self.get(row.community_id, row.survey_id) for row in self._uow.read(mine, SurveyPerson).all()]
        return [(survey, self._answers(survey, who)) for survey in found if survey]

    def _answers(self, survey: SurveyRow, who: Account) -> list[Any]:
        statement = select(SurveyAnswer.__table__).where(*_answer(survey, who)).order_by(SurveyAnswer.question)
        return list(self._uow.read(statement, SurveyAnswer))

    def erase(self, who: Account) -> None:
        """A person's answers go; counts that were fixed stay."""
        for table in (SurveyAnswer, SurveyPerson):
            self._uow.execute(delete(table).where(table.bot == who[0], table.account == who[1]))

    def _one(self, *where: Any) -> SurveyRow | None:
        row = self._uow.read(select(*_COLUMNS).where(*where), Survey).one_or_none()
        return _survey(row) if row else None

    @staticmethod
    def _change(survey: SurveyRow) -> Any:
        return update(Survey).where(Survey.community_id == survey.community_id, Survey.id == survey.id)


def _survey(row: Any) -> SurveyRow:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    return SurveyRow(**values | {"template": _TEMPLATE.validate_python(values["template"])})


def _person(survey: SurveyRow, who: Account) -> tuple[Any, ...]:
    return (
        SurveyPerson.community_id == survey.community_id,
        SurveyPerson.survey_id == survey.id,
        SurveyPerson.bot == who[0],
        SurveyPerson.account == who[1],
    )


def _answer(survey: SurveyRow, who: Account) -> tuple[Any, ...]:
    return (
        SurveyAnswer.community_id == survey.community_id,
        SurveyAnswer.survey_id == survey.id,
        SurveyAnswer.bot == who[0],
        SurveyAnswer.account == who[1],
    )
