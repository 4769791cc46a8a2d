"""Erasure and the columns: none that can hold a resident's words, name or account is forgotten."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.channels.port import Refused
from storage.tables import (
    Base,
    Booking,
    Case,
    Concern,
    Contribution,
    CouncilMember,
    Gathering,
    GatheringPerson,
    HelpCall,
    HelpOffer,
    Keyboard,
    Newcomer,
    Push,
    Room,
    Rules,
    RulesComment,
    Topic,
    Vote,
    VoteProxy,
)
from storage.types import Json, Words, WordsJson
from tests.support.world import NOW, World
from tests.ways.steps import settled
from tests.ways.test_erasing import ACCOUNT, erases
from tests.ways.test_surveys import started

PHONE, TREE = "13872190456", "老樟树"
TOLD = f"{TREE}底下的路灯坏了，请打{PHONE}"
CANARIES = (PHONE, TREE, str(ACCOUNT))
ME: dict[str, Any] = {"bot": "resident", "account": ACCOUNT}
HERE = ME | {"chat": ACCOUNT}

NOT_A_RESIDENTS = {
    # what staff and the council say in office, and what they plan: nobody's but theirs
    "accesses": {"purpose", "detail"},
    "content_steps": {"reason"},
    "contributions": {"why"},
    "decisions": {"text", "owner"},
    "gatherings": {"title", "place"},
    "help_calls": {"why"},
    "meetings": {"place", "agenda", "minutes"},
    "nudges": {"words", "told", "answer"},
    "promises": {"text", "owner", "given_up"},
    "rotas": {"title"},
    "rules": {"title", "passes"},
    "rules_clauses": {"text"},
    "stories": {"title", "before", "after", "why_hidden"},
    "topics": {"decision", "why"},
    "topic_events": {"reason", "detail"},
    "vote_events": {"reason", "detail"},
    "votes": {"buildings", "hold_reason", "options", "result"},
    # the district's own choices and texts, numbers and labels
    "ballots": {"choice"},
    "communities": {"staff_chat"},
    "promise_people": {"reason"},
    "pushes": {"rows"},
    "report_runs": {"content"},
    "slips": {"choice"},
    "staff": {"name", "phone"},
    "surveys": {"template", "results"},
    "voters": {"room"},
}
"""Columns of words or JSON into which nothing comes that a resident said, or only masked (options of a ballot)."""


def rows(connection: Connection) -> None:
    """What the person left in all that neighbours do together, as the handlers store it."""
    at, soon = NOW, NOW + timedelta(days=3)
    one: dict[str, Any] = {"community_id": 1, "no": 1}
    for model, values in (
        (Concern, {"id": 1, "kind": "links", "sample": TOLD, "held": {"said": [[1, TOLD]]}, "opened_at": at} | HERE),
        (HelpCall, one | HERE | {"kind": "time", "text": TREE, "places": 1, "state": "open", "made_at": at}),
        (Push, {"id": 1, "thing": "call:1", "text": TREE, "rows": [], "created_at": at}),
        (HelpCall, one | {"no": 2, "kind": "time", "text": "一起扫地", "places": 2, "state": "open", "made_at": at}),
        (HelpOffer, HERE | {"call_no": 2, "name": TOLD, "at": at}),
        (Gathering, one | {"title": "清扫", "place": "广场", "places": 9, "code": "1", "starts_at": soon, "ends_at": soon}),
        (GatheringPerson, HERE | {"gathering_no": 1, "id": 1, "state": "coming", "name": TOLD, "at": at}),
        (Room, {"id": 1, "name": "活动室", "weekdays": "0123456", "opens": 480, "closes": 1200, "slot": 60}),
        (Booking, HERE | {"room_id": 1, "day": "2026-11-21", "minute": 600, "name": TOLD, "starts_at": soon}),
        (Rules, {"version": 1, "title": "公约", "drafted_at": at}),
        (RulesComment, ME | {"id": 1, "version": 1, "clause": 1, "text": TOLD, "at": at}),
        (Topic, one | HERE | {"state": "open", "title": "车棚", "text": PHONE, "source": "resident", "created_at": at}),
        (Topic, one | HERE | {"no": 2, "state": "draft", "title": TREE, "source": "resident", "created_at": at}),
        (Contribution, HERE | {"id": 1, "topic_no": 1, "kind": "option", "state": "waiting", "text": TOLD, "at": at}),
        (Contribution, HERE | {"id": 2, "topic_no": 1, "kind": "option", "state": "shown", "text": PHONE, "at": at}),
        (Vote, one | {"topic_no": 1, "state": "open", "method": "single", "electorate": "resident", "buildings": [],
                      "quorum": 0, "days": 7, "starts": "now", "options": [], "created_at": at}),
        (Newcomer, HERE | {"vote_no": 1, "state": "left_out", "appeal": TOLD}),
        (VoteProxy, {"vote_no": 1, "id": 1, "voter_bot": "resident", "voter_account": ACCOUNT, "voter_chat": ACCOUNT,
                     "called": TOLD, "at": at}),
        (CouncilMember, HERE | {"id": 1, "name": TOLD, "since": at, "until": soon}),
    ):  # fmt: skip
        connection.execute(insert(model).values(**{"community_id": 1, **values}))
    told = update(Case).where(Case.community_id == 1, Case.no == 1)
    connection.execute(told.values(place=TOLD, proposal={"why": [TREE], "key": [TREE]}))
    pressed = [["home_yes", None, {"account": ACCOUNT}, True]]
    asked = {"id": 9, "bot": "staff", "chat": 1, "account": 1, "choices": pressed, "expires_at": soon}
    connection.execute(insert(Keyboard).values(community_id=1, **asked))


async def left_everything(world: World) -> None:
    """A person says the canary wherever somebody can, and somebody quotes it in the answer."""
    wang, chen = await settled(world, ACCOUNT, f"3栋{TOLD}"), world.worker(1)
    await chen.taps("问居民")
    await chen.says(f"是{PHONE}那一家吗")
    await wang.says(TOLD)
    await chen.taps("受理")
    await chen.taps("办结答复")
    await chen.says(f"灯换好了，请{PHONE}放心")
    await world.passes(seconds=61)
    await started(world)
    await wang.taps("好，开始")
    for _ in range(2):
        await wang.taps("跳过这题")
    await wang.says(TOLD)
    await wang.says("代录")
    await wang.taps("家里老人")
    await wang.says(f"{TREE}奶奶，{PHONE}")
    await wang.taps("电话里同意了")
    await wang.says(f"3栋{TREE}边上的垃圾没人收，请打{PHONE}")
    await wang.says("代录")
    await wang.taps("家里老人")
    await wang.says(f"{TREE}爷爷，{PHONE}")
    world.residents.push(poison=True, chat=ACCOUNT, text=TOLD)
    world.residents.failures = [Refused("no")]
    await wang.says("我的诉求")
    await world.app.database.write(rows)


async def holding(world: World) -> set[tuple[str, str]]:
    """All columns, of whatever type, in which a canary stands."""

    def work(connection: Connection) -> set[tuple[str, str]]:
        return {
            (table.name, name)
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table)).mappings()
            for name, value in row.items()
            if any(canary in str(value) for canary in CANARIES)
        }

    found: set[tuple[str, str]] = await world.rows(work)
    return found


async def test_no_column_keeps_what_was_erased(world: World) -> None:
    """A new column of words is either said into here, or named above as one that no resident's words can reach."""
    await left_everything(world)
    words = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Words | WordsJson | Json)
    }
    others = {(table, name) for table, names in NOT_A_RESIDENTS.items() for name in names}
    assert others <= words
    before = await holding(world)
    assert words - others - before == set(), "the canary was said into all of them"
    assert before & others == set()
    await erases(world.resident(ACCOUNT))
    await world.app.ticker.clean()
    assert await holding(world) == set()
