"""Files matters into the ledger: labels, place, clocks, people, first event, the card for staff and the receipt."""

from dataclasses import dataclass

from handlers import cards, emergencies
from handlers.event import File, Location
from handlers.format import day_and_time, number
from handlers.reply import Button, Priority, Reply
from handlers.turn import Rows, Turn
from ledger import clocks
from ledger.lifecycle import Role, State
from ledger.scenes import EIGHT_SCENES, Kind, Scene, Urgency
from nlp.understanding import Understanding
from storage.cases import CaseRow, PersonOfCase
from storage.reference import BuildingRow, CommunityRow


@dataclass(frozen=True, slots=True)
class Report:
    """What a person wants filed. `messages` are ids of the messages that it was told in."""

    matters: tuple[Understanding, ...]
    community: CommunityRow
    anonymous: bool = False
    files: tuple[File, ...] = ()
    messages: tuple[int, ...] = ()
    location: Location | None = None


def file_report(turn: Turn, report: Report) -> list[CaseRow]:
    """File every matter of a report and tell the person and the staff; files go with the first matter."""
    filed = [_file(turn, report, matter) for matter in report.matters]
    first = filed[0]
    for file in report.files:
        attach(turn, first, file)
    turn.talk.state["last"] = {"case": list(first.key), "at": turn.uow.now.timestamp()}
    turn.outcome = "case" if len(filed) == 1 else f"cases {len(filed)}"
    for case, matter in zip(filed, report.matters, strict=True):
        similar = [no for no in turn.context.similar.nearest(case.community_id, matter) if no != case.no]
        _remember(turn, case, matter)
        cards.show(turn, case, similar=similar)
        if matter.alarms or matter.needs_human:
            emergencies.raise_alarm(turn, case)
        else:
            _receipt(turn, case, matter)
    return filed


def attach(turn: Turn, case: CaseRow, file: File) -> None:
    """Keep a file of a case; it is fetched from the messenger later."""
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
        by=Role.RESIDENT,
        kind=file.kind,
        bot=address.bot,
        chat=address.chat,
        message_id=turn.event.message_id,
        attachment_id=attachment,
    )


def _file(turn: Turn, report: Report, matter: Understanding) -> CaseRow:
    limits, community, now = turn.context.district.limits, report.community, turn.uow.now
    urgency = Urgency.EMERGENCY if matter.alarms else matter.urgency
    clock = clocks.clock_for(limits, matter.kind, urgency)
    building = _building(turn, community.id, matter)
    case = turn.uow.cases.file(
        community.id,
        scene=matter.scene,
        scene2=matter.scene2,
        kind=matter.kind if matter.kind is not Kind.NONE else Kind.PROBLEM,
        item=matter.item,
        urgency=urgency,
        text=matter.text,
        place=" ".join(matter.places) or (building.name if building else None),
        building_id=building.id if building else None,
        grid_id=building.grid_id if building else None,
        latitude=report.location.latitude if report.location else None,
        longitude=report.location.longitude if report.location else None,
        proposal=_proposal(matter),
        anonymous=report.anonymous,
        source=turn.event.address.bot,
        sign_due_at=clocks.due(now, clock.sign, community.zone),
        due_at=clocks.due(now, clock.act, community.zone),
    )
    _add_origin(turn, case, report, matter)
    return case


def _add_origin(turn: Turn, case: CaseRow, report: Report, matter: Understanding) -> None:
    """Who said it, in which messages, and the first event."""
    address, cases = turn.event.address, turn.uow.cases
    cases.add_person(
        case.key, PersonOfCase(address.bot, turn.account, address.chat, "reporter", anonymous=report.anonymous)
    )
    for message_id in report.messages or (turn.event.message_id,):
        cases.add_message(
            case.key,
            by=Role.RESIDENT,
            kind="text",
            bot=address.bot,
            chat=address.chat,
            text=matter.text,
            message_id=message_id,
        )
    cases.add_event(case, action="file", role=Role.RESIDENT, before=None, via=turn.event.kind)


def _proposal(matter: Understanding) -> dict[str, object]:
    """What the machine said, kept beside the labels that people may change."""
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


def _building(turn: Turn, community_id: int, matter: Understanding) -> BuildingRow | None:
    """The building that the words name, else the one whose code the person scanned."""
    buildings = turn.uow.reference.buildings_of.get(community_id, [])
    named = [b for b in buildings if any(b.name in place or place in b.name for place in matter.places)]
    if len(named) == 1:
        return named[0]
    return next((b for b in buildings if b.id == turn.person.building_id), None)


def _remember(turn: Turn, case: CaseRow, matter: Understanding) -> None:
    similar = turn.context.similar
    turn.uow.after_commit.append(lambda: similar.add(case, matter))


# --- the receipt -----------------------------------------------------------------------------------------------------


def _receipt(turn: Turn, case: CaseRow, matter: Understanding) -> None:
    """Say what was understood and until when somebody answers; ask once for what is missing."""
    unsure = matter.scene_probability < turn.context.district.limits.ask_back_below
    asked = "receipt.unsure" if unsure else ""
    if not unsure and not case.place and case.kind is not Kind.QUERY and case.latitude is None:
        asked = "receipt.where"
        turn.expect("place", case=list(case.key))
    text = receipt_text(turn, case)
    if asked:
        text += "\n\n" + turn.context.texts(asked)
    turn.send(
        Reply(
            turn.event.address,
            text,
            _scene_choices(turn, case, matter) + receipt_buttons(turn, case) if unsure else receipt_buttons(turn, case),
            logical=receipt_name(case),
            priority=Priority.INTERACTIVE,
        )
    )


def receipt_name(case: CaseRow) -> str:
    return f"receipt:{case.community_id}:{case.no}"


def receipt_text(turn: Turn, case: CaseRow) -> str:
    district, community = turn.context.district, turn.uow.reference.communities[case.community_id]
    return turn.context.texts(
        "receipt.filed",
        number=number(community, case),
        community=community.name,
        scene=district.scenes[case.scene].name,
        mark=district.scenes[case.scene].mark,
        urgency=district.urgencies[case.urgency].name,
        place=case.place or turn.context.texts("receipt.no_place"),
        due=day_and_time(case.due_at, community.zone),
        state=district.states[case.state],
    )


def receipt_buttons(turn: Turn, case: CaseRow) -> Rows:
    """What the reporter may do with a case that is still open."""
    if case.state not in (State.WAITING, State.NEEDS_INFO, State.ACCEPTED):
        return ()
    of = {"community_id": case.community_id, "case_no": case.no}
    return (
        (turn.mine("button.wrong_scene", "ask_scene", **of), turn.mine("button.wrong_urgency", "ask_urgency", **of)),
        (turn.mine("button.add", "add_to_case", **of), turn.mine("button.withdraw", "ask_withdraw", **of)),
    )


def _scene_choices(turn: Turn, case: CaseRow, matter: Understanding) -> Rows:
    """At most three scenes to choose from, likeliest first."""
    choices = [scene for scene in matter.scenes if scene in EIGHT_SCENES][:3]
    return tuple((scene_button(turn, case, scene),) for scene in choices)


def scene_button(turn: Turn, case: CaseRow, scene: Scene) -> Button:
    look = turn.context.district.scenes[scene]
    return Button(
        f"{look.mark} {look.name}",
        "set_scene",
        case.community_id,
        case.no,
        {"scene": scene},
        account=turn.account,
    )
