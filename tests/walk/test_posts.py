"""Posts that come and go in the middle of the work; the fault bench walks 50,000 steps."""

import random

from tests.support.world import World
from tests.walk.posts import PostsWalk
from tests.ways.steps import change, dismisses, settled


async def test_nobody_acts_beyond_the_posts_they_hold_at_that_moment(world: World) -> None:
    figures = await PostsWalk(world, random.Random(5)).goes(70)
    assert figures.changes > 3
    assert figures.acts > 2


async def test_a_worker_who_is_dismissed_has_no_right_left_at_the_next_tap(world: World) -> None:
    await settled(world)
    chen = world.worker(1)
    button = next(data for label, data in chen.last.buttons.items() if "受理" in label)
    await change(world, dismisses(1))
    await chen.presses(button)
    assert "受理" in str(chen.messages[0].buttons), "the case waits as before"
