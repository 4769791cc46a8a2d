"""One person's dialog in any order: two reports, an album, edits of all of them. Whatever comes first, the ledger is the same."""

import random
from itertools import count
from typing import Any

from sqlalchemy import Connection, func, select, update

from storage.tables import Attachment, Case, CaseMessage, CasePerson, Person, table_of
from tests.support.world import NOW, World
from tests.ways.steps import LAMP, RUBBISH

FITNESS = "小区里没有健身器材，能不能装几个"
CASES, PEOPLE, MESSAGES, FILES, PERSONS = (
    table_of(model) for model in (Case, CasePerson, CaseMessage, Attachment, Person)
)
DIALOG: tuple[dict[str, Any], ...] = (
    {"kind": "text", "message_id": 1, "text": LAMP},
    {"kind": "edit", "message_id": 1, "text": f"{LAMP}，晚上很黑"},
    {"kind": "edit", "message_id": 1, "text": f"{LAMP}，晚上很黑，老人摔过"},
    {"kind": "text", "message_id": 2, "text": RUBBISH},
    *({"kind": "media", "message_id": 3 + n, "text": "" if n else FITNESS, "album": "a"} for n in range(4)),
    {"kind": "edit", "message_id": 3, "text": f"{FITNESS}，老人没地方去"},
    {"kind": "edit", "message_id": 2, "text": f"{RUBBISH}，很臭"},
)
"""As it was written; its place here is the update's number."""
_numbers = count(1)


async def shuffled(world: World, dice: random.Random) -> list[tuple[Any, ...]]:
    """A new resident's dialog in an order of chance, each update handled before the next; gives the ledger's rows."""
    order = list(range(len(DIALOG)))
    dice.shuffle(order)
    return await told(world, order)


async def told(world: World, order: list[int]) -> list[tuple[Any, ...]]:
    """The dialog in this order."""
    account = 100_000 + next(_numbers)
    await world.app.database.write(lambda connection: _has_agreed(world, connection, account))
    for place in order:
        await world.app.intake.store(world.residents, [_raw(account, place)])
        await world.app.settle()
    await world.passes(seconds=3)
    found: list[tuple[Any, ...]] = await world.rows(lambda connection: _ledger(connection, account))
    return found


def _raw(account: int, place: int) -> dict[str, Any]:
    update = DIALOG[place]
    file = {"file": ["photo", f"file-{account}-{place}"]} if update["kind"] == "media" else {}
    return update | file | {"update_id": 1000 * account + place, "chat": account, "account": account, "name": "居民"}


def _has_agreed(world: World, connection: Connection, account: int) -> None:
    connection.execute(
        PERSONS.insert().values(
            bot="resident",
            account=account,
            chat=account,
            name="居民",
            community_id=1,
            created_at=NOW,
            consent_version=world.app.context.district.limits.consent_version,
            consented_at=NOW,
        )
    )
    # of another person's dialog nothing stands open, so that no two are compared
    connection.execute(update(CASES).values(state="withdrawn", closed_at=NOW, next_at=None))


def _ledger(connection: Connection, account: int) -> list[tuple[Any, ...]]:
    """Cases of one person with what was said in them; numbers and times, which an order decides, are left out."""
    mine = (PEOPLE.c.community_id == CASES.c.community_id) & (PEOPLE.c.case_no == CASES.c.no)
    cases = connection.execute(select(CASES).join(PEOPLE, mine).where(PEOPLE.c.account == account)).all()
    return sorted(
        (case.text, str(case.scene), str(case.urgency), str(case.state), case.supporters, *_within(connection, case))
        for case in cases
    )


def _within(connection: Connection, case: Any) -> tuple[Any, ...]:
    def here(table: Any) -> Any:
        return (table.c.community_id == case.community_id) & (table.c.case_no == case.no)

    said = connection.execute(select(MESSAGES.c.text).where(here(MESSAGES), MESSAGES.c.text.is_not(None))).scalars()
    files = connection.execute(select(func.count()).select_from(FILES).where(here(FILES))).scalar_one()
    return max(said, key=len), files
