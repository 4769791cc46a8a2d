"""A resident's words cannot turn around the text that they are put into; in the case they stay as they were said."""

import re
from collections.abc import Callable

import pytest

from digests.drawing_process import DrawHere
from nlp.personal import for_others, mask_contacts, mask_for_neighbours, strike
from tests.support.world import World
from tests.support.written_files import words_kept
from tests.ways.steps import RUBBISH, case, change, has_staff_chat, settled
from tests.ways.test_checkups import reported

GROUP = -500
CONTROL = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
TURNED = "3栋楼下\u202e垃圾\u2066堆成山了，没人收\u200f"
STRAIGHT = "垃圾堆成山了"


async def test_private_cards_and_offers_and_digests_with_their_files_are_read_in_one_direction(
    small_world: World,
) -> None:
    await settled(small_world, words=TURNED)
    li = await settled(small_world, 1002, "三单元门口的路灯坏了半个月了")
    await li.says(RUBBISH)
    await small_world.passes(days=7)
    manager = small_world.worker(2)
    await manager.says("周报")
    await reported(small_world, DrawHere())
    for person in (small_world.worker(1), li, manager):
        assert person.sees(STRAIGHT)
        assert not CONTROL.search("\n".join(message.text for message in person.messages))
    files = "".join(words_kept(small_world).split())
    assert STRAIGHT in files
    assert not CONTROL.search(files)
    assert (await case(small_world)).text == TURNED


async def test_a_card_in_a_group_is_read_in_one_direction(small_world: World) -> None:
    await change(small_world, has_staff_chat(GROUP))
    await settled(small_world, words=TURNED)
    card = small_world.worker(1, GROUP).last
    assert STRAIGHT in card.text
    assert not CONTROL.search(card.text)


@pytest.mark.parametrize("masked", [for_others, mask_contacts, strike, lambda text: mask_for_neighbours(text, "")])
def test_a_number_is_masked_with_such_a_character_in_it(masked: Callable[[str], str]) -> None:
    assert "2190" not in masked("电话1387\u202e2190456")
