"""The register of who may vote (名册): that of every community in the workbook is replaced; what stays keeps its id.

So whoever is of a line stays of it, and a ballot that is in the box stays that line's.
"""

from collections import defaultdict

from bot.workbook.findings import quoted
from bot.workbook.places import Places
from bot.workbook.read import Line
from bot.workbook.sheets import REGISTER
from storage.cocreation.voters import hash_of, plain_room
from storage.ids import new_id
from storage.register import Register, Row
from storage.tables import Voter

SHORTEST_CODE = 6
Same = tuple[int, str, str, str | None]
"""Building, room, kind and code: what makes two lines one."""


class VotersOf:
    def __init__(self, register: Register, places: Places) -> None:
        self.register = register
        self.places = places
        self.findings = places.findings

    def bring_in(self) -> None:
        standing: dict[int, dict[Same, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.register.rows(Voter):
            standing[row["community_id"]][_same(row)].append(row)
        wanted: dict[int, list[Row]] = defaultdict(list)
        for line in self.places.book.lines.get(REGISTER, []):
            if found := self._row(line):
                wanted[found["community_id"]].append(found)
        for community, rows in wanted.items():
            self._replace(standing[community], rows)
        left = (rows for number, rows in standing.items() if number not in wanted)
        self.findings.tally(REGISTER).left = sum(len(same) for rows in left for same in rows.values())

    def _row(self, line: Line) -> Row | None:
        community = self.places.community(line, REGISTER)
        if community is None:
            return None
        building = self.places.buildings.find(line["building"], community["id"])
        if building is None:
            self.findings.refuse(REGISTER, line.row, f"{community['name']}没有楼栋{quoted(line['building'])}")
            return None
        if line["code"] and len(line["code"]) < SHORTEST_CODE:
            self.findings.refuse(REGISTER, line.row, f"登记码：至少 {SHORTEST_CODE} 位")
            return None
        row: Row = {"community_id": community["id"], "kind": line["kind"].value, "building_id": building["id"]}
        return row | {
            "room": line["room"],
            "code_hash": hash_of(community["id"], line["code"]) if line["code"] else None,
        }

    def _replace(self, standing: dict[Same, list[Row]], rows: list[Row]) -> None:
        tally = self.findings.tally(REGISTER)
        for row in rows:
            known = standing[_same(row)]
            if known:
                known.pop()
                tally.same += 1
            else:
                self.register.add(Voter, row | {"id": new_id()})
                tally.new += 1
        for row in (row for same in standing.values() for row in same):
            self.register.remove(Voter, row)
            tally.removed += 1


def _same(row: Row) -> Same:
    return row["building_id"], plain_room(row["room"]), row["kind"], row["code_hash"]
