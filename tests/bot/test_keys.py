"""The operator's keys for encryption at rest, by command."""

from collections.abc import Iterator

import pytest

from storage import encryption
from tests.bot.conftest import Operator


@pytest.fixture(autouse=True)
def no_keys_afterwards() -> Iterator[None]:
    yield
    encryption.use([])


def test_keys_by_command(desk: Operator) -> None:
    desk.runs("db", "upgrade")
    key = desk.runs("db", "new-key").out.strip().partition("=")[2]
    assert desk.runs("db", "seal").status == 2
    opened = desk.runs("db", "seal", "--open")
    assert opened.status == 2
    assert "new-key" not in opened.err, "a new key opens nothing"
    desk.sets(data_keys=key)
    assert desk.runs("db", "seal").status == 0
    assert encryption.name_of(key) in desk.runs("doctor", "--offline").out


def test_a_wrong_key_is_one_clear_line(desk: Operator) -> None:
    desk.sets(data_keys="kurz")
    ended = desk.runs("db", "check")
    assert ended.status == 2
    assert "chulin db new-key" in ended.err
    assert "kurz" not in ended.said
