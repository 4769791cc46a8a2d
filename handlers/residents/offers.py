"""Finds a neighbour's case about the same matter, and shows it, masked and short, to somebody who may join it."""

from functools import partial

from handlers import communities
from handlers.reply import Button
from handlers.turn import Turn
from ledger.lifecycle import OPEN
from ledger.scenes import Urgency
from ledger.text import shortened
from nlp.understanding import Understanding
from storage.cases import CaseRow
from storage.errors import NotFound

SHOWN = 40


def like(turn: Turn, community_id: int, matter: Understanding) -> CaseRow | None:
    """The open case of the community most likely about the same matter, if it can be joined; otherwise None."""
    for no in nearest(turn, community_id, matter, 1):
        case = turn.uow.cases.living((community_id, no))
        return case if case is not None and can_be_joined(case) else None
    return None


def nearest(turn: Turn, community_id: int, matter: Understanding, limit: int = 3) -> list[int]:
    """Open cases likely about the same matter. Two voice notes are never compared, because they have no text.

    What another process has closed or erased is still in the index of this one, so the ledger is asked, too.
    """
    if matter.text.strip() == turn.context.texts("voice.words"):
        return []
    similar = turn.context.similar
    found = similar.nearest(community_id, matter, limit)
    turn.uow.see_also(community_id)
    turn.uow.cases.preload({(community_id, no) for no in found})
    over = [no for no in found if not _can_be_compared(turn, community_id, no)]
    for no in over:
        turn.uow.after_commit.append(partial(similar.remove, community_id, no))
    home = communities.building(turn, community_id, matter.places)
    here = communities.compound_of(turn, community_id, communities.place(home, matter.places))
    return [no for no in found if no not in over and not _is_elsewhere(turn, community_id, here, no)]


def _is_elsewhere(turn: Turn, community_id: int, here: str, no: int) -> bool:
    """Whether a case is in another compound than `here`. Words need not say so: a code that was scanned does."""
    there = communities.compound_of(turn, community_id, turn.uow.cases.get(community_id, no).place)
    return bool(here and there) and here != there


def _can_be_compared(turn: Turn, community_id: int, no: int) -> bool:
    """Whether a case is open and its reporter's words have not been erased."""
    try:
        case = turn.uow.cases.get(community_id, no)
    except NotFound:
        return False
    return case.state in OPEN and "key" in case.proposal


def can_be_joined(case: CaseRow) -> bool:
    """Whether neighbours can join: it is open and no emergency."""
    return case.state in OPEN and case.urgency is not Urgency.EMERGENCY


def summary(turn: Turn, case: CaseRow) -> str:
    """A case as a neighbour sees it before joining: masked and short."""
    look = turn.context.district.scenes[case.scene]
    return turn.context.texts(
        "join.about",
        number=turn.number(case),
        mark=look.mark,
        scene=look.name,
        n=case.supporters,
        filed=turn.when(case.created_at, case),
        place=turn.context.mask(case.place) if case.place else turn.context.texts("join.no_place"),
        text=shortened(turn.context.mask(case.text), SHOWN),
    )


def button(turn: Turn, case: CaseRow, shown_in: str, *, draft: bool = False) -> Button:
    label = turn.context.texts("button.join_case", number=turn.number(case))
    data = {"shown_in": shown_in, "draft": draft}
    return Button(label, "join_case", case.community_id, case.no, data, turn.account, once=True)
