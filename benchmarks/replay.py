"""A file of messages through the fake Bot API server, a library's real client and a real `chulin run` process.

Everybody follows a signed link, says their line, agrees to the notice by a tap, and reads the receipt. A line without
a chat is somebody of their own. Afterwards each line is held against inbox and ledger, each receipt against the chat.

    uv run python -m benchmarks.replay FILE.jsonl --via aiogram|ptb [--database URL] [--smallest]
"""

import argparse
import asyncio
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from benchmarks.real_process import Stand, stand
from benchmarks.sample import texts
from bot.build import RESIDENT
from bot.commands.replay import told
from bot.demo.sample import load_sample
from bot.district import load_texts
from bot.replaying.input_lines import Line, read_lines
from bot.replaying.reconciliation import Sent, account
from bot.settings import Library
from ledger.text import utf16_length
from storage.database import open_database
from storage.messenger.outbox import WAITING
from storage.tables import Outbox
from storage.update_outcomes import Fate, Opened, fates, opened

AT_ONCE = 48
PATIENCE = 120
LONGEST = 4096
SMALLEST = 40


@dataclass
class Chat:
    """One person: the lines they say, and what they did, in order: a line's message id, or 0 for what is no line."""

    name: str
    lines: list[Line]
    id: int = 0
    acts: list[tuple[int, bool]] = field(default_factory=list)
    """(message id, whether a new line begins); a tap belongs to the line before it."""


async def talk(stand_: Stand, chat: Chat, agree: str) -> None:
    """Start by the link, say every line, and agree where one is asked to."""
    started = await stand_.acts(chat.name, "starts", payload=stand_.link(chat.lines[0].community))
    chat.id = started["chat"]["id"]
    chat.acts.append((0, True))
    await stand_.sees(chat.name, PATIENCE)
    for line in chat.lines:
        said = await stand_.acts(chat.name, "says", text=line.text)
        chat.acts.append((said["message_id"], True))
        answer = await stand_.sees(chat.name, PATIENCE)
        if agree in _labels(answer):
            await stand_.acts(chat.name, "taps", label=agree, seconds=PATIENCE)
            chat.acts.append((said["message_id"], False))
            await stand_.sees(chat.name, PATIENCE)


def _labels(message: dict[str, object]) -> list[str]:
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    return [button["text"] for row in rows for button in row]


def sent_lines(chats: list[Chat], found: list[Fate]) -> tuple[list[Sent], int]:
    """Each line with its updates, by the order of its chat; and updates that nobody sent."""
    by_chat: defaultdict[int, list[Fate]] = defaultdict(list)
    for fate in found:
        by_chat[fate.chat].append(fate)
    lines: list[Sent] = []
    for chat in chats:
        ended = by_chat.pop(chat.id, [])
        updates: dict[int, list[int]] = {}
        for position, (message_id, _) in enumerate(chat.acts):
            updates.setdefault(message_id, []).extend(f.update_id for f in ended[position : position + 1])
            if position >= len(ended):
                updates[message_id] = []
        by_chat[chat.id] = ended[len(chat.acts) :]
        lines += [Sent(chat.id, message_id, tuple(ids)) for message_id, ids in updates.items() if message_id]
    return lines, sum(map(len, by_chat.values()))


def receipts(sent: list[Sent], found: list[Fate], cases: list[Opened]) -> dict[int, list[str]]:
    """Ledger numbers that people have to be told, by chat; an emergency gets numbers to call instead."""
    alarms = {fate.update_id for fate in found if fate.outcome == "emergency"}
    spared = {(line.chat, line.message_id) for line in sent if alarms.intersection(line.update_ids)}
    codes = dict(enumerate((place.code for place in load_sample().communities), 1))
    wanted: defaultdict[int, list[str]] = defaultdict(list)
    for case in cases:
        if (case.chat, case.message_id) not in spared:
            wanted[case.chat].append(f"{codes[case.community_id]}-{case.no}")
    return wanted


async def seen_receipts(stand_: Stand, chats: list[Chat], wanted: dict[int, list[str]]) -> Counter[int]:
    """How often each number stands in a receipt in its chat: numbers by how often."""
    seen: Counter[int] = Counter()
    for chat in chats:
        messages = await stand_.remote.do("messages", user=chat.name, bot=RESIDENT)
        said = [message["text"] for message in messages if message["from"]["is_bot"]]
        for number in wanted.get(chat.id, []):
            receipt = re.compile(rf"(?:编号 |^){re.escape(number)}(?!\d)", re.MULTILINE)
            seen[sum(bool(receipt.search(text)) for text in said)] += 1
    return seen


async def quiet(stand_: Stand) -> None:
    """Wait until every update was confirmed and nothing waits for the residents any more."""
    await stand_.remote.do("drained", bot=RESIDENT, seconds=PATIENCE)
    database = open_database(stand_.url)
    waiting = select(Outbox.id).where(Outbox.bot == RESIDENT, Outbox.state == WAITING).limit(1)

    async def none_waits() -> bool:
        return not await database.read(lambda connection: connection.execute(waiting).first())

    try:
        await stand_.until(none_waits)
    finally:
        await database.close()


async def run(lines: list[Line], via: Library, url: str) -> bool:
    chats = _chats(lines)
    agree = load_texts()("button.agree")
    async with stand(via, url) as stand_:
        await stand_.plants({})
        await stand_.starts()
        places = asyncio.Semaphore(AT_ONCE)

        async def one(chat: Chat) -> None:
            async with places:
                await talk(stand_, chat, agree)

        began = time.perf_counter()
        await asyncio.gather(*(one(chat) for chat in chats))
        await quiet(stand_)
        taken = time.perf_counter() - began
        await stand_.stops()
        return await report(stand_, chats, taken)


async def report(stand_: Stand, chats: list[Chat], taken: float) -> bool:
    """Print the account; whether it is whole."""
    database = open_database(stand_.url)
    found = await database.read(lambda connection: fates(connection, RESIDENT))
    sent, foreign = sent_lines(chats, found)
    result = await database.read(lambda connection: account(connection, RESIDENT, sent))
    cases = await database.read(lambda connection: opened(connection, RESIDENT))
    await database.close()
    result.doubled += foreign
    wanted = receipts(sent, found, cases)
    seen = await seen_receipts(stand_, chats, wanted)
    print(f"经 {stand_.via}，数据库 {stand_.url.partition(':')[0]}，{len(chats)} 个会话")
    print("\n".join(told(result)))
    print(f"回执上的编号：该有 {seen.total()}，居民看到一次 {seen[1]}，没看到 {seen[0]}，不止一次", end=" ")
    print(seen.total() - seen[0] - seen[1])
    breaches = len(await stand_.remote.do("limits"))
    print(f"用时 {taken:.1f} 秒，{len(found)} 个动作，每秒 {len(found) / taken:.0f}", end="")
    print(f"（信使限每秒 30 条回复，超限 {breaches}）")
    return result.whole and seen[1] == seen.total()


def _chats(lines: list[Line]) -> list[Chat]:
    found: dict[tuple[str, int], Chat] = {}
    for line in lines:
        name = f"{line.who[0]} in {line.who[1]}"
        found.setdefault(line.who, Chat(name, [])).lines.append(line)
    return list(found.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", help="without it, messages of the project's own corpus")
    parser.add_argument("--via", type=Library, choices=list(Library), default=Library.AIOGRAM)
    parser.add_argument("--database", default="", help="an empty database; default: SQLite in a temporary folder")
    parser.add_argument("--smallest", action="store_true", help=f"{SMALLEST} messages")
    wanted = parser.parse_args()
    sample = load_sample()
    lines, bad = read_lines(wanted.file, sample) if wanted.file else (_own(sample.home[0]), [])
    bad += [(line.number, f"longer than {LONGEST}") for line in lines if utf16_length(line.text) > LONGEST]
    lines = [line for line in lines if utf16_length(line.text) <= LONGEST]
    for number, reason in bad:
        print(f"第 {number} 行：{reason}，跳过")
    whole = asyncio.run(run(lines[:SMALLEST] if wanted.smallest else lines, wanted.via, wanted.database))
    sys.exit(0 if whole else 1)


def _own(community: int) -> list[Line]:
    return [Line(number, text, community) for number, text in enumerate(texts(400), 1)]


if __name__ == "__main__":
    main()
