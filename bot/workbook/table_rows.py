"""The rows of one table while a sheet is brought in: found by name, numbered, changed, counted."""

from collections.abc import Hashable

from bot.workbook.cells import key
from bot.workbook.findings import Findings
from bot.workbook.read import Line
from storage.reference import DISTRICT
from storage.register import Register, Row
from storage.tables import Base


class TableRows:
    """`parent` is the column within whose value a name is unique."""

    def __init__(self, register: Register, findings: Findings, sheet: str, table: type[Base], parent: str = "") -> None:
        self.register = register
        self.tally = findings.tally(sheet)
        self.table = table
        self.parent = parent
        self.rows = register.rows(table)
        self._by_name = {self._key(row): row for row in self.rows}
        self._last_id = max((row["id"] for row in self.rows), default=0)
        self._untouched = {row["id"] for row in self.rows if row["id"] != DISTRICT}

    def find(self, name: str, parent: int | None = None) -> Row | None:
        return self._by_name.get((parent, key(name)))

    def put(self, old: Row | None, values: Row) -> Row:
        """Add a row, or change `old` where `values` say something else; blank cells leave what stands."""
        if old is None:
            return self._add(values)
        self._untouched.discard(old["id"])
        different = {name: value for name, value in values.items() if value is not None and old[name] != value}
        if not different:
            self.tally.same += 1
            return old
        self.tally.changed += 1
        self.register.change(self.table, old, different)
        self._by_name.pop(self._key(old), None)
        old.update(different)
        self._by_name[self._key(old)] = old
        return old

    def count_left(self) -> None:
        """Count the rows that stood before and that the workbook does not name."""
        self.tally.left = len(self._untouched)

    @property
    def next_id(self) -> int:
        return self._last_id + 1

    def _add(self, values: Row) -> Row:
        self._last_id += 1
        row: Row = {column.name: None for column in self.table.__table__.columns} | values | {"id": self._last_id}
        self.register.add(self.table, row)
        self.tally.new += 1
        self.rows.append(row)
        self._by_name[self._key(row)] = row
        return row

    def _key(self, row: Row) -> tuple[int | None, str]:
        return (row[self.parent] if self.parent else None, key(row["name"]))


class Once:
    """Says whether a line's key is new in its sheet, and refuses the line if it is not."""

    def __init__(self, findings: Findings, sheet: str) -> None:
        self.findings = findings
        self.sheet = sheet
        self._first: dict[Hashable, int] = {}

    def __call__(self, line: Line, name: Hashable) -> bool:
        first = self._first.setdefault(name, line.row)
        if first != line.row:
            self.findings.refuse(self.sheet, line.row, f"和第 {first} 行重复")
        return first == line.row
