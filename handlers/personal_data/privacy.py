"""隐私, 我的数据: the notice, and a copy of what is stored about a person."""

import json
from datetime import datetime
from typing import Any

import yaml

from digests.dates import day_and_time
from handlers import feature_registry
from handlers.personal_data.file_deletion import drop_files
from handlers.reply import OutFile, Reply
from handlers.residents import own_cases
from handlers.turn import Turn
from ledger.rights import Part
from ledger.scenes import NO_ITEM, Scene, Urgency
from storage.cases import CaseRow, PersonOfCase
from storage.reference import DISTRICT

ALL = 100_000
LINE = 10_000
"""Characters of a line in the copy of one's data: what somebody said is not broken."""


def notice(turn: Turn) -> None:
    """The whole notice, with its version and what the person may do."""
    rows = ((turn.mine("button.my_data", "my_data"),), (turn.mine("button.erase", "ask_erase"),))
    limits = turn.context.district.limits
    turn.say("privacy.full", rows, version=limits.consent_version, days=limits.backups_kept.wall.days)


def my_data(turn: Turn, _data: dict[str, Any] | None = None) -> None:
    """Everything that is kept of this person, as a file they can open."""
    turn.uow.see(None)  # whatever is theirs, wherever it is
    cases = turn.uow.cases.of_person(turn.event.address.bot, turn.account, limit=ALL)
    content = yaml.safe_dump(_named(turn, _content(turn, cases)), allow_unicode=True, sort_keys=False, width=LINE)
    digest = turn.context.files.put(content.encode())
    _keep_for_sending(turn, digest)
    text = turn.context.texts("privacy.export", n=len(cases))
    name = turn.context.texts("privacy.file")
    turn.send(Reply(turn.event.address, text, files=(OutFile("document", digest, name),)))
    turn.outcome = "export"


def _keep_for_sending(turn: Turn, digest: str) -> None:
    """The copy is theirs: ours goes when it has had time to arrive, and with the next one."""
    if turn.talk.state.get("export", {}).get("digest") != digest:
        forget_export(turn)
    gone_at = turn.uow.now + turn.context.district.limits.export_kept.wall
    turn.talk.state["export"] = {"digest": digest, "due": gone_at.timestamp()}
    turn.wake_again()


def forget_export(turn: Turn) -> None:
    export = turn.talk.state.pop("export", None)
    if export:
        drop_files(turn, [export["digest"]])


def _named(turn: Turn, part: Any) -> Any:
    """The content as people can read it: with names, and with times as they are written elsewhere."""
    if part and isinstance(part, list):
        return [_named(turn, each) for each in part]
    if isinstance(part, dict):
        return {turn.context.texts(f"export.{name}"): _named(turn, value) for name, value in part.items()}
    if isinstance(part, bool):
        return turn.context.texts("export.yes" if part else "export.no")
    if isinstance(part, datetime):
        community = turn.community(turn.person.community_id) or turn.uow.reference.communities[DISTRICT]
        return f"{part.astimezone(community.zone).year}年{day_and_time(part, community.zone)}"
    if part is None or part == []:
        return turn.context.texts("export.nothing")
    return part if type(part) in (int, float) else str(part)


def _content(turn: Turn, cases: list[CaseRow]) -> dict[str, Any]:
    person, community, texts = turn.person, turn.community(turn.person.community_id), turn.context.texts
    return {
        "account": turn.account,
        "chat": person.chat,
        "name": person.name,
        "community": community.name if community else None,
        "building": _building(turn),
        "consent": person.consent_version,
        "consented_at": person.consented_at,
        "first_seen": person.created_at,
        "paused_at": person.paused_at,
        "staff": turn.staff.name if turn.staff else None,
        "subscriptions": [
            {"report": texts(f"subscriptions.{row.report}", place="").strip(), "chat": row.chat, "wanted": row.wanted}
            for row in turn.uow.subscriptions.in_chat(person.bot, person.chat).values()
        ],
        "talks": [_as_it_is(talk.state) for talk in turn.uow.conversations.all_of(person.bot, turn.account)],
        "cases": [_case(turn, case) for case in cases],
        "accesses": _accesses(turn, cases),
        **{
            name: part
            for feature in feature_registry.FEATURES
            if feature.exports
            for name, part in feature.exports(turn).items()
        },
    }


def _accesses(turn: Turn, cases: list[CaseRow]) -> list[dict[str, Any]]:
    """Who looked at these cases, by what they are."""
    roles, texts = turn.context.district.roles, turn.context.texts
    return [
        {
            "at": row.at,
            "by": roles.get(row.role) or texts("seen.operator"),
            "step": texts(f"seen.{row.what}"),
            "reason": row.purpose,
        }
        for row in turn.uow.accesses.of_cases([case.key for case in cases], ALL)
    ]


def _as_it_is(state: dict[str, Any]) -> str:
    """What is kept of a conversation has no names for people: it is given as it stands."""
    return json.dumps(state, ensure_ascii=False, default=str)


def _building(turn: Turn) -> str | None:
    buildings = turn.uow.reference.buildings_of.get(turn.person.community_id or 0, [])
    return next((b.name for b in buildings if b.id == turn.person.building_id), None)


def _case(turn: Turn, case: CaseRow) -> dict[str, Any]:
    """A case as its reporter knows it; who joined it gets their own words only."""
    me = next(
        p for p in turn.uow.cases.people(case.key) if (p.bot, p.account) == (turn.event.address.bot, turn.account)
    )
    district, reported = turn.context.district, me.part != Part.JOINER
    return {
        "number": turn.number(case),
        "part": turn.context.texts(f"export.{me.part}"),
        "anonymous": me.anonymous,
        "scene": district.scenes[case.scene].name,
        "urgency": district.urgencies[case.urgency].name,
        "state": district.resident_states[case.state],
        "filed": case.created_at,
        "due": case.due_at,
        "reply": case.reply,
        "solved": case.solved,
        "satisfied": case.satisfied,
        **(_told(turn, case) if reported else {}),
        **_said(turn, case, me),
        "contacts": [
            {"name": row.name, "phone": row.phone, "consented_at": row.consented_at}
            for row in turn.uow.contacts.of_case(case.key)
            if (row.bot, row.account) == (me.bot, me.account)
        ],
        "history": [
            {
                "at": event.at,
                "step": turn.context.texts(f"step.{event.action}"),
                "state": district.resident_states.get(event.after),
            }
            for event in turn.uow.cases.events(case.key)
        ],
    }


def _told(turn: Turn, case: CaseRow) -> dict[str, Any]:
    return {
        "text": own_cases.as_told(turn, case),
        "place": case.place,
        "latitude": case.latitude,
        "longitude": case.longitude,
        "proposal": _proposal(turn, case),
    }


def _proposal(turn: Turn, case: CaseRow) -> dict[str, Any] | None:
    """What the machine made of the words; cases that no words began have nothing of it."""
    district, found = turn.context.district, case.proposal
    if not found:
        return None
    item = district.item(found.get("item", NO_ITEM))
    likely = dict.fromkeys(scene for scene in (found.get("scene"), *found.get("scenes", ())) if scene)
    scenes, urgency = [district.scenes[Scene(scene)].name for scene in likely], found.get("urgency")
    return {
        "scene": next(iter(scenes), None),
        "sure": f"{round(100 * float(found.get('p', 0)))}%",
        "scenes": "、".join(scenes[1:]),
        "kind": district.kinds.get(found.get("kind", "")),
        "item": item.name if item else None,
        "urgency": district.urgencies[Urgency(urgency)].name if urgency else None,
        "why": "、".join(found.get("why", ())),
        "key": " ".join(map(str, found.get("key", ()))),
    }


def _said(turn: Turn, case: CaseRow, me: PersonOfCase) -> dict[str, Any]:
    """Messages and files that came from this person."""
    messages = [row for row in turn.uow.cases.messages(case.key) if own_cases.said_by(me, row)]
    own, texts = {row.attachment_id for row in messages}, turn.context.texts
    files = [row for row in turn.uow.cases.attachments(case.key) if row.id in own]
    return {
        "messages": [
            {"at": row.at, "kind": texts(f"export.{row.kind}_sent"), "text": row.text, "revision": row.revision}
            for row in messages
        ],
        "files": [
            {"at": row.at, "kind": texts(f"export.{row.kind}_sent"), "size": row.size, "type": row.media_type}
            for row in files
        ],
    }
