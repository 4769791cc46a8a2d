"""Where somebody lives: by link, from a list, by street first where there are many, by location, by name."""

import pytest
from sqlalchemy import Connection, insert, update

from storage.tables import Building, Community, Grid, Person
from tests.support.world import World
from tests.ways.steps import LAMP, case, change, count


def many(connection: Connection) -> None:
    """So many communities that the street is asked first."""
    rows = [
        {"id": n, "street_id": 1 + n % 2, "code": f"C{n}", "name": f"第{n}社区", "time_zone": "Asia/Shanghai"}
        for n in range(3, 11)
    ]
    connection.execute(insert(Community), rows)


def placed(connection: Connection) -> None:
    for community, latitude in ((1, 30.20), (2, 30.30)):
        values = {"latitude": latitude, "longitude": 115.05}
        connection.execute(update(Community).where(Community.id == community).values(**values))


async def test_many_communities_are_offered_by_street(small_world: World) -> None:
    await change(small_world, many)
    wang = small_world.resident()
    await wang.says(LAMP)
    assert set(wang.last.buttons) == {"沈家营街道", "黄石港街道"}
    await wang.taps("黄石港街道")
    assert {"文化宫社区", "第3社区", "↩️ 返回"} <= set(wang.last.buttons)
    assert "延安岭社区" not in wang.last.buttons
    assert LAMP in wang.last.text
    await wang.taps("返回")
    await wang.taps("沈家营街道")
    await wang.taps("延安岭社区")
    assert "交给：延安岭社区" in wang.last.text
    assert len(wang.messages) == 1


async def test_another_community_can_be_chosen_in_the_draft(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.taps("延安岭社区")
    await wang.taps("换社区")
    await wang.taps("文化宫社区")
    await wang.taps("同意，提交")
    assert "编号 WH-1" in wang.last.text


async def test_a_location_offers_the_nearest_communities(small_world: World) -> None:
    await change(small_world, placed)
    wang = small_world.resident()
    await wang.is_at(30.29, 115.05)
    assert list(wang.last.buttons) == ["文化宫社区", "延安岭社区"]
    await wang.taps("文化宫社区")
    assert "您在文化宫社区" in wang.last.text
    assert not wang.last.buttons


async def test_a_location_for_a_draft_chooses_the_community_and_is_kept(small_world: World) -> None:
    await change(small_world, placed)
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.is_at(30.29, 115.05)
    assert LAMP in wang.last.text
    assert next(iter(wang.last.buttons)) == "文化宫社区"
    await wang.taps("文化宫社区")
    await wang.taps("同意，提交")
    filed = await case(small_world, community=2)
    assert (filed.latitude, filed.longitude) == (30.29, 115.05)


async def test_a_link_says_which_community_and_building(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(f"/start {small_world.app.context.links.make(1, 1)}")  # type: ignore[attr-defined]
    assert "延安岭社区3栋" in wang.last.text
    await wang.says("楼道里的灯坏了好几天，请派人来修")
    assert "交给：延安岭社区" in wang.last.text
    await wang.taps("同意，提交")
    assert (await case(small_world)).building_id == 1


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("楼道里的灯坏了好几天，请派人来修", "幸福苑3栋 楼道"),
        ("3栋2单元门口的灯坏了好几天，请派人来修", "幸福苑3栋2单元"),
        ("5栋楼下的路灯坏了好几天，请派人来修", "5栋"),
        ("小广场的路灯坏了好几天，请派人来修", "小广场"),
    ],
)
async def test_the_building_whose_code_was_scanned_completes_the_place(
    small_world: World, words: str, where: str
) -> None:
    await change(small_world, lambda connection: connection.execute(update(Building).values(name="幸福苑3栋")))
    wang = small_world.resident()
    await wang.says(f"/start {small_world.app.context.links.make(1, 1)}")  # type: ignore[attr-defined]
    await wang.says(words)
    await wang.taps("同意，提交")
    assert (await case(small_world)).place == where


async def test_a_link_in_the_middle_of_a_draft_goes_on_with_it(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says(LAMP)
    await wang.says(f"/start {small_world.app.context.links.make(2)}")  # type: ignore[attr-defined]
    assert "交给：文化宫社区" in wang.last.text
    assert LAMP in wang.last.text


async def test_a_link_that_we_did_not_sign_changes_nothing(small_world: World) -> None:
    wang = small_world.resident()
    link = small_world.app.context.links.make(2)  # type: ignore[attr-defined]
    await wang.says(f"/start {link[:-1]}{'A' if link[-1] != 'A' else 'B'}")
    assert "我是楚邻" in wang.last.text
    assert await count(small_world, Person, Person.community_id.is_not(None)) == 0


async def test_the_command_shows_and_changes_the_community(small_world: World) -> None:
    wang = small_world.resident()
    await wang.says("社区")
    assert wang.last.text == "请选您的社区："
    await wang.taps("延安岭社区")
    await wang.says("换社区")
    assert "现在的社区：延安岭社区" in wang.last.text
    word = await wang.taps("文化宫社区")
    assert word == "好的，您在文化宫社区。有什么事，直接告诉我。"
    assert await count(small_world, Person, Person.community_id == 2) == 1


async def test_where_there_is_one_community_nobody_is_asked(small_world: World) -> None:
    def one_left(connection: Connection) -> None:
        connection.exec_driver_sql("DELETE FROM staff_rights WHERE staff_id = 5")
        connection.exec_driver_sql("DELETE FROM communities WHERE id = 2")

    await change(small_world, one_left)
    wang = small_world.resident()
    await wang.says(LAMP)
    assert "交给：延安岭社区" in wang.last.text


async def test_building_thirteen_is_not_building_three(small_world: World) -> None:
    def thirteen(connection: Connection) -> None:
        connection.execute(insert(Grid).values(community_id=1, id=2, name="第二网格"))
        connection.execute(insert(Building).values(community_id=1, id=2, grid_id=2, name="13栋"))

    await change(small_world, thirteen)
    wang = small_world.resident()
    await wang.says("13栋楼下的路灯坏了")
    await wang.taps("延安岭社区")
    await wang.taps("同意，提交")
    assert (await case(small_world)).building_id == 2
