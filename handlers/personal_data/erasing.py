"""删除我的数据: erases words, files, account and conversations of a person; their cases stay as numbers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers import feature_registry
from handlers.case_names import unnamed, wherever_named
from handlers.cases import cards, emergencies, nudging, steps
from handlers.cases.card_content import card_name
from handlers.event import Address
from handlers.format import day
from handlers.personal_data import privacy, retention
from handlers.personal_data.file_deletion import drop_files
from handlers.reply import Priority, Reply, Showing
from handlers.residents import receipts
from handlers.residents.own_cases import others_in, said_by, without
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role
from ledger.rights import Part
from storage.cases import CaseRow, PersonOfCase
from storage.erasure import ERASED
from storage.ids import new_id
from storage.reference import DISTRICT

PRUNED_WITHIN = timedelta(days=1)
"""Backups are made, and old ones deleted, once a day."""


def ask_erase(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    name = f"sure:{new_id()}"
    sure = turn.mine("button.erase_yes", "erase", once=True)
    keep = turn.mine("button.erase_no", "never_mind", data={"shown_in": name})
    text = turn.context.texts("privacy.erase_sure")
    turn.send(Reply(turn.event.address, text, ((sure,), (keep,)), logical=name))


def erase(turn: Turn, _data: dict[str, Any]) -> None:
    """Erase the person; the last word still reaches them, though nothing else that waited does."""
    uow, here = turn.uow, turn.event.address
    uow.see(None)  # whatever is theirs, wherever it is
    uow.erasure.begin()
    gone: list[str] = []
    for case in uow.cases.of_person(here.bot, turn.account, limit=privacy.ALL):
        gone += _leave(turn, case)
    for key in uow.erasure.cases_left(here.bot, turn.account, here.chat):
        gone += _leave(turn, uow.cases.get(*key))
    for talk in uow.conversations.all_of(here.bot, turn.account):
        gone += [talk.state["export"]["digest"]] if "export" in talk.state else []
    for feature in feature_registry.FEATURES:
        if feature.erases:
            feature.erases(turn)
    uow.flush()
    uow.erasure.chat(here.bot, turn.account, here.chat, turn.event.update_id)
    _close_cards(turn)
    drop_files(turn, gone)
    uow.people.erase(here.bot, turn.account)
    uow.subscriptions.erase(here.bot, here.chat)
    # before the commit: who ends just after it must not come back with a backup; noted in vain, it is done at the start
    turn.context.erased.note(here.bot, turn.account, uow.now)
    turn.replies[:] = [reply for reply in turn.replies if reply.to != here]
    until = uow.now + turn.context.district.limits.backups_kept.wall + PRUNED_WITHIN
    community = turn.uow.reference.communities[DISTRICT]
    text = turn.context.texts("privacy.erased", until=day(until, community.zone))
    turn.send(Reply(here, text, cause=ERASED))
    turn.outcome = ERASED


def _close_cards(turn: Turn) -> None:
    """What others were asked about this person (is it their door, does their ballot count) is not to be decided now."""
    for name in turn.uow.erasure.cards_about(turn.account):
        for bot, chat in turn.uow.shown_messages.chats(name):
            text = turn.context.texts("privacy.card_erased")
            turn.send(Reply(Address(bot, chat), text, logical=name, showing=Showing.CLOSE))


def _leave(turn: Turn, case: CaseRow) -> list[str]:
    """Take a person and their words out of one case; returns digests of files to be dropped.

    An open case that nobody else is in is withdrawn.
    """
    cases = turn.uow.cases
    people = cases.people(case.key)
    me = _who_i_am(turn, people)
    alone = not others_in(turn, case)
    if alone and case.state in OPEN:
        steps.take(turn, case, Action.WITHDRAW, Role.RESIDENT)
    counted = 1 if me in people else 0
    cases.change(case, **_without_words(turn, case, me, alone=alone, counted=counted))
    chats = {me.chat, *(row.chat for row in cases.messages(case.key) if said_by(me, row))}
    gone = [digest for chat in sorted(chats) for digest in turn.uow.erasure.said_in_case(case.key, me.bot, chat)]
    cases.remove_people(case.key, [(me.bot, me.account)])
    turn.uow.contacts.take_back(case.key, me.bot, me.account)
    if alone:  # also what somebody gave who filed it for them, or what they gave themselves of another
        turn.uow.contacts.forget(case.key)
    cases.add_event(case, action="erased", role=Role.RESIDENT, before=case.state)
    if me.part != Part.JOINER:
        retention.mask_staffs_words(turn, case)
        similar, key = turn.context.similar, case.key
        turn.uow.after_commit.append(lambda: similar.remove(*key))
    gone += turn.uow.reports.forget_books(case.community_id, case.created_at)
    _tell_nobody_any_more(turn, case)
    return gone


def _who_i_am(turn: Turn, people: list[PersonOfCase]) -> PersonOfCase:
    """The person as they are in the case, or were before they left it: what nobody reports now, they did."""
    here = turn.event.address
    reported = any(person.part != Part.JOINER for person in people)
    left = PersonOfCase(here.bot, turn.account, here.chat, Part.JOINER if reported else Part.REPORTER, anonymous=False)
    return next((p for p in people if (p.bot, p.account) == (here.bot, turn.account)), left)


def _without_words(turn: Turn, case: CaseRow, me: PersonOfCase, *, alone: bool, counted: int) -> dict[str, Any]:
    """The case without what this person said: nothing of the reporter's, and nothing that a neighbour added.

    Personal data in the staff's answer to the reporter goes, too. `counted`: how many supporters the person is.
    """
    if me.part == Part.JOINER:
        text = case.text
        for row in turn.uow.cases.messages(case.key):
            if row.text and (row.bot, row.chat) == (me.bot, me.chat):
                text = without(text, row.text)
        return {"text": text, "supporters": max(case.supporters - counted, 1)}
    proposal = {name: value for name, value in case.proposal.items() if name not in ("why", "key")}
    return {
        "text": turn.context.texts("privacy.words_erased"),
        "place": None if alone or not case.place else turn.context.mask(case.place),
        "latitude": None,
        "longitude": None,
        "building_id": None if alone else case.building_id,
        "proposal": proposal,
        "reply": turn.context.mask(case.reply) if case.reply else None,
        "supporters": case.supporters if alone else max(case.supporters - counted, 1),
    }


def _tell_nobody_any_more(turn: Turn, case: CaseRow) -> None:
    """Cards, alarms and nudges lose the words where they stand; what was to carry them is taken back."""
    names = (card_name(case), emergencies.alarm_name(case), receipts.name_of(case))
    turn.uow.erasure.told_of_case(cards.cause_of(case), names)
    turn.uow.erasure.reword(steps.causes_of(case), wherever_named(turn, case), unnamed(turn, case))
    cards.refresh(turn, case)
    for nudge in turn.uow.nudges.open(case.key):
        nudging.end(turn, case, nudge, "emergency.erased")
    text = turn.context.texts("emergency.erased", number=turn.number(case))
    for bot, chat in turn.uow.shown_messages.chats(emergencies.alarm_name(case)):
        name = emergencies.alarm_name(case)
        reply = Reply(Address(bot, chat), text, priority=Priority.NOTICE, logical=name)
        turn.send(replace(reply, showing=Showing.ONLY_EDIT))
