"""The messenger promises no order: edits come before their messages, an album's parts in any, and all of it twice."""

import random

import pytest
from sqlalchemy import select

from storage.tables import Case, Conversation
from tests.support.world import World
from tests.ways.orders import AS_WRITTEN, FITNESS, shuffled, told
from tests.ways.steps import LAMP, RUBBISH, all_text, case, count, settled


async def test_a_dialog_in_any_order_leaves_the_same_ledger(world: World) -> None:
    (as_written,) = await told(world, [AS_WRITTEN])
    assert [row[0] for row in as_written] == sorted(
        (f"{LAMP}，晚上很黑，老人摔过", f"{RUBBISH}，很臭", f"{FITNESS}，老人没地方去")
    )
    for found in await shuffled(world, random.Random(4), 40):
        assert found == as_written


async def test_an_edit_that_comes_first_waits_for_its_message(world: World) -> None:
    wang = await settled(world)
    await wang.edits(900, f"{RUBBISH}，很臭")
    assert await count(world, Case) == 1
    await wang.says(RUBBISH, message_id=900)
    assert (await case(world, 2)).text == f"{RUBBISH}，很臭"


async def test_an_edit_that_was_overtaken_changes_nothing(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.says(RUBBISH, message_id=900, update_id=5001)
    await wang._pushes(kind="edit", text=f"{RUBBISH}，很臭", message_id=900, update_id=5003)
    await wang._pushes(kind="edit", text=f"{RUBBISH}，不臭", message_id=900, update_id=5002)
    assert (await case(small_world, 2)).text == f"{RUBBISH}，很臭"


async def test_the_words_of_an_edit_without_its_message_are_not_kept_long(small_world: World) -> None:
    wang = await settled(small_world)
    await wang.edits(900, f"{RUBBISH}，很臭")
    await small_world.passes(hours=2)
    await small_world.app.ticker.clean()
    await wang.says(RUBBISH, message_id=900)
    assert (await case(small_world, 2)).text == RUBBISH


@pytest.mark.parametrize("before", [True, False])
async def test_nor_are_they_where_a_draft_was_filed(world: World, before: bool) -> None:
    wang, early = world.resident(), f"{RUBBISH}，很臭"
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    await wang.edits(*((900, early) if before else (100, f"{LAMP}了")))
    await wang.taps("同意，提交")
    if not before:
        await wang.edits(900, early)
    assert early in await all_text(world)
    await world.passes(hours=1, seconds=1)
    await world.app.ticker.clean()
    talks = await world.rows(lambda c: c.execute(select(Conversation.state)).scalars().all())
    assert early not in str(talks)


async def test_an_album_whose_parts_come_two_seconds_apart_is_one_report(small_world: World) -> None:
    wang = await settled(small_world)
    for number, caption in enumerate((FITNESS, "", "", "", "", "", "", "", "", "")):
        await wang.sends("photo", caption, album="a", message_id=900 + number)
        await small_world.passes(seconds=2)
    assert await count(small_world, Case) == 2
