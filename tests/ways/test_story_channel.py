"""A story is posted in the community's public channel, with pictures only while who sent them agrees."""

from sqlalchemy import update

from storage.tables import Community
from tests.support.world import Person, World
from tests.ways.steps import change, settled
from tests.ways.test_sharing import story

CHANNEL = -1001234567890


async def with_channel(world: World) -> Person:
    """Somebody whose report has a photo, in a community with a channel; returns them."""
    await change(
        world, lambda connection: connection.execute(update(Community).where(Community.id == 1).values(channel=CHANNEL))
    )
    wang = await settled(world)
    await wang.sends("photo")
    await world.app.fetcher.once()
    await world.runs()
    return wang


def posted(world: World) -> list[str]:
    """What stands in the channel: words, or how many files."""
    shown = [m for m in world.residents.messages if m.chat == CHANNEL]
    return [f"{len(m.files)} picture" if m.files else m.text for m in shown]


async def test_a_story_is_posted_with_the_pictures_that_may_be_shown(world: World) -> None:
    wang = await with_channel(world)
    manager = await story(world)
    assert posted(world) == [], "a draft is nobody's"
    await wang.taps("可以用")
    await manager.taps("公布")
    words, picture = posted(world)
    assert "充电棚能停30辆" in words
    assert "13812345678" not in words
    assert picture == "1 picture"
    assert manager.sees("也发到了社区频道")
    await manager.taps("公布")
    assert len(posted(world)) == 2, "once"


async def test_without_a_yes_no_picture_and_a_later_yes_adds_it(world: World) -> None:
    wang = await with_channel(world)
    await (await story(world)).taps("公布")
    assert len(posted(world)) == 1
    await wang.taps("可以用")
    await wang.taps("可以用")
    assert posted(world)[1:] == ["1 picture"]


async def test_a_picture_that_is_taken_back_is_deleted_and_the_words_stay(world: World) -> None:
    wang = await with_channel(world)
    manager = await story(world)
    await wang.taps("可以用")
    await manager.taps("公布")
    await wang.taps("收回照片")
    assert len(posted(world)) == 1
    await wang.taps("收回照片")
    assert len(posted(world)) == 1


async def test_who_is_erased_has_no_picture_there_any_more(world: World) -> None:
    wang = await with_channel(world)
    manager = await story(world)
    await wang.taps("可以用")
    await manager.taps("公布")
    await wang.says("删除我的数据")
    await wang.taps("删除")
    assert len(posted(world)) == 1


async def test_a_story_that_is_taken_off_leaves_nothing_there(world: World) -> None:
    wang = await with_channel(world)
    manager = await story(world)
    await wang.taps("可以用")
    await manager.taps("公布")
    await manager.says("故事")
    await manager.taps("撤下")
    await manager.says("写错了地方")
    assert posted(world) == []


async def test_a_community_without_a_channel_has_the_page_only(small_world: World) -> None:
    await settled(small_world)
    manager = await story(small_world)
    await manager.taps("公布")
    assert not manager.sees("社区频道")
    assert posted(small_world) == []
