"""Shared rooms (预约) in a workbook: found by their name in a community; what is booked stays booked."""

from bot.workbook.cells import key
from bot.workbook.findings import quoted
from bot.workbook.places import Places
from bot.workbook.read import Line
from bot.workbook.sheets import ROOMS
from bot.workbook.table_rows import Once
from ledger.rooms import Hours
from storage.ids import new_id
from storage.register import Register, Row
from storage.tables import Room


class RoomsOf:
    def __init__(self, register: Register, places: Places) -> None:
        self.register = register
        self.places = places
        self.findings = places.findings

    def bring_in(self) -> None:
        tally, new = self.findings.tally(ROOMS), Once(self.findings, ROOMS)
        open_ = {
            (row["community_id"], key(row["name"])): row for row in self.register.rows(Room) if row["closed_at"] is None
        }
        named = set()
        for line in self.places.book.lines.get(ROOMS, []):
            community = self.places.community(line, ROOMS)
            if community is None or not new(line, (community["id"], key(line["name"]))):
                continue
            place = (community["id"], key(line["name"]))
            if hours := self._hours(line):
                named.add(place)
                self._put(open_.get(place), {"community_id": community["id"], "name": line["name"]} | hours)
        tally.left = len(open_.keys() - named)

    def _hours(self, line: Line) -> Row | None:
        hours = Hours("".join(map(str, line["weekdays"])), line["start"], line["end"], line["slot"])
        if hours.sound:
            return {"weekdays": hours.weekdays, "opens": hours.opens, "closes": hours.closes, "slot": hours.slot}
        self.findings.refuse(ROOMS, line.row, f"{quoted(line['name'])}的开放时间不对：要先开门后关门，够用一次")
        return None

    def _put(self, old: Row | None, values: Row) -> None:
        tally = self.findings.tally(ROOMS)
        if old is None:
            self.register.add(Room, values | {"id": new_id(), "closed_at": None})
            tally.new += 1
        elif all(old[name] == value for name, value in values.items()):
            tally.same += 1
        else:
            self.register.change(Room, old, values)
            tally.changed += 1
