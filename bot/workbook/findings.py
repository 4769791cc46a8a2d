"""What an import has to say: mistakes, which stop it, notes, which do not, and counts."""

from dataclasses import dataclass, field

from ledger.text import shortened


@dataclass(slots=True)
class Tally:
    """Rows of one sheet. `left`: known before and not in the workbook; they stay as they are."""

    new: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0
    left: int = 0


@dataclass(slots=True)
class Findings:
    """Mistakes as (sheet, row, why); row 0 is the sheet itself."""

    wrong: list[tuple[str, int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def copy(self) -> "Findings":
        return Findings(list(self.wrong), list(self.notes))

    def refuse(self, sheet: str, row: int, why: str) -> None:
        self.wrong.append((sheet, row, why))

    def note(self, sheet: str, row: int, words: str) -> None:
        self.notes.append(f"{sheet} 第 {row} 行: {words}" if row else f"{sheet}: {words}")

    def tally(self, sheet: str) -> Tally:
        return self.tallies.setdefault(sheet, Tally())

    def wrong_lines(self, order: list[str]) -> list[str]:
        """All mistakes, by sheet and row."""
        found = sorted(self.wrong, key=lambda w: (order.index(w[0]), w[1]))
        return [f"✗ {sheet} 第 {row} 行: {why}" if row else f"✗ {sheet}: {why}" for sheet, row, why in found]


def quoted(words: object) -> str:
    return f"“{shortened(str(words), 30)}”"
