"""Who writes without end has a small turn of their own: the others do not wait, danger is heard, nothing is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.work import THROTTLED_LANES, THROTTLED_RANKS, THROTTLED_UPDATES, UNTHROTTLED_RANKS, BatchScope
from storage.tables import Case, Inbox
from tests.support.world import World, make_world
from tests.ways.steps import LAMP, count, settled

FIRE = "着火了！3栋2单元冒烟，快来人"
FLOODER = 1001
UNTHROTTLED, THROTTLED = BatchScope(64, UNTHROTTLED_RANKS), BatchScope(THROTTLED_LANES, THROTTLED_RANKS)


@pytest.fixture
async def town(tmp_path: Path, app_url: str) -> AsyncIterator[World]:
    """A world in which the district's limits hold, with one who has just gone over them."""
    found = await make_world(tmp_path, app_url, unthrottled=False)
    await settled(found)
    for number in range(25):
        await found.resident(FLOODER).says(f"{number}号楼道的灯也坏了")
    yield found
    await found.app.close()


async def comes(town: World, *said: tuple[int, str]) -> None:
    """Updates come in; nobody works on them yet."""
    for chat, text in said:
        raw = town.residents.push(kind="text", chat=chat, text=text)
        await town.app.intake.store(town.residents, [raw])


async def waiting(town: World, chat: int) -> int:
    rows = select(func.count()).where(Inbox.chat == chat, Inbox.state == "waiting")
    return int(await town.rows(lambda c: c.execute(rows).scalar_one()))


async def test_the_others_are_handled_before_who_floods(town: World) -> None:
    await comes(town, *((FLOODER, f"灯坏了{n}") for n in range(60)), (7, LAMP))
    assert await town.app.worker.run_batch(UNTHROTTLED) == 1
    assert await waiting(town, 7) == 0
    assert await town.app.worker.run_batch(UNTHROTTLED) == 0
    assert await town.app.worker.run_batch(THROTTLED) == THROTTLED_UPDATES
    assert await waiting(town, FLOODER) == 60 - THROTTLED_UPDATES


async def test_several_who_flood_share_one_small_turn(town: World) -> None:
    for chat in (7, 8):
        await comes(town, *((chat, f"灯坏了{n}") for n in range(40)))
    await town.app.worker.drain()
    for chat in (7, 8):
        await comes(town, *((chat, f"灯又坏了{n}") for n in range(40)))
    assert await town.app.worker.run_batch(THROTTLED) <= THROTTLED_UPDATES
    assert await waiting(town, 7) == await waiting(town, 8) == 40 - THROTTLED_UPDATES // 2


async def test_danger_in_a_flood_is_heard_in_the_ordinary_turn_and_in_order(town: World) -> None:
    await comes(town, *((FLOODER, f"灯坏了{n}") for n in range(40)), (FLOODER, FIRE), (FLOODER, "灯坏了"))
    while await town.app.worker.run_batch(UNTHROTTLED):
        pass
    assert await count(town, Case, Case.urgency == "E") == 1
    assert await waiting(town, FLOODER) == 0


async def test_what_waited_its_turn_belongs_to_the_minute_in_which_it_was_said(town: World) -> None:
    before = await count(town, Case)
    await comes(town, *((FLOODER, f"{n}号楼的水管漏了") for n in range(5)))
    town.clock.forward(minutes=2)
    await town.runs()
    assert await count(town, Case) == before
    await town.passes(hours=1)
    shown = town.resident(FLOODER).messages
    assert len([m for m in shown if "刚才记下的话在这里" in m.text]) >= 1
    await town.resident(FLOODER).taps("同意，提交")
    texts = [row.text for row in await town.rows(lambda c: c.execute(Case.__table__.select()).all())]
    assert any("4号楼的水管" in text for text in texts)


async def test_who_has_calmed_down_is_one_of_the_others_again(town: World) -> None:
    town.clock.forward(hours=2)
    await town.resident(FLOODER).says("谢谢")
    await comes(town, (FLOODER, LAMP))
    assert await town.app.worker.run_batch(UNTHROTTLED) == 1
