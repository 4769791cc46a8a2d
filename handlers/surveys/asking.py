"""A resident answers a survey: one question a message, each once, and one tap ends it."""

from dataclasses import dataclass
from typing import Any

from handlers import feature, phrases
from handlers.personal_data.file_deletion import drop_files
from handlers.reply import Button, Reply, Rows, Showing, in_rows
from handlers.residents import report
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.reference import CommunityRow
from storage.surveys import ANSWERING, DONE, RUNNING, Account, SurveyRow

LONGEST = 8
"""Options up to so many characters stand two in a row."""
LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class At:
    """Where somebody is: the survey, its community, and the message that shows the question."""

    community: CommunityRow
    survey: SurveyRow
    name: str


def begin(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Take it up, or go on with it."""
    at = _running(turn, community, data)
    if at is None:
        return
    if turn.uow.surveys.take_part(at.survey, _me(turn)):
        _ask(turn, at, 0)
        turn.outcome = "survey begun"
        return
    person = turn.uow.surveys.person(at.survey, _me(turn))
    if person is not None and person.state == ANSWERING:
        _ask(turn, at, person.question)
    else:
        turn.tell("survey.done_already" if person is not None and person.state == DONE else "survey.declined_already")


def option(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """One answer; a second tap, or one on an older question, changes nothing."""
    at = _running(turn, community, data)
    if at is None:
        return
    number, chosen = int(data["question"]), data["option"]
    if not _goes_on(turn, at, number):
        turn.tell("survey.answered_already")
        return
    if chosen is not None:
        item = at.survey.template.questions[number].options[chosen].item
        turn.uow.surveys.answer(at.survey, _me(turn), number, option=chosen, item=item)
    _next(turn, at, number)


def typed(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """An option in words, 跳过 or 不参加了. What is a matter is filed; after anything else the question comes again."""
    if _gives_up(turn, community, role, asked):
        return
    at = _running(turn, community, asked)
    if at is None:
        return
    number = int(asked["question"])
    options = at.survey.template.questions[number].options
    chosen = phrases.called(turn.event.text, [one.text for one in options])
    if chosen is not None or _says(turn, "skip"):
        option(turn, community, role, asked | {"option": chosen})
        return
    report.report(turn)
    if turn.outcome.startswith("none"):
        _ask(turn, at, number, anew=True)
    else:
        turn.talk.state.setdefault("expects", asked)


def _says(turn: Turn, what: str) -> bool:
    return phrases.said(turn.context.texts, "heard", (what,), turn.event.text) is not None


def _gives_up(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> bool:
    if found := _says(turn, "decline"):
        decline(turn, community, role, asked)
    return found


def words(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """What somebody wrote for a question without options; if it is a matter to be dealt with, one tap files it."""
    if _gives_up(turn, community, role, asked):
        return
    if _says(turn, "skip"):
        option(turn, community, role, asked | {"option": None})
        return
    at = _running(turn, community, asked)
    text = turn.event.text.strip()[:LONGEST_WORDS]
    if at is None:
        return
    number = int(asked["question"])
    if not text:
        turn.say("survey.words_please")
        feature.ask(turn, "survey_words", community, survey=at.survey.id, name=at.name, question=number)
    elif _goes_on(turn, at, number):
        turn.uow.surveys.answer(at.survey, _me(turn), number, words=text)
        _next(turn, at, number, beside=report.file_it_anyway(turn), anew=True)
    else:
        turn.say("survey.answered_already")


def decline(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """不参加了: one tap, and nothing of it is kept or asked again."""
    found = turn.uow.surveys.get(community.id, int(data["survey"]))
    if found is None or not turn.uow.surveys.decline(found, _me(turn)):
        turn.tell("survey.over")
        return
    turn.drop_question()
    turn.close(data["name"], "survey.declined")
    turn.outcome = "survey declined"


# --- asking ----------------------------------------------------------------------------------------------------------


def _running(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> At | None:
    """The survey, if it still runs; says so if it is over."""
    found = turn.uow.surveys.get(community.id, int(data["survey"]))
    if found is None or found.state != RUNNING or found.ends_at <= turn.uow.now:
        turn.tell("survey.over")
        return None
    return At(community, found, str(data["name"]))


def _goes_on(turn: Turn, at: At, number: int) -> bool:
    """Whether this answer is the first to this question; the person's last one ends it for them."""
    last = number + 1 == len(at.survey.template.questions)
    return turn.uow.surveys.go_on(at.survey, _me(turn), number, DONE if last else ANSWERING)


def _next(turn: Turn, at: At, number: int, beside: Rows = (), *, anew: bool = False) -> None:
    turn.outcome = "survey answered"
    if number + 1 < len(at.survey.template.questions):
        _ask(turn, at, number + 1, anew=anew)
        return
    turn.drop_question()
    text = turn.context.texts("survey.thanks")
    showing = Showing.ANEW if anew else Showing.IN_PLACE
    turn.send(Reply(turn.event.address, text, beside, logical=at.name, showing=showing))
    turn.outcome = "survey done"


def _ask(turn: Turn, at: At, number: int, *, anew: bool = False) -> None:
    """Show a question with its answers; the way out stands under each."""
    questions, texts = at.survey.template.questions, turn.context.texts
    question = questions[number]
    data: dict[str, Any] = {"survey": at.survey.id, "name": at.name, "question": number}

    def button(label: str, action: str, **more: Any) -> Button:
        return Button(label, action, at.community.id, data=data | more, account=turn.account)

    chips = [button(one.text, "survey_option", option=place) for place, one in enumerate(question.options)]
    width = 2 if all(len(one.text) <= LONGEST for one in question.options) else 1
    skip = button(texts("button.survey_skip"), "survey_option", option=None)
    rows = (*in_rows(chips, width), (skip, button(texts("button.survey_decline"), "survey_decline")))
    key = "survey.question" if question.options else "survey.question_words"
    text = texts(key, n=number + 1, of=len(questions), text=question.text)
    showing = Showing.ANEW if anew else Showing.IN_PLACE
    turn.send(Reply(turn.event.address, text, rows, logical=at.name, showing=showing))
    feature.ask(turn, "survey_choice" if question.options else "survey_words", at.community, **data)


def _me(turn: Turn) -> Account:
    return turn.event.address.bot, turn.account


# --- one's own data --------------------------------------------------------------------------------------------------


def exported(turn: Turn) -> dict[str, Any]:
    """What somebody answered, as they may take it out."""
    return {"surveys": [_exported(turn, found, answers) for found, answers in turn.uow.surveys.of_person(_me(turn))]}


def _exported(turn: Turn, found: SurveyRow, answers: list[Any]) -> dict[str, Any]:
    questions = found.template.questions
    return {
        "survey": found.template.name,
        "community": turn.uow.reference.communities[found.community_id].name,
        "answers": [
            {
                "at": row.at,
                "question": questions[row.question].text,
                "answer": row.words if row.option is None else questions[row.question].options[row.option].text,
            }
            for row in answers
        ],
    }


def erased(turn: Turn) -> None:
    """The answers go, and pages with what was written; counts that were fixed stay."""
    gone: list[str] = []
    for found, answers in turn.uow.surveys.of_person(_me(turn)):
        if any(row.words for row in answers):
            gone += turn.uow.reports.forget_books(found.community_id, found.started_at)
    turn.uow.surveys.erase(_me(turn))
    drop_files(turn, gone)
