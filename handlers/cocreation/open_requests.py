"""Open calls about a case or topic, as its card shows them."""

from handlers.reply import Button, Rows
from handlers.turn import Turn
from ledger.text import shortened

SHOWN, LABEL = 3, 18


def lines(turn: Turn, community_id: int, *, case_no: int | None = None, topic_no: int | None = None) -> tuple[str, ...]:
    """The newest open calls, one line each."""
    found = turn.uow.calls.of_matter(community_id, case_no=case_no, topic_no=topic_no)[-SHOWN:]
    return tuple(
        turn.context.texts("call.line", text=call.text, n=len(turn.uow.calls.offers(call)), places=call.places)
        for call in found
    )


def buttons(turn: Turn, community_id: int, *, case_no: int | None = None, topic_no: int | None = None) -> Rows:
    """Buttons for residents to take up each call; nobody takes up their own wish."""
    me = (turn.event.address.bot, turn.account)
    shown = turn.uow.calls.of_matter(community_id, case_no=case_no, topic_no=topic_no)[-SHOWN:]
    found = [call for call in shown if (call.bot, call.account) != me]
    label = turn.context.texts("button.call_take")
    return tuple(
        (
            Button(
                f"{label}：{shortened(call.text, LABEL)}" if len(found) > 1 else label,
                "call_take",
                community_id,
                data={"no": call.no},
                account=turn.account,
            ),
        )
        for call in found
    )
