"""调研 for managers: choose a template, preview, start, watch, and end a survey."""

from datetime import timedelta
from typing import Any

from digests.dates import time_of_day
from handlers import pushes
from handlers.confirming import confirmed
from handlers.context import Serves
from handlers.pushes import Push
from handlers.reply import Button, Reply, Rows
from handlers.surveys import closing, invitation
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.quiet_hours import next_allowed
from ledger.surveys import Template
from storage.ids import new_id
from storage.reference import CommunityRow
from storage.surveys import ANSWERING, DECLINED, DONE, RUNNING, STOPPED, SurveyRow


def survey(turn: Turn) -> None:
    """What runs, how the last one went, and which can be started."""
    communities = turn.communities_for("surveys")
    for community in communities:
        _menu(turn, community)
    if not communities:
        turn.say("survey_menu.not_yours")
    turn.outcome = "survey"


def open_menu(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    """The same, by a button of the check-up."""
    _menu(turn, community)


def _menu(turn: Turn, community: CommunityRow) -> None:
    running = turn.uow.surveys.running(community.id)
    if running:
        _send(turn, progress(turn, community, running), _of_running(turn, running))
        return
    rows = [
        (_button(turn, community, t.name, "survey_preview", template=code),) for code, t in _templates(turn).items()
    ]
    if last := turn.uow.surveys.newest(community.id):
        label = turn.context.texts("button.survey_last")
        rows.append((_button(turn, community, label, "survey_results", survey=last.id),))
    _send(turn, turn.context.texts("survey_menu.choose", community=community.name), tuple(rows))


def progress(turn: Turn, community: CommunityRow, found: SurveyRow) -> str:
    """How a running survey goes, in counts."""
    reached, people = pushes.reached(turn, community.id, found.push_name), turn.uow.surveys.people(found)
    return turn.context.texts(
        "survey_menu.progress",
        name=found.template.name,
        community=community.name,
        sent=reached.sent,
        waiting=reached.waiting,
        done=people.get(DONE, 0),
        begun=people.get(ANSWERING, 0),
        declined=people.get(DECLINED, 0),
        until=_day(turn, community, found.ends_at),
    )


def preview(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """What residents will read, how many will get it, and when; nothing is sent yet."""
    template = _templates(turn).get(str(data["template"]))
    if template is None:
        turn.tell("survey_menu.gone")
        return
    texts, between = turn.context.texts, turn.context.district.limits.ask_between
    lines = [
        invitation.text(turn, community, template),
        "",
    ]
    for number, question in enumerate(template.questions, 1):
        lines.append(texts("survey_menu.question", n=number, text=question.text))
        if question.options:
            lines.append(texts("survey_menu.options", options=" / ".join(option.text for option in question.options)))
    people = turn.uow.surveys.would_reach(community.id, _bots(turn))
    hours = {"since": time_of_day(between.since), "until": time_of_day(between.until)}
    lines += ["", texts("survey_menu.goes_to", people=people, days=template.days, **hours)]
    if template.remind_after:
        lines.append(texts("survey_menu.reminds", days=template.remind_after))
    name = f"survey-start:{new_id()}"
    start = turn.context.texts("button.survey_start")
    rows = (
        (_button(turn, community, start, "survey_start", template=data["template"], name=name, once=True),),
        (turn.mine("button.survey_not_now", "never_mind", data={"shown_in": name}),),
    )
    turn.send(Reply(turn.event.address, "\n".join(lines), rows, logical=name))


def start(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Start it: one in a community at a time. It goes out at allowed hours, in portions, by the clock."""
    template = _templates(turn).get(str(data["template"]))
    if template is None:
        turn.tell("survey_menu.gone")
        return
    found = _started(turn, community, template)
    if found is None:
        turn.tell("survey_menu.one_at_a_time", alert=True)
        return
    text = invitation.text(turn, community, template)
    people = pushes.invite(
        turn,
        community.id,
        Push(found.push_name, text, invitation.rows(turn, community, found, found.push_name), found.ends_at),
    )
    until = _day(turn, community, found.ends_at)
    turn.close(data["name"], "survey_menu.started", name=template.name, people=people, until=until)
    turn.outcome = "survey started"


def _started(turn: Turn, community: CommunityRow, template: Template) -> SurveyRow | None:
    """It ends, and reminds, in hours in which people are asked."""
    now, between = turn.uow.now, turn.context.district.limits.ask_between
    ends_at = next_allowed(now + timedelta(days=template.days), between, community.zone)
    remind_at = None
    if template.remind_after:
        remind_at = next_allowed(now + timedelta(days=template.remind_after), between, community.zone)
    return turn.uow.surveys.start(community.id, template, turn.staff_id, ends_at=ends_at, remind_at=remind_at)


def stop(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """End it before its time, which cannot be taken back; what was answered counts."""
    found = turn.uow.surveys.get(community.id, int(data["survey"]))
    if found is None or found.state != RUNNING:
        turn.tell("survey_menu.over_already")
        return
    question = turn.context.texts("survey_menu.stop_sure", progress=progress(turn, community, found))
    if confirmed(turn, "survey_stop", community, data, question) and closing.end(turn, community, found, STOPPED):
        turn.outcome = "survey stopped"


def results(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Ask for the results with their chart and files; only the manager's page has the small counts and the words."""
    found = turn.uow.surveys.get(community.id, int(data["survey"]))
    if found is None:
        turn.tell("survey_menu.gone")
        return
    closing.ask_for_results(turn, found, turn.event.address, whole=role is Role.MANAGER)
    turn.say("survey_menu.results_coming", name=found.template.name)


def _of_running(turn: Turn, found: SurveyRow) -> Rows:
    community = turn.uow.reference.communities[found.community_id]
    buttons = {"survey_results": "button.survey_results", "survey_stop": "button.survey_stop"}
    return tuple(
        (_button(turn, community, turn.context.texts(label), action, survey=found.id),)
        for action, label in buttons.items()
    )


def _button(turn: Turn, community: CommunityRow, label: str, action: str, *, once: bool = False, **data: Any) -> Button:
    return Button(label, action, community.id, data=data, account=turn.account, once=once)


def _templates(turn: Turn) -> dict[str, Template]:
    return turn.context.district.surveys


def _bots(turn: Turn) -> list[str]:
    return [bot.name for bot in turn.context.bots.values() if bot.serves is not Serves.STAFF]


def _send(turn: Turn, text: str, rows: Rows) -> None:
    turn.send(Reply(turn.event.address, text, rows))


def _day(turn: Turn, community: CommunityRow, at: Any) -> str:
    local = at.astimezone(community.zone)
    return turn.context.texts("survey_menu.day", month=local.month, day=local.day)
