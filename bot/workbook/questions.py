"""The question lists of a workbook: that of every community it names is replaced as a whole."""

from collections import defaultdict

from bot.workbook.cells import key
from bot.workbook.places import Places
from bot.workbook.read import Line
from bot.workbook.sheets import QUESTIONS, WHOLE_DISTRICT
from bot.workbook.table_rows import Once
from storage.ids import new_id
from storage.reference import DISTRICT
from storage.register import Register, Row
from storage.tables import Question

FIELDS = ("question", "answer", "source")


class Questions:
    def __init__(self, register: Register, places: Places) -> None:
        self.register = register
        self.places = places
        self.findings = places.findings
        self.standing: dict[int, dict[tuple[str, ...], Row]] = defaultdict(dict)
        for row in register.rows(Question):
            self.standing[row["community_id"]][_said(row)] = row

    def bring_in(self) -> None:
        wanted: dict[int, dict[tuple[str, ...], Row]] = defaultdict(dict)
        new = Once(self.findings, QUESTIONS)
        for line in self.places.book.lines.get(QUESTIONS, []):
            community = self._community(line)
            if community is not None and new(line, (community, key(line["question"]))):
                row: Row = {name: line[name] for name in FIELDS}
                wanted[community][_said(row)] = row
        for community, rows in wanted.items():
            self._replace(community, rows)
        self.findings.tally(QUESTIONS).left = sum(len(r) for number, r in self.standing.items() if number not in wanted)

    def _community(self, line: Line) -> int | None:
        """Nothing, or 全区, is the whole district."""
        if not line["community"] or key(line["community"]) == key(WHOLE_DISTRICT):
            return DISTRICT
        found = self.places.community(line, QUESTIONS)
        return found["id"] if found else None

    def _replace(self, community: int, rows: dict[tuple[str, ...], Row]) -> None:
        standing, tally = self.standing[community], self.findings.tally(QUESTIONS)
        for said in [said for said in rows if said not in standing]:
            self.register.add(Question, {"community_id": community, "id": new_id()} | rows[said])
            tally.new += 1
        for said in [said for said in standing if said not in rows]:
            self.register.remove(Question, standing[said])
            tally.removed += 1
        tally.same += len(standing.keys() & rows.keys())


def _said(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in FIELDS)
