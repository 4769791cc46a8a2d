"""Backups: made beside a running bot, for the operator's key only, restored into an empty database of either kind."""

import asyncio
import errno
import io
import os
import re
import stat
import tarfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from bot import backup, backup_folder
from bot.erasure_log import ErasureLog
from bot.settings import Settings
from storage.database import open_database
from storage.schema import migrate, newest
from storage.tables import Base, Case
from tests.bot.conftest import Operator
from tests.conftest import TwoRoles
from tests.support.world import World, make_world
from tests.ways.steps import LAMP, answered, case, count, settled

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
IDENTITY = pyrage.x25519.Identity.generate()
KEYS = [IDENTITY.to_public()]


async def everything(url: str) -> dict[str, list[Any]]:
    database = open_database(url)
    try:
        return await database.read(
            lambda c: {t.name: sorted(map(repr, c.execute(select(t)).all())) for t in Base.metadata.sorted_tables}
        )
    finally:
        await database.close()


async def lived_in(world: World) -> None:
    """A world with a case that was answered, a photo, and a reporter who left a question open."""
    wang, _chen = await answered(world)
    await wang.sends("photo")
    await world.app.fetcher.once()
    await settled(world, 1002, "3栋楼下垃圾堆成山了，没人收")


async def made(world: World, folder: Path, at: datetime = NOW) -> tuple[Path, backup.Contents]:
    settings = world.app.settings
    return await asyncio.to_thread(backup.make, settings.database_url, settings.data_dir, folder / "backups", KEYS, at)


async def put_back(url: str, data_dir: Path, path: Path) -> backup.Contents:
    return await asyncio.to_thread(backup.restore, url, data_dir, path, [IDENTITY])


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where it is restored: an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'elsewhere' / 'chulin.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


async def test_all_of_it_comes_back_on_either_database(world: World, tmp_path: Path, empty_url: str) -> None:
    await lived_in(world)
    path, found = await made(world, tmp_path)
    elsewhere = tmp_path / "elsewhere"
    await migrate(empty_url)
    await put_back(empty_url, elsewhere, path)
    assert await everything(empty_url) == await everything(world.app.settings.database_url)
    assert found.files == len([p for p in (elsewhere / "files").rglob("*") if p.is_file()]) > 0


async def test_life_goes_on_after_a_restore_and_what_comes_again_is_not_done_again(
    world: World, tmp_path: Path
) -> None:
    await lived_in(world)
    path, _ = await made(world, tmp_path)
    before = list(world.residents.pushed)
    elsewhere = tmp_path / "elsewhere"
    url = f"sqlite:///{elsewhere / 'chulin.db'}"
    await migrate(url)
    await put_back(url, elsewhere, path)
    second = await make_world(elsewhere, url)
    second.residents.updates.extend(before)
    second.residents.goes_on_after(before)
    await second.runs()
    assert await count(second, Case) == 2
    await second.resident(1002).says("再补充一句：味道很大")
    assert (await case(second, 1)).text == LAMP
    await second.app.close()


async def test_a_backup_is_one_view_though_people_go_on_writing(world: World, tmp_path: Path) -> None:
    await lived_in(world)

    async def writing() -> None:
        for number in range(10):
            await settled(world, 2000 + number, f"{number}单元的路灯坏了")

    (path, _), _ = await asyncio.gather(made(world, tmp_path), writing())
    found = backup.looked_at(path, [IDENTITY])
    assert found.rows["case_events"] >= found.rows["cases"] > 0
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    await migrate(url)
    await put_back(url, tmp_path / "elsewhere", path)  # foreign keys are looked at


async def test_nobody_reads_it_without_the_private_key(small_world: World, tmp_path: Path) -> None:
    await lived_in(small_world)
    path, _ = await made(small_world, tmp_path)
    content = path.read_bytes()
    assert LAMP.encode() not in content
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(backup.BadBackup, match="密钥不对"):
        backup.looked_at(path, [pyrage.x25519.Identity.generate()])
    plain = pyrage.decrypt(content, [IDENTITY])
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as tar:
        assert "begin.json" in tar.getnames(), "it can be read without this program"


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "text"])
async def test_a_damaged_backup_changes_nothing(small_world: World, tmp_path: Path, harm: str) -> None:
    await lived_in(small_world)
    path, _ = await made(small_world, tmp_path)
    content = bytearray(path.read_bytes())
    if harm == "cut":
        content = content[: len(content) * 2 // 3]
    elif harm == "flipped":
        content[len(content) // 2] ^= 1
    else:
        content = bytearray(b"" if harm == "empty" else "这不是备份".encode())
    path.write_bytes(content)
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    await migrate(url)
    before = await everything(url)
    with pytest.raises(backup.BadBackup):
        await put_back(url, tmp_path / "elsewhere", path)
    assert await everything(url) == before


def test_a_file_of_somebody_else_for_our_key_is_no_backup(desk: Operator, home: Path) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("photo.jpg"))
    (home / "b.age").write_bytes(pyrage.encrypt(content.getvalue(), KEYS))
    (home / "my.key").write_text(str(IDENTITY))
    for words in (["--check"], []):
        ended = desk.runs("restore", "b.age", "--key", "my.key", *words)
        assert (ended.status, ended.out) == (2, "")
        assert "不是楚邻的备份" in ended.err


async def test_a_database_with_something_in_it_is_left_alone(world: World, tmp_path: Path) -> None:
    await lived_in(world)
    path, _ = await made(world, tmp_path)
    before = await everything(world.app.settings.database_url)
    with pytest.raises(backup.NotEmpty):
        await put_back(world.app.settings.database_url, tmp_path, path)
    assert await everything(world.app.settings.database_url) == before


async def test_who_is_erased_hears_until_when_backups_hold_them_and_none_does_after_it(
    small_world: World, tmp_path: Path
) -> None:
    await settled(small_world)
    await made(small_world, tmp_path)
    wang = small_world.resident()
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    [said] = re.findall(r"最晚(\d+)年(\d+)月(\d+)日", wang.last.text)
    until = NOW.replace(year=int(said[0]), month=int(said[1]), day=int(said[2]))
    await made(small_world, tmp_path, NOW + timedelta(days=1))
    folder, keep = tmp_path / "backups", small_world.app.context.district.limits.backups_kept.wall
    assert len(backup_folder.existing(folder)) == 2
    assert backup_folder.prune(folder, keep, NOW + keep - timedelta(hours=1)) == []
    assert len(backup_folder.prune(folder, keep, until)) == 1, "what was said held: the backup from before is gone"


async def test_who_was_erased_after_the_backup_is_erased_again(small_world: World, tmp_path: Path) -> None:
    await settled(small_world)
    path, _ = await made(small_world, tmp_path)
    wang = small_world.resident()
    small_world.clock.forward(minutes=5)
    await wang.says("删除我的数据")
    await wang.taps("是的，全部删除")
    elsewhere = tmp_path / "elsewhere"
    url = f"sqlite:///{elsewhere / 'chulin.db'}"
    await migrate(url)
    await put_back(url, elsewhere, path)
    (elsewhere / "erased.log").write_text((small_world.app.settings.data_dir / "erased.log").read_text())
    second = await make_world(elsewhere, url)
    second.residents.goes_on_after(small_world.residents.pushed)
    assert await second.app.ticker.erase_again(second.app.erased) == 1
    await second.app.settle()
    assert LAMP not in (await case(second, 1)).text
    assert await second.app.ticker.erase_again(second.app.erased) == 0
    await settled(second)
    assert await second.app.ticker.erase_again(second.app.erased) == 0, "who comes back is somebody new"
    await second.app.close()


async def test_the_marks_of_who_was_erased_are_in_the_backup_too(small_world: World, tmp_path: Path) -> None:
    """The disk may be lost with the log; and where it is restored, marks of its own stay."""
    log, elsewhere = small_world.app.erased, ErasureLog(b"k" * 32, tmp_path / "elsewhere")
    log.note("resident", 7, NOW)
    path, _ = await made(small_world, tmp_path)
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'chulin.db'}"
    await migrate(url)
    elsewhere.note("resident", 8, NOW)
    await put_back(url, tmp_path / "elsewhere", path)
    assert log.marks().keys() < elsewhere.marks().keys()
    assert len(elsewhere.marks()) == 2


async def test_a_mark_stays_as_long_as_the_last_backup_though_that_is_old(small_world: World, tmp_path: Path) -> None:
    app, clock = small_world.app, small_world.clock
    await made(small_world, tmp_path)
    app.erased.note("resident", 7, clock.now())
    clock.forward(days=400)
    folder = tmp_path / "backups"
    backup_folder.prune(folder, app.context.district.limits.backups_kept.wall, clock.now())
    await app.ticker.erase_again(app.erased, backup_folder.oldest(folder, clock.now()))
    assert len(app.erased.marks()) == 1
    await app.ticker.erase_again(app.erased, backup_folder.oldest(tmp_path / "none", clock.now()))
    assert app.erased.marks() == {}


def test_old_backups_go_but_never_the_last_one(tmp_path: Path) -> None:
    for days in (100, 40, 31, 29, 1):
        (tmp_path / f"chulin-{NOW - timedelta(days=days):%Y%m%dT%H%M%SZ}.age").touch()
    (tmp_path / "chulin-mine.age").touch()
    assert len(backup_folder.prune(tmp_path, timedelta(days=30), NOW)) == 3
    assert len(backup_folder.prune(tmp_path, timedelta(hours=1), NOW)) == 1
    assert backup_folder.prune(tmp_path, timedelta(hours=1), NOW) == []
    assert (tmp_path / "chulin-mine.age").exists()


def test_what_is_left_of_an_interrupted_backup_goes_after_a_day(tmp_path: Path) -> None:
    left, running = tmp_path / "chulin-20261101T020000Z.part", tmp_path / "chulin-20261118T020000Z.part"
    for path, at in ((left, NOW - timedelta(days=2)), (running, NOW - timedelta(hours=1))):
        path.touch()
        os.utime(path, (at.timestamp(),) * 2)
    assert backup_folder.prune(tmp_path, timedelta(days=30), NOW) == [left]
    assert running.exists()


@pytest.mark.parametrize("size", [100, 7_000, 70_000, 1_000_000])
def test_a_full_disk_is_told_wherever_it_comes(size: int) -> None:
    full = open("/dev/full", "wb")  # noqa: PTH123, SIM115 - closing it fails, too
    with pytest.raises(OSError, match="No space left") as told:  # noqa: PT012
        backup._encrypt(io.BytesIO(os.urandom(size)), full, KEYS)
        full.flush()
    assert told.value.errno == errno.ENOSPC
    with suppress(OSError):
        full.close()


async def test_a_backup_that_finds_no_room_says_so_and_leaves_nothing(
    small_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled(small_world)
    opened = os.fdopen

    def on_a_full_disk(number: int, mode: str) -> Any:
        if stat.S_ISFIFO(os.fstat(number).st_mode):
            return opened(number, mode)
        os.close(number)
        return open("/dev/full", mode)  # noqa: PTH123 - closed by who asked

    monkeypatch.setattr(os, "fdopen", on_a_full_disk)
    with pytest.raises(OSError, match="No space left"):
        await made(small_world, tmp_path)
    assert list((tmp_path / "backups").iterdir()) == []


# --- the commands ----------------------------------------------------------------------------------------------------


def test_without_a_key_there_is_no_backup(desk: Operator) -> None:
    ended = desk.runs("backup")
    assert ended.status == 2
    assert "--new-key" in ended.err


def test_a_database_that_was_never_made_ready_is_no_backup(operator: Operator, home: Path, postgres_url: str) -> None:
    operator.sets(database_url=postgres_url, backup_keys=str(KEYS[0]))
    ended = operator.runs("backup")
    assert (ended.status, ended.out) == (2, "")
    assert "数据库还没有建立" in ended.err
    assert list((home / "backups").iterdir()) == []


def test_from_key_to_restore_by_command(desk: Operator, home: Path) -> None:
    desk.runs("db", "upgrade")
    said = desk.runs("backup", "--new-key", "my.key").out
    assert (home / "my.key").stat().st_mode & 0o077 == 0
    assert desk.runs("backup", "--new-key", "my.key").status == 2, "a key is never overwritten"
    desk.sets(backup_keys=said.rpartition("CHULIN_BACKUP_KEYS=")[2].strip())
    assert desk.runs("backup").status == 0
    (path,) = (home / "backups").glob("*.age")
    assert desk.runs("restore", path, "--key", "my.key", "--check").status == 0
    desk.sets(database_url="sqlite:///new/chulin.db")
    (home / "new").mkdir()
    ended = desk.runs("restore", path, "--key", "my.key")
    assert ended.status == 0, ended.said
    assert desk.runs("db", "current").out.count(newest()) == 2


@pytest.mark.parametrize(("there", "told"), [("another", True), ("theirs", False), ("", False)])
def test_a_key_of_qr_codes_that_is_there_stays_and_is_told(desk: Operator, home: Path, there: str, told: bool) -> None:
    (home / "var" / "link.key").write_text("theirs")
    path = _of_the_desk(desk, home)
    desk.sets(database_url="sqlite:///new/chulin.db", data_dir="new")
    (home / "new").mkdir()
    if there:
        (home / "new" / "link.key").write_text(there)
    ended = desk.runs("restore", path, "--key", "my.key")
    assert ended.status == 0, ended.said
    assert ("tar xz link.key" in ended.out) == told
    assert (home / "new" / "link.key").read_text() == (there or "theirs")


def test_a_wrong_key_and_a_private_key_in_the_settings_are_clear_lines(desk: Operator, home: Path) -> None:
    desk.sets(backup_keys=str(IDENTITY))
    ended = desk.runs("backup")
    assert ended.status == 2
    assert "私钥不要放在这里" in ended.err
    assert str(IDENTITY) not in ended.said
    (home / "b.age").write_bytes(pyrage.encrypt(b"x", KEYS))
    (home / "none.key").write_text("nothing")
    for no_key in ("none.key", "b.age"):  # a backup in the key's place is not even text
        assert "没有私钥" in desk.runs("restore", "b.age", "--key", no_key).err
    assert desk.runs("restore", "b.age").status == 2


def test_an_older_backup_is_restored_and_brought_up_to_date(desk: Operator, home: Path) -> None:
    desk.runs("db", "downgrade", "0001", "--yes")
    settings = Settings(_env_file=None, link_secret=SecretStr("s" * 32))  # type: ignore[call-arg]
    path, found = backup.make(settings.database_url, settings.data_dir, home / "backups", KEYS, NOW)
    assert found.revision == "0001"
    (home / "my.key").write_text(str(IDENTITY))
    desk.sets(database_url="sqlite:///new.db")
    assert desk.runs("restore", path, "--key", "my.key").status == 0
    assert desk.runs("db", "check").status == 0


@pytest.mark.parametrize("first", ["nothing", "db upgrade"])
def test_it_is_restored_where_another_role_owns_the_tables(
    desk: Operator, home: Path, two_roles: TwoRoles, first: str
) -> None:
    """The owner's role moves the tables, and the bot's reads and writes the rows."""
    path = _of_the_desk(desk, home)
    desk.sets(database_url=two_roles.app, database_owner_url=two_roles.owner)
    if first == "db upgrade":
        assert desk.runs("db", "upgrade").status == 0
    ended = desk.runs("restore", path, "--key", "my.key")
    assert ended.status == 0, ended.said
    assert desk.runs("db", "current").out.count(newest()) == 2


def test_without_the_owner_nothing_is_restored_and_nothing_changed(
    desk: Operator, home: Path, two_roles: TwoRoles
) -> None:
    path = _of_the_desk(desk, home)
    desk.sets(database_url=two_roles.app, database_owner_url=two_roles.owner)
    desk.runs("db", "upgrade")
    before = asyncio.run(everything(two_roles.app))
    desk.sets(database_owner_url="")
    ended = desk.runs("restore", path, "--key", "my.key")
    assert ended.status == 2
    assert "CHULIN_DATABASE_OWNER_URL" in ended.err
    assert asyncio.run(everything(two_roles.app)) == before


def _of_the_desk(desk: Operator, home: Path) -> Path:
    """A backup of the desk's own database; its key is `my.key`."""
    said = desk.runs("backup", "--new-key", "my.key").out
    desk.sets(backup_keys=said.rpartition("CHULIN_BACKUP_KEYS=")[2].strip())
    assert desk.runs("backup").status == 0
    (path,) = (home / "backups").glob("*.age")
    return path


def test_a_backup_of_a_newer_program_is_refused(desk: Operator, home: Path) -> None:
    settings = Settings(_env_file=None, link_secret=SecretStr("s" * 32))  # type: ignore[call-arg]
    database = open_database(settings.database_url)
    asyncio.run(database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))))
    asyncio.run(database.close())
    path, _ = backup.make(settings.database_url, settings.data_dir, home / "backups", KEYS, NOW)
    (home / "my.key").write_text(str(IDENTITY))
    assert "先更新程序" in desk.runs("restore", path, "--key", "my.key").err
