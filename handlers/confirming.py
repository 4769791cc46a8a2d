"""A second tap for what others are told at once and cannot be undone."""

from typing import Any

from handlers.cases import staff_steps
from handlers.reply import Reply
from handlers.turn import Turn
from storage.ids import new_id
from storage.reference import CommunityRow


def confirmed(turn: Turn, action: str, community: CommunityRow, data: dict[str, Any], text: str) -> bool:
    """Whether they have tapped twice; else they are asked in `text`, and the second tap does the same action."""
    if data.get("sure"):
        turn.close(data["shown_in"], "ask.answered")
        return True
    name = f"sure:{new_id()}"
    yes = turn.mine("button.sure", action, community_id=community.id, data=data | {"sure": True, "shown_in": name})
    turn.send(Reply(turn.event.address, text, ((yes,), (staff_steps.no_thanks(turn, name),)), logical=name))
    return False
