"""Signed links: what we did not print leads nowhere."""

import base64
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links import KEY_FILE, BadKey, SignedLinks

LINKS = SignedLinks(b"k" * 32)
PLACES = [(1, None), (1, 1), (12, None), (4_000_000_000, 4_000_000_000), (0, 0)]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize(("community", "building"), PLACES)
def test_a_link_is_read_as_it_was_made(community: int, building: int | None) -> None:
    payload = LINKS.make(community, building)
    assert len(payload) <= 64
    assert set(payload) <= set(ALPHABET)
    assert not payload.startswith("inv_")
    assert LINKS.read(payload) == (community, building)


@pytest.mark.parametrize(("community", "building"), PLACES)
def test_every_flipped_bit_is_refused(community: int, building: int | None) -> None:
    payload = LINKS.make(community, building)
    raw = bytearray(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    for place in range(len(raw) * 8):
        raw[place // 8] ^= 1 << place % 8
        assert LINKS.read(base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None
        raw[place // 8] ^= 1 << place % 8


@pytest.mark.parametrize(("community", "building"), PLACES)
def test_every_other_character_is_refused(community: int, building: int | None) -> None:
    payload = LINKS.make(community, building)
    for place, right in enumerate(payload):
        for other in set(ALPHABET + "+/= ") - {right}:
            assert LINKS.read(payload[:place] + other + payload[place + 1 :]) is None


@given(st.text(max_size=80))
def test_any_other_text_is_refused(payload: str) -> None:
    assert LINKS.read(payload) is None


@given(st.text(alphabet=ALPHABET, max_size=64))
def test_any_other_payload_is_refused(payload: str) -> None:
    assert LINKS.read(payload) is None


def test_a_link_of_another_key_is_refused() -> None:
    assert SignedLinks(b"j" * 32).read(LINKS.make(1)) is None


def test_shortened_and_lengthened_links_are_refused() -> None:
    payload = LINKS.make(1, 2)
    for changed in (payload[:-1], payload[1:], payload + "A", payload + "=", payload + payload, payload + "\n"):
        assert LINKS.read(changed) is None


def test_without_a_secret_one_is_made_once_and_kept_to_ourselves(tmp_path: Path) -> None:
    first = SignedLinks.open("", tmp_path / "var")
    again = SignedLinks.open("", tmp_path / "var")
    assert again.read(first.make(3)) == (3, None)
    kept = tmp_path / "var" / KEY_FILE
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == [KEY_FILE]


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    made: list[SignedLinks] = []
    threads = [threading.Thread(target=lambda: made.append(SignedLinks.open("", tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({links.make(1) for links in made}) == 1


def test_a_key_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"")
    with pytest.raises(BadKey):
        SignedLinks.open("", tmp_path)


def test_a_secret_of_the_operator_needs_no_file(tmp_path: Path) -> None:
    links = SignedLinks.open("a long enough secret", tmp_path / "var")
    assert links.read(SignedLinks.open("a long enough secret", tmp_path).make(1, 2)) == (1, 2)
    assert not (tmp_path / "var").exists()
