"""`chulin replay`: every line comes through once, and the account is held against the database, not assumed."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, select, update

from bot.demo.sample import load_sample
from bot.replaying.input_lines import BadLine, read_lines
from bot.replaying.reconciliation import Account, Sent, account
from bot.replaying.replay import NotEmpty, replay
from storage.tables import Case, CaseEvent, CaseMessage, CasePerson, Inbox
from storage.update_outcomes import fates, opened
from tests.bot.books import on_database
from tests.bot.conftest import Operator

LAMP = "三单元门口的路灯坏了半个月了"
LINES: list[dict[str, Any]] = [
    {"text": LAMP},
    {"text": "谢谢你们"},
    {"text": "小区里没有健身器材，能不能装几个"},
    {"text": "3栋楼下垃圾没人收", "community": "WJ"},
]


def written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n")
    return path


def sent_in(connection: Connection) -> list[Sent]:
    """What a replay of lines without chats sent: everybody said one thing."""
    rows = connection.execute(select(CaseMessage.chat, CaseMessage.message_id))
    told = {row.chat: row.message_id for row in rows}
    return [Sent(f.chat, told.get(f.chat) or 0, (f.update_id,)) for f in fates(connection, "resident")]


def test_every_line_becomes_a_case_or_a_stated_non_case(operator: Operator, database_url: str) -> None:
    ended = operator.runs("replay", written(operator.home / "said.jsonl", *LINES), "--database", database_url)
    assert ended.status == 0, ended.said
    assert "读入 4 条" in ended.out
    assert "成为诉求 3 条" in ended.out
    assert "不是诉求 1 条：感谢 1" in ended.out
    assert "待同意 0，搁置 0，丢失 0，重复 0" in ended.out
    assert on_database(lambda c: c.execute(select(func.count()).select_from(Case)).scalar(), database_url) == 3


def test_what_is_no_case_is_named_in_chinese(operator: Operator) -> None:
    said = [{"text": text} for text in ("7", "/help", "帮助", "/nonsense", "谢谢你们")]
    ended = operator.runs("replay", written(operator.home / "said.jsonl", *said))
    assert "不是诉求 5 条：命令 2，只有一个数字 1，不认识的命令 1，感谢 1" in ended.out


def test_the_summary_ends_with_the_time_of_each_stage_and_the_updates_a_second(operator: Operator) -> None:
    ended = operator.runs("replay", written(operator.home / "said.jsonl", *LINES))
    assert all(stage in ended.out for stage in ("入箱", "听懂", "登记", "送出"))
    assert "每秒" in ended.out.splitlines()[-1]


def test_the_temporary_database_is_gone_afterwards(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = operator.home / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    operator.runs("replay", written(operator.home / "said.jsonl", *LINES))
    assert not list(folder.iterdir())


def test_a_bad_line_is_named_and_skipped_and_the_status_is_2(operator: Operator) -> None:
    nested = "[" * 100_000
    bad = ["{nonsense", '["a"]', '{"text": ""}', '{"chat": 1}', nested, '{"text": "灯", "community": "火星"}']
    ended = operator.runs("replay", written(operator.home / "said.jsonl", *bad, *LINES))
    assert ended.status == 2
    assert [line.split("：")[0] for line in ended.err.splitlines() if line.startswith("第")] == [
        f"第 {number} 行" for number in range(1, 7)
    ]
    assert "读入 4 条" in ended.out


def test_a_file_with_nothing_good_in_it_is_refused(operator: Operator) -> None:
    ended = operator.runs("replay", written(operator.home / "said.jsonl", "", "{"))
    assert ended.status == 2
    assert "没有一行能用" in ended.err
    assert "Traceback" not in ended.said


def test_a_database_that_holds_something_is_refused_and_left_as_it_is(operator: Operator, database_url: str) -> None:
    operator.sets(database_url=database_url)
    operator.runs("db", "upgrade")
    ended = operator.runs("replay", written(operator.home / "said.jsonl", *LINES), "--database", database_url)
    assert ended.status == 2
    assert "只用空的数据库" in ended.err
    assert not on_database(lambda c: fates(c, "resident"), database_url)


def test_words_that_no_database_can_hold_come_through(operator: Operator) -> None:
    lines = [{"text": f"{LAMP}\x00\ud800"}, {"text": "灯" * 9000}, {"text": "/start"}, {"text": "我的诉求"}]
    ended = operator.runs("replay", written(operator.home / "said.jsonl", *lines))
    assert ended.status == 0, ended.said
    assert "丢失 0，重复 0" in ended.out


def test_lines_of_one_chat_keep_their_order(tmp_path: Path, database_url: str) -> None:
    said = [{"text": "路灯坏了", "chat": "王"}, {"text": "3栋2单元", "chat": "王"}, {"text": "谢谢你们", "chat": 5}]
    found = replayed(tmp_path, database_url, *said)
    assert found.whole
    assert found.cases == 1
    assert found.others["place"] == 1


def test_a_case_is_filed_at_the_time_of_its_line(tmp_path: Path, database_url: str) -> None:
    said = [{"text": LAMP, "time": "2026-03-02T08:30"}, {"text": LAMP, "time": "2026-03-01T23:00:00Z"}]
    assert replayed(tmp_path, database_url, *said).whole
    times = on_database(lambda c: list(c.execute(select(Case.created_at).order_by(Case.no)).scalars()), database_url)
    assert times == [datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 2, 0, 30, tzinfo=UTC)]


def test_a_line_without_a_time_happened_when_the_one_before_it_did(tmp_path: Path) -> None:
    path = written(tmp_path / "said.jsonl", {"text": "一", "time": "2026-03-02T08:30"}, {"text": "二"})
    good, _ = read_lines(path, load_sample())
    assert {line.at for line in good} == {datetime(2026, 3, 2, 0, 30, tzinfo=UTC)}


@pytest.mark.parametrize("time", ["gestern", 5, "0001-01-01T00:00:00+14:00", "9999-12-31"])
def test_a_time_that_is_none_is_a_bad_line(tmp_path: Path, time: object) -> None:
    good, bad = read_lines(written(tmp_path / "said.jsonl", {"text": "灯", "time": time}), load_sample())
    assert (good, [number for number, _ in bad]) == ([], [1])
    assert issubclass(BadLine, ValueError)


def test_a_replay_runs_only_once_on_a_database(tmp_path: Path, database_url: str) -> None:
    replayed(tmp_path, database_url, *LINES)
    with pytest.raises(NotEmpty):
        replayed(tmp_path, database_url, *LINES)


# --- the account finds what is wrong ---------------------------------------------------------------------------------


@pytest.fixture
def filed(tmp_path: Path) -> str:
    """URL of a database that four lines went into."""
    url = f"sqlite:///{tmp_path / 'filed.db'}"
    assert replayed(tmp_path, url, *LINES).whole
    return url


def accounted(url: str, *changes: Any) -> Account:
    """The account of the four lines after something was done to the database behind its back."""

    def work(connection: Connection) -> Account:
        sent = sent_in(connection)
        for change in changes:
            connection.execute(change)
        return account(connection, "resident", sent)

    found: Account = on_database(work, url)
    return found


def test_an_update_without_its_case_is_lost(filed: str) -> None:
    children = [delete(table) for table in (CaseMessage, CaseEvent, CasePerson)]
    found = accounted(filed, *children, delete(Case).where(Case.no == 1, Case.community_id == 1))
    assert found.lost
    assert not found.whole


def test_an_update_that_was_never_handled_is_lost(filed: str) -> None:
    assert accounted(filed, update(Inbox).where(Inbox.outcome == "none thanks").values(state="waiting")).lost == 1


def test_an_update_that_is_gone_is_lost(filed: str) -> None:
    assert accounted(filed, delete(Inbox).where(Inbox.outcome == "none thanks")).lost == 1


def test_an_update_that_was_set_aside_is_neither_case_nor_lost(filed: str) -> None:
    found = accounted(filed, update(Inbox).where(Inbox.outcome == "none thanks").values(state="parked"))
    assert (found.parked, found.lost, found.whole) == (1, 0, False)


def test_a_case_more_than_its_update_says_is_doubled(filed: str) -> None:
    found = accounted(filed, update(Inbox).where(Inbox.outcome == "case").values(outcome="none thanks"))
    assert found.doubled == 3


def test_a_case_that_no_line_told_of_is_doubled(filed: str) -> None:
    cases: list[Any] = on_database(lambda c: opened(c, "resident"), filed)
    stranger = update(CaseMessage).where(CaseMessage.case_no == cases[0].no, CaseMessage.community_id == 1)
    found = accounted(filed, stranger.values(chat=1))
    assert (found.lost, found.doubled) == (1, 1)


def replayed(folder: Path, url: str, *lines: object) -> Account:
    good, bad = read_lines(written(folder / "said.jsonl", *lines), load_sample())
    assert not bad
    return asyncio.run(replay(good, url, folder, lambda _: None)).account
