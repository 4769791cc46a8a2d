"""Imports another system's ledger: all rows of a sheet or none, and no row twice."""

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import Any

from bot.workbook import cells
from bot.workbook.cells import WrongCell
from bot.workbook.file_check import BadWorkbook
from bot.workbook.findings import Findings
from bot.workbook.read import Line, read_lines, read_workbook
from bot.workbook.sheets import Column, Sheet
from ledger import clocks, nudges
from ledger.district import Clock, District, Layout
from ledger.lifecycle import ENDED, OPEN, Role, State
from ledger.scenes import EIGHT_SCENES, NO_ITEM, Kind, Scene
from nlp.understanding import Reading
from storage.ledger_exchange import IMPORTED, already_imported
from storage.reference import CommunityRow
from storage.unit_of_work import UnitOfWork

LONGEST_NUMBER = 60
LONGEST_WORDS = 8000
HEADS = "表名和表头写在 district/ledger.yaml；看样子：chulin ledger export"
MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d")


@dataclass(frozen=True, slots=True)
class Brought:
    """How many rows became cases, and how many were there already: imported before, or our own."""

    new: int
    known: int
    own: int


def read(path: Path, layout: Layout, district: District, zone: tzinfo) -> tuple[list[Line], list[str]]:
    """Read a sheet of that layout, XLSX or CSV; returns its lines and notes on what was passed over.

    Raises:
        BadWorkbook: every mistake, by row.
    """
    sheet = Sheet(layout.name, _columns(layout, district, zone))
    if path.suffix.casefold() == ".csv":
        findings = Findings()
        lines = read_lines(sheet, findings, _Csv(path))
    else:
        book = read_workbook(path, [sheet], HEADS)
        findings, lines = book.findings, book.lines[sheet.title]
    if findings.wrong:
        wrong = findings.wrong_lines([sheet.title])
        raise BadWorkbook([*wrong, f"共 {len(wrong)} 处要改；一行也没有导入"])
    return lines, findings.notes


@dataclass(frozen=True, slots=True)
class Importer:
    """Files lines into one community's ledger."""

    uow: UnitOfWork
    community: CommunityRow
    district: District
    read: Callable[[str], Reading]

    def bring_in(self, lines: Sequence[Line]) -> Brought:
        """File every line that is not in the ledger yet."""
        numbers = [_number(line) for line in lines]
        there, new, own = already_imported(self.uow.connection, self.community.id, numbers), 0, 0
        for line, number in zip(lines, numbers, strict=True):
            if number.upper().startswith(f"{self.community.code}-"):
                own += 1
            elif number not in there:
                there.add(number)
                self._file(line, number)
                new += 1
        return Brought(new, len(lines) - new - own, own)

    def _file(self, line: Line, number: str) -> None:
        """What the sheet says goes before what the machine reads in the words."""
        matter = self.read(line["text"]).first
        kind, urgency = line["kind"] or _sensible(matter.kind), line["urgency"] or matter.urgency
        case = self.uow.cases.file(
            self.community.id,
            external_no=number,
            source=IMPORTED,
            scene=line["scene"] or (matter.scene if matter.scene in EIGHT_SCENES else Scene.PUBLIC_SERVICE),
            kind=kind,
            item=line["item"] or matter.item or NO_ITEM,
            urgency=urgency,
            text=line["text"],
            place=line["place"],
            proposal={"scene": matter.scene, "p": round(matter.scene_probability, 3), "key": list(matter.similar_key)},
            confirmed=line["scene"] is not None,
            reply=line["reply"],
            unit_id=self._unit(line["unit"]),
            solved=line["solved"],
            satisfied=line["satisfied"],
            **self._times(line, clocks.clock_for(self.district.limits, kind, urgency)),
        )
        detail = {"row": line.row}
        self.uow.cases.add_event(case, action="imported", role=Role.SYSTEM, before=None, via=IMPORTED, detail=detail)

    def _times(self, line: Line, clock: Clock) -> dict[str, Any]:
        """State and times; what has an end and no state has ended, and nobody was asked about it here."""
        filed, zone = min(line["filed"] or self.uow.now, self.uow.now), self.community.zone
        state = line["state"] or (State.CLOSED_UNCONFIRMED if line["closed"] else State.WAITING)
        times = nudges.Times(
            filed, clocks.due(filed, clock.sign, zone), line["due"] or clocks.due(filed, clock.act, zone)
        )
        # what is long overdue floods nobody: only stages that are still to come are looked at
        next_at = nudges.upcoming(nudges.stages(times, clock, zone), self.uow.now) if state in OPEN else None
        return {
            "state": state,
            "created_at": filed,
            "sign_due_at": times.sign_due_at,
            "due_at": times.due_at,
            "next_at": next_at,
            "answered_at": line["closed"] if line["reply"] else None,
            "closed_at": (line["closed"] or self.uow.now) if state in ENDED else None,
        }

    def _unit(self, name: str | None) -> int | None:
        found = self.district.unit_named(name.partition("、")[0]) if name else None
        return self.uow.reference.unit_ids.get(found.name) if found else None


def _number(line: Line) -> str:
    """The number in the other system. A row without one gets a hash of its content, so that it is not filed twice."""
    if line["number"]:
        return str(line["number"])[:LONGEST_NUMBER]
    said = f"{line['filed']}|{line['place']}|{line['text']}"
    return "#" + hashlib.sha256(said.encode()).hexdigest()[:24]


def _sensible(kind: Kind) -> Kind:
    return Kind.PROBLEM if kind is Kind.NONE else kind


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(layout: Layout, district: District, zone: tzinfo) -> tuple[Column, ...]:
    """Columns that mean something to us; what only the other side fills in is passed over with a note."""
    parsers = _parsers(district, zone)
    return tuple(
        Column(column.head, column.field, parsers[column.field], required=column.field == "text")
        for column in layout.columns
        if column.field in parsers
    )


def _parsers(district: District, zone: tzinfo) -> dict[str, cells.Parser]:
    satisfied = {"满意": 2, "基本满意": 1, "不满意": 0}
    return {
        "number": cells.plain,
        "filed": _moment(zone),
        "closed": _moment(zone),
        "due": _moment(zone),
        "place": cells.text,
        "text": _words,
        "reply": _words,
        "unit": _words,
        "kind": cells.one_of({name: kind for kind, name in district.kinds.items()}),
        "scene": cells.one_of({look.name: scene for scene, look in district.scenes.items()}),
        "item": cells.one_of({item.name: item.no for item in district.items}),
        "urgency": cells.one_of({look.name: urgency for urgency, look in district.urgencies.items()}),
        "state": cells.one_of({name: State(state) for state, name in district.states.items()}),
        "solved": cells.one_of({"是": True, "否": False}),
        "satisfied": cells.one_of(satisfied),
    }


def _words(value: Any) -> str | None:
    """What somebody wrote, as it is; a quote that only keeps it a text in a spreadsheet is none of it."""
    if value is None:
        return None
    if isinstance(value, (date, time)):
        raise WrongCell("单元格是日期格式，请改成文本格式再填")
    words = str(value).strip()
    words = words[1:] if words[:1] == "'" else words
    if len(words) > LONGEST_WORDS:
        raise WrongCell(f"太长，最多 {LONGEST_WORDS} 个字")
    return words or None


def _moment(zone: tzinfo) -> cells.Parser:
    def parse(value: Any) -> datetime | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        found = value if isinstance(value, datetime) else _written(value)
        return found.replace(tzinfo=zone).astimezone(UTC)

    return parse


def _written(value: Any) -> datetime:
    if isinstance(value, date):
        return datetime.combine(value, time())
    for form in MOMENTS:
        try:
            return datetime.strptime(str(value).strip(), form)  # noqa: DTZ007 - the zone is the community's
        except ValueError:
            continue
    raise WrongCell(f"要填时间，例如 2026-11-24 09:30；写的是“{str(value)[:20]}”")


# --- CSV as a sheet --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cell:
    value: str | None
    data_type: str = "s"


class _Csv:
    """A CSV file, read as a worksheet is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def reset_dimensions(self) -> None:
        return

    def iter_rows(self) -> Iterator[tuple[_Cell, ...]]:
        text = _decoded(self._path)
        try:
            for row in csv.reader(text.splitlines(keepends=True), strict=True):
                yield tuple(_Cell(value or None) for value in row)
        except csv.Error as error:
            raise BadWorkbook([f"{self._path.name}: 不是 CSV 文件（{error}）"]) from None


def _decoded(path: Path) -> str:
    """UTF-8, or what Chinese spreadsheets write by themselves."""
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadWorkbook([f"{path.name}: 文字编码认不出，请另存为 UTF-8 的 CSV"])
