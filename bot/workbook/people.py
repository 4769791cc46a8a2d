"""Staff and their rights of a workbook.

A person is a name and a phone number. Who is who decides who may act, so where it is not plain that two rows mean one
person, they are two, or the row is refused.
"""

from collections import defaultdict
from collections.abc import Iterable

from bot.workbook.cells import key
from bot.workbook.findings import quoted
from bot.workbook.places import Places
from bot.workbook.read import Line
from bot.workbook.sheets import STAFF
from bot.workbook.table_rows import Once
from ledger.district import District
from ledger.lifecycle import Role
from ledger.rights import Right, Scope
from storage.ids import new_id
from storage.register import Register, Row
from storage.tables import Staff, StaffRight, Unit

NEEDED = {Role.WORKER: "community", Role.MANAGER: "community", Role.SUPERVISOR: "street", Role.OFFICER: "unit"}
TITLES = {"community": "社区", "street": "街道", "unit": "单位"}


class People:
    """`revoke`: rights of a person in the workbook that it does not name are taken away."""

    def __init__(self, register: Register, places: Places, district: District, *, revoke: bool) -> None:
        self.register = register
        self.places = places
        self.district = district
        self.revoke = revoke
        self.findings = places.findings
        self.units = {row["name"]: row["id"] for row in register.rows(Unit)}
        self.rows = register.rows(Staff)
        self.by_name: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            self.by_name[key(row["name"])].append(row)
        self.rights: dict[int, set[Right]] = defaultdict(set)
        for row in register.rows(StaffRight):
            right = Right(Role(row["role"]), Scope(row["scope"]), row["scope_id"], row["community_id"])
            self.rights[row["staff_id"]].add(right)
        self.dismissed: set[int] = set()
        self._new: set[int] = set()
        self._named: dict[int, set[Right]] = defaultdict(set)

    def bring_in(self) -> None:
        tally = self.findings.tally(STAFF)
        known = len(self.rows)
        new = Once(self.findings, STAFF)
        changed: set[int] = set()
        for line in self.places.book.lines.get(STAFF, []):
            rights = self._rights_of(line)
            if rights and new(line, (key(line["name"]), line["phone"], rights)):
                person = self._person(line, rights)
                if person and self._keep(person, line, rights):
                    changed.add(person["id"])
        changed |= self._drop_others()
        tally.new, tally.changed = len(self._new), len(changed - self._new)
        tally.same = len(self._named) - len(changed | self._new)
        tally.left = known - len(self._named.keys() - self._new)

    def find(self, name: str, phone: str | None) -> list[Row]:
        """People of this name, and of this number if one is given."""
        return [row for row in self.by_name[key(name)] if phone in {None, row["phone"]}]

    def _rights_of(self, line: Line) -> frozenset[Right]:
        """What a line gives; nothing if it was refused."""
        role: Role = line["role"]
        needed = NEEDED.get(role, "")
        if needed and not line[needed]:
            name = self.district.roles[role]
            self.findings.refuse(STAFF, line.row, f"{TITLES[needed]}：角色是{name}，这一格要填")
            return frozenset()
        match role:
            case Role.WORKER | Role.MANAGER:
                return frozenset(self._in_community(role, line))
            case Role.SUPERVISOR:
                street = self.places.street(line, STAFF)
                return frozenset([Right(role, Scope.STREET, street["id"])] if street else [])
            case Role.OFFICER:
                return frozenset(self._in_unit(role, line))
            case _:
                return frozenset([Right(role, Scope.DISTRICT, 0)])

    def _in_community(self, role: Role, line: Line) -> Iterable[Right]:
        community = self.places.community(line, STAFF)
        if community is None:
            return []
        if role is not Role.WORKER or not line["grids"]:
            return [Right(role, Scope.COMMUNITY, community["id"])]
        grids = [self.places.grid(community, name, line, STAFF) for name in line["grids"]]
        return [Right(role, Scope.GRID, grid["id"], community["id"]) for grid in grids if grid]

    def _in_unit(self, role: Role, line: Line) -> Iterable[Right]:
        named = self.district.unit_named(line["unit"])
        unit_id = self.units.get(named.name if named else line["unit"])
        if unit_id is None:
            self.findings.refuse(STAFF, line.row, f"没有单位{quoted(line['unit'])}；单位写在 units.yaml 里")
            return []
        return [Right(role, Scope.UNIT, unit_id)]

    def _person(self, line: Line, rights: frozenset[Right]) -> Row | None:
        """Whom a line means; a new row if nobody."""
        namesakes = self.by_name[key(line["name"])]
        phone = line["phone"]
        if not phone and len(namesakes) > 1:
            self.findings.refuse(STAFF, line.row, f"有 {len(namesakes)} 位{quoted(line['name'])}，请填电话")
            return None
        if not phone:
            return namesakes[0] if namesakes else self._add(line)
        return self._by_phone(line, namesakes, rights) or self._add(line)

    def _by_phone(self, line: Line, namesakes: list[Row], rights: frozenset[Right]) -> Row | None:
        exact = [row for row in namesakes if row["phone"] == line["phone"]]
        if exact:
            return exact[0]
        if len(namesakes) == 1 and namesakes[0]["phone"] is None:
            return namesakes[0]
        unseen = [row for row in namesakes if row["id"] not in self._new | self._named.keys()]
        in_office = [row for row in unseen if rights & self.rights[row["id"]]]
        if len(in_office) == 1:
            self.findings.note(STAFF, line.row, f"{line['name']}的电话换了（角色相同，当作同一个人）")
            return in_office[0]
        if namesakes:
            self.findings.note(STAFF, line.row, f"另有同名的{line['name']}，电话和角色都不同，当作另一个人")
        return None

    def _add(self, line: Line) -> Row:
        row: Row = {"id": new_id(), "name": line["name"], "phone": line["phone"], "active": line["active"] is not False}
        self.register.add(Staff, row)
        self.rows.append(row)
        self.by_name[key(row["name"])].append(row)
        self._new.add(row["id"])
        return row

    def _keep(self, person: Row, line: Line, rights: frozenset[Right]) -> bool:
        """Write what a line says of a person and gives to them; returns whether that is news."""
        said = {"phone": line["phone"], "active": line["active"]}
        different = {name: value for name, value in said.items() if value is not None and person[name] != value}
        if different:
            self.register.change(Staff, person, different)
            person.update(different)
        if not person["active"]:
            self.dismissed.add(person["id"])
        if not person["active"] and line["active"] is None:
            self.findings.note(STAFF, line.row, f"{person['name']}已停用，仍然停用；要恢复，在岗填“是”")
        fresh = rights - self.rights[person["id"]]
        for right in fresh:
            self.register.add(StaffRight, _row(person["id"], right))
        self.rights[person["id"]] |= fresh
        self._named[person["id"]] |= rights
        return bool(different or fresh)

    def _drop_others(self) -> set[int]:
        """Take away, or name, the rights that people of the workbook have and that it does not give them."""
        touched = set()
        for person in self.rows:
            others = self.rights[person["id"]] - self._named.get(person["id"], self.rights[person["id"]])
            if not others:
                continue
            names = "、".join(sorted({self.district.roles[right.role] for right in others}))
            if self.revoke:
                touched.add(person["id"])
                self.rights[person["id"]] -= others
                for right in others:
                    self.register.remove(StaffRight, _row(person["id"], right))
            after = "已收回" if self.revoke else "仍然有效；要收回，导入时加 --revoke"
            self.findings.note(STAFF, 0, f"{person['name']}另有 {len(others)} 项权限（{names}）不在工作簿里，{after}")
        return touched


def _row(staff_id: int, right: Right) -> Row:
    return {
        "staff_id": staff_id,
        "role": right.role.value,
        "scope": right.scope.value,
        "scope_id": right.scope_id,
        "community_id": right.community_id,
    }
