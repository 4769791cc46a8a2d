"""The receipt: what was understood, the number, the answer's deadline, and buttons to correct it."""

from collections.abc import Sequence

from handlers.reply import Button, Reply, Rows, Showing
from handlers.residents import offers
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role, State, actions_for
from ledger.rights import Part, may
from ledger.scenes import EIGHT_SCENES, Kind, Scene, Urgency
from ledger.text import shortened
from nlp.understanding import Understanding
from storage.cases import CaseRow

BEFORE_WORK = (State.WAITING, State.NEEDS_INFO, State.ACCEPTED)
"""States before anybody works on a case, in which its reporter can still change its labels."""


def send(turn: Turn, case: CaseRow, matter: Understanding, like: Sequence[int] = ()) -> None:
    """The receipt of one case; what is missing or unsure is asked once, and blocks nothing.

    `like`: open cases of the community that may be the same matter; the first is offered.
    """
    texts = turn.context.texts
    unsure = matter.scene_probability < turn.context.district.limits.ask_back_below
    parts = [text_of(turn, case)]
    if case.kind is Kind.QUERY:
        parts.append(texts("question.passed_on"))
    if unsure:
        parts.append(texts("receipt.unsure"))
    if lacks_place(case):
        parts.append(texts("receipt.where"))
        turn.expect("place", case)
    choices = _scene_choices(turn, case, matter) if unsure else ()
    if other := next((row for no in like if (row := _joinable(turn, case, no))), None):
        mine = turn.uow.cases.part_of(other.key, turn.event.address.bot, turn.account)
        parts.append(texts("receipt.like_own" if mine else "receipt.like", about=offers.summary(turn, other)))
        choices = ((_same_button(turn, case, other),), *choices)
    text = "\n\n".join(parts)
    turn.send(Reply(turn.event.address, text, (*choices, *buttons(turn, case)), logical=name_of(case)))


def _joinable(turn: Turn, case: CaseRow, no: int) -> CaseRow | None:
    other = turn.uow.cases.living((case.community_id, no))
    return other if other and other.no != case.no and offers.can_be_joined(other) else None


def _same_button(turn: Turn, case: CaseRow, other: CaseRow) -> Button:
    label = turn.context.texts("button.join_mine", number=turn.number(other))
    return Button(label, "join_mine", case.community_id, case.no, {"into": other.no}, turn.account, once=True)


def several(turn: Turn, cases: list[CaseRow]) -> None:
    """Send one receipt for all matters of a message, with a button to say that they are one matter."""
    texts, district = turn.context.texts, turn.context.district
    lines = [texts("receipt.several", n=len(cases), community=turn.community_of(cases[0]).name)]
    lines += [
        texts(
            "receipt.line",
            number=turn.number(case),
            mark=district.scenes[case.scene].mark,
            scene=district.scenes[case.scene].name,
            urgency=district.urgencies[case.urgency].name,
            due=turn.when(case.due_at, case),
            text=shortened(case.text, 40),
        )
        for case in cases
    ]
    rows = [(details_button(turn, case),) for case in cases]
    name = f"receipts:{cases[0].community_id}:{cases[0].no}"
    key = {"community_id": cases[0].community_id, "case_no": cases[0].no}
    data = {"others": [case.no for case in cases[1:]], "shown_in": name}
    rows.append((turn.mine("button.one_matter", "one_matter", data=data, once=True, **key),))
    turn.send(Reply(turn.event.address, "\n".join(lines), tuple(rows), logical=name))


def details_button(turn: Turn, case: CaseRow) -> Button:
    label = turn.context.texts("button.details", number=turn.number(case))
    return Button(label, "details", case.community_id, case.no, account=turn.account)


def refresh(turn: Turn, case: CaseRow) -> None:
    """Update the receipt in the chat of the acting person, if it exists."""
    turn.send(
        Reply(
            turn.event.address,
            text_of(turn, case),
            buttons(turn, case),
            logical=name_of(case),
            showing=Showing.ONLY_EDIT,
        )
    )


def name_of(case: CaseRow) -> str:
    return f"receipt:{case.community_id}:{case.no}"


def lacks_place(case: CaseRow) -> bool:
    return not case.place and case.latitude is None and case.kind is not Kind.QUERY


def is_due(case: CaseRow) -> bool:
    """Whether an answer is still due; only then the receipt shows its deadline."""
    return case.state in OPEN


def clock_of(turn: Turn, case: CaseRow) -> str:
    """Whether an answer is still due, is late, or no longer due, as the texts are named."""
    if not is_due(case):
        return "past"
    return "late" if case.due_at < turn.uow.now else "open"


def text_of(turn: Turn, case: CaseRow, place: str | None = None) -> str:
    """The text of a receipt. `place`: the place for this reader, if it is masked."""
    texts, district = turn.context.texts, turn.context.district
    text = texts(
        f"receipt.{clock_of(turn, case)}",
        number=turn.number(case),
        community=turn.community_of(case).name,
        scene=district.scenes[case.scene].name,
        mark=district.scenes[case.scene].mark,
        urgency=district.urgencies[case.urgency].name,
        place=place or case.place or texts("receipt.place_sent" if case.latitude is not None else "receipt.no_place"),
        due=turn.when(case.due_at, case),
        state=district.resident_states[case.state],
    )
    return f"{text}\n{texts('receipt.anonymous')}" if case.anonymous else text


def buttons(turn: Turn, case: CaseRow, part: str = Part.REPORTER) -> Rows:
    """Buttons of the reporter: corrections before anybody works on the case, later what the lifecycle allows.

    People with another part in the case get what the table of rights gives to that part.
    """
    of = {"community_id": case.community_id, "case_no": case.no}
    possible = actions_for(case.state, Role.RESIDENT)
    rows = []
    if case.state in BEFORE_WORK and may("set_scene", (), part):
        rows.append([turn.mine("button.wrong_scene", "ask_scene", **of)])
        if case.urgency is not Urgency.EMERGENCY:
            rows[0].append(turn.mine("button.wrong_urgency", "ask_urgency", **of))
        rows[0].append(turn.mine("button.wrong_place", "ask_place", **of))
    if Action.WITHDRAW in possible:
        rows.append([turn.mine("button.add", "add_to_case", **of), turn.mine("button.withdraw", "ask_withdraw", **of)])
        label = "button.named" if case.anonymous else "button.anonymous"
        rows.append([turn.mine(label, "anonymity", data={"anonymous": not case.anonymous}, **of)])
    if Action.CONFIRM in possible:
        rows.append([turn.mine(f"button.{action}", action, once=True, **of) for action in ("solved", "not_solved")])
    elif Action.REOPEN in possible:
        rows.append([turn.mine("button.broken_again", "not_solved", once=True, **of)])
    return tuple(tuple(row) for row in rows)


def _scene_choices(turn: Turn, case: CaseRow, matter: Understanding) -> Rows:
    """Buttons for at most three scenes, the likeliest first."""
    choices = [scene for scene in matter.scenes if scene in EIGHT_SCENES][:3]
    return tuple((scene_button(turn, case, scene),) for scene in choices)


def scene_button(turn: Turn, case: CaseRow, scene: Scene, shown_in: str = "") -> Button:
    look = turn.context.district.scenes[scene]
    data = {"scene": scene, "shown_in": shown_in}
    return Button(f"{look.mark} {look.name}", "set_scene", case.community_id, case.no, data, turn.account)
