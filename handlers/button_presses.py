"""Handles pressed buttons: finds the button, checks who pressed it and what they may do; a forged one does nothing."""

from collections.abc import Callable
from typing import Any

from handlers import choosing_community, feature_registry, groups, pushes, subscriptions
from handlers.cases import (
    answering,
    assisting_units,
    closing_review,
    dispatching,
    extending,
    labels,
    merging,
    nudging,
    phoning,
    queue,
    returning,
    staff_steps,
    undo,
    worded_steps,
)
from handlers.cocreation import calls
from handlers.context import Serves
from handlers.moderation import crowds
from handlers.personal_data import consent, erasing, privacy
from handlers.residents import drafts, joining, judging, lookup, own_cases, proxies, report
from handlers.turn import Turn
from ledger.lifecycle import Action, Role
from ledger.rights import Part, may
from storage.cases import CaseRow
from storage.messenger.buttons import ButtonRow

OWN: dict[str, Callable[[Turn, dict[str, Any]], None]] = {
    "agree": drafts.agree,
    "agree_anonymous": drafts.agree_anonymous,
    "discard": drafts.discard,
    "other_community": choosing_community.other_community,
    "choose_street": choosing_community.choose_street,
    "choose_community": choosing_community.choose_community,
    "file_anyway": report.file_anyway,
    "other_matter": own_cases.other_matter,
    "not_joining": joining.not_joining,
    "never_mind": staff_steps.never_mind,
    "mine_more": lookup.more,
    "queue_more": queue.more,
    "queue_next": queue.next_one,
    "my_data": privacy.my_data,
    "ask_erase": erasing.ask_erase,
    "erase": erasing.erase,
    "withdraw_consent": consent.withdraw_consent,
    "hand_in": groups.hand_in,
    "not_handed_in": groups.not_handed_in,
    "proxy_relation": proxies.relation,
    "proxy_consent": proxies.consent,
    "quiet": pushes.set_quiet,
    "seen_together": nudging.acknowledge_together,
    "subscriptions": subscriptions.show,
    "subscription": subscriptions.show_one,
    "subscription_choose": subscriptions.choose,
    "subscription_now": subscriptions.now,
}
"""Buttons about the person who presses, not about a case."""

REPORTER: dict[str, staff_steps.Handler] = {
    "details": own_cases.details,
    "add_to_case": own_cases.add_to_case,
    "ask_scene": labels.ask_scene,
    "ask_urgency": labels.ask_urgency,
    "ask_place": own_cases.ask_place,
    "in_community": choosing_community.case_is_in,
    "set_scene": labels.set_scene,
    "set_urgency": labels.set_urgency,
    "anonymity": own_cases.anonymity,
    "ask_withdraw": own_cases.ask_withdraw,
    "withdraw": own_cases.withdraw,
    "one_matter": own_cases.one_matter,
    "join_mine": joining.join_mine,
    "join_case": joining.join_case,
    "share_case": joining.share_case,
    "claim": proxies.claim,
    "share_phone": phoning.share_phone,
    "no_phone": phoning.no_phone,
    "take_back_phone": phoning.take_back_phone,
    "solved": judging.solved,
    "not_solved": judging.not_solved,
    "satisfied": judging.satisfied,
    "judged_because": judging.judged_because,
    "still_holds": judging.still_holds,
}
"""Buttons about a case, for those who reported or joined it, and for neighbours who were shown it."""

STAFF: dict[str, staff_steps.Handler] = {
    Action.ACCEPT: staff_steps.accept,
    Action.ACKNOWLEDGE: staff_steps.acknowledge,
    Action.START: staff_steps.simple(Action.START),
    Action.SIGN: staff_steps.simple(Action.SIGN),
    Action.RESOLVE: staff_steps.ask_words(Action.RESOLVE),
    Action.ASK: staff_steps.ask_words(Action.ASK),
    Action.REFUSE: staff_steps.ask_words(Action.REFUSE),
    Action.TRANSFER: staff_steps.ask_words(Action.TRANSFER),
    Action.CONTACT: staff_steps.contact,
    Action.EXTEND: extending.ask_length,
    Action.GRANT: extending.grant,
    Action.DENY: extending.deny,
    Action.PARK: staff_steps.ask_words(Action.PARK),
    Action.RETURN: returning.ask_unit,
    Action.CHECK: closing_review.check,
    Action.UPHOLD: staff_steps.ask_words(Action.UPHOLD),
    Action.SUPERVISE: staff_steps.ask_words(Action.SUPERVISE),
    Action.REPORT_BACK: staff_steps.ask_words(Action.REPORT_BACK),
    Action.DISPATCH: dispatching.ask_dispatch,
    Action.MERGE: merging.ask_merge,
    Action.UNMERGE: merging.unmerge,
    Action.HELP: assisting_units.ask_help,
    Action.NOTE: assisting_units.note,
    "phone": phoning.phone,
    "call_for": calls.for_case,
    "help_by": assisting_units.help_by,
    "help_no_more": assisting_units.help_no_more,
    "words_chosen": worded_steps.words_chosen,
    "ask_unsolved": answering.ask_reason,
    "unsolved_because": answering.unsolved_because,
    "amend": answering.amend,
    "extend_by": extending.extend_by,
    "return_to": returning.return_to,
    "seen": nudging.acknowledge,
    "open_again": closing_review.open_again,
    "phoned_solved": closing_review.phoned_solved,
    "phoned_unsolved": closing_review.phoned_unsolved,
    "dispatch_to": dispatching.dispatch_to,
    "merge_into": merging.merge_into,
    "merge_crowd": crowds.merge_crowd,
    "staff_scene": labels.ask_scene,
    "staff_urgency": labels.ask_urgency,
    "set_scene": labels.set_scene,
    "set_urgency": labels.set_urgency,
    "show_files": staff_steps.show_files,
    "open_card": staff_steps.open_card,
    "undo": undo.undo,
}
"""Buttons about a case, for staff with a role over it."""


def press(turn: Turn, pressed: str) -> None:
    button = turn.uow.buttons.find(pressed)
    turn.button = button.action if button else ""
    if button is None or button.expires_at < turn.uow.now or not _belongs(turn, button):
        turn.outcome = "button refused"
        turn.tell("problem.button", alert=True)
    elif button.once and (button.used or not turn.uow.buttons.use(button)):
        turn.outcome = "button used"
        turn.tell("problem.pressed_already")
    elif button.action in OWN:
        turn.outcome = f"press {button.action}"
        OWN[button.action](turn, button.data)
    elif button.action in feature_registry.BUTTONS:
        feature_registry.press(turn, button.action, button.community_id, button.data)
    else:
        _press_on_case(turn, button)


def case_of(turn: Turn, pressed: str) -> CaseRow | None:
    """The case that a button is about."""
    button = turn.uow.buttons.find(pressed)
    return turn.uow.cases.get(button.community_id, button.case_no) if button and button.case_no else None


def _belongs(turn: Turn, button: ButtonRow) -> bool:
    """Whether a button was made for this chat and, if it was made for one person, for this one."""
    address = turn.event.address
    here = (button.bot, button.chat) == (address.bot, address.chat)
    return here and turn.event.account is not None and button.account in (None, turn.account)


def _press_on_case(turn: Turn, button: ButtonRow) -> None:
    cases = turn.uow.cases
    case = cases.where_it_goes_on(cases.get(button.community_id, button.case_no or 0))
    turn.outcome = f"press {button.action}"
    do(turn, button.action, case, button.data)


def do(turn: Turn, action: str, case: CaseRow, data: dict[str, Any]) -> None:
    """What a button about a case does, for whoever may do it."""
    if action in STAFF and (role := turn.role_for(action, case)):
        STAFF[action](turn, case, role, data)
    elif action in REPORTER and may(action, (), _part(turn, case)):
        REPORTER[action](turn, case, Role.RESIDENT, data)
    else:
        turn.outcome = "button refused"
        turn.tell("problem.no_right", alert=True)


def _part(turn: Turn, case: CaseRow) -> str | None:
    """What this person is in the case; neighbours are found where residents talk."""
    part = turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account)
    return part or (None if turn.bot.serves is Serves.STAFF else Part.NEIGHBOUR)
