"""What residents send as pictures is passed on as it came: nothing of ours ever opens one."""

import ast
import io
import struct
import zlib
from pathlib import Path

import PIL.Image
import pytest
from sqlalchemy import select

from storage.tables import Attachment
from tests.support.world import World
from tests.ways.steps import settled

ROOT = Path(__file__).parents[2]
DECODERS = {"PIL", "cv2", "imageio", "matplotlib.image", "pyvips", "wand"}
SERVING = ("bot", "handlers", "storage", "ledger", "nlp", "digests")
DRAWS = ROOT / "digests" / "figures.py"
"""Packs pictures of our own; nobody else's come there."""


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _blank(rows: int, row: bytes) -> bytes:
    """The lines of a picture, packed a hundred at a time: whole they take as much memory as they would in a decoder."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(row * 100) for _ in range(rows // 100)), packer.flush()])


SIDE = 30_000
HUGE = (
    b"\x89PNG\r\n\x1a\n"
    + _part(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0))
    + _part(b"IDAT", _blank(SIDE, bytes(SIDE // 8 + 1)))
    + _part(b"IEND", b"")
)
SENT = {
    "nine hundred megapixels": HUGE,
    "a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a page that begins as a picture": b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>",
    "an archive": b"PK\x03\x04" + zlib.compress(bytes(10_000_000), 9),
    "nothing": b"",
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is opened as a picture in this process."""
    found: list[object] = []
    monkeypatch.setattr(PIL.Image, "open", lambda *args, **_: found.append(args))
    return found


@pytest.mark.parametrize("name", list(SENT))
async def test_a_picture_is_kept_as_it_came_and_never_opened(
    small_world: World, name: str, opened: list[object]
) -> None:
    small_world.residents.contents = SENT[name]
    wang = await settled(small_world)
    await wang.sends("photo", "就是这里")
    await small_world.app.fetcher.once()
    await small_world.runs()
    state, digest = await small_world.rows(lambda c: c.execute(select(Attachment.state, Attachment.digest)).one())
    assert state == "stored"
    assert small_world.app.files.stored(digest).read_bytes() == SENT[name]
    assert opened == []


async def test_a_week_s_report_opens_none_either(small_world: World, opened: list[object]) -> None:
    small_world.residents.contents = HUGE
    wang = await settled(small_world)
    await wang.sends("photo", "就是这里")
    await small_world.app.fetcher.once()
    await small_world.passes(days=7)
    await small_world.app.reporter.run_due(small_world.clock.now())
    await small_world.runs()
    assert opened == []


def test_the_sample_is_what_a_decoder_would_choke_on() -> None:
    assert len(HUGE) < 200_000
    with pytest.raises(PIL.Image.DecompressionBombError):
        PIL.Image.open(io.BytesIO(HUGE))


def test_no_module_that_serves_knows_a_decoder() -> None:
    found = [
        (str(path.relative_to(ROOT)), name)
        for folder in SERVING
        for path in (ROOT / folder).rglob("*.py")
        if path != DRAWS
        for name in _imported(path)
        if name in DECODERS or name.split(".")[0] in DECODERS
    ]
    assert found == []


def test_what_draws_charts_opens_no_picture() -> None:
    assert "open(" not in DRAWS.read_text(encoding="utf-8")


def _imported(path: Path) -> list[str]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names: list[str] = []
    for node in tree:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names
