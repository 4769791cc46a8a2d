"""Streets, communities, grids and buildings of a workbook, found by name or code among those that stand."""

from collections.abc import Iterator

from bot.workbook.cells import key
from bot.workbook.findings import quoted
from bot.workbook.read import Book, Line
from bot.workbook.sheets import BUILDINGS, COMMUNITIES, GRIDS, STREETS, WHOLE_DISTRICT
from bot.workbook.table_rows import Once, TableRows
from ledger.district import Population
from storage.reference import DISTRICT
from storage.register import Register, Row
from storage.tables import Building, Community, Grid, Street

TIME_ZONE = "Asia/Shanghai"
COMMUNITY_VALUES = ("population", "area_m2", "built_year", "latitude", "longitude", "time_zone", "channel")
BUILDING_VALUES = ("built_year", "latitude", "longitude")


class Places:
    """`meant`: residents for whom one community is meant."""

    def __init__(self, register: Register, book: Book, meant: Population) -> None:
        self.book = book
        self.findings = book.findings
        self.meant = meant
        self.streets = TableRows(register, self.findings, STREETS, Street)
        self.communities = TableRows(register, self.findings, COMMUNITIES, Community, "street_id")
        self.grids = TableRows(register, self.findings, GRIDS, Grid, "community_id")
        self.buildings = TableRows(register, self.findings, BUILDINGS, Building, "community_id")
        self._named = self._by_words()

    def bring_in(self) -> None:
        """Take the sheets in the order in which they refer to each other."""
        new = Once(self.findings, STREETS)
        for line in self._lines(STREETS):
            if new(line, key(line["name"])):
                self.streets.put(self.streets.find(line["name"]), {"name": line["name"]})
        self._bring_communities()
        self._named = self._by_words()
        for line, community in self._with_community(GRIDS):
            values = {"community_id": community["id"], "name": line["name"]}
            self.grids.put(self.grids.find(line["name"], community["id"]), values)
        for line, community in self._with_community(BUILDINGS):
            self._bring_building(line, community)

    def community(self, line: Line, sheet: str) -> Row | None:
        """The community that a line names, by name or code; says so if there is none, or more than one."""
        words = line["community"]
        named = self.named(words)
        if len(named) == 1:
            return named[0]
        if named:
            codes = "、".join(row["code"] for row in named)
            self.findings.refuse(sheet, line.row, f"有 {len(named)} 个社区叫{quoted(words)}，请填代码（{codes}）")
        else:
            self.findings.refuse(sheet, line.row, f"没有社区{quoted(words)}")
        return None

    def named(self, words: str) -> list[Row]:
        """Communities that a cell may mean."""
        return self._named.get(key(words), [])

    def brought_in(self, line: Line) -> Row | None:
        """The row that a line of the communities' sheet stands for now."""
        by_code = (row for row in self.communities.rows if line["code"] and row["code"] == line["code"])
        street = self.streets.find(line["street"])
        return next(by_code, None) or self.communities.find(line["name"], street["id"] if street else None)

    def street(self, line: Line, sheet: str) -> Row | None:
        found = self.streets.find(line["street"])
        if found is None:
            self.findings.refuse(sheet, line.row, f"没有街道{quoted(line['street'])}")
        return found

    def grid(self, community: Row, name: str, line: Line, sheet: str) -> Row | None:
        found = self.grids.find(name, community["id"])
        if found is None:
            self.findings.refuse(sheet, line.row, f"{community['name']}没有网格{quoted(name)}")
        return found

    def _lines(self, sheet: str) -> list[Line]:
        return self.book.lines.get(sheet, [])

    def _with_community(self, sheet: str) -> Iterator[tuple[Line, Row]]:
        """Lines that belong to a community and name something there for the first time."""
        new = Once(self.findings, sheet)
        for line in self._lines(sheet):
            community = self.community(line, sheet)
            if community and new(line, (community["id"], key(line["name"]))):
                yield line, community

    def _by_words(self) -> dict[str, list[Row]]:
        """Communities by what a cell may call them."""
        found: dict[str, list[Row]] = {}
        for row in self.communities.rows:
            if row["id"] != DISTRICT:
                for words in {key(row["name"]), key(row["code"])}:
                    found.setdefault(words, []).append(row)
        return found

    def _bring_building(self, line: Line, community: Row) -> None:
        grid = self.grid(community, line["grid"], line, BUILDINGS) if line["grid"] else None
        self._check_position(BUILDINGS, line)
        values: Row = {name: line[name] for name in BUILDING_VALUES}
        values |= {"community_id": community["id"], "name": line["name"], "grid_id": grid and grid["id"]}
        self.buildings.put(self.buildings.find(line["name"], community["id"]), values)

    def _bring_communities(self) -> None:
        new_name, new_code = Once(self.findings, COMMUNITIES), Once(self.findings, COMMUNITIES)
        taken = {row["code"] for row in self.communities.rows} | {line["code"] for line in self._lines(COMMUNITIES)}
        for line in self._lines(COMMUNITIES):
            street = self.street(line, COMMUNITIES)
            if key(line["name"]) == key(WHOLE_DISTRICT) or line["code"] == self._code_of_district():
                self.findings.refuse(COMMUNITIES, line.row, "这个名称或代码留给全区")
            elif new_name(line, (key(line["street"]), key(line["name"]))) and new_code(line, line["code"] or line.row):
                self._bring_community(line, street or {"id": None}, taken)

    def _bring_community(self, line: Line, street: Row, taken: set[str]) -> None:
        by_code = next((row for row in self.communities.rows if row["code"] == line["code"]), None)
        by_name = self.communities.find(line["name"], street["id"])
        if by_code and by_name and by_code is not by_name:
            self.findings.refuse(COMMUNITIES, line.row, f"代码 {line['code']} 已经是{quoted(by_code['name'])}的")
            return
        self._check_position(COMMUNITIES, line)
        old = by_code or by_name
        self._remark(line, old)
        values: Row = {name: line[name] for name in COMMUNITY_VALUES}
        values |= {"street_id": street["id"], "name": line["name"], "code": line["code"]}
        if old is None:
            values["code"] = line["code"] or self._free_code(taken)
            values["time_zone"] = line["time_zone"] or TIME_ZONE
        self.communities.put(old, values)

    def _remark(self, line: Line, old: Row | None) -> None:
        """Say what is allowed but deserves a second look."""
        people = line["population"]
        if people is not None and not self.meant.least <= people <= self.meant.most:
            meant = f"{self.meant.least}–{self.meant.most}"
            self.findings.note(COMMUNITIES, line.row, f"{line['name']}有 {people} 人；方案三（一）以 {meant} 人为宜")
        if not old and (namesakes := self._named.get(key(line["name"]))):
            codes = "、".join(row["code"] for row in namesakes)
            self.findings.note(COMMUNITIES, line.row, f"已有同名社区（{codes}），当作另一个；是同一个的话，请填代码")
        if old and key(old["name"]) != key(line["name"]):
            self.findings.note(COMMUNITIES, line.row, f"{quoted(old['name'])}改名为{quoted(line['name'])}（代码相同）")
        if old and line["code"] and old["code"] != line["code"]:
            self.findings.note(COMMUNITIES, line.row, f"代码由 {old['code']} 改为 {line['code']}，台账编号跟着变")

    def _check_position(self, sheet: str, line: Line) -> None:
        if (line["latitude"] is None) != (line["longitude"] is None):
            self.findings.refuse(sheet, line.row, "纬度和经度要么都填，要么都不填")

    def _free_code(self, taken: set[str]) -> str:
        number = self.communities.next_id
        while f"SQ{number}" in taken:
            number += 1
        taken.add(f"SQ{number}")
        return f"SQ{number}"

    def _code_of_district(self) -> str:
        return str(next(row["code"] for row in self.communities.rows if row["id"] == DISTRICT))
