"""The feature of deciding together (决策共谋): its buttons, questions, commands and due work."""

from typing import Any

from handlers.cocreation import (
    activities,
    ballots,
    brigading,
    case_clusters,
    contributions,
    council,
    meetings,
    merging,
    offline_ballots,
    paper_ballots,
    register,
    seconding,
    topic_card,
    topics,
    vote_ending,
    votes,
    voting_for,
)
from handlers.cocreation.notifying import close_for_all
from handlers.feature import Due, Feature
from handlers.moderation import content
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.moderation import ContentKind, ContentState
from ledger.topics import IN_SIGHT, PROPOSED, TopicAction
from ledger.votes import Electorate, VoteState
from storage.cocreation.topics import TopicRow


def exports(turn: Turn) -> dict[str, Any]:
    """A person's data: topics, contributions, support, seats, lines of the register. Ballots are not included."""
    bot, account, uow = turn.event.address.bot, turn.account, turn.uow
    texts = turn.context.texts
    return {
        "topics_proposed": [_proposed(turn, row) for row in uow.topics.of_author(bot, account)],
        "topics_seconded": [_topic(row) for row in uow.topics.seconded_by(bot, account)],
        "topic_words": [
            {"at": row.at, "text": row.text, "state": texts(f"content.state_{row.state}"), "reason": row.why}
            for row in uow.contributions.written_by(bot, account)
        ],
        "words_seconded": [{"text": row.text} for row in uow.seconding.of_person(bot, account)],
        "council_seats": [{"name": row.name, "until": row.until} for row in uow.council.seats_of(bot, account)],
        "register_lines": [
            {"place": register.door(turn, row), "part": texts(f"vote.electorate_{row.kind}")}
            for row in uow.voters.claims_of(bot, account)
        ],
        "votes_running": _votes_running(turn),
        "votes_marked_for": voting_for.exported(turn),
    }


def _topic(row: Any) -> dict[str, Any]:
    return {"number": row.no, "title": row.title, "text": row.text}


def _proposed(turn: Turn, row: TopicRow) -> dict[str, Any]:
    """A topic of the person, with its state, and why it was taken down."""
    why = turn.uow.content.get(row.community_id, ContentKind.TOPIC, row.no).why
    return _topic(row) | {"state": turn.context.texts(f"topic.state_{row.state}"), "reason": why}


def _votes_running(turn: Turn) -> list[dict[str, Any]]:
    """Running votes in which the person has a ballot, without what is on it."""
    community = turn.person.community_id
    running = turn.uow.votes.listed([community], [VoteState.OPEN], 100) if community else []
    found = []
    for vote in running:
        tags = ballots.tags_of(turn, vote, turn.event.address.bot, turn.account)
        if any(turn.uow.votes.mark_of(vote.primary_key, tag) for tag in tags):
            found.append({"number": vote.no})
    return found


def erases(turn: Turn) -> None:
    """Erase support, claims, seats and accounts. Texts that neighbours build on stay, masked and without an author."""
    bot, account, uow = turn.event.address.bot, turn.account, turn.uow
    _erase_contributions(turn)
    _erase_topics(turn)
    _withdraw_ballots(turn)
    uow.votes.forget_newcomer(bot, account)
    uow.proxies.erase(bot, account)
    uow.seconding.erase(bot, account)
    uow.topics.forget_person(bot, account)
    uow.voters.forget_person(bot, account)
    uow.council.forget_person(bot, account)


def _erase_contributions(turn: Turn) -> None:
    uow = turn.uow
    for row in uow.contributions.written_by(turn.event.address.bot, turn.account):
        if row.state is ContentState.SHOWN:
            uow.contributions.reword(row, turn.context.mask(row.text))
        else:
            content.gone(turn, uow.content.get(row.community_id, ContentKind.CONTRIBUTION, row.id))
            uow.contributions.delete(row)


def _erase_topics(turn: Turn) -> None:
    uow = turn.uow
    for topic in uow.topics.of_author(turn.event.address.bot, turn.account):
        if topic.state in IN_SIGHT or uow.topics.people_behind(topic.key) > 1:
            uow.topics.change(topic, text=turn.context.mask(topic.text or "") or None)
        else:
            _taken_back(turn, topic)


def _withdraw_ballots(turn: Turn) -> None:
    """The person's own ballots are deleted while they can still be found."""
    community, uow = turn.person.community_id, turn.uow
    running = uow.votes.listed([community], [VoteState.OPEN, VoteState.LOOKED_AT], 100) if community else []
    for vote in running:
        if vote.electorate is Electorate.RESIDENT:
            for tag in ballots.tags_of(turn, vote, turn.event.address.bot, turn.account):
                uow.votes.withdraw(vote.primary_key, tag)


def _taken_back(turn: Turn, topic: TopicRow) -> None:
    """Erase a topic that nobody else supports, and take it from those who were to decide about it."""
    gone = turn.context.texts("privacy.words_erased")
    if topic.state in PROPOSED:
        topics.take(turn, topic, TopicAction.DECLINE, Role.RESIDENT, given={"reason": gone}, quietly=True)
        close_for_all(turn, topic_card.draft_name(topic), "content.was_taken_back")
    turn.uow.topics.change(topic, title=gone, text=None)
    content.gone(turn, turn.uow.content.get(topic.community_id, ContentKind.TOPIC, topic.no))


FEATURE = Feature(
    buttons={
        "propose": topics.ask_for_topic,
        "topic_card": topic_card.open_card,
        "topic_open": topics.open_,
        "topic_later": topics.later,
        "topic_decline": topics.ask_decline,
        "topic_rename": topics.ask_title,
        "topic_decide": topics.ask_decide,
        "topic_done": topics.ask_done,
        "topic_second": topics.second,
        "topic_unsecond": topics.unsecond,
        "topic_merge": merging.ask_target,
        "topic_merge_into": merging.merge,
        "topic_unmerge": merging.unmerge,
        "topic_together": activities.show,
        "option_add": contributions.ask_option,
        "reason_add": contributions.ask_reason,
        "words_second": seconding.ask,
        "words_second_one": seconding.tap,
        "vote_new": votes.begin,
        "vote_set": votes.back_or_set,
        "vote_buildings": votes.buildings,
        "vote_building": votes.building,
        "vote_start": votes.start,
        "vote_cancel": votes.ask_cancel,
        "vote_result": vote_ending.show_result,
        "ballots": ballots.give,
        "ballot_mark": ballots.mark,
        "ballot_see": ballots.see,
        "ballot_clear": ballots.clear,
        "vote_admit": brigading.admit,
        "vote_leave_out": brigading.ask_reason,
        "vote_appeal": brigading.ask_appeal,
        "vote_readmit": brigading.readmit,
        "vote_keep_out": brigading.keep_out,
        "proxy_vote": voting_for.ask_somebody,
        "proxy_vote_end": voting_for.end,
        "proxy_at_door": voting_for.ask_door,
        "proxy_vote_yes": offline_ballots.confirm,
        "proxy_vote_no": offline_ballots.refuse,
        "paper_hand_out": paper_ballots.ask_door,
        "slip_read": paper_ballots.ask_slip,
        "papers_done": vote_ending.papers_done,
        "line_claim": register.ask_line,
        "line_confirm": register.confirm,
        "line_refuse": register.refuse,
        "council_add": council.ask_name,
        "council_end": council.end,
        "council_join": council.ask_code,
        "meeting_call": meetings.ask_when,
        "meeting_call_off": meetings.call_off,
        "minutes_write": meetings.ask_minutes,
        "decision_add": meetings.ask_decision,
        "decision_case": meetings.as_case,
    },
    questions={
        "propose": topics.proposed,
        "topic_decline": topics.decline,
        "topic_rename": topics.rename,
        "topic_decide": topics.decide,
        "topic_done": topics.done,
        "option_add": contributions.option_given,
        "reason_add": contributions.reason_given,
        "vote_cancel": votes.cancel,
        "vote_leave_out": brigading.leave_out,
        "vote_appeal": brigading.appeal,
        "proxy_vote_code": voting_for.take_up,
        "proxy_at_door": voting_for.at_door,
        "paper_hand_out": paper_ballots.hand_out,
        "slip_read": paper_ballots.read_slip,
        "line_claim": register.claimed,
        "council_add": council.add,
        "council_join": council.join,
        "meeting_call": meetings.call,
        "minutes_write": meetings.write_minutes,
        "decision_add": meetings.add_decision,
    },
    resident_commands={
        "topics": topics.listed,
        "minutes": meetings.read_minutes,
        "propose": topics.begin,
        "votes": ballots.listed,
        "vote_for": voting_for.begin,
        "line_claim": register.begin,
        "council": council.show,
    },
    staff_commands={
        "topics": topics.listed,
        "propose": topics.begin,
        "votes": votes.listed,
        "council": council.show,
        "minutes": meetings.minutes,
    },
    due=(
        Due("cluster", case_clusters.due, lambda community: (community,), case_clusters.look_through),
        Due("topic", lambda uow: uow.topics.due(), lambda topic: topic.key, topics.look_at),
        Due("meeting", lambda uow: uow.council.due(), lambda row: (row.community_id, row.no), meetings.remind),
        Due("vote", lambda uow: uow.votes.due(), lambda vote: vote.primary_key, vote_ending.look_at),
    ),
    exports=exports,
    erases=erases,
)
