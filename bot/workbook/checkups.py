"""The check-up sheet of a workbook: what communities have of each point; blank cells leave what stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.workbook.findings import quoted
from bot.workbook.places import Places
from bot.workbook.read import Line
from bot.workbook.sheets import CHECKUP, COMMUNITIES, EXEMPT, HAS, HAS_NOT
from bot.workbook.table_rows import Once
from ledger.checkup import Point, Source
from storage.facilities import year_of
from storage.register import Register, Row
from storage.tables import Base, FacilityPast, FacilityStock, Neighbour

FIGURES = ("number", "area_m2", "ratio", "walk_minutes")
OTHERS = ("base_m2", "condition", "paid", "income", "upkeep", "note", "origin")
KEPT = ("has", "year", "found_on", *FIGURES, *OTHERS)


class Checkups:
    """What names no date of its own is of the day of `now`."""

    def __init__(self, register: Register, places: Places, points: Mapping[str, Point], now: datetime) -> None:
        self.register = register
        self.places = places
        self.points = points
        self.now = now
        self.findings = places.findings
        self.standing = {(row["community_id"], row["point"]): row for row in register.rows(FacilityStock)}
        self.past = {(row["community_id"], row["point"], row["found_in"]): row for row in register.rows(FacilityPast)}

    def bring_in(self) -> None:
        """The newest year first: what is of an earlier one than what stands is kept beside it."""
        new, named, left = Once(self.findings, CHECKUP), set(), self.standing.keys()
        for line in sorted(self.places.book.lines.get(CHECKUP, []), key=self._year, reverse=True):
            community = self.places.community(line, CHECKUP)
            if community and self._makes_sense(line) and new(line, (community["id"], line["point"], self._year(line))):
                named.add((community["id"], line["point"]))
                self._put(community["id"], line)
        self.findings.tally(CHECKUP).left = len(left - named)

    def _year(self, line: Line) -> int:
        return int((line["found_on"] or self.now.date()).year)

    def _makes_sense(self, line: Line) -> bool:
        point = self.points[line["point"]]
        if line["has"] == EXEMPT and not point.exempt:
            self.findings.refuse(CHECKUP, line.row, f"第 {point.code} 项{point.name}不能填“{EXEMPT}”")
            return False
        if line["has"] in (HAS_NOT, EXEMPT) and any(line[name] for name in FIGURES):
            self.findings.refuse(CHECKUP, line.row, f"“有没有”填了“{line['has']}”，数量或面积却不是 0")
            return False
        return True

    def _put(self, community_id: int, line: Line) -> None:
        values: Row = {name: line[name] for name in KEPT} | {"year": line["built_year"]}
        values["has"] = None if line["has"] is None else line["has"] == HAS
        key, year = (community_id, line["point"]), self._year(line)
        standing = self.standing.get(key)
        if standing is not None and year_of(standing) > year:
            self._into(FacilityPast, self.past, (*key, year), values)
            return
        changed = self._into(FacilityStock, self.standing, key, values)
        if standing is not None and changed and year_of(standing) < year:
            self._leave(key, standing)

    def _leave(self, key: tuple[int, str], row: Row) -> None:
        """What stood at the end of an earlier year stays known."""
        place = (*key, year_of(row))
        if place not in self.past:
            self.past[place] = row | {"found_in": place[2]}
            self.register.add(FacilityPast, self.past[place])

    def _into(self, table: type[Base], rows: dict[Any, Row], place: tuple[Any, ...], values: Row) -> bool:
        """Add a row, or change what is different in it; False if nothing is."""
        old = rows.get(place)
        different = {name: value for name, value in values.items() if value is not None and _other(old, name, value)}
        tally = self.findings.tally(CHECKUP)
        if old is not None and not different:
            tally.same += 1
            return False
        made: Row = {"found_on": self.now.date()} | different
        made |= {"source": Source.IMPORT, "staff_id": None, "changed_at": self.now}
        if old is None:
            tally.new += 1
            rows[place] = dict(zip(("community_id", "point", "found_in"), place, strict=False)) | values | made
            self.register.add(table, rows[place])
        else:
            tally.changed += 1
            made |= self._gone(values)
            self.register.change(table, old, made)
            rows[place] = old | made
        return True

    @staticmethod
    def _gone(values: Row) -> Row:
        """Where there is nothing now, the figures of before are none."""
        return dict.fromkeys(FIGURES) if values["has"] is False else {}


class Neighbours:
    """Communities that the sheet of communities names as neighbours; those of a named community are replaced."""

    def __init__(self, register: Register, places: Places) -> None:
        self.register = register
        self.places = places

    def bring_in(self) -> None:
        wanted: dict[int, set[int]] = {}
        for line in self.places.book.lines.get(COMMUNITIES, []):
            own = self.places.brought_in(line) if line["neighbours"] else None
            if own:
                wanted[own["id"]] = {number for name in line["neighbours"] for number in self._number(line, name)}
        standing = {(row["community_id"], row["other_id"]): row for row in self.register.rows(Neighbour)}
        pairs = {(one, other) for one, others in wanted.items() for other in others - {one}}
        for pair, row in standing.items():
            if pair[0] in wanted and pair not in pairs:
                self.register.remove(Neighbour, row)
        for one, other in sorted(pairs - standing.keys()):
            self.register.add(Neighbour, {"community_id": one, "other_id": other})

    def _number(self, line: Line, name: str) -> list[int]:
        found = self.places.named(name)
        if len(found) != 1:
            why = f"有几个社区叫{quoted(name)}，请填代码" if found else f"没有社区{quoted(name)}"
            self.places.findings.refuse(COMMUNITIES, line.row, f"相邻社区：{why}")
            return []
        return [int(found[0]["id"])]


def _other(old: Row | None, name: str, value: Any) -> bool:
    return old is None or old[name] != value
