"""The feature of check-ups."""

from handlers.checkups import filling, menu
from handlers.feature import Feature

FEATURE = Feature(
    buttons={
        "checkup": menu.show,
        "checkup_fill": menu.fill,
        "checkup_pick": menu.pick,
        "checkup_item": menu.item,
        "checkup_value": filling.tapped,
    },
    questions={"checkup_answer": filling.answered},
    staff_commands={"checkup": menu.checkup},
)
