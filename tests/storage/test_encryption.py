"""Words and contact data at rest: unreadable without the operator's keys, which can be changed while the bot runs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text

from bot.commands.db import seal_all
from bot.http.server import application
from storage import encryption, reencryption
from storage.encryption import CannotOpen
from storage.tables import Base, Case
from tests.support.world import World, make_world
from tests.ways.steps import LAMP, answered, case, count, settled
from tests.ways.test_sharing import page, story

OLD, NEW, OTHER = (encryption.new_key() for _ in range(3))
PHOTO = b"\xff\xd8 a photo"
SECRETS = (LAMP, "人1001", "灯泡换好了", "13812345678")


@pytest.fixture(autouse=True)
def no_keys_afterwards() -> Iterator[None]:
    yield
    encryption.use([])


async def raw(world: World) -> str:
    """Everything in the database as somebody sees it who has stolen the disk."""

    def work(connection: Any) -> str:
        found: list[str] = []
        for table in Base.metadata.sorted_tables:
            found += map(str, connection.execute(text(f'SELECT * FROM "{table.name}"')).all())  # noqa: S608
        return "\n".join(found)

    return str(await world.rows(work))


async def lived_in(world: World) -> None:
    wang, _chen = await answered(world)
    await wang.taps("补充") if any("补充" in m.buttons for m in wang.messages) else None
    await wang.says("我的电话是13812345678")
    await wang.sends("photo")
    await world.app.fetcher.once()


@pytest.fixture
async def sealed_world(tmp_path: Path, filled_url: str) -> Any:
    found = await make_world(tmp_path, filled_url, data_keys=f"{NEW},{OLD}")
    yield found
    await found.app.close()


async def test_nothing_that_anybody_said_can_be_read_on_the_disk(sealed_world: World) -> None:
    await lived_in(sealed_world)
    seen = await raw(sealed_world)
    assert [secret for secret in SECRETS if secret in seen] == []
    filed = await case(sealed_world)
    assert filed.text.startswith(LAMP)
    assert filed.proposal["why"]  # the words that decided are the resident's own
    assert [word for word in filed.proposal["why"] if word in seen] == []
    stored = [p.read_bytes() for p in sealed_world.app.files.folder.rglob("*") if p.is_file()]
    assert stored
    assert all(content.startswith(b"\x02chulin:") for content in stored)


async def test_the_page_of_stories_shows_a_sealed_picture_as_it_was_sent(sealed_world: World) -> None:
    sealed_world.residents.contents = PHOTO
    wang = await settled(sealed_world)
    await wang.sends("photo")
    await sealed_world.app.fetcher.once()
    await sealed_world.runs()
    manager = await story(sealed_world)
    await wang.taps("可以用")
    await manager.taps("公布")
    path = (await page(sealed_world))[1].split('<img src="')[1].split('"')[0]
    async with TestClient(TestServer(application(sealed_world.app))) as client, client.get(path) as answer:
        assert await answer.read() == PHOTO


async def test_what_was_stored_before_there_was_a_key_is_read_and_then_sealed(world: World) -> None:
    await lived_in(world)
    plain = await raw(world)
    assert LAMP in plain
    encryption.use([NEW])
    assert (await case(world)).text.startswith(LAMP)
    assert await seal_all(world.app.settings.database_url, plain=False) > 0
    assert world.app.files.seal_again() > 0
    seen = await raw(world)
    assert [secret for secret in SECRETS if secret in seen] == []
    assert (await case(world)).text.startswith(LAMP)
    assert list(await world.rows(lambda c: list(reencryption.remaining(c)))) == []


async def test_keys_are_changed_while_people_go_on_writing(sealed_world: World) -> None:
    await lived_in(sealed_world)
    url = sealed_world.app.settings.database_url
    encryption.use([OTHER, NEW])
    await asyncio.gather(
        seal_all(url, plain=False), *(settled(sealed_world, 2000 + n, f"{n}单元的灯坏了") for n in range(5))
    )
    await seal_all(url, plain=False)
    sealed_world.app.files.seal_again()
    encryption.use([OTHER])
    assert (await case(sealed_world)).text.startswith(LAMP)
    assert await count(sealed_world, Case) == 6
    assert list(await sealed_world.rows(lambda c: list(reencryption.remaining(c)))) == []
    digest = next(p.name for p in sealed_world.app.files.folder.rglob("*") if p.is_file())
    assert sealed_world.app.files.read(digest)


async def test_everything_can_be_opened_again(sealed_world: World) -> None:
    await lived_in(sealed_world)
    await seal_all(sealed_world.app.settings.database_url, plain=True)
    sealed_world.app.files.seal_again(plain=True)
    encryption.use([])
    assert (await case(sealed_world)).text.startswith(LAMP)
    digest = next(p.name for p in sealed_world.app.files.folder.rglob("*") if p.is_file())
    assert sealed_world.app.files.read(digest)


async def test_without_the_key_it_is_said_which_one_is_missing(sealed_world: World) -> None:
    await lived_in(sealed_world)
    encryption.use([OTHER])
    with pytest.raises(CannotOpen, match=encryption.name_of(NEW)):
        await case(sealed_world)


@pytest.mark.parametrize("keys", [[], [NEW]])
async def test_a_resident_cannot_write_what_looks_sealed(small_world: World, keys: list[str]) -> None:
    encryption.use(keys)
    await settled(small_world, 1001, f"\x02{encryption.name_of(NEW)}:AAAA 楼道的灯坏了")
    assert "楼道的灯坏了" in (await case(small_world)).text


@given(st.text())
def test_any_text_comes_back(said: str) -> None:
    encryption.use([NEW, OLD])
    said = said.encode(errors="ignore").decode().lstrip(encryption.MARK)
    stored = encryption.sealed(said)
    assert encryption.opened(stored) == said
    assert len(said) < 4 or said not in stored
    encryption.use([OLD, NEW])
    assert encryption.opened(stored) == said


@given(st.integers(0, 200), st.integers(1, 255))
@example(177, 2)
def test_a_changed_value_is_refused(place: int, change: int) -> None:
    encryption.use([NEW])
    said = "三单元门口的路灯坏了"
    stored = bytearray(encryption.sealed(said).encode())
    place = place % len(stored)
    stored[place] ^= change
    try:
        found = encryption.opened(stored.decode(errors="replace"))
    except (CannotOpen, ValueError):
        return
    assert found[:1] != encryption.MARK  # only its mark was taken off: then it is plain text that says nothing
    # the last letter of a base64 text has bits that stand for nothing
    assert found == said or "路灯" not in found
