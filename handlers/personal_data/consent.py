"""谁看过, 撤回同意: who looked at a person's data, and withdrawing consent."""

from typing import Any

from digests.dates import day_and_time
from handlers.cases import cards
from handlers.personal_data import privacy
from handlers.residents import drafts, own_cases
from handlers.turn import Turn
from ledger.lifecycle import Role
from storage.cases import CaseRow

LISTED = 12
OPERATOR = "operator"


def show_accesses(turn: Turn) -> None:
    """Who looked at the person's cases, newest first."""
    rows = of_person(turn, LISTED)
    if not rows:
        turn.say("seen.nobody")
        return
    turn.say("seen.list", lines="\n".join(line(turn, row) for row in rows))
    turn.outcome = "seen"


def of_person(turn: Turn, limit: int) -> list[Any]:
    cases = turn.uow.cases.of_person(turn.event.address.bot, turn.account, limit=privacy.ALL)
    since = {
        case.community_id: case.created_at for case in sorted(cases, key=lambda case: case.created_at, reverse=True)
    }
    rows = turn.uow.accesses.of_cases([case.key for case in cases], limit)
    return [row for row in rows if row.case_no is not None or row.at >= since[row.community_id]]


def line(turn: Turn, row: Any) -> str:
    """Who is named by what they are, never by name: staff are people, too."""
    community = turn.uow.reference.communities[row.community_id]
    roles = turn.context.district.roles
    who = roles.get(row.role) or turn.context.texts("seen.operator")
    return turn.context.texts(
        "seen.line",
        when=day_and_time(row.at, community.zone),
        who=f"{community.name}{who}",
        what=turn.context.texts(f"seen.{row.what}"),
        number="" if row.case_no is None else f"{community.code}-{row.case_no}",
        purpose=turn.context.texts("seen.purpose", purpose=row.purpose) if row.role == OPERATOR and row.purpose else "",
    )


# --- taking back -----------------------------------------------------------------------------------------------------


def ask_withdraw_consent(turn: Turn) -> None:
    rows = ((turn.mine("button.withdraw_consent", "withdraw_consent", once=True),),)
    turn.say("consent.sure", rows)


def withdraw_consent(turn: Turn, _data: dict[str, Any]) -> None:
    """From now on nothing is done on this agreement: names are hidden, numbers deleted, drafts gone.

    What was filed goes on without them, since neighbours need the light mended, too; erasing is a tap away.
    """
    person, here = turn.person, turn.event.address
    person.consent_version = person.consented_at = None
    if drafts.there_is_one(turn):
        drafts.discard(turn)
    turn.talk.state["anonymous"] = True
    for case in turn.uow.cases.of_person(here.bot, turn.account, limit=privacy.ALL):
        _hide(turn, case)
    turn.say("consent.withdrawn", ((turn.mine("button.erase", "ask_erase"),),))
    turn.outcome = "consent withdrawn"


def _hide(turn: Turn, case: CaseRow) -> None:
    own_cases.set_anonymous(turn, case, anonymous=True)
    turn.uow.cases.add_event(case, action="consent_withdrawn", role=Role.RESIDENT, before=case.state)
    cards.refresh(turn, case)
