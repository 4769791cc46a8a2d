"""Links promises, calls, events, rotas and stories to a case or topic."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.residents.lookup import case_by_number
from handlers.turn import Turn
from storage.cases import CaseRow
from storage.cocreation.topics import TopicRow
from storage.errors import NotFound
from storage.reference import CommunityRow

LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Matter:
    """A case, a topic, or neither."""

    case: CaseRow | None = None
    topic: TopicRow | None = None

    @property
    def exists(self) -> bool:
        return self.case is not None or self.topic is not None

    @property
    def case_no(self) -> int | None:
        return self.case.no if self.case else None

    @property
    def topic_no(self) -> int | None:
        return self.topic.no if self.topic else None

    @property
    def columns(self) -> dict[str, int | None]:
        """The matter as columns of a table."""
        return {"case_no": self.case_no, "topic_no": self.topic_no}


def data_of(data: dict[str, Any]) -> dict[str, Any]:
    """The part of a button's or question's data that names the matter where it began."""
    return {name: data[name] for name in ("case_no", "topic") if data.get(name)}


def begun_at(turn: Turn, community: CommunityRow, data: dict[str, Any]) -> Matter:
    """The matter on whose card a button was pressed."""
    case = turn.uow.cases.living((community.id, int(data["case_no"]))) if data.get("case_no") else None
    topic = turn.uow.topics.living(community.id, int(data["topic"])) if data.get("topic") else None
    return Matter(case, topic)


def of_row(turn: Turn, row: Any) -> Matter:
    """The matter of a row, for example of a call or a story."""
    community = turn.uow.reference.communities[row.community_id]
    return begun_at(turn, community, {"case_no": row.case_no, "topic": row.topic_no})


def named(turn: Turn, community: CommunityRow, line: str) -> Matter | None:
    """The case (SL-12) or topic (议题3) of this community that a line names, or None."""
    word = turn.context.texts("linked.topic")
    if found := re.fullmatch(rf"{word}\s*(\d{{1,{LONGEST_NUMBER}}})", line.strip()):
        try:
            return Matter(topic=turn.uow.topics.living(community.id, int(found[1])))
        except NotFound:
            return None
    case = case_by_number(turn, line)
    return Matter(case) if case is not None and case.community_id == community.id else None


def split_off(
    turn: Turn, community: CommunityRow, asked: dict[str, Any], lines: Sequence[str]
) -> tuple[list[str], Matter]:
    """(lines, matter): if the last line names a matter, that one; otherwise the matter where it began."""
    last = named(turn, community, lines[-1]) if len(lines) > 1 else None
    return (list(lines[:-1]), last) if last else (list(lines), begun_at(turn, community, asked))


def people(turn: Turn, matter: Matter) -> list[tuple[str, int]]:
    """Everybody who reported, joined, seconded or contributed to a matter, each once."""
    found: dict[tuple[str, int], None] = {}
    if matter.case is not None:
        found |= dict.fromkeys((person.bot, person.account) for person in turn.uow.cases.people(matter.case.key))
    if matter.topic is not None:
        found |= dict.fromkeys(turn.uow.topics.everybody(matter.topic.key))
    return list(found)


def took_part(turn: Turn, matter: Matter) -> list[tuple[str, int]]:
    """`people`, and everybody who helped: took up a call, came to an event, or is in a rota."""
    found = dict.fromkeys(people(turn, matter))
    community_id = (matter.case or matter.topic).community_id if matter.exists else None  # type: ignore[union-attr]
    if community_id is not None:
        for store in (turn.uow.calls, turn.uow.gatherings, turn.uow.rotas):
            found |= dict.fromkeys(store.helped(community_id, **matter.columns))
    return list(found)
