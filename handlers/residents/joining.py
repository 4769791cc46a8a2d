"""我也遇到: a neighbour joins an existing case from an offer, from a link, or by its number."""

import re
from typing import Any

from handlers.case_names import named
from handlers.cases import cards, merged_people, steps
from handlers.file_packing import unpacked
from handlers.reply import Reply, Rows, Showing
from handlers.residents import drafts, filing, offers, receipts
from handlers.turn import Turn
from ledger.lifecycle import Action, Role
from ledger.rights import Part
from storage.cases import CaseRow, PersonOfCase
from storage.ids import new_id

BY_NUMBER = re.compile(
    r"(?:我也遇到|我也有|我家也是|加一|\+1)(?:了|过)?[\s,，:：]*([A-Za-z]+)\s*[-－—]?\s*(\d{1,9})[。.!！]?"
)


# --- an offer beside a draft -----------------------------------------------------------------------------------------


def join_case(turn: Turn, case: CaseRow, _role: Role, data: dict[str, Any]) -> None:
    """Join a case; the tap also gives consent. The words of a draft are added to the case."""
    if not offers.can_be_joined(case):
        turn.tell("join.ended", alert=True, number=turn.number(case))
        return
    person = turn.person
    person.consent_version = turn.context.district.limits.consent_version
    person.consented_at = turn.uow.now
    person.community_id = person.community_id or case.community_id
    add_joiner(turn, case)
    if data.get("draft") and drafts.there_is_one(turn):
        _bring_draft(turn, case)
    cards.refresh(turn, case)
    turn.close(data.get("shown_in"), "join.joined_here", case=named(turn, case))
    _say_joined(turn, case)


def add_joiner(turn: Turn, case: CaseRow) -> None:
    """Count the person to a case; they are told of its steps, privately."""
    here = turn.alone
    turn.uow.cases.add_person(case.key, PersonOfCase(here.bot, turn.account, here.chat, Part.JOINER, anonymous=False))
    turn.uow.cases.change(case, supporters=case.supporters + 1)
    turn.uow.cases.add_event(
        case, action="joined", role=Role.RESIDENT, before=case.state, via=turn.via, detail={"people": 1}
    )


def _bring_draft(turn: Turn, case: CaseRow) -> None:
    """Move the neighbour's draft into the case, for the staff to read. An emergency becomes a case of its own."""
    if drafts.is_emergency(turn):
        drafts.file(turn)
        return
    draft = drafts.take_out(turn)
    words, files = "\n".join(text for _, text in draft["parts"]), unpacked(draft["files"])
    if filing.addition_waits(turn.as_if(text=words, files=files, message_id=None), case):
        return
    for message_id, text in draft["parts"]:
        filing.keep_words(turn.as_if(text=text, message_id=message_id), case)
    for file in files:
        filing.attach(turn, case, file)
    cards.notify(turn, case, "card.joined", text=words)


def _say_joined(turn: Turn, case: CaseRow) -> None:
    turn.say("join.joined", ((receipts.details_button(turn, case),),), case=named(turn, case), n=case.supporters)
    turn.outcome = "joined case"


def not_joining(turn: Turn, data: dict[str, Any]) -> None:
    turn.close(data["shown_in"], "join.not_joined")
    turn.tell("join.not_joined")


# --- after filing: the same matter -----------------------------------------------------------------------------------


def join_mine(turn: Turn, case: CaseRow, role: Role, data: dict[str, Any]) -> None:
    """The reporter confirms that a neighbour has reported the same matter: merge the two cases."""
    target = turn.uow.cases.get(case.community_id, int(data["into"]))
    if not (offers.can_be_joined(target) and offers.can_be_joined(case)):
        turn.tell("join.ended", alert=True, number=turn.number(target))
        return
    joiners = merged_people.newcomers(turn, case, target)
    steps.take(turn, case, Action.JOIN, role, **merged_people.options(turn, target, len(joiners)))
    merged_people.come_over(turn, case, target, role, joiners)
    receipts.refresh(turn, case)
    _say_joined(turn, target)


# --- a link, or the number -------------------------------------------------------------------------------------------


def share_case(turn: Turn, case: CaseRow, _role: Role, _data: dict[str, Any]) -> None:
    """Send a line to forward to neighbours, with a link if the messenger supports one, else with the number."""
    if not offers.can_be_joined(case):
        turn.tell("join.ended", alert=True, number=turn.number(case))
        return
    number, username = turn.number(case), turn.bot.username
    turn.say("join.share", number=number)
    link = f"https://t.me/{username}?start={turn.context.links.of_case(*case.key)}" if username else ""
    scene, place = turn.context.district.scenes[case.scene].name, _place(turn, case)
    turn.say("join.line_link" if link else "join.line_number", number=number, link=link, scene=scene, place=place)


def _place(turn: Turn, case: CaseRow) -> str:
    community = turn.community_of(case).name
    return f"{community}{turn.context.mask(case.place)}" if case.place else community


def by_number(turn: Turn) -> bool:
    """我也遇到 YA-3: show that case. False: the words mean something else."""
    found = BY_NUMBER.fullmatch(turn.event.text.strip())
    if found is None:
        return False
    code = found[1].casefold()
    community = next((c for c in turn.uow.reference.real_communities() if c.code.casefold() == code), None)
    if community is None:
        return False
    show(turn, (community.id, int(found[2])))
    return True


def show(turn: Turn, key: tuple[int, int]) -> None:
    """Show a case to somebody who may join it, with the notice for consent."""
    case = turn.uow.cases.living(key)
    turn.outcome = "join shown"
    if case is None or not offers.can_be_joined(case):
        turn.say("join.gone")
    elif turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account):
        turn.say("join.already", ((receipts.details_button(turn, case),),), case=named(turn, case))
    else:
        name = f"join:{new_id()}"
        text = turn.context.texts(
            "join.asked", about=offers.summary(turn, case), notice=turn.context.texts("privacy.join")
        )
        rows: Rows = (
            (offers.button(turn, case, name),),
            (turn.mine("button.not_me", "not_joining", data={"shown_in": name}),),
        )
        turn.send(Reply(turn.event.address, text, rows, logical=name, showing=Showing.ANEW))
