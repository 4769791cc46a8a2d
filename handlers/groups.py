"""Residents' groups: silent unless addressed; /登记 hands one message in, and only if its author agrees.

Until they do, the words stand in that person's own conversation for a day, and nowhere else; nobody else's are kept.
"""

from dataclasses import replace
from typing import Any

from handlers import communities
from handlers.event import Address, EventKind, Quoted
from handlers.reply import Button, Reply, Showing
from handlers.residents import drafts, filing, matters, report
from handlers.turn import Turn
from ledger.text import shortened
from storage.ids import new_id
from storage.reference import CommunityRow

SHOWN = 60
LONGEST = 2000


def register(turn: Turn) -> None:
    """/登记 in answer to somebody's message: ask whoever said it."""
    quoted = turn.event.quoted
    turn.outcome = "group hand-in"
    if turn.event.private:
        turn.say("group.not_here")
    elif quoted is None or not quoted.text.strip():
        turn.say("group.answer_first")
    elif quoted.account is None:
        turn.say("group.who_said")
    elif matters.emergency(turn.context.read(quoted.text)):
        said = {"name": quoted.name, "text": quoted.text, "kind": EventKind.TEXT}
        report.report(turn.as_if(account=quoted.account, private_chat=None, **said))
    else:
        here = turn.event.address
        _ask(turn, quoted, here, (here.bot, here.chat, here.topic, quoted.account), "group.may_i")


def forwarded(turn: Turn) -> bool:
    """Somebody else's words, forwarded to us: whoever said them is asked, if we know them; False: their own words."""
    quoted = turn.event.quoted
    if not turn.event.forwarded or (quoted is not None and quoted.account == turn.account):
        return False
    turn.outcome = "forwarded"
    author = turn.uow.people.find(turn.bot.name, quoted.account) if quoted and quoted.account else None
    if quoted is None or author is None or author.paused_at is not None:
        report.remember_said(turn, turn.event.text)
        turn.say("group.others_words", ((turn.mine("button.mine_too", "file_anyway", once=True),),))
        return True
    to = Address(turn.bot.name, author.chat)
    said = replace(quoted, text=turn.event.text)
    _ask(turn, said, to, (turn.bot.name, author.chat, 0, author.account), "group.may_i_forwarded")
    turn.say("group.asking")
    return True


def _ask(turn: Turn, quoted: Quoted, to: Address, talk_key: tuple[str, int, int, int], key: str) -> None:
    """Only the person who said it can press."""
    name = f"hand_in:{new_id()}"
    talk = turn.uow.conversations.of_another(talk_key)
    talk.state["hand_in"] = {"id": name, "text": quoted.text[:LONGEST]}
    kept = turn.uow.now + turn.context.district.limits.group_words_kept.wall
    talk.expires_at = max(talk.expires_at or kept, kept)
    account = talk_key[3]
    text = turn.context.texts(
        key,
        name=quoted.name,
        text=shortened(quoted.text, SHOWN),
        notice=turn.context.texts("privacy.group"),
    )
    rows = (
        (
            Button(turn.context.texts("button.hand_in"), "hand_in", data={"id": name}, account=account, once=True),
            Button(turn.context.texts("button.not_handed_in"), "not_handed_in", data={"id": name}, account=account),
        ),
    )
    turn.send(Reply(to, text, rows, logical=name, showing=Showing.ANEW))


# --- who said it decides ---------------------------------------------------------------------------------------------


def hand_in(turn: Turn, data: dict[str, Any]) -> None:
    """They agree: it is their case, and they hear of it privately."""
    words = _taken(turn, data)
    if words is None:
        turn.tell("draft.gone")
        return
    private = _privately(turn, words)
    community = turn.community(private.person.community_id) or _community(turn, words)
    if community is None:
        drafts.add(private)
        drafts.show(private, below=True)
        turn.close(data["id"], "group.choose_first", name=turn.event.name)
        return
    person = private.person
    person.community_id = person.community_id or community.id
    person.consent_version = turn.context.district.limits.consent_version
    person.consented_at = turn.uow.now
    anonymous = bool(private.talk.state.get("anonymous"))
    found = matters.to_file(turn.context.read(words))
    report = filing.Report(found, community, anonymous, said=((None, words),))
    filed = filing.file_report(private, report)
    if not filed:
        turn.close(data["id"], "concern.held_in_group", name=turn.event.name)
        return
    numbers = "、".join(turn.number(case) for case in filed)
    key = "group.handed_in_anonymously" if anonymous else "group.handed_in"
    turn.close(data["id"], key, name=turn.event.name, numbers=numbers)
    turn.outcome = private.outcome


def not_handed_in(turn: Turn, data: dict[str, Any]) -> None:
    _taken(turn, data)
    turn.close(data["id"], "draft.discarded")
    turn.tell("draft.discarded")


def _taken(turn: Turn, data: dict[str, Any]) -> str | None:
    """The words, out of the conversation; None if newer ones took their place, or a day has passed."""
    held = turn.talk.state.get("hand_in")
    if held is None or held["id"] != data["id"]:
        return None
    turn.talk.state.pop("hand_in")
    return str(held["text"])


def _privately(turn: Turn, words: str) -> Turn:
    """The same person, in the chat where only they read along."""
    if turn.event.private:
        return turn.as_if(text=words, message_id=None)
    private = turn.as_if(address=turn.alone, private=True, kind=EventKind.TEXT, text=words, message_id=None)
    private.person.chat = turn.alone.chat
    return private


def _community(turn: Turn, words: str) -> CommunityRow | None:
    """Where the group belongs, else what the words name."""
    tied = turn.uow.groups.community_of(turn.event.address.bot, turn.event.address.chat)
    return turn.community(tied) or communities.mentioned(turn, words)


# --- a group and its community ---------------------------------------------------------------------------------------


def tie(turn: Turn) -> None:
    """/start with a link of a community, in a group: what is handed in here belongs there.

    Whoever is in the group can have the link, for it hangs on a wall; so the first one stays until the bot is put out,
    and a group of the staff becomes none of residents.
    """
    here, place = turn.event.address, turn.context.links.read(turn.event.argument)
    community = turn.community(place[0]) if place else None
    tied = turn.community(turn.uow.groups.community_of(here.bot, here.chat))
    if community is None or turn.uow.reference.is_staff_chat(here.chat):
        turn.say("group.private")
    elif tied is not None and tied != community:
        turn.say("group.tied_already", community=tied.name)
    else:
        turn.uow.groups.tie(here.bot, here.chat, community.id)
        turn.say("group.tied", community=community.name)
        turn.outcome = "group tied"
