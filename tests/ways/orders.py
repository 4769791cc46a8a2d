"""One person's dialog in any order: two reports, an album, edits of all of them. Whatever comes first, the ledger is the same."""

import random
from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection, func, select, update

from storage.tables import Attachment, Case, CaseMessage, CasePerson, Community, Person, table_of
from tests.support.world import NOW, World
from tests.ways.steps import LAMP, RUBBISH, change

FITNESS = "小区里没有健身器材，能不能装几个"
CASES, PEOPLE, MESSAGES, FILES, PERSONS, COMMUNITIES = (
    table_of(model) for model in (Case, CasePerson, CaseMessage, Attachment, Person, Community)
)
Ledger = list[tuple[Any, ...]]
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
AS_WRITTEN = list(range(len(DIALOG)))
AT_ONCE = 40
"""So many tell it side by side, each in a community of their own, for like matters of one community are compared."""
FIRST_COMMUNITY = 100
_numbers = count(1)


async def shuffled(world: World, dice: random.Random, times: int) -> list[Ledger]:
    """As `told`, by new residents, each in an order of chance."""
    orders = [dice.sample(AS_WRITTEN, len(DIALOG)) for _ in range(times)]
    found: list[Ledger] = []
    for first in range(0, times, AT_ONCE):
        found += await told(world, orders[first : first + AT_ONCE])
    return found


async def told(world: World, orders: Sequence[list[int]]) -> list[Ledger]:
    """The dialog in each of these orders, by as many residents; what each has said so far is handled before the next."""
    accounts = [100_000 + next(_numbers) for _ in orders]
    await change(world, lambda connection: _move_in(world, connection, accounts))
    for places in zip(*orders, strict=True):
        raw = [_raw(account, place) for account, place in zip(accounts, places, strict=True)]
        await world.app.intake.store(world.residents, raw)
        await world.app.settle()
    await world.passes(seconds=3)
    found: list[Ledger] = await world.rows(lambda connection: [_ledger(connection, account) for account in accounts])
    return found


def _raw(account: int, place: int) -> dict[str, Any]:
    update = DIALOG[place]
    file = {"file": ["photo", f"file-{account}-{place}"]} if update["kind"] == "media" else {}
    return update | file | {"update_id": 1000 * account + place, "chat": account, "account": account, "name": "居民"}


def _move_in(world: World, connection: Connection, accounts: Sequence[int]) -> None:
    """Residents who have agreed; of who told it before them nothing stands open."""
    known = set(connection.execute(select(COMMUNITIES.c.id)).scalars())
    homes = [FIRST_COMMUNITY + number for number in range(len(accounts))]
    for home in homes:
        if home not in known:
            connection.execute(
                COMMUNITIES.insert().values(
                    id=home, street_id=1, code=f"C{home}", name=f"第{home}社区", time_zone="Asia/Shanghai"
                )
            )
    consent = world.app.context.district.limits.consent_version
    for account, home in zip(accounts, homes, strict=True):
        connection.execute(
            PERSONS.insert().values(
                bot="resident",
                account=account,
                chat=account,
                name="居民",
                community_id=home,
                created_at=NOW,
                consent_version=consent,
                consented_at=NOW,
            )
        )
    open_ones = update(CASES).where(CASES.c.closed_at.is_(None))
    connection.execute(open_ones.values(state="withdrawn", closed_at=NOW, next_at=None))


def _ledger(connection: Connection, account: int) -> Ledger:
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
