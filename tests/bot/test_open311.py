"""Open311 GeoReport v2: what another system reads, in both formats, and what it never gets to see."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, NoReturn
from xml.etree import ElementTree as ET

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy import select, update

from bot.http.server import application
from storage import reference_queries
from storage.reference import DISTRICT
from storage.tables import Case
from tests.support.world import NOW, World
from tests.ways.steps import answered, change, means, settled
from tests.ways.test_emergencies import ALARM

KEY = "k" * 20
PERSONAL = "3栋二单元501室漏水，我是张建国，电话13812345678"


@pytest.fixture
async def client(world: World) -> AsyncIterator[Any]:
    """Another system with the key, after one answered case, one personal one and an emergency."""
    await answered(world)
    await settled(world, 1002, PERSONAL)
    means(world, "3栋着火了快来", ALARM)
    await world.resident(1003).says("3栋着火了快来")
    world.app.settings.open311_key = SecretStr(KEY)
    async with TestClient(TestServer(application(world.app))) as found:
        yield found


async def read(client: Any, path: str, **query: str) -> tuple[int, Any]:
    answer = await client.get(f"/open311/v2/{path}.json", params={"api_key": KEY} | query)
    return answer.status, await answer.json()


async def test_services_are_the_eight_scenes(client: Any) -> None:
    status, services = await read(client, "services")
    assert status == 200
    assert len(services) == 8
    assert services[0] | {"service_name": "公共服务", "type": "realtime", "metadata": "false"} == services[0]


async def test_requests_have_the_fields_of_the_standard(client: Any) -> None:
    status, requests = await read(client, "requests")
    assert status == 200
    assert [request["service_request_id"] for request in requests] == ["YA-2", "YA-1"]
    lamp = requests[-1]
    assert lamp["status"] == "open"
    assert lamp["status_notes"].endswith("灯泡换好了，今晚就亮。")
    assert lamp["requested_datetime"] == "2026-11-18T10:00:00+08:00"
    assert lamp["agency_responsible"] == "延安岭社区"
    assert lamp["service_code"] == "public_service"


async def test_the_public_reads_the_words_for_a_state_that_residents_read(world: World) -> None:
    await settled(world)
    await change(world, lambda connection: connection.execute(update(Case).values(state="parked")))
    world.app.settings.open311_key = SecretStr(KEY)
    async with TestClient(TestServer(application(world.app))) as client:
        _, [lamp] = await read(client, "requests")
    assert lamp["status_notes"] == world.app.context.district.resident_states["parked"]


async def test_nobody_s_name_number_or_room_is_given_and_no_emergency(client: Any) -> None:
    _, requests = await read(client, "requests")
    for hidden in ("1381234", "5678", "建国", "张", "501", "着火"):
        assert hidden not in str(requests), hidden
    status, _ = await read(client, "requests/YA-3")
    assert status == 404


async def test_a_page_reads_no_reference_tables_that_have_not_changed(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loads(_: object) -> NoReturn:
        raise AssertionError("read again")

    monkeypatch.setattr(reference_queries, "load", loads)
    for path in ("services", "requests", "requests/YA-1"):
        status, _ = await read(client, path)
        assert status == 200, path


async def test_what_staff_answered_and_the_place_say_nothing_of_who_reported_it(world: World) -> None:
    await answered(world, "已经修好，请张建国在二单元501室看看，电话13812345678")
    place = "广场边上，3栋二单元501室张建国家"
    await change(world, lambda connection: connection.execute(update(Case).values(place=place)))
    world.app.settings.open311_key = SecretStr(KEY)
    async with TestClient(TestServer(application(world.app))) as client:
        _, [lamp] = await read(client, "requests")
        assert "已经修好" in lamp["status_notes"]
        assert "广场边上" in lamp["address"]
        for hidden in ("1381234", "5678", "建国", "501"):
            assert hidden not in str(lamp), hidden


async def test_xml_says_the_same_as_json(client: Any) -> None:
    _, requests = await read(client, "requests")
    answer = await client.get("/open311/v2/requests.xml", headers={"X-Api-Key": KEY})
    assert answer.content_type == "application/xml"
    root = ET.fromstring(await answer.read())  # noqa: S314 - made by ourselves
    assert root.tag == "service_requests"
    found = [{part.tag: part.text or "" for part in request} for request in root]
    said = [{name: "" if value is None else str(value) for name, value in request.items()} for request in requests]
    assert found == said


async def test_one_request_by_its_id(client: Any) -> None:
    status, found = await read(client, "requests/ya-1")
    assert (status, [request["service_request_id"] for request in found]) == (200, ["YA-1"])
    for unknown in ("YA-77", "ZZ-1", "WH-1"):
        assert (await read(client, f"requests/{unknown}"))[0] == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"service_request_id": "YA-1,YA-77"}, ["YA-1"]),
        ({"status": "closed"}, []),
        ({"status": "open,closed"}, ["YA-2", "YA-1"]),
        ({"service_code": "green"}, []),
        ({"jurisdiction_id": "wh"}, []),
        ({"page_size": "1"}, ["YA-2"]),
        ({"page_size": "1", "page": "2"}, ["YA-1"]),
        ({"end_date": (NOW - timedelta(days=1)).isoformat()}, []),
        ({"start_date": "2020-01-01T00:00:00Z"}, ["YA-2", "YA-1"]),
    ],
)
async def test_what_is_asked_for_is_given(client: Any, query: dict[str, str], found: list[str]) -> None:
    status, requests = await read(client, "requests", **query)
    assert (status, [request["service_request_id"] for request in requests]) == (200, found)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"start_date": "yesterday"}, 400),
        ({"status": "lost"}, 400),
        ({"service_code": "x' OR 1=1"}, 400),
        ({"page_size": "0"}, 400),
        ({"page": "9" * 40}, 400),
        ({"page_size": "000000001000000"}, 400),
        ({"page": "0" * 9 + "9" * 30}, 400),
        ({"jurisdiction_id": "nowhere"}, 404),
        ({"service_request_id": "YA-" + "9" * 40}, 200),
    ],
)
async def test_a_wrong_question_gets_an_answer_in_the_standard_s_words(
    client: Any, query: dict[str, str], status: int
) -> None:
    said, body = await read(client, "requests", **query)
    assert said == status
    if status != 200:
        assert body[0]["code"] == status


async def test_without_the_key_nothing_is_told(client: Any) -> None:
    for path in ("services.json", "requests.json", "requests/YA-1.json"):
        for key in ({}, {"api_key": ""}, {"api_key": KEY[:-1]}, {"api_key": "钥匙"}):
            answer = await client.get(f"/open311/v2/{path}", params=key)
            assert answer.status == 403
            assert "YA-" not in await answer.text()
    posted = await client.post("/open311/v2/requests.json", params={"api_key": KEY})
    assert posted.status == 405, "it is for reading"


async def test_where_no_key_is_set_there_is_no_such_address(small_world: World) -> None:
    async with TestClient(TestServer(application(small_world.app))) as client:
        assert (await client.get("/open311/v2/services.json", params={"api_key": ""})).status == 404


async def both_report(world: World) -> None:
    """Somebody in each of the two communities."""
    said = {"延安岭社区": "三单元门口的路灯坏了", "文化宫社区": "小区门口的垃圾没人收"}
    for account, (community, words) in enumerate(said.items(), 1001):
        resident = world.resident(account)
        await resident.says(words)
        await resident.taps(community)
        await resident.taps("同意，提交")


async def test_cases_of_two_communities_with_one_number_are_told_apart(world: World) -> None:
    """Each community counts from one; a request's id begins with its letters, which the district has only once."""
    await both_report(world)
    world.app.settings.open311_key = SecretStr(KEY)
    async with TestClient(TestServer(application(world.app))) as client:
        _, requests = await read(client, "requests")
        ids = {request["service_request_id"]: request for request in requests}
        assert sorted(ids) == ["WH-1", "YA-1"]
        for id_, words, community in (("YA-1", "路灯", "延安岭社区"), ("WH-1", "垃圾", "文化宫社区")):
            _, [found] = await read(client, f"requests/{id_}")
            assert found == ids[id_]
            assert words in found["description"]
            assert found["agency_responsible"] == community


@pytest.mark.parametrize(("jurisdiction", "mine", "foreign"), [("YA", "YA-1", "WH-1"), ("wh", "WH-1", "YA-1")])
async def test_who_asks_for_one_community_gets_nothing_of_the_other(
    world: World, jurisdiction: str, mine: str, foreign: str
) -> None:
    await both_report(world)
    world.app.settings.open311_key = SecretStr(KEY)
    async with TestClient(TestServer(application(world.app))) as client:
        for query in ({}, {"service_request_id": f"{mine},{foreign}"}, {"status": "open"}):
            _, requests = await read(client, "requests", jurisdiction_id=jurisdiction, **query)
            assert [request["service_request_id"] for request in requests] == [mine]
        assert (await read(client, f"requests/{foreign}", jurisdiction_id=jurisdiction))[0] == 404
        assert (await read(client, f"requests/{mine}", jurisdiction_id=jurisdiction))[0] == 200


async def test_a_case_that_belongs_to_no_community_is_not_given(client: Any, world: World) -> None:
    """What was filed for the district, since its place was not known, has an id of the district's own letters."""
    means(world, "着火了快来人", ALARM)
    await world.resident(1009).says("着火了快来人")
    assert await world.rows(lambda c: c.execute(select(Case.no).where(Case.community_id == DISTRICT)).all())
    assert (await read(client, "requests/QU-1"))[0] == 404
    assert (await read(client, "requests", jurisdiction_id="QU"))[0] == 404
    _, requests = await read(client, "requests")
    assert not [request for request in requests if request["service_request_id"].startswith("QU")]
