"""Asked for in people's own words: what can be done together is found without a command, and nothing else is mistaken."""

import pytest

from storage.tables import Case
from tests.deciding.neighbours import live_here, topic
from tests.support.world import World
from tests.ways.steps import count


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("我想发起一个议题", "请用一句话说清要议什么"),
        ("看看议题", "大家在议的事"),
        ("我要附议", "大家在议的事"),
        ("投票怎么投？", "现在没有投票"),
        ("投票怎么弄", "现在没有投票"),
        ("最近有什么活动吗", "近期没有活动"),
        ("我要报名参加活动", "近期没有活动"),
        ("我想预约活动室", "还没有可以预约的地方"),
        ("活动室几点开门", "还没有可以预约的地方"),
        ("小区公约在哪看", "还没有公约"),
        ("怎么认领微心愿", "现在没有要认领的"),
        ("值日轮到谁了", "还没有值日"),
        ("社区答应的事办了没", "还没有登记过承诺"),
        ("故事在哪里看", "还没有故事"),
    ],
)
async def test_who_asks_in_their_own_words_is_led_there(small_world: World, words: str, answer: str) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await topic(small_world)
    await wang.says(words)
    assert answer in wang.last.text
    assert await count(small_world, Case) == 0


@pytest.mark.parametrize(
    "words",
    [
        "小区没有活动室",
        "我们想要一个活动室",
        "社区没什么活动",
        "能不能搞个活动",
        "活动室的灯坏了",
        "答应的事没办，路灯还是不亮",
        "广场活动太吵了",
    ],
)
async def test_a_need_or_a_trouble_is_filed_as_ever(small_world: World, words: str) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await wang.says(words)
    assert await count(small_world, Case) >= 1, wang.last.text


async def test_a_topic_is_opened_by_its_number_by_residents_and_staff(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    manager = await topic(small_world)
    for person in (wang, manager):
        await person.says("看一下议题 1")
        assert "💬 议题 1" in person.last.text
    await wang.says("议题9")
    assert wang.last.text == small_world.app.context.texts("problem.gone")
