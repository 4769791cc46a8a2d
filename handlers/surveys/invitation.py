"""The invitation to a survey: its text and two buttons. Whoever looks for it gets it again."""

from handlers.cocreation.prompts import my_community
from handlers.reply import Button, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.surveys import Template
from storage.reference import CommunityRow
from storage.surveys import SurveyRow


def show_running(turn: Turn) -> None:
    """调研, as a resident: the one that runs where they live."""
    community = my_community(turn)
    if community is None:
        return
    found = turn.uow.surveys.running(community.id)
    if found is None:
        turn.say("survey.none")
        return
    name = found.push_name
    turn.send(
        Reply(
            turn.event.address,
            text(turn, community, found.template),
            rows(turn, community, found, name),
            logical=name,
            showing=Showing.ANEW,
        )
    )
    turn.outcome = "survey shown"


def text(turn: Turn, community: CommunityRow, template: Template) -> str:
    n = len(template.questions)
    return turn.context.texts("survey_menu.invitation", community=community.name, intro=template.intro, n=n)


def rows(turn: Turn, community: CommunityRow, found: SurveyRow, name: str) -> Rows:
    """`name`: the logical message that they stand under. Whose they are is said when it is sent."""
    labels = {"survey_begin": "button.survey_begin", "survey_decline": "button.survey_decline"}
    data = {"survey": found.id, "name": name}
    return tuple(
        (Button(turn.context.texts(label), action, community.id, data=data),) for action, label in labels.items()
    )
