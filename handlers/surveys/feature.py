"""The feature of surveys."""

from handlers.feature import Due, Feature
from handlers.surveys import asking, closing, invitation, menu

FEATURE = Feature(
    buttons={
        "surveys": menu.open_menu,
        "survey_preview": menu.preview,
        "survey_start": menu.start,
        "survey_stop": menu.stop,
        "survey_results": menu.results,
        "survey_begin": asking.begin,
        "survey_option": asking.option,
        "survey_decline": asking.decline,
    },
    questions={"survey_choice": asking.typed, "survey_words": asking.words},
    resident_commands={"surveys": invitation.show_running},
    staff_commands={"surveys": menu.survey},
    due=(Due("survey", lambda uow: uow.surveys.due(), lambda found: (found.community_id, found.id), closing.look),),
    exports=asking.exported,
    erases=asking.erased,
)
