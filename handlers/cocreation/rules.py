"""共管, 公约: rules in versions, commented on by clause, published by a vote or by the manager."""

import re
from typing import Any

from handlers import phrases, pushes
from handlers.cocreation.date_parsing import day_of
from handlers.cocreation.prompts import ask_again, ask_words, for_community, given_words
from handlers.feature import own_button
from handlers.pushes import Push
from handlers.reply import Button, Reply, Rows
from handlers.turn import Turn
from ledger.lifecycle import NotAllowed, Role
from ledger.votes import RUNNING, VoteState
from nlp.numerals import NUMBER, value
from storage.cocreation.votes import VoteRow
from storage.reference import CommunityRow

LONGEST = 3000
"""Characters of a whole draft."""
MOST_CLAUSES = 30
NUMBERED = re.compile(rf"^\s*(?:第?\s*{NUMBER}\s*[条、.．)）:：]\s*)?")
CLAUSE_AND_WORDS = re.compile(
    rf"^(?:第\s*({NUMBER})\s*条|(\d{{1,2}})(?!\d|[点个人天月日号]))[、.．:：,，]?\s*(.+)$", re.DOTALL
)


def show(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """公约: show the rules in force and, to people concerned, the draft."""
    for_community(turn, "rules_draft", _show)


def _show(turn: Turn, community: CommunityRow) -> None:
    rules, draft = turn.uow.rules.in_force(community.id), turn.uow.rules.drafted(community.id)
    if rules is None:
        turn.say("rules.none_yet" if draft else "rules.none", community=community.name)
    else:
        _send(turn, community, rules, _head(turn, community, rules))
    if draft is not None:
        _show_draft(turn, community, draft)
    elif turn.as_staff:
        turn.say("rules.may_draft", ((own_button(turn, community, "rules_draft"),),))


def _head(turn: Turn, community: CommunityRow, rules: Any) -> str:
    """The heading of rules: who decided them, and when."""
    by = turn.uow.reference.staff.get(rules.staff_id or 0)
    key = "rules.head_by_vote" if rules.vote_no else "rules.head"
    values = {"title": rules.title, "version": rules.version, "day": day_of(rules.published_at, community.zone)}
    return turn.context.texts(key, **values, vote=rules.vote_no or "", name=by.name if by else community.name)


def _show_draft(turn: Turn, community: CommunityRow, draft: Any) -> None:
    head = turn.context.texts("rules.head_of_draft", title=draft.title, version=draft.version)
    actions = ("rules_vote", "rules_publish", "rules_read", "rules_drop") if turn.as_staff else ("rules_comment",)
    rows = [(own_button(turn, community, action, version=draft.version),) for action in actions]
    if not turn.as_staff and (vote := voted_on(turn, draft, VoteState.OPEN)):
        rows.insert(0, (turn.mine("button.ballots", "ballots", community_id=community.id, data={"vote": vote.no}),))
    _send(turn, community, draft, head, tuple(rows))


def _send(turn: Turn, community: CommunityRow, rules: Any, head: str, rows: Rows = ()) -> None:
    clauses = turn.uow.rules.clauses(community.id, rules.version)
    lines = [head, *(turn.context.texts("rules.clause", no=row.no, text=row.text) for row in clauses)]
    turn.send(Reply(turn.event.address, "\n".join(lines), rows))


# --- drafting --------------------------------------------------------------------------------------------------------


def ask_draft(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    ask_words(turn, "rules_words", community, turn.context.texts("rules.ask"))


def drafted(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Store a draft: the first line is the title, every other one a clause. Residents are invited to comment."""
    words = given_words(turn, community, asked, LONGEST)
    if words is None:
        return
    title, *lines = [line.strip() for line in words.splitlines() if line.strip()]
    clauses = [text for line in lines if (text := NUMBERED.sub("", line, count=1).strip())]
    if not clauses or len(clauses) > MOST_CLAUSES:
        why = turn.context.texts("rules.no_clauses", most=MOST_CLAUSES)
        ask_again(turn, asked, why, lambda: ask_draft(turn, community, role, asked))
        return
    version = turn.uow.rules.draft(community.id, title, clauses, turn.staff_id)
    text = turn.context.texts("rules.invite", community=community.name, title=title)
    label = turn.context.texts("button.rules_look")
    rows: Rows = ((Button(label, "rules_look", community.id, data={"version": version}),),)
    pushes.invite(turn, community.id, Push(f"rules:{version}", text, rows))
    turn.say("rules.drafted", version=version, n=len(clauses))


def look(turn: Turn, community: CommunityRow, _role: Role, _data: dict[str, Any]) -> None:
    _show(turn, community)


# --- comments --------------------------------------------------------------------------------------------------------


def ask_comment(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    draft = living(turn, community, data)
    text = turn.context.texts("rules.ask_comment", title=draft.title)
    ask_words(turn, "rules_comment_words", community, text, version=draft.version)


def commented(turn: Turn, community: CommunityRow, role: Role, asked: dict[str, Any]) -> None:
    """Store a comment on a clause (第3条 ...). Only the people who draft read it."""
    draft = living(turn, community, asked)
    words = given_words(turn, community, asked, turn.context.district.limits.together.longest)
    if words is None:
        return
    found = CLAUSE_AND_WORDS.match(words)
    clauses = {row.no for row in turn.uow.rules.clauses(community.id, draft.version)}
    clause = value(found[1] or found[2]) if found else 0
    if found and clause not in clauses:
        why = turn.context.texts("rules.no_such_clause", no=clause, most=max(clauses))
        ask_again(turn, asked, why, lambda: ask_comment(turn, community, role, asked))
        return
    text = found[3].strip() if found else words
    turn.uow.rules.comment(draft, clause, text, turn.event.address.bot, turn.account)
    key = "rules.commented" if clause else "rules.commented_all"
    turn.say(key, ((own_button(turn, community, "rules_comment", version=draft.version),),), no=clause)


def read(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """Show residents' comments on each clause, masked and without names."""
    draft = living(turn, community, data)
    found = turn.uow.rules.comments(community.id, draft.version)
    texts, mask = turn.context.texts, turn.context.mask
    lines = [texts("rules.comments" if found else "rules.no_comments", n=len(found))]
    lines += [
        texts("rules.comment" if row.clause else "rules.comment_on_all", no=row.clause, text=mask(row.text))
        for row in found
    ]
    turn.send(Reply(turn.event.address, "\n".join(lines)))


def living(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Any:
    draft = turn.uow.rules.get(community.id, int(data["version"]))
    if draft is None or draft.published_at or draft.dropped_at:
        raise NotAllowed("it is no draft any more")
    return draft


# --- deciding --------------------------------------------------------------------------------------------------------


def publish(turn: Turn, community: CommunityRow, draft: Any) -> bool:
    """Publish a draft by the manager, with name and day. False: a vote decides about it (rules_by_vote.py)."""
    if _is_being_voted_on(turn, draft):
        return False
    if done := comes_into_force(turn, community, draft):
        turn.say("rules.published", title=draft.title, version=draft.version)
    else:
        turn.tell("problem.pressed_already")
    return done


def comes_into_force(turn: Turn, community: CommunityRow, draft: Any, vote_no: int | None = None) -> bool:
    """Put a draft into force, and tell residents. False: it is already in force, or was dropped."""
    if not turn.uow.rules.publish(draft, vote_no):
        return False
    text = turn.context.texts("rules.published_to_all", community=community.name, title=draft.title)
    pushes.call_off(turn, community.id, f"rules:{draft.version}")
    pushes.invite(turn, community.id, Push(f"rules:{draft.version}:published", text))
    return True


def voted_on(turn: Turn, draft: Any, *states: VoteState) -> VoteRow | None:
    """The newest vote about a draft in one of these states, or None."""
    votes = turn.uow.votes.of_topic(draft.community_id, draft.topic_no) if draft.topic_no else []
    return next((vote for vote in votes if vote.state in states), None)


def _is_being_voted_on(turn: Turn, draft: Any) -> bool:
    """Whether a vote about the draft is running; if so, the manager is told."""
    vote = voted_on(turn, draft, *RUNNING)
    if vote is not None:
        turn.tell("rules.being_voted_on", alert=True, vote=vote.no)
    return vote is not None


def drop(turn: Turn, community: CommunityRow, draft: Any) -> bool:
    if _is_being_voted_on(turn, draft):
        return False
    turn.uow.rules.drop(draft)
    pushes.call_off(turn, community.id, f"rules:{draft.version}")
    turn.say("rules.dropped", version=draft.version)
    return True


# --- questions, own data ---------------------------------------------------------------------------------------------


def answers(turn: Turn) -> bool:
    """Answer a question about the rules (公约怎么说养狗的) with those in force. False: it is no such question."""
    words, community = turn.event.text, turn.community(turn.person.community_id)
    asks = phrases.mentions(turn.context.texts, "rules.asked_about", words)
    rules = turn.uow.rules.in_force(community.id) if asks and community else None
    if rules is None or community is None:
        return False
    _send(turn, community, rules, _head(turn, community, rules))
    turn.outcome = "rules"
    return True


def exported(turn: Turn) -> dict[str, Any]:
    found = turn.uow.rules.comments_of(turn.event.address.bot, turn.account)
    return {"rules_comments": [{"at": row.at, "text": row.text} for row in found]}
