"""代投: a ballot is marked by somebody whom the voter asked; both are told, and neither sees what the other chose."""

from ledger.votes import tag
from storage.tables import Ballot, Mark, Vote, VoteProxy
from tests.deciding.neighbours import live_here, on_the_register, rows_of, told_results, vote
from tests.deciding.test_secrecy import CANARY, database_of
from tests.deciding.test_votes import choose
from tests.support.world import Person, World
from tests.ways.steps import change, count, employs

FIRST = CANARY[0]


def code_in(person: Person) -> str:
    text = next(m.text for m in reversed(person.messages) if "代投码" in m.text and "：" in m.text)
    return text.split("：")[1].split("\n")[0].strip()


async def asked(voter: Person) -> str:
    """The voter asks for a code."""
    await voter.says("投票")
    await voter.taps("请人代投")
    return code_in(voter)


async def votes(person: Person, option: str) -> str:
    """Their own ballot."""
    await person.says("投票")
    return await person.taps(option)


async def takes_up(person: Person, code: str) -> None:
    await person.says("代投")
    await person.says(code)


async def marks(person: Person, option: str) -> str:
    """Tap an option of the ballot that is somebody else's."""
    shown = next(m for m in reversed(person.messages) if "您替" in m.text and m.buttons)
    return await person.presses(next(data for label, data in shown.buttons.items() if option in label))


async def test_a_ballot_is_marked_for_a_neighbour_and_both_are_told(world: World) -> None:
    granny, son = await live_here(world, range(1001, 1003))
    await vote(world, *CANARY)
    await takes_up(son, await asked(granny))
    assert granny.sees("人1002 拿了您的代投码")
    assert FIRST in await marks(son, FIRST)
    assert granny.sees("有人照您的意思替您投了")
    assert son.sees("您替人投好了，本人也会收到")
    assert "回执号" in granny.last.text
    assert not any(FIRST in m.text and "替您投了" in m.text for m in granny.messages), "never the choice"
    await votes(son, CANARY[1])
    assert await count(world, Mark) == 2, "their own ballot is another"
    assert await count(world, Ballot) == 2


async def test_the_voter_may_mark_it_themselves_and_the_last_tap_counts(world: World) -> None:
    granny, son = await live_here(world, range(1001, 1003))
    await vote(world, *CANARY)
    await takes_up(son, await asked(granny))
    await marks(son, FIRST)
    assert "您现在没有投票" in await granny.taps("我的票"), "she does not see what he tapped"
    await choose(granny, CANARY[2])
    (row,) = await rows_of(world, Ballot)
    assert len(row.choice) == 1
    assert await count(world, Mark) == 1
    shown = next(m for m in reversed(son.messages) if "您替" in m.text and m.buttons)
    see = next(data for label, data in shown.buttons.items() if "我的票" in label)
    assert "您现在没有投票" in await son.presses(see)


async def test_a_code_is_good_once_and_not_for_oneself(world: World) -> None:
    granny, son, thief = await live_here(world, range(1001, 1004))
    await vote(world, *CANARY)
    code = await asked(granny)
    await takes_up(granny, code)
    assert granny.sees("这是您自己的代投码")
    await takes_up(son, code)
    await takes_up(thief, code)
    assert thief.sees("没有这个代投码")
    await takes_up(thief, "ABCDEFGH")
    assert not any("您替" in m.text for m in thief.messages)


async def test_what_was_taken_back_marks_nothing_any_more(world: World) -> None:
    granny, son = await live_here(world, range(1001, 1003))
    await vote(world, *CANARY)
    await takes_up(son, await asked(granny))
    await granny.taps("不请了")
    assert son.sees("替人投的那一份收回了")
    assert "收回，或者投票结束了" in await marks(son, FIRST)
    assert await count(world, Mark) == 0


async def test_a_forwarded_ballot_of_another_is_nobodys_to_mark(small_world: World) -> None:
    granny, son, thief = await live_here(small_world, range(1001, 1004))
    await vote(small_world, *CANARY)
    await takes_up(son, await asked(granny))
    shown = next(m for m in reversed(son.messages) if "您替" in m.text and m.buttons)
    await thief.presses(next(data for label, data in shown.buttons.items() if FIRST in label))
    assert await count(small_world, Mark) == 0


async def test_one_person_marks_for_two_at_most(small_world: World) -> None:
    *voters, son = await live_here(small_world, range(1001, 1005))
    await vote(small_world, *CANARY)
    for voter in voters:
        await takes_up(son, await asked(voter))
    assert son.sees("一次投票最多替 2 位投")
    assert len([m for m in son.messages if "您替" in m.text and m.buttons]) >= 2
    assert await count(small_world, VoteProxy, VoteProxy.account == 1004) == 2


async def test_nothing_of_a_proxy_is_left_after_the_count_and_no_choice_is_anywhere(world: World) -> None:
    people = await live_here(world, range(1001, 1007))
    await vote(world, *CANARY)
    await takes_up(people[1], await asked(people[0]))
    await marks(people[1], FIRST)
    for person in people[1:]:
        await votes(person, FIRST)
    found = await database_of(world)
    for table, rows in found.items():
        assert not any("您的票：" in row or ("替您投" in row and FIRST in row) for row in rows), table
    await world.passes(days=7)
    await told_results(world)
    assert await count(world, VoteProxy) == 0
    assert "截止" in await marks(people[1], FIRST)
    assert await count(world, Ballot) == 6


async def test_who_is_erased_leaves_no_request_behind_and_the_data_say_what_is_kept(small_world: World) -> None:
    granny, son = await live_here(small_world, range(1001, 1003))
    await vote(small_world, *CANARY)
    await takes_up(son, await asked(granny))
    await son.says("删除我的数据")
    await son.taps("删除")
    assert await count(small_world, VoteProxy) == 0


# --- at the door -----------------------------------------------------------------------------------------------------


async def by_register(world: World) -> Person:
    await on_the_register(world, ("household", "2单元501", ""), ("household", "2单元502", "K3M9QTRA"))
    await change(world, employs(6, "小林", "worker", "community", 1))
    await vote(world, *CANARY, sets=("按人", "按人，名册"))
    return world.worker(1)


async def asks_at_door(worker: Person, where: str = "3栋 2单元501") -> None:
    await worker.says("投票")
    await worker.taps("代投登记")
    await worker.says(where)


async def test_two_of_the_staff_ask_the_voter_before_there_is_a_code(world: World) -> None:
    (son,) = await live_here(world, range(1001, 1002))
    first = await by_register(world)
    await asks_at_door(first)
    assert first.sees("还要另一位同事也问过本人")
    (request,) = await rows_of(world, VoteProxy)
    assert (request.code_hash, request.staff_id) == (None, 1)
    second = world.worker(6)
    await second.taps("问过，同意")
    assert second.sees("3栋2单元501 的代投码：")
    await takes_up(son, code_in(second))
    assert "您替 3栋2单元501 投" in son.last.text
    await marks(son, FIRST)
    (mark,) = await rows_of(world, Mark)
    key = (await rows_of(world, Vote))[0].key
    assert mark.voter == tag(key, f"line:{request.line_id}")


async def test_who_asked_first_does_not_confirm_it_and_a_no_ends_it(small_world: World) -> None:
    first = await by_register(small_world)
    await asks_at_door(first)
    second = small_world.worker(6)
    yes = next(data for m in second.messages for label, data in m.buttons.items() if "问过，同意" in label)
    await first.presses(yes)
    (request,) = await rows_of(small_world, VoteProxy)
    assert request.code_hash is None
    await second.taps("没有同意")
    assert await count(small_world, VoteProxy) == 0
    assert await second.presses(yes)
    assert not second.sees("的代投码：")


async def test_a_door_that_uses_the_chat_or_has_voted_is_not_given_away(small_world: World) -> None:
    (son,) = await live_here(small_world, range(1001, 1002))
    worker = await by_register(small_world)
    await son.says("登记住户")
    await son.says("K3M9QTRA")
    await asks_at_door(worker, "3栋 2单元502")
    assert worker.sees("不能登记代投")
    await worker.says("投票")
    await worker.taps("领纸票")
    await worker.says("3栋 2单元501")
    await asks_at_door(worker)
    assert await count(small_world, VoteProxy) == 0


# --- nobody's account, and no register -------------------------------------------------------------------------------

GRANNY = "3栋 2单元501 王奶奶"


async def by_resident(world: World) -> tuple[Person, Person, list[Person]]:
    """A vote of residents; two of the staff, and neighbours who are in the chat."""
    people = await live_here(world, range(1001, 1007))
    await change(world, employs(6, "小林", "worker", "community", 1))
    await vote(world, *CANARY)
    return world.worker(1), world.worker(6), people


async def takes_paper(worker: Person, who: str = GRANNY) -> None:
    await worker.says("投票")
    await worker.taps("领纸票")
    await worker.says(who)


async def test_who_has_no_account_and_is_on_no_register_votes_on_paper_that_two_of_the_staff_vouch_for(
    world: World,
) -> None:
    first, second, people = await by_resident(world)
    for person in people:
        await votes(person, FIRST)
    await takes_paper(first)
    assert first.sees("还要另一位同事也问过本人")
    assert await count(world, Mark) == len(people), "one alone gives no slip away"
    await first.presses(next(d for m in second.messages for label, d in m.buttons.items() if "问过，同意" in label))
    assert await count(world, Mark) == len(people), "nor does the first confirm it"
    await second.taps("问过，同意")
    assert second.sees("请发一张没有名字的选票")
    assert await count(world, Mark) == len(people) + 1
    await world.passes(days=7)
    (row,) = await rows_of(world, Vote)
    letter = "ABC"[row.options.index(CANARY[1])]
    for reader in (first, second):
        await reader.says("投票")
        await reader.taps("录纸票")
        await reader.says(f"1 {letter}")
    await world.worker(2).taps("纸票录完了")
    await told_results(world)
    (row,) = await rows_of(world, Vote)
    assert (row.result["n"], row.eligible) == (len(people) + 1, len(people) + 1)
    assert row.result["counts"][row.options.index(CANARY[1])] == 1
    assert await count(world, VoteProxy) == 0, "nothing says any more who took paper"


async def test_the_same_person_at_the_same_door_votes_once_on_paper_or_by_somebody(small_world: World) -> None:
    first, second, (son, *_) = await by_resident(small_world)
    await takes_paper(first)
    await second.taps("问过，同意")
    await takes_paper(first, "3栋 2-501室 王奶奶")
    assert first.sees("已经投过，或者领过纸票了")
    await asks_at_door(first, GRANNY)
    assert first.sees("不能登记代投")
    await takes_paper(first, "3栋 2单元501 老王")
    assert "同一个门牌已经登记了：王奶奶" in second.last.text, "perhaps it is one person under two names"
    assert "同一个门牌已经登记了：王奶奶" in first.last.text
    await second.taps("没有同意")
    assert await count(small_world, Mark) == 1
    await votes(son, FIRST)
    assert await count(small_world, Mark) == 2


async def test_who_has_no_account_lets_somebody_mark_it_where_there_is_no_register(world: World) -> None:
    first, second, (son, *_) = await by_resident(world)
    await asks_at_door(first, GRANNY)
    await second.taps("问过，同意")
    assert second.sees("王奶奶 的代投码：")
    await takes_up(son, code_in(second))
    assert "您替 3栋 2-501 王奶奶 投" in son.last.text
    await marks(son, FIRST)
    await votes(son, CANARY[1])
    assert await count(world, Mark) == await count(world, Ballot) == 2, "hers and his own"
    await takes_paper(first)
    assert first.sees("已经投过，或者领过纸票了")


async def test_a_door_without_a_name_or_of_another_building_gets_a_plain_answer(small_world: World) -> None:
    first, _, _ = await by_resident(small_world)
    for words in ("王奶奶", "3栋 2单元501", "9栋 2单元501 王奶奶"):
        await takes_paper(first, words)
        assert "请发楼栋、房号、称呼" in first.last.text
        await asks_at_door(first, words)
        assert "请发楼栋、房号、称呼" in first.last.text
    assert await count(small_world, VoteProxy) == 0
