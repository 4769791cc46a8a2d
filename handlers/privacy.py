"""隐私, 我的数据, 删除我的数据: what is kept, a copy of it, and its erasure."""

import json
from typing import Any

from handlers import steps
from handlers.reply import OutFile, Reply
from handlers.turn import Turn
from ledger.lifecycle import OPEN, Action, Role
from storage.cases import CaseRow


def notice(turn: Turn) -> None:
    """The whole notice, with its version and what the person may do."""
    rows = ((turn.mine("button.my_data", "my_data"),), (turn.mine("button.erase", "ask_erase"),))
    turn.say("privacy.full", rows, version=turn.context.district.limits.consent_version)


def my_data(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """Everything that is kept of this person, as a file they can open."""
    bot = turn.event.address.bot
    cases = turn.uow.cases.of_person(bot, turn.account, limit=1000)
    person = turn.person
    content = {
        "账号": turn.account,
        "名字": person.name,
        "社区": (found := turn.community(person.community_id)) and found.name,
        "同意的说明版本": person.consent_version,
        "同意时间": person.consented_at and person.consented_at.isoformat(),
        "正在进行的对话": turn.talk.state,
        "诉求": [_exported(turn, case) for case in cases],
    }
    digest = turn.context.files.put(json.dumps(content, ensure_ascii=False, indent=2, default=str).encode())
    text = turn.context.texts("privacy.export", n=len(cases))
    turn.send(Reply(turn.event.address, text, files=(OutFile("document", digest, "我的数据.json"),)))
    turn.outcome = "export"


def _exported(turn: Turn, case: CaseRow) -> dict[str, Any]:
    mine = turn.event.address
    return {
        "编号": f"{turn.uow.reference.communities[case.community_id].code}-{case.no}",
        "原话": case.text,
        "状态": turn.context.district.states[case.state],
        "登记时间": case.created_at.isoformat(),
        "消息": [
            {"时间": row.at.isoformat(), "内容": row.text, "类型": row.kind}
            for row in turn.uow.cases.messages(case.key)
            if (row.bot, row.chat) == (mine.bot, mine.chat)
        ],
        "经过": [
            {"时间": event.at.isoformat(), "步骤": event.action, "状态": turn.context.district.states.get(event.after)}
            for event in turn.uow.cases.events(case.key)
        ],
    }


def ask_erase(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    sure = turn.mine("button.erase_yes", "erase", once=True)
    turn.say("privacy.erase_sure", ((sure,),))


def erase(turn: Turn, _data: dict[str, Any]) -> None:
    """Erase the person: words, files, conversation, messages in both directions. The cases stay without them."""
    uow, bot, account = turn.uow, turn.event.address.bot, turn.account
    for case in uow.cases.of_person(bot, account, limit=100_000):
        _leave(turn, case)
    uow.flush()
    uow.inbox.erase_chat(bot, turn.event.address.chat)
    uow.outbox.erase_chat(bot, turn.event.address.chat)
    uow.conversations.erase_of(bot, account, turn.event.address.chat)
    uow.people.erase(bot, account)
    turn.replies.clear()
    turn.send(Reply(turn.event.address, turn.context.texts("privacy.erased")))
    turn.outcome = "erased"


def _leave(turn: Turn, case: CaseRow) -> None:
    """Take a person and their words out of one case; an open one that nobody else is in is withdrawn."""
    cases, bot, account = turn.uow.cases, turn.event.address.bot, turn.account
    people = cases.people(case.key)
    mine = next(p for p in people if (p.bot, p.account) == (bot, account))
    if len(people) == 1 and case.state in OPEN:
        steps.take(turn, case, Action.WITHDRAW, Role.RESIDENT)
    if mine.part == "reporter":
        cases.change(case, text=turn.context.texts("privacy.words_erased"), place=None, latitude=None, longitude=None)
        gone = cases.erase_words(case.key)
        turn.uow.after_commit.append(lambda: turn.context.files.drop(gone))
    else:
        cases.change(case, supporters=max(case.supporters - 1, 1))
    cases.erase_messages_of(case.key, bot, mine.chat)
    cases.remove_people(case.key, [(bot, account)])
    cases.add_event(case, action="erased", role=Role.RESIDENT, before=case.state)
    steps.refresh(turn, case)
