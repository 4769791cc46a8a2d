"""Handles a resident's words: an emergency, an answer to a draft, nothing to file, or a report."""

from datetime import timedelta
from typing import Any

from handlers import choosing_community, communities, phrases
from handlers.cases import cards, emergencies, moving
from handlers.event import File
from handlers.file_packing import packed, unpacked
from handlers.moderation import allowance, concerns
from handlers.reply import Rows
from handlers.residents import drafts, filing, joining, matters, questions
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.rights import TELLERS
from ledger.scenes import Scene
from nlp.understanding import Alarm, NoneType, Understanding
from storage.cases import CaseRow
from storage.reference import CommunityRow, QuestionRow

COURTESIES = (NoneType.GREETING, NoneType.THANKS, NoneType.ACK, NoneType.SPAM, NoneType.TEST)
"""Never part of a draft that somebody is writing."""
NOT_OF_A_DRAFT = (*COURTESIES, NoneType.ABUSE)
PLAINLY_NOTHING = (NoneType.GREETING, NoneType.THANKS, NoneType.ACK, NoneType.TEST)
PUT_BEFORE_A_PERSON = (NoneType.ABUSE, NoneType.SPAM)
"""Reviewed by staff if somebody does not stop."""
SHORT = 8
"""Up to this length a greeting or thanks is certainly nothing else, and no button to file it is offered."""
NOT_ABOUT_A_PHOTO = (NoneType.THANKS, NoneType.SPAM)
"""All other words with a photo, such as "look", refer to what it shows."""


def report(turn: Turn) -> None:
    """Handle words, perhaps with files, as a report, or say briefly why they are none."""
    if emergency := matters.emergency(turn.reading):
        _emergency(turn, emergency)
    elif (case := emergencies.ringing(turn)) is not None:
        more_of_emergency(turn, case)
    elif drafts.there_is_one(turn) and _answers_draft(turn):
        return
    elif not drafts.there_is_one(turn) and (known := questions.known_answer(turn)) is not None:
        _answer(turn, known)
    elif (nothing := _nothing_to_file(turn)) is not None:
        _small_talk(turn, nothing)
    else:
        take(turn)


def _answer(turn: Turn, known: QuestionRow) -> None:
    """Answer from the community's list, with its source and a button to file the question anyway."""
    remember_said(turn, turn.event.text)
    not_it = turn.mine("button.not_answered", "file_anyway", once=True)
    values = {"question": known.question, "answer": known.answer, "source": known.source}
    turn.say("question.answer", ((not_it,),), **values)
    turn.outcome = "answered"


def take(turn: Turn) -> None:
    """File the report if the person has agreed, an emergency at once; otherwise it waits as a draft."""
    if emergency := matters.emergency(turn.reading):
        _file_emergency(turn, emergency)
        return
    if allowance.has_to_wait(turn):
        return
    agreed, may_file = _agreed(turn), allowance.may_file(turn)
    if agreed and may_file and not drafts.there_is_one(turn):
        _file_now(turn)
        return
    drafts.add(turn)
    has_words = bool(drafts.words(turn))
    danger = drafts.danger_nearby(turn) if has_words else None
    if danger or (agreed and may_file and has_words):
        drafts.file(turn, danger)
        return
    if not may_file:
        allowance.say_later(turn)
    if turn.person.community_id is None and (found := communities.supposed(turn, drafts.words(turn))):
        turn.person.community_id = found.id
    drafts.show(turn, below=True)


def _file_now(turn: Turn) -> None:
    reading, community = turn.reading, turn.community(turn.person.community_id)
    assert community is not None  # noqa: S101 - nobody agrees without one
    filed = filing.file_report(turn, _report(turn, matters.to_file(reading), community))
    if filed and (other := matters.elsewhere(reading)) and matters.requests(reading):
        _out_of_remit(turn.as_if(text=other.text))


def _agreed(turn: Turn) -> bool:
    """Whether this person has agreed to the current notice and chosen a community."""
    current = turn.context.district.limits.consent_version
    return turn.person.consent_version == current and turn.community(turn.person.community_id) is not None


def _report(turn: Turn, found: tuple[Understanding, ...], community: CommunityRow) -> filing.Report:
    event = turn.event
    anonymous = bool(turn.talk.state.get("anonymous"))
    return filing.Report(found, community, anonymous, event.files, ((event.message_id, event.text),), event.location)


# --- emergencies -----------------------------------------------------------------------------------------------------


def _emergency(turn: Turn, matter: Understanding) -> None:
    """File an emergency, or add to the one that was just reported here."""
    if (case := emergencies.ringing(turn)) is not None:
        more_of_emergency(turn, case, tuple(alarm for alarm in matter.alarms if not emergencies.is_told(turn, alarm)))
    else:
        _file_emergency(turn, matter)


def _file_emergency(turn: Turn, matter: Understanding) -> None:
    """File an emergency at once, without consent or community. The person's next words are added to it."""
    community = communities.of_emergency(turn, turn.event.text)
    filing.file_report(turn, _report(turn, (matter,), community))


def more_of_emergency(turn: Turn, case: CaseRow, new: tuple[Alarm, ...] = ()) -> None:
    """Add words or files to a recent emergency: no second case, but the staff who were called get them at once.

    In a group many report the same; there the staff are called again for another danger or place, and for other news.
    """
    if not new and not turn.event.files and is_only_courtesy(turn):
        turn.say("emergency.thanks")
        turn.outcome = "none courtesy"
        return
    words, news, private = turn.event.text.strip(), _news(turn), turn.event.private
    case = _add_to(turn, case, words)
    emergencies.keep_told(turn, (*new, *news))
    calls = "\n".join(turn.context.texts(f"emergency.call_{alarm}") for alarm in new if alarm is not Alarm.HUMAN)
    cards.refresh(turn, case)
    turn.outcome = "supplement"
    if not (new or (not turn.throttled if private else news)):
        return  # stored and on the card, but without another notification
    rows: Rows = ()
    if private or matters.emergency(turn.reading):  # anything else is not filed where everybody reads along
        remember_said(turn, words, taken={"what": "supplement", "case": list(case.key)})
        rows = ((turn.mine("button.other_matter", "other_matter", once=True),),)
    gently = "emergency.human" if Alarm.HUMAN in new else "emergency.more"
    turn.say(gently if calls else emergencies.passed_on(turn), rows, calls=calls)
    cards.notify(turn, case, "card.added", text=words or turn.context.texts("card.a_file"))


def _news(turn: Turn) -> list[str]:
    """What the staff have not heard of the emergency: places, and words or files that do not repeat that it is one.

    An album is one thing, though in a group its parts come one by one.
    """
    news = emergencies.untold(turn, [place for matter in turn.reading.matters for place in matter.places])
    if not matters.emergency(turn.reading):
        files = [turn.event.album] if turn.event.album else [file.unique_id for file in turn.event.files]
        said = filter(None, (turn.event.text.strip(), *files))
        news += emergencies.untold(turn, said, emergencies.MOST_SAID)
    return news


def _add_to(turn: Turn, case: CaseRow, words: str) -> CaseRow:
    """Add words and files to a case, which may tell in which community it is. Returns the case as it goes on."""
    speaker = in_the_case(turn, case)
    for file in turn.event.files:
        filing.attach(speaker, case, file)
    if words:
        filing.keep_words(speaker, case)
    places = [place for matter in turn.reading.matters for place in matter.places]
    whole = f"{case.text}\n{words}" if words and len(case.text) < drafts.MOST_WORDS else case.text
    turn.uow.cases.change(case, text=whole, place=_more_exactly(turn, case, places))
    case = moving.to_named_community(turn, case, words)
    turn.uow.cases.add_event(case, action="added", role=Role.RESIDENT, before=case.state, via=turn.via)
    if not case.place and case.latitude is None:
        turn.expect("place", case)
    return case


def _more_exactly(turn: Turn, case: CaseRow, places: list[str]) -> str | None:
    """The place of an emergency with what is said of it now: 家里着火了, and then 2单元 or 我在5栋.

    The building where the person lives was only supposed, unless they named it.
    """
    home = communities.building_of(turn, case)
    if not places or (case.place and (home is None or case.place != home.name)):
        return case.place
    now = communities.place(home, places)
    named = home is not None and communities.number_of(home) in case.text
    return case.place if home and named and now and not now.startswith(home.name) else now


def in_the_case(turn: Turn, case: CaseRow) -> Turn:
    """The turn as it is stored in an emergency. In a group the person joins what another reported there.

    Their words are then stored as said to us alone, so that they can be erased with them.
    """
    if turn.event.private:
        return turn
    part = turn.uow.cases.part_of(case.key, turn.event.address.bot, turn.account)
    if part in TELLERS:
        return turn
    if part is None:
        joining.add_joiner(turn, case)
    return turn.as_if(address=turn.alone, message_id=None)


# --- answers to a draft ----------------------------------------------------------------------------------------------


def _answers_draft(turn: Turn) -> bool:
    """Handle words that mean a button of the draft. False: the words continue the report."""
    said = turn.event.text.strip().rstrip("。.!！~")
    if turn.event.files or not drafts.words(turn):
        return False
    if community := communities.called(turn, said):
        choosing_community.chosen(turn, community)
        return True
    for answer, do in DRAFT_ANSWERS.items():
        if said in turn.context.texts.alternatives(f"answers.{answer}"):
            if answer in AGREEING and turn.community(turn.person.community_id) is None:
                turn.say("draft.where_first")
                drafts.show(turn, below=True)
            else:
                do(turn)
            return True
    return False


DRAFT_ANSWERS = {"agree": drafts.agree, "anonymous": drafts.agree_anonymous, "discard": drafts.discard}
AGREEING = ("agree", "anonymous")


# --- nothing to file -------------------------------------------------------------------------------------------------


def is_courtesy(turn: Turn) -> bool:
    """Whether the words are thanks or "all right", which name no place, though they may contain a number."""
    matter = turn.reading.first
    says_where = matter.places or any(character.isdigit() for character in turn.event.text)
    return matter.none_type in COURTESIES and not says_where


def is_only_courtesy(turn: Turn) -> bool:
    """Whether the words thank or agree and say nothing else: 谢谢，他还没醒 says a lot."""
    return is_courtesy(turn) and phrases.said(turn.context.texts, "heard", ("courtesy",), turn.event.text) is not None


def _nothing_to_file(turn: Turn) -> Understanding | None:
    """The matter if there is nothing to file, else None. Words with a photo, or for a draft, may be a request."""
    if matters.requests(turn.reading):
        return None
    matter = matters.elsewhere(turn.reading) or turn.reading.first
    if turn.event.files:
        return matter if matter.none_type in NOT_ABOUT_A_PHOTO else None
    if drafts.there_is_one(turn):
        return matter if matter.none_type in NOT_OF_A_DRAFT and not matter.places else None
    return matter


def says_what_a_photo_shows(turn: Turn) -> bool:
    """Whether words such as "look at this" belong to a photo, which belongs to what was said before."""
    reading = turn.reading
    plain = not matters.requests(reading) and not matters.elsewhere(reading) and not matters.emergency(reading)
    return plain and reading.first.none_type not in NOT_ABOUT_A_PHOTO


def _small_talk(turn: Turn, matter: Understanding) -> None:
    """Reply briefly; for matters out of remit give the right number. A button files the words anyway."""
    if matter.scene is Scene.OUT_OF_REMIT:
        _out_of_remit(turn)
        turn.outcome = "out_of_remit"
        return
    kind = matter.none_type or NoneType.CHAT
    turn.outcome = f"none {kind}"
    if kind in PUT_BEFORE_A_PERSON:
        concerns.noticed(turn, kind.value)
    if drafts.there_is_one(turn):
        turn.say("draft.waits")
        drafts.show(turn, below=True)
        return
    plain = kind in PLAINLY_NOTHING and len(turn.event.text.strip()) <= SHORT
    turn.say(f"talk.{kind}", () if plain else file_it_anyway(turn))


def _out_of_remit(turn: Turn) -> None:
    turn.say("talk.out_of_remit", file_it_anyway(turn))


def file_it_anyway(turn: Turn) -> Rows:
    """The button to file words anyway, because the machine may be wrong."""
    remember_said(turn, turn.event.text)
    return ((turn.mine("button.file_anyway", "file_anyway", once=True),),)


def remember_said(turn: Turn, words: str, taken: dict[str, Any] | None = None) -> None:
    """Store words for the button that files them. `taken`: the case to which they were added."""
    files = [packed(file, turn.event.message_id) for file in turn.event.files]
    told = {"text": words, "message": turn.event.message_id, "files": files, "taken": taken}
    turn.talk.state["said"] = told | {"at": turn.uow.now.timestamp()}
    drafts.keep_a_week(turn)


def take_said(turn: Turn) -> dict[str, Any] | None:
    found: dict[str, Any] | None = turn.talk.state.pop("said", None)
    return found


def file_anyway(turn: Turn, _data: dict[str, Any]) -> None:
    """File words that the person insists on; the grid worker decides."""
    said = take_said(turn)
    if said is None:
        turn.tell("draft.gone")
        return
    file_said(turn, said)


def file_said(turn: Turn, said: dict[str, Any]) -> None:
    files: tuple[File, ...] = () if said.get("taken") else unpacked(said["files"])
    as_said = turn.as_if(text=str(said["text"]), files=files, message_id=said["message"])
    take(as_said)
    turn.outcome = as_said.outcome


# --- the person's last report ----------------------------------------------------------------------------------------


def fresh(turn: Turn, told: dict[str, Any], limit: timedelta) -> bool:
    return turn.uow.now.timestamp() - float(told["at"]) <= limit.total_seconds()
