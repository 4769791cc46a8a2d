"""What is fuzzed: each target takes bytes and raises only what it promises to raise."""

import asyncio
import contextlib
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

SECRET = "s" * 32
TOKEN = "7000000001:" + "t" * 35
PERSON = {"id": 5, "is_bot": False, "first_name": "x"}
NUMBERS = range(1, 20)
"""Of buttons that there are, small enough to be guessed."""
SEEDS: tuple[dict[str, object], ...] = (
    {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "from": PERSON, "text": "hi"},
    },
    {"update_id": 2, "callback_query": {"id": "1", "from": PERSON, "chat_instance": "1", "data": "1.abc"}},
    {"update_id": 3, "edited_message": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "group", "title": "g"}}},
)


def updates() -> Callable[[bytes], None]:
    """A body that may be an update: both libraries' channels read it, or say that it cannot be read."""
    from bot.channels.aiogram_bot import AiogramChannel  # noqa: PLC0415
    from bot.channels.port import Unreadable  # noqa: PLC0415
    from bot.channels.ptb_bot import PtbChannel  # noqa: PLC0415

    channels = (AiogramChannel("resident", TOKEN, None), PtbChannel("staff", TOKEN, None))

    def one(data: bytes) -> None:
        try:
            raw = json.loads(data)
        except (ValueError, RecursionError):
            return
        if not isinstance(raw, dict):
            return
        for channel in channels:
            channel.envelope(raw)
            with contextlib.suppress(Unreadable):
                channel.parse(raw)

    return one


def buttons() -> Callable[[bytes], None]:
    """Data of a button: exactly what was made is found, and in no other spelling."""
    from sqlalchemy import create_engine  # noqa: PLC0415

    from bot.clock import RealClock  # noqa: PLC0415
    from storage.reference_queries import load  # noqa: PLC0415
    from storage.schema import migrate  # noqa: PLC0415
    from storage.tables import Keyboard  # noqa: PLC0415
    from storage.unit_of_work import UnitOfWork  # noqa: PLC0415

    path = Path(tempfile.mkdtemp(prefix="chulin-fuzz-")) / "chulin.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    connection = create_engine(f"sqlite:///{path}").connect()
    now = RealClock().now()
    uow = UnitOfWork(connection, load(connection), now)
    choices = [["details", 1, {}, False]] * 3
    row = {"community_id": 1, "bot": "resident", "chat": 5, "account": None, "choices": choices, "expires_at": now}
    for number in NUMBERS:
        uow.insert(Keyboard, row | {"id": number})
    uow.flush()
    made = {f"1.{number:x}.{place}" for number in NUMBERS for place in range(len(choices))}
    assert all(uow.buttons.find(pressed) for pressed in made)

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\0", "")
        assert (uow.buttons.find(text) is not None) == (text in made)

    return one


def links() -> Callable[[bytes], None]:
    """A payload of /start: no signature of ours, no community."""
    from bot.links import SignedLinks  # noqa: PLC0415

    signed = SignedLinks.open(SECRET, Path(tempfile.mkdtemp(prefix="chulin-fuzz-")))
    good = {signed.make(number) for number in range(1, 20)}

    def one(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        read = (signed.read(text), signed.read_case(text), signed.read_person(text))
        assert text in good or read == (None, None, None)

    return one


def workbooks() -> Callable[[bytes], None]:
    """A file that may be a workbook: it is read, or refused with what is wrong."""
    from bot.district import load_district  # noqa: PLC0415
    from bot.workbook.file_check import BadWorkbook  # noqa: PLC0415
    from bot.workbook.read import read_workbook  # noqa: PLC0415
    from bot.workbook.sheets import sheets  # noqa: PLC0415

    path, wanted = Path(tempfile.mkdtemp(prefix="chulin-fuzz-")) / "a.xlsx", sheets(load_district())

    def one(data: bytes) -> None:
        path.write_bytes(data)
        with contextlib.suppress(BadWorkbook):
            read_workbook(path, wanted)

    return one


def webhooks() -> Callable[[bytes], None]:
    """Bodies posted to a webhook: no update, or one that any database can keep."""
    from bot.channels.aiogram_bot import AiogramChannel  # noqa: PLC0415
    from bot.http.server import update_in  # noqa: PLC0415

    channel = AiogramChannel("resident", TOKEN, None)

    def one(data: bytes) -> None:
        update = update_in(data)
        if update is not None:
            assert channel.envelope(update).update_id == update["update_id"]
            json.dumps(update).encode("ascii")

    return one


TARGETS: dict[str, Callable[[], Callable[[bytes], None]]] = {
    "updates": updates,
    "buttons": buttons,
    "links": links,
    "workbooks": workbooks,
    "webhooks": webhooks,
}


def seeds(name: str) -> list[bytes]:
    if name == "workbooks":
        return [_workbook()]
    if name in ("updates", "webhooks"):
        return [json.dumps(update).encode() for update in SEEDS]
    if name == "buttons":
        return [b"1.1.0", b"01.1.0", b"1.a.3", b"1.1.-1"]
    return [b"AAAA", b"1-abc-0"]


def _workbook() -> bytes:
    import openpyxl  # noqa: PLC0415

    book, content = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].title = "社区"
    book.worksheets[0].append(["社区*", "街道*", "代码", "人口"])
    book.worksheets[0].append(["江畔社区", "沈家营街道", "JP", 7000])
    book.save(content)
    return content.getvalue()
