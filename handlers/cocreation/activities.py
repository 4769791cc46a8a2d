"""大家一起做: what neighbours do together for a topic, and how the manager starts more."""

from typing import Any

from handlers.cocreation import calls, events
from handlers.cocreation.linking import Matter
from handlers.cocreation.topic_card import BUILT_ON
from handlers.reply import Rows, in_rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from storage.reference import CommunityRow

BEGINS = ("call_make", "event_make", "rota_make", "promise_add", "story_make")


def show(turn: Turn, community: CommunityRow, role: Role, data: dict[str, Any]) -> None:
    """Show calls and events of a topic; residents can add a wish, the manager can start something."""
    topic = turn.uow.topics.living(community.id, int(data["topic"]))
    if topic.state not in BUILT_ON:
        raise NotAllowed("it is not talked over")
    n = calls.show_of(turn, community, Matter(topic=topic)) + events.show_of(turn, community, topic)
    actions = ("wish_make",) if role is Role.RESIDENT else BEGINS if turn.communities_for("call_make") else ()
    of = {"community_id": community.id, "data": {"topic": topic.no}}
    rows: Rows = in_rows([turn.mine(f"button.{action}", action, **of) for action in actions])
    turn.say("topic.together" if n else "topic.together_none", rows, no=topic.no, title=topic.title)
