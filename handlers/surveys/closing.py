"""What the clock does to a survey: reminds once, ends it, fills the check-up, and deletes who said what."""

from dataclasses import replace
from typing import Any

from handlers import pushes
from handlers.cases.emergencies import reachable
from handlers.event import Address
from handlers.pushes import Push
from handlers.reply import Priority, Reply
from handlers.surveys import invitation
from handlers.turn import Turn
from ledger.checkup import FIGURES, Source, Stock
from ledger.checkup import measured as figure_of
from ledger.lifecycle import Role
from ledger.surveys import measured
from storage.reference import CommunityRow
from storage.surveys import DECLINED, DONE, ENDED, RUNNING, SurveyRow


def look(turn: Turn, found: SurveyRow) -> None:
    """Something is due in a survey."""
    community = turn.uow.reference.communities[found.community_id]
    if found.state != RUNNING:
        turn.uow.surveys.forget_answers(found)
    elif found.ends_at <= turn.uow.now:
        end(turn, community, found, ENDED)
    else:
        _remind(turn, community, found)
        turn.uow.surveys.look_again(found, found.ends_at)


def _remind(turn: Turn, community: CommunityRow, found: SurveyRow) -> None:
    """Once, and only who was invited and has said nothing: it is an invitation like any other, and as polite."""
    people = turn.uow.surveys.silent(found)
    if people:
        until = found.ends_at.astimezone(community.zone)
        text = turn.context.texts("survey.reminder", name=found.template.name, month=until.month, day=until.day)
        name = f"{found.push_name}:again"
        again = Push(name, text, invitation.rows(turn, community, found, name), found.ends_at)
        pushes.invite(turn, community.id, again, people=people)


def end(turn: Turn, community: CommunityRow, found: SurveyRow, state: str) -> bool:
    """Fix what was found, invite nobody any more, tell the managers; False if it was over already."""
    forget_at = turn.uow.now + turn.context.district.limits.contacts_kept.wall
    if not turn.uow.surveys.end(found, state, fixed(turn, found), forget_at):
        return False
    for thing in (found.push_name, f"{found.push_name}:again"):
        pushes.call_off(turn, community.id, thing)
    _fill(turn, community, found)
    text = turn.context.texts("survey_menu.ended", name=found.template.name, community=community.name)
    for to in reachable(turn, turn.uow.reference.staff_with(community.id, Role.MANAGER)):
        turn.send(Reply(to, text, priority=Priority.NOTICE, key=f"{found.push_name}:ended:{to.chat}"))
        ask_for_results(turn, found, to, whole=True)
    return True


def fixed(turn: Turn, found: SurveyRow) -> dict[str, Any]:
    """The counts of a survey, without anybody in them; JSON knows only words as names."""
    surveys, reached = turn.uow.surveys, pushes.reached(turn, found.community_id, found.push_name)
    counts, people = surveys.counts(found), surveys.people(found)
    return {
        "counts": {str(question): {str(o): n for o, n in of.items()} for question, of in counts.items()},
        "items": {str(item): n for item, n in surveys.asked_for(found).items()},
        "people": {"sent": reached.sent, "done": people.get(DONE, 0), "declined": people.get(DECLINED, 0)},
    }


def _fill(turn: Turn, community: CommunityRow, found: SurveyRow) -> None:
    """A figure that residents gave goes into the check-up where nobody has measured it."""
    counts, stocks = turn.uow.surveys.counts(found), turn.uow.facilities.of(community.id)
    today = turn.uow.now.astimezone(community.zone).date()
    for number, question in enumerate(found.template.questions):
        point = turn.context.district.checkup.points.get(question.fills)
        value = measured(question, counts.get(number, {}))
        known = stocks.get(question.fills, Stock())
        if point is None or value is None:
            continue
        if figure_of(point, known) is None or known.source is Source.SURVEY:
            said: dict[str, Any] = {FIGURES[point.measure]: value, "source": Source.SURVEY, "found_on": today}
            stock = replace(known, **said)
            turn.uow.facilities.put(community.id, point.code, stock)


def ask_for_results(turn: Turn, found: SurveyRow, to: Address, *, whole: bool) -> None:
    """The page is made outside of the conversation; `whole`: with small counts and words, for the manager."""
    report = f"survey:{found.id}:{'whole' if whole else 'shown'}"
    turn.uow.reports.ask(found.community_id, to, report)
