"""The wheel is the whole product: what it needs besides code is inside, and it works where there is no repository."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.books import WHOLE, book
from tests.botapi import BotApiServer

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handlers", "storage", "nlp", "ledger", "digests", "district")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv = shutil.which("uv")
    assert uv, "uv builds the wheel"
    subprocess.run([uv, "build", "--wheel", "--quiet", "--out-dir", folder], cwd=ROOT, check=True)  # noqa: S603
    [found] = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def runs(unpacked: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the unpacked wheel, far from the repository."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CHULIN_")}
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); import bot; from bot.cli import main; print(bot.__file__); main()"
    return subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-c", program, str(unpacked), *words],
        cwd=folder, env=own, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_everything_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    git = shutil.which("git")
    assert git
    listed = subprocess.run([git, "ls-files", "-z", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    kept = {path for path in listed.stdout.split("\0") if path}
    assert {".py", ".yaml", ".txt"} <= {Path(path).suffix for path in kept}
    with zipfile.ZipFile(wheel) as archive:
        assert kept - set(archive.namelist()) == set()


def test_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(PACKAGES)
    assert not [name for name in names if name.endswith((".env", ".db", ".key", ".pyc"))]


def test_it_makes_a_database_and_finds_its_fonts_and_data(unpacked: Path, tmp_path: Path) -> None:
    made = runs(unpacked, tmp_path, "db", "upgrade")
    assert made.returncode == 0, made.stderr
    assert str(unpacked) in made.stdout, "the code of the wheel, not of the repository"
    assert (tmp_path / "var" / "chulin.db").exists()
    seen = runs(unpacked, tmp_path, "doctor", "--offline")
    assert "字体" in seen.stdout
    for good in ("✓ 区里的数据", "✓ 字体", "✓ 数据库"):
        assert good in seen.stdout


def test_it_understands_without_the_repository(unpacked: Path, tmp_path: Path) -> None:
    told = runs(unpacked, tmp_path, "nlp", "explain", "三单元门口的路灯坏了")
    assert told.returncode == 0, told.stderr
    assert "路灯" in told.stdout


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `chulin` of an environment that has the wheel and what it asks for, and nothing else."""
    folder, uv = tmp_path_factory.mktemp("installed") / "venv", shutil.which("uv")
    assert uv
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)  # noqa: S603
    subprocess.run([uv, "pip", "install", "--quiet", "--python", folder / "bin" / "python", wheel], check=True)  # noqa: S603
    return folder / "bin" / "chulin"


def test_it_can_be_installed_where_there_is_nothing_and_says_what_it_can(installed: Path, tmp_path: Path) -> None:
    said = subprocess.run([installed, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert "demo" in said.stdout
    assert "restore" in said.stdout


def test_the_demo_s_script_runs_from_the_installed_wheel(installed: Path, tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("CHULIN_", "PYTHONPATH"))}
    told = subprocess.run(  # noqa: S603
        [installed, "demo", "--script"], cwd=tmp_path, env=own, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert "YA-" in told.stdout or "编号" in told.stdout


async def test_the_installed_wheel_is_set_up_and_serves_a_resident_from_report_to_receipt(
    installed: Path, tmp_path: Path
) -> None:
    book(tmp_path / "社区.xlsx", WHOLE)
    async with BotApiServer() as server:
        bot = server.bot("楚邻")
        own = {name: value for name, value in os.environ.items() if not name.startswith(("CHULIN_", "PYTHONPATH"))}
        environment = own | {
            "CHULIN_API_URL": server.url,
            "CHULIN_RESIDENT_TOKEN": bot.token,
            "CHULIN_HTTP_PORT": "0",
        }
        for words in (["db", "upgrade"], ["import", "社区.xlsx"]):
            done = await asyncio.create_subprocess_exec(installed, *words, cwd=tmp_path, env=environment)
            assert await done.wait() == 0, words
        serving = await asyncio.create_subprocess_exec(installed, "run", cwd=tmp_path, env=environment)
        try:
            wang = server.user("王婆婆").private(bot)
            await wang.says("3栋三单元门口的路灯坏了半个月了")
            await wang.sees("路灯坏了半个月了", seconds=60)
            await wang.taps("江畔社区")
            await wang.sees("同意", seconds=30)
            await wang.taps("同意，提交")
            await wang.sees("编号 JP-1", seconds=30)
            serving.terminate()
            assert await asyncio.wait_for(serving.wait(), 10) == 0
        finally:
            if serving.returncode is None:
                serving.kill()
                await serving.wait()
    with closing(sqlite3.connect(tmp_path / "var" / "chulin.db")) as connection:
        assert connection.execute("SELECT no, state FROM cases").fetchall() == [(1, "waiting")]
