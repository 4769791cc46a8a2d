"""The duty roster of a workbook: that of every community it names is replaced as a whole."""

from collections import defaultdict

from bot.workbook.cells import DAY, key
from bot.workbook.findings import quoted
from bot.workbook.people import People
from bot.workbook.places import Places
from bot.workbook.read import Line
from bot.workbook.sheets import DUTIES, WHOLE_DISTRICT
from ledger.rights import Place, covers
from storage.ids import new_id
from storage.reference import DISTRICT
from storage.register import Register, Row
from storage.tables import Duty

Watch = tuple[int, int, int, int]
"""Staff id, weekday, first minute, minute after the last."""


class Roster:
    def __init__(self, register: Register, places: Places, people: People) -> None:
        self.register = register
        self.places = places
        self.people = people
        self.findings = places.findings
        self.standing: dict[int, dict[Watch, Row]] = defaultdict(dict)
        for row in register.rows(Duty):
            watch = (row["staff_id"], row["weekday"], row["start_minute"], row["end_minute"])
            self.standing[row["community_id"]][watch] = row

    def bring_in(self) -> None:
        wanted: dict[int, set[Watch]] = defaultdict(set)
        for line in self.places.book.lines.get(DUTIES, []):
            community = self._community(line)
            person = self._person(line)
            if community and person:
                self._warn_powerless(line, community, person)
                wanted[community["id"]] |= self._watches(line, person["id"])
        for community_id, watches in wanted.items():
            self._replace(community_id, watches)
        self.findings.tally(DUTIES).left = sum(len(w) for number, w in self.standing.items() if number not in wanted)

    def _community(self, line: Line) -> Row | None:
        if key(line["community"]) == key(WHOLE_DISTRICT):
            return next(row for row in self.places.communities.rows if row["id"] == DISTRICT)
        return self.places.community(line, DUTIES)

    def _person(self, line: Line) -> Row | None:
        found = [row for row in self.people.find(line["name"], line["phone"]) if row["active"]]
        if not found:
            both = "（电话也要对上）" if line["phone"] else ""
            self.findings.refuse(DUTIES, line.row, f"在岗人员里没有{quoted(line['name'])}{both}")
        elif len(found) > 1:
            self.findings.refuse(DUTIES, line.row, f"有 {len(found)} 位{quoted(line['name'])}，请填电话")
        return found[0] if len(found) == 1 else None

    def _warn_powerless(self, line: Line, community: Row, person: Row) -> None:
        place = Place(community["id"], community["street_id"] or 0)
        if not any(covers(right, place) for right in self.people.rights[person["id"]]):
            where = f"{person['name']}在{community['name']}"
            self.findings.note(DUTIES, line.row, f"{where}没有权限，收到紧急情况时按不了按钮")

    def _watches(self, line: Line, staff_id: int) -> set[Watch]:
        """The line's watches day by day; one past midnight goes on the next day."""
        start, end = line["start"], line["end"] or DAY
        if start == end:
            self.findings.refuse(DUTIES, line.row, "从和到一样；整天请写 00:00 到 24:00")
            return set()
        days = line["weekdays"]
        if start < end:
            return {(staff_id, day, start, end) for day in days}
        first = {(staff_id, day, start, DAY) for day in days if start < DAY}
        return first | {(staff_id, (day + 1) % 7, 0, end) for day in days}

    def _replace(self, community_id: int, watches: set[Watch]) -> None:
        standing, tally = self.standing[community_id], self.findings.tally(DUTIES)
        for watch in sorted(watches - standing.keys()):
            names = ("staff_id", "weekday", "start_minute", "end_minute")
            row = {"community_id": community_id, "id": new_id()} | dict(zip(names, watch, strict=True))
            self.register.add(Duty, row)
        for watch in standing.keys() - watches:
            self.register.remove(Duty, standing[watch])
        tally.new += len(watches - standing.keys())
        tally.removed += len(standing.keys() - watches)
        tally.same += len(watches & standing.keys())
