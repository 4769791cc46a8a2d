"""Members of the council of residents (议事会) in a workbook: who is not on it yet is added, with a code."""

from datetime import datetime, timedelta

from bot.workbook.cells import key
from bot.workbook.places import Places
from bot.workbook.sheets import COUNCIL
from bot.workbook.table_rows import Once
from storage.cocreation.voters import hash_of
from storage.ids import new_id
from storage.register import Register
from storage.tables import CouncilMember

MONTHS, DAYS_A_MONTH = 24, 365 / 12
SHORTEST_CODE = 6


class Members:
    def __init__(self, register: Register, places: Places, now: datetime) -> None:
        self.register = register
        self.now = now
        self.places = places
        self.findings = places.findings

    def bring_in(self) -> None:
        now, tally = self.now, self.findings.tally(COUNCIL)
        sitting = {
            (row["community_id"], key(row["name"])) for row in self.register.rows(CouncilMember) if row["until"] > now
        }
        new = Once(self.findings, COUNCIL)
        for line in self.places.book.lines.get(COUNCIL, []):
            community = self.places.community(line, COUNCIL)
            if community is None or not new(line, (community["id"], key(line["name"]))):
                continue
            if len(line["code"]) < SHORTEST_CODE:
                self.findings.refuse(COUNCIL, line.row, f"邀请码：至少 {SHORTEST_CODE} 位")
            elif (community["id"], key(line["name"])) in sitting:
                tally.same += 1
            else:
                until = now + timedelta(days=round((line["months"] or MONTHS) * DAYS_A_MONTH))
                row = {"community_id": community["id"], "id": new_id(), "name": line["name"], "since": now}
                row |= {"until": until, "code_hash": hash_of(community["id"], line["code"])}
                self.register.add(CouncilMember, row | {"bot": None, "account": None, "chat": None})
                tally.new += 1
