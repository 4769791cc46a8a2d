"""What residents write for neighbours is reviewed by a person first, with one card for all kinds.

Options and reasons of a topic, small wishes (微心愿), the words of a topic itself. Decisions about them are in
content_decisions.py.
"""

import logging

from handlers.cocreation.notifying import Judge, judges, other_judges, send_to
from handlers.event import Address
from handlers.reply import Button, Priority, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.moderation import ContentKind
from ledger.text import unlinked
from storage.moderation.content import ContentRow
from storage.reference import CommunityRow

log = logging.getLogger(__name__)

LOOK, LOOK_AGAIN = ("content_show", "content_hide"), ("content_keep", "content_hide")
APPEAL = ("content_grant", "content_uphold")


def put_before(turn: Turn, community: CommunityRow, kind: ContentKind, content_id: int) -> None:
    """Send it to everybody who may decide, except to its author. Nobody else sees it until then."""
    row = turn.uow.content.get(community.id, kind, content_id)
    show_to(turn, row, [judge for judge in judges(turn, community) if judge.who(turn) != row.author])


def show_to(turn: Turn, row: ContentRow, to: list[Judge]) -> None:
    """Send or update its card."""
    n = turn.uow.content.reports(row)
    head = turn.context.texts("content.reported_card", n=n) if n else turn.context.texts("content.card")
    _send(turn, row, to, head, name=name_of(row), actions=LOOK_AGAIN if n else LOOK)


def appeal_to(turn: Turn, row: ContentRow, to: list[Judge]) -> None:
    """Send the card of an appeal: the author does not agree that it was hidden."""
    head = turn.context.texts("content.appeal_card", why=row.why or "")
    _send(turn, row, to, head, name=appeal_name(row), actions=APPEAL)


def _send(turn: Turn, row: ContentRow, to: list[Judge], head: str, *, name: str, actions: tuple[str, ...]) -> None:
    if not to:
        log.warning("content %s/%s/%s: nobody can decide about it", row.community_id, row.kind, row.id)
    text = f"{head}\n{description(turn, row)}"
    for judge in to:
        rows: Rows = (tuple(button(turn, row, action, judge.account) for action in actions),)
        send_to(turn, judge, text, rows, name)


def description(turn: Turn, row: ContentRow) -> str:
    """What it is, to which topic or case it belongs, and its words."""
    line = turn.context.texts("content.line", what=kind_name(turn, row), text=unlinked(row.text))
    return "\n".join(part for part in (_about(turn, row), line, _more(turn, row)) if part)


def kind_name(turn: Turn, row: ContentRow) -> str:
    kind = row.what if row.kind is ContentKind.CONTRIBUTION else row.kind
    return turn.context.texts(f"content.{kind}")


def _more(turn: Turn, row: ContentRow) -> str:
    """What a topic says below its title."""
    if row.kind is not ContentKind.TOPIC:
        return ""
    text = turn.uow.topics.get(row.community_id, row.id).text
    return turn.context.mask(text) if text else ""


def _about(turn: Turn, row: ContentRow) -> str:
    texts = turn.context.texts
    if row.kind is ContentKind.TOPIC:
        return texts("topic.number", no=row.id)
    if row.topic_no:
        topic = turn.uow.topics.living(row.community_id, row.topic_no)
        return texts("content.of_topic", no=topic.no, title=topic.title)
    code = turn.uow.reference.communities[row.community_id].code
    return texts("content.of_case", number=f"{code}-{row.case_no}") if row.case_no else ""


def button(turn: Turn, row: ContentRow, action: str, account: int | None) -> Button:
    data = {"kind": row.kind, "id": row.id}
    return Button(turn.context.texts(f"button.{action}"), action, row.community_id, data=data, account=account)


def name_of(row: ContentRow) -> str:
    return f"content:{row.community_id}:{row.kind}:{row.id}"


def appeal_name(row: ContentRow) -> str:
    return f"{name_of(row)}:appeal"


def gone(turn: Turn, row: ContentRow) -> None:
    """Its author took it away: its cards say so, also those still on their way, and nothing of it is kept."""
    community = turn.uow.reference.communities[row.community_id]
    on_their_way = {(judge.to.bot, judge.to.chat) for judge in other_judges(turn, community, ())}
    text = turn.context.texts("content.was_taken_back")
    for name in (name_of(row), appeal_name(row)):
        for bot, chat in {*turn.uow.shown_messages.chats(name), *on_their_way}:
            to = Address(bot, chat)
            turn.send(Reply(to, text, logical=name, showing=Showing.ONLY_EDIT, priority=Priority.NOTICE))
    turn.uow.content.forget(row)
