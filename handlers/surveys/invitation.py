"""The two buttons under an invitation to a survey."""

from handlers.reply import Button, Rows
from handlers.turn import Turn
from storage.reference import CommunityRow
from storage.surveys import SurveyRow


def rows(turn: Turn, community: CommunityRow, found: SurveyRow, name: str) -> Rows:
    """`name`: the logical message that they stand under. Whose they are is said when it is sent."""
    labels = {"survey_begin": "button.survey_begin", "survey_decline": "button.survey_decline"}
    data = {"survey": found.id, "name": name}
    return tuple(
        (Button(turn.context.texts(label), action, community.id, data=data),) for action, label in labels.items()
    )
