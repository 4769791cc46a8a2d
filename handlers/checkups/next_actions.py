"""What a manager can do next with a check-up."""

from handlers.reply import Button, Rows
from handlers.turn import Turn
from storage.reference import CommunityRow


def rows(turn: Turn, community: CommunityRow, *, left: int) -> Rows:
    """`left`: so many points are not filled in."""
    texts = turn.context.texts

    def button(action: str) -> tuple[Button, ...]:
        return (Button(texts(f"button.{action}"), action, community.id, account=turn.account),)

    on = (button("checkup_fill"),) if left else ()
    return (*on, button("checkup_pick"), button("checkup"), button("surveys"))
