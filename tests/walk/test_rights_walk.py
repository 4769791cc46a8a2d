"""Rights come and go at random, and each tap is held against a plain model; `benchmarks.rights_walk` goes 50,000 steps."""

import pytest

from tests.support.world import World
from tests.walk.rights import RightsWalk


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_tap_is_answered_by_the_rights_of_that_moment(small_world: World, seed: int) -> None:
    done = await RightsWalk(small_world, seed).goes(120)
    assert done["queue"]
    assert done["demote"]


async def test_so_it_is_on_either_database(world: World) -> None:
    assert (await RightsWalk(world, 3).goes(25)).total()
