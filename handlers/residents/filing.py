"""Files matters into the ledger: labels, place, clocks, people, first event, the card for staff, the receipt.

Every report of a resident goes through `file_report`, which decides whether the alarm is raised.
"""

from dataclasses import dataclass
from typing import Any

from handlers import communities
from handlers.cases import cards, deadlines, emergencies
from handlers.event import File, Location
from handlers.file_packing import packed
from handlers.moderation import allowance, crowds, links
from handlers.residents import matters, offers, receipts, represented
from handlers.turn import Turn
from ledger.lifecycle import Role
from ledger.rights import Part
from ledger.scenes import Kind, Urgency
from nlp.understanding import LEADS_ON, Understanding
from storage.cases import CaseRow, PersonOfCase
from storage.reference import CommunityRow


@dataclass(frozen=True, slots=True)
class Report:
    """What a person wants filed (see `matters.to_file`).

    `said`: the messages with it, as ids and words. `proxy`: for whom it is filed, if somebody else says it.
    `offered`: a neighbour's case was offered before it was filed, and is not meant.
    """

    matters: tuple[Understanding, ...]
    community: CommunityRow
    anonymous: bool = False
    files: tuple[File, ...] = ()
    said: tuple[tuple[int | None, str], ...] = ()
    location: Location | None = None
    proxy: dict[str, Any] | None = None
    offered: bool = False

    @property
    def is_emergency(self) -> bool:
        return matters.is_emergency(self.matters[0])


def file_report(turn: Turn, report: Report, *, looked_at: bool = False) -> list[CaseRow]:
    """File a report, and tell the person and the staff: an emergency at once, other matters one by one.

    These are not filed as long as a link in them has to be looked at; `looked_at`: somebody has, and what the person
    has agreed for somebody else meanwhile belongs to another report.
    """
    if not report.is_emergency and not looked_at and _waits(turn, report):
        return []
    proxy = report.proxy if looked_at else report.proxy or represented.agreed(turn)
    return [_file_emergency(turn, report, proxy)] if report.is_emergency else _file_matters(turn, report, proxy)


def _file_matters(turn: Turn, report: Report, proxy: dict[str, Any] | None) -> list[CaseRow]:
    """File every matter of a report. Files go to the first matter."""
    allowance.count(turn, "reports")
    filed = [_file(turn, report, matter, proxy) for matter in report.matters]
    _attach_all(turn, filed[0], report)
    similar: list[int] = []
    for case, matter in zip(filed, report.matters, strict=True):
        similar = [no for no in offers.nearest(turn, case.community_id, matter) if no != case.no]
        _remember(turn, case, matter)
        files = len(report.files) if case is filed[0] else 0
        crowds.show_new(turn, case, similar, files, proxied=proxy is not None)
    if len(filed) == 1:
        receipts.send(turn, filed[0], report.matters[0], () if report.offered else similar)
    else:
        receipts.several(turn, filed)
    if proxy:
        represented.pass_on(turn, filed, proxy)
    turn.outcome = "case" if len(filed) == 1 else f"cases {len(filed)}"
    return filed


def _file_emergency(turn: Turn, report: Report, proxy: dict[str, Any] | None) -> CaseRow:
    """File an emergency: first the numbers to call, then staff are called; everything else comes later."""
    matter = report.matters[0]
    case = _file(turn, report, matter, proxy)
    _attach_all(turn, case, report)
    _remember(turn, case, matter)
    emergencies.raise_alarm(turn, case, matter)
    cards.show_new(turn, case, [], files=len(report.files))
    turn.outcome = "emergency"
    return case


def addition_waits(turn: Turn, case: CaseRow) -> bool:
    """Whether a link in what is added to a case has to be looked at first; one that stands in the case has been.

    What is said in an emergency reaches those who were called at once.
    """
    if case.urgency is Urgency.EMERGENCY:
        return False
    event = turn.event
    addition = Report((), turn.community_of(case), files=event.files, said=((event.message_id, event.text),))
    return _waits(turn, addition, case)


def _waits(turn: Turn, report: Report, case: CaseRow | None = None) -> bool:
    words = "\n".join(text for _, text in report.said) or "\n".join(matter.text for matter in report.matters)
    known = case.text if case else ""
    return links.holds(turn, words, lambda: _held(turn, report, case), report.community.id, known)


def _held(turn: Turn, report: Report, case: CaseRow | None) -> dict[str, Any]:
    """What is needed to file a report, or to add it to a case, later as if it had come then."""
    place = report.location
    return {
        "said": [list(part) for part in report.said] or [[turn.event.message_id, turn.event.text]],
        "files": [packed(file, turn.event.message_id) for file in report.files],
        "location": [place.latitude, place.longitude] if place else None,
        "community": report.community.id,
        "anonymous": report.anonymous,
        "proxy": None if case else represented.agreed(turn),
        "case": list(case.key) if case else None,
    }


def attach(turn: Turn, case: CaseRow, file: File, by: Role = Role.RESIDENT) -> int:
    """Record a file of a case; it is fetched from the messenger later. Returns the attachment's id."""
    address = turn.event.address
    attachment = turn.uow.cases.add_attachment(
        case.key,
        bot=address.bot,
        kind=file.kind,
        file_id=file.id,
        unique_id=file.unique_id,
        size=file.size,
        media_type=file.media_type,
    )
    turn.uow.cases.add_message(
        case.key,
        by=by,
        kind=file.kind,
        bot=address.bot,
        chat=address.chat,
        message_id=file.message_id or turn.event.message_id,
        attachment_id=attachment,
    )
    return attachment


def keep_words(turn: Turn, case: CaseRow, by: Role = Role.RESIDENT) -> None:
    """Add the words of this turn to the case's history."""
    _said(turn, case, turn.event.message_id, turn.event.text, by)


def _file(turn: Turn, report: Report, matter: Understanding, proxy: dict[str, Any] | None) -> CaseRow:
    limits, community = turn.context.district.limits, report.community
    building = communities.building(turn, community.id, matter.places)
    case = turn.uow.cases.file(
        community.id,
        scene=matter.scene,
        scene2=matter.scene2,
        kind=matter.kind if matter.kind is not Kind.NONE else Kind.PROBLEM,
        item=matter.item,
        urgency=matter.urgency,
        text=matter.text.rstrip(LEADS_ON) or matter.text,
        place=communities.place(building, matter.places),
        building_id=building.id if building else None,
        grid_id=building.grid_id if building else None,
        latitude=report.location.latitude if report.location else None,
        longitude=report.location.longitude if report.location else None,
        proposal=_proposal(matter),
        anonymous=report.anonymous,
        source=turn.event.address.bot,
        **deadlines.times_of_new(limits, matter.kind, matter.urgency, turn.uow.now, community.zone),
    )
    _add_origin(turn, case, report, matter, proxy)
    return case


def _add_origin(turn: Turn, case: CaseRow, report: Report, matter: Understanding, proxy: dict[str, Any] | None) -> None:
    """Store who reported the case, in which messages, and the first event. Answers go to their private chat."""
    cases = turn.uow.cases
    part = Part.REPORTER if proxy is None else Part.CLERK if turn.as_staff else Part.PROXY
    person = PersonOfCase(turn.alone.bot, turn.account, turn.alone.chat, part, anonymous=report.anonymous)
    cases.add_person(case.key, person)
    for message_id, text in _told_in(report, matter) or report.said or ((turn.event.message_id, matter.text),):
        _said(turn, case, message_id, text, Role.RESIDENT)
    detail = None if proxy is None else {"for": proxy["relation"], "consent": proxy["consent"]}
    cases.add_event(case, action="file", role=Role.RESIDENT, before=None, via=turn.via, detail=detail)
    if proxy is not None:
        given = {name: proxy[name] for name in ("name", "phone", "relation", "consent")}
        turn.uow.contacts.add(case.key, part="represented", **given)


def _told_in(report: Report, matter: Understanding) -> list[tuple[int | None, str]]:
    """The messages of a matter, each with its part of the text; messages and matters need not match one to one."""
    whole = matter.text.strip()
    return [
        (message_id, matter.text if whole in text else text)
        for message_id, text in report.said
        if text and (whole in text or text.strip() in whole)
    ]


def _said(turn: Turn, case: CaseRow, message_id: int | None, text: str, by: Role) -> None:
    address = turn.event.address
    turn.uow.cases.add_message(
        case.key, by=by, kind="text", bot=address.bot, chat=address.chat, text=text, message_id=message_id
    )


def _attach_all(turn: Turn, case: CaseRow, report: Report) -> None:
    for file in report.files:
        attach(turn, case, file)
    turn.talk.state["last"] = {"case": list(case.key), "at": turn.uow.now.timestamp(), "album": turn.event.album}


def _proposal(matter: Understanding) -> dict[str, object]:
    """The machine's labels, stored in addition to those that people may change."""
    return {
        "scene": matter.scene,
        "p": round(matter.scene_probability, 3),
        "scenes": list(matter.scenes),
        "kind": matter.kind,
        "item": matter.item,
        "urgency": matter.urgency,
        "why": list(matter.why),
        "key": list(matter.similar_key),
    }


def _remember(turn: Turn, case: CaseRow, matter: Understanding) -> None:
    similar = turn.context.similar
    turn.uow.after_commit.append(lambda: similar.add(case, matter))
