"""The search for like cases follows the ledger: what was moved, edited, answered or opened again is compared as it is."""

from tests.support.world import World
from tests.ways.steps import case, settled

BIN = "3栋门口的垃圾桶满了，没人清"
SAME_BIN = "三号楼门前垃圾桶都溢出来了，几天没人收"
OFFER = "是同一件的话"


async def says_the_same(world: World) -> str:
    """What a neighbour is told who reports the bin in other words."""
    other = await settled(world, 1002, "楼上半夜拖桌子吵得睡不着")
    await other.says(SAME_BIN)
    return other.last.text


async def test_another_s_words_for_the_same_matter_are_recognised(small_world: World) -> None:
    await settled(small_world, words=BIN)
    assert OFFER in await says_the_same(small_world)


async def test_a_case_that_was_moved_is_compared_at_its_new_place(small_world: World) -> None:
    wang = await settled(small_world, words="门口的垃圾桶满了，没人清")
    await wang.taps("地点不对")
    await wang.says("9栋")
    assert OFFER not in await says_the_same(small_world)
    row = await case(small_world, 3)
    assert row.merged_into is None, "nothing is put together without a tap"


async def test_a_case_whose_words_were_edited_is_compared_as_it_reads_now(small_world: World) -> None:
    wang = await settled(small_world, words="9栋门口的垃圾桶满了，没人清")
    message = await small_world.rows(
        lambda c: c.exec_driver_sql("SELECT message_id FROM case_messages WHERE case_no = 1").scalar()
    )
    small_world.residents.push(kind="edit", chat=wang.chat, text=BIN)
    small_world.residents.updates[-1]["message_id"] = message
    await small_world.runs()
    assert OFFER in await says_the_same(small_world)


async def test_an_offer_hides_no_report(small_world: World) -> None:
    """Filed and shown to the staff before anybody is asked: not answering the offer loses nothing."""
    await settled(small_world, words=BIN)
    assert OFFER in await says_the_same(small_world)
    assert (await case(small_world, 3)).state == "waiting"
    assert small_world.worker(1).sees("YA-3")
    assert (await case(small_world, 3)).merged_into is None


async def test_what_was_withdrawn_is_offered_to_nobody(small_world: World) -> None:
    wang = await settled(small_world, words=BIN)
    await wang.taps("撤回")
    await wang.taps("是的，撤回")
    assert OFFER not in await says_the_same(small_world)
