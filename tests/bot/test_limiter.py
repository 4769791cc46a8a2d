"""The messenger's limits as sliding windows."""

from hypothesis import given
from hypothesis import strategies as st

from bot.limiter import FEW_WINDOWS, Limiter, Window
from ledger.district import MessengerLimits

LIMITS = MessengerLimits(per_second=30, per_chat_second=1, per_group_minute=20)


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=200))
def test_no_window_ever_holds_more_than_its_count(pauses: list[float]) -> None:
    window, now, sent = Window(5, 1.0), 0.0, []
    for pause in pauses:
        now = max(now + pause, window.free_at())
        window.note(now)
        sent.append(now)
    assert all(later - earlier >= 1.0 - 1e-9 for earlier, later in zip(sent, sent[5:], strict=False))


def test_a_bot_sends_thirty_a_second() -> None:
    limiter = Limiter(LIMITS)
    for chat in range(30):
        assert limiter.bot_free_at() < 101.0
        limiter.note(chat, 100.0)
    assert limiter.bot_free_at() == 101.0


def test_a_chat_takes_a_short_burst_and_then_one_a_second() -> None:
    limiter = Limiter(LIMITS)
    for _ in range(3):
        limiter.note(7, 10.0)
    assert limiter.next_free_at() == 13.0
    assert limiter.held_chats(12.9) == {7}
    assert limiter.held_chats(13.0) == set()


def test_a_group_takes_twenty_a_minute() -> None:
    limiter = Limiter(LIMITS)
    for second in range(20):
        limiter.note(-5, float(second * 3))
    assert limiter.next_free_at() == 60.0
    assert limiter.held_chats(59.9) == {-5}


def test_windows_of_chats_and_groups_that_are_quiet_are_dropped() -> None:
    limiter = Limiter(LIMITS)
    for chat in range(1, FEW_WINDOWS):
        limiter.note(-chat, 0.0)
    for chat in (7, 8):
        limiter.note(chat, 100.0)
    assert set(limiter._chats) == {7, 8}
    assert set(limiter._groups) == set()


def test_what_the_messenger_says_is_obeyed() -> None:
    limiter = Limiter(LIMITS)
    limiter.hold(7, 50.0, whole_bot=False)
    assert limiter.next_free_at() == 50.0
    assert 7 in limiter.held_chats(49.0)
    limiter.hold(7, 60.0, whole_bot=True)
    assert limiter.bot_free_at() == 60.0
