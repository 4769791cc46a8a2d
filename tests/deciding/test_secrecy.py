"""What a voter chose stands in the ballot box and nowhere else, and after the closing nothing there says whose it was."""

import io
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import Connection, select

from bot.commands.vote import command
from digests.votes import log
from ledger.votes import receipt, tag
from storage.cocreation import votes
from storage.reference_queries import load
from storage.tables import Ballot, Base, Inbox, Keyboard, Mark, Newcomer, Outbox, Slip, Vote
from storage.unit_of_work import UnitOfWork
from tests.deciding.neighbours import ballots_as_they_lie, live_here, rows_of, told_results, vote
from tests.deciding.test_votes import choose
from tests.support.world import World
from tests.ways.steps import count

CANARY = ("选红色的棚子七四一", "选蓝色的棚子八五二", "选绿色的棚子九六三")
WITH_CHOICES = {"ballots", "slips"}
"""Where choices are allowed to stand."""


async def database_of(world: World) -> dict[str, list[str]]:
    """Every row of every table, as text."""

    def work(connection: Connection) -> dict[str, list[str]]:
        return {
            table.name: [str(tuple(row)) for row in connection.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }

    return dict(await world.rows(work))


async def test_two_who_choose_differently_leave_the_same_traces(world: World) -> None:
    """All that is kept of two voters, but for their own ids and numbers, is equal whatever they chose."""
    wang, li = await live_here(world, range(1001, 1003))
    await vote(world, *CANARY)
    for person, option in ((wang, CANARY[0]), (li, CANARY[1])):
        await choose(person, option)
    texts = [[m.text for m in person.messages] for person in (wang, li)]
    (row,) = await rows_of(world, Vote)
    for person, said in zip((wang, li), texts, strict=True):
        mine = receipt(tag(row.key, f"account:resident:{person.account}"))
        said[:] = [text.replace(mine, "") for text in said]
    assert texts[0] == texts[1]
    inbox = await rows_of(world, Inbox, Inbox.bot == "resident")
    assert {r.outcome for r in inbox if r.chat == 1001} == {r.outcome for r in inbox if r.chat == 1002}
    assert all(r.body is None for r in inbox)
    assert all(r.body is None for r in await rows_of(world, Outbox, Outbox.chat.in_([1001, 1002])))
    assert all(r.used == 0 for r in await rows_of(world, Keyboard)), "no bit says which button was pressed"


async def test_no_table_but_the_box_holds_a_choice_of_somebody(world: World) -> None:
    people = await live_here(world, range(1001, 1007))
    await vote(world, *CANARY)
    before = await database_of(world)
    for person in people:
        await choose(person, CANARY[0])
    after = await database_of(world)
    new = {name: set(rows) - set(before[name]) for name, rows in after.items() if name not in WITH_CHOICES}
    told = {name: [row for row in rows if CANARY[0] in row] for name, rows in new.items()}
    assert {name: rows for name, rows in told.items() if rows} == {}


async def test_marks_and_ballots_have_no_time_and_ids_that_say_nothing_of_it(small_world: World) -> None:
    people = await live_here(small_world, range(1001, 1021))
    await vote(small_world, *CANARY)
    for person in people:
        await choose(person, CANARY[0])
    ids = await small_world.rows(ballots_as_they_lie)
    assert ids != sorted(ids) or len(ids) < 2
    columns = set(Mark.__table__.columns.keys()) | set(Ballot.__table__.columns.keys())
    assert not {name for name in columns if name.endswith("at")}


async def test_after_the_closing_nothing_leads_from_a_voter_to_a_ballot(world: World) -> None:
    people = await live_here(world, range(1001, 1011))
    await vote(world, *CANARY)
    for number, person in enumerate(people):
        await choose(person, CANARY[number % 2])
    (running,) = await rows_of(world, Vote)
    before = {row.id for row in await rows_of(world, Ballot)}
    await world.passes(days=7)
    (row,) = await rows_of(world, Vote)
    marks, ballots = await rows_of(world, Mark), await rows_of(world, Ballot)
    assert row.key is None
    assert running.key not in "".join(line for lines in (await database_of(world)).values() for line in lines)
    assert all((mark.ballot_id, mark.hand) == (None, None) for mark in marks)
    assert not before & {ballot.id for ballot in ballots}, "ids are drawn anew"
    assert len(marks) == len(ballots) == 10
    assert await count(world, Newcomer) == await count(world, Slip) == 0
    lying = await world.rows(ballots_as_they_lie)
    assert lying == sorted(lying), "rows lie in the order of ids that say nothing"


async def test_after_the_closing_ballots_lie_in_an_order_that_chance_gives_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await live_here(world, range(1001, 1011))
    await vote(world, *CANARY)
    for number, person in enumerate(people):
        await choose(person, CANARY[number // 5])
    orders = []
    for drawn in (itertools.count(1), itertools.count(1_000_000, -1)):
        monkeypatch.setattr(votes, "new_random_id", lambda drawn=drawn: next(drawn))
        orders.append(await closed_for_a_try(world))
    assert len(orders[0]) == 10
    assert orders[0] == orders[1][::-1], "by what is drawn, and not as they were cast"


async def closed_for_a_try(world: World) -> list[list[int]]:
    """The ballots in the order in which they lie after the closing, which is taken back."""
    found: list[list[int]] = []

    def close(connection: Connection) -> None:
        uow = UnitOfWork(connection, load(connection), world.clock.now())
        uow.votes.unlink(uow.votes.get(1, 1))
        found.extend(choice for _, choice in uow.votes.ballots((1, 1)))
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await world.app.database.write(close)
    return found[-10:]


async def test_my_data_says_that_there_is_a_ballot_and_not_what_is_on_it(small_world: World) -> None:
    (wang,) = await live_here(small_world, range(1001, 1002))
    await vote(small_world, *CANARY)
    await choose(wang, CANARY[0])
    before = {path for path in small_world.app.files.folder.rglob("*") if path.is_file()}
    await wang.says("我的数据")
    (path,) = {path for path in small_world.app.files.folder.rglob("*") if path.is_file()} - before
    content = path.read_text(encoding="utf-8")
    kept = yaml.safe_load(content)
    assert [line["编号"] for line in kept["正在进行、我投过的投票（选了什么不在这里）"]] == [1]
    assert len({content.count(canary) for canary in CANARY}) == 1, "the question is in it, as it was asked"


async def test_logs_hold_nothing_of_a_ballot(small_world: World, logs: io.StringIO) -> None:
    people = await live_here(small_world, range(1001, 1007))
    await vote(small_world, *CANARY)
    logs.truncate(0)
    for person in people:
        await choose(person, CANARY[0])
    await small_world.passes(days=7)
    assert not any(canary in logs.getvalue() for canary in CANARY)
    assert "choice" not in logs.getvalue()


async def test_where_there_are_no_buttons_the_receipt_is_the_same_for_any_number(plain_world: World) -> None:
    people = await live_here(plain_world, range(1001, 1004))
    await vote(plain_world, *CANARY)
    for number, person in enumerate(people, 1):
        await person.says("投票")
        offered = person.last.text
        line = next(
            line for line in offered.splitlines() if line.strip().startswith(f"{number}  ") or f"{number}  A" in line
        )
        assert line
        await person.says(str(number))
        assert person.sees("您的票在票箱里")
        assert person.last.text.startswith("记下了") or "票箱" in person.last.text
        assert "您的票：" not in person.last.text
    assert await count(plain_world, Ballot) == 3


async def test_erasing_takes_a_ballot_out_while_it_can_be_found(small_world: World) -> None:
    wang, li = await live_here(small_world, range(1001, 1003))
    await vote(small_world, *CANARY)
    for person in (wang, li):
        await choose(person, CANARY[0])
    await wang.says("删除我的数据")
    await wang.taps("删除")
    assert await count(small_world, Mark) == 1
    assert await count(small_world, Ballot) == 1


def test_nothing_but_the_ballot_box_reads_the_box() -> None:
    """No report, export, command or handler can tell a choice, for none of them can read one."""
    root = Path(__file__).parents[2]
    readers = {"storage/cocreation/votes.py", "storage/tables/votes.py", "storage/tables/__init__.py"}
    found = {
        str(path.relative_to(root))
        for folder in ("bot", "digests", "handlers", "ledger", "nlp", "storage")
        for path in (root / folder).rglob("*.py")
        if re.search(r"\bBallot\b", path.read_text(encoding="utf-8"))
    }
    assert found == readers


# --- the log ---------------------------------------------------------------------------------------------------------


async def closed(world: World, n: int = 10) -> str:
    """A vote that was counted; returns its log."""
    people = await live_here(world, range(1001, 1001 + n))
    await vote(world, *CANARY)
    for number, person in enumerate(people):
        await choose(person, CANARY[number % 2 if number else 0])
    await world.passes(days=7)
    await told_results(world)

    def work(connection: Connection) -> str:
        uow = UnitOfWork(connection, load(connection), world.clock.now())
        return log.written(log.of_vote(uow, uow.reference.communities[1], uow.votes.get(1, 1)))

    return str(await world.rows(work))


async def test_anybody_counts_the_log_again_and_gets_what_was_told(world: World) -> None:
    text = await closed(world)
    found = log.recount(log.read(text), 5)
    (row,) = await rows_of(world, Vote)
    assert found.holds
    assert found.seal == row.seal
    assert (found.voters, found.ballots) == (10, 10)
    assert list(found.counted.counts) == row.result["counts"]
    assert any(row.seal[:12] in m.text for m in world.worker(2).messages), "the seal was told with the result"


async def test_the_log_names_nobody_and_no_time_of_voting(small_world: World) -> None:
    text = await closed(small_world)
    assert not any(re.search(rf"(?<![0-9a-f]){account}(?![0-9a-f])", text) for account in range(1001, 1011))
    for line in map(json.loads, text.splitlines()):
        if line["line"] in (log.VOTER, log.BALLOT):
            assert "at" not in line


@pytest.mark.parametrize("how", ["changed", "left_out", "put_in"])
async def test_a_log_that_was_touched_does_not_hold(small_world: World, how: str) -> None:
    lines = (await closed(small_world)).splitlines()
    place = next(n for n, line in enumerate(lines) if '"ballot"' in line)
    if how == "changed":
        lines[place] = re.sub(r"\[(\d)\]", lambda found: f"[{(int(found[1]) + 1) % 3}]", lines[place])
    elif how == "left_out":
        del lines[place]
    else:
        lines.insert(place, lines[place])
    with pytest.raises(log.Broken):
        log.read("\n".join(lines))


async def test_the_command_recounts_and_finds_a_receipt(small_world: World, tmp_path: Path) -> None:
    text = await closed(small_world)
    path = tmp_path / "vote.jsonl"
    path.write_text(text, encoding="utf-8")
    words = next(m.text for m in small_world.resident(1001).messages if "回执号" in m.text)
    mine = words.partition("回执号 ")[2].partition("。")[0]
    ended = CliRunner().invoke(command, ["recount", str(path), "--receipt", mine], standalone_mode=False)
    assert "重新数的和公布的一样" in ended.output
    assert f"回执 {mine}：在名册里" in ended.output
    wrong: Any = CliRunner().invoke(command, ["recount", str(path), "--seal", "0" * 12], standalone_mode=False)
    assert "封条对不上" in str(wrong.exception)
