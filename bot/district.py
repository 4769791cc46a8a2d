"""Reads and checks the district's data files. An error names the file and the line."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic refuses typing's own before Python 3.12

from bot import checkup_rules, survey_templates
from bot.checkup_rules import CheckupFile, Mistake
from bot.survey_templates import SurveysFile
from handlers.texts import Texts
from ledger.district import District, Item, Layout, Limits, SceneLook, Unit, UrgencyLook
from ledger.scenes import Kind, Scene, Urgency

DEFAULT_FOLDER = Path(__file__).parent.parent / "district"
DURATION = re.compile(r"(\d{1,9})(wd|s|m|h|d)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class _Loader(yaml.CSafeLoader):
    """Reads yes, no, on and off as the words they are (as YAML 1.2 does); only true and false are truth values."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if first in "tTfF" or tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class BadData(Exception):
    """A data file that cannot be used; `lines` names file, line and reason."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load_district(folder: Path | None = None) -> District:
    """Read all data of the district but its texts. What comes with the program (no folder) is read once.

    Raises:
        BadData: with one line per mistake, in all files.
    """
    return _district_in(folder) if folder else _own_district()


@cache
def _own_district() -> District:
    return _district_in(DEFAULT_FOLDER)


def _district_in(folder: Path) -> District:
    scenes = _read(folder / "scenes.yaml", _ScenesFile)
    items = _read(folder / "items.yaml", _ItemsFile)["items"]
    units = _read(folder / "units.yaml", _UnitsFile)["units"]
    limits = _read(folder / "limits.yaml", Limits, durations=True)
    layouts = _read(folder / "ledger.yaml", _LedgerFile)["layouts"]
    checkup = _read(folder / "checkup.yaml", CheckupFile, wrong=lambda file: checkup_rules.mistakes(file, items))
    rules = checkup_rules.rules(checkup, items)
    surveys = _read(folder / "surveys.yaml", SurveysFile, wrong=lambda file: survey_templates.mistakes(file, rules))
    return District(
        **scenes,
        items=tuple(items),
        units=tuple(units),
        limits=limits,
        layouts=layouts,
        checkup=rules,
        surveys=surveys.templates,
    )


def load_texts(folder: Path | None = None) -> Texts:
    """Read the catalogue (`texts/*.yaml`): sections of texts become keys `section.name`; files may share a section.

    What comes with the program (no folder) is read once.

    Raises:
        BadData: with one line per mistake; also where two files say the same key.
    """
    return _texts_in(folder) if folder else _own_texts()


@cache
def _own_texts() -> Texts:
    return _texts_in(DEFAULT_FOLDER)


def _texts_in(folder: Path) -> Texts:
    flat: dict[str, str] = {}
    files = sorted((folder / "texts").glob("*.yaml"))
    for path in files:
        found = dict(_flat(_read(path, dict[str, str | dict[str, str]])))
        if twice := flat.keys() & found.keys():
            raise BadData([f"{path.name}: 另一个文件里已经有：{'、'.join(sorted(twice))}"])
        flat |= found
    if not files:
        raise BadData(["texts: 文件夹里没有 .yaml 文件"])
    return Texts(flat)


def _flat(sections: dict[str, str | dict[str, str]]) -> Iterator[tuple[str, str]]:
    for section, texts in sections.items():
        if isinstance(texts, str):
            yield section, texts.rstrip("\n")
        else:
            yield from ((f"{section}.{name}", text.rstrip("\n")) for name, text in texts.items())


def words_of(texts: Texts) -> dict[str, str]:
    """Commands by the words that people use for them."""
    return {
        word.casefold(): key.removeprefix("words.")
        for key in texts.keys()  # noqa: SIM118 - the catalogue is no dict
        if key.startswith("words.")
        for word in texts.alternatives(key)
    }


class _ScenesFile(TypedDict):
    scenes: dict[Scene, SceneLook]
    kinds: dict[Kind, str]
    urgencies: dict[Urgency, UrgencyLook]
    states: dict[str, str]
    resident_states: dict[str, str]
    roles: dict[str, str]


class _ItemsFile(TypedDict):
    items: list[Item]


class _UnitsFile(TypedDict):
    units: list[Unit]


class _LedgerFile(TypedDict):
    layouts: dict[str, Layout]


def _nothing_wrong(_file: Any) -> Iterable[Mistake]:
    return ()


def _read(
    path: Path, shape: Any, *, durations: bool = False, wrong: Callable[[Any], Iterable[Mistake]] = _nothing_wrong
) -> Any:
    """Read a file into its shape; `wrong` says what only shows when it is held against the other files."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData([f"{path.name}: 读不了：{error}"]) from None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise BadData([f"{path.name} 第 {line} 行：{error.problem}"]) from None
    try:
        found = _checker(shape).validate_python(_durations(data) if durations else data)
    except ValidationError as error:
        raise BadData([_told(path, node, e["loc"], e["msg"]) for e in error.errors()]) from None
    if lines := [_told(path, node, place, why) for place, why in wrong(found)]:
        raise BadData(lines)
    return found


@cache
def _checker(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _told(path: Path, node: yaml.Node | None, place: tuple[int | str, ...], why: str) -> str:
    return f"{path.name} 第 {_line(node, place)} 行：{'.'.join(map(str, place))}: {why}"


def _durations(value: Any) -> Any:
    """Replace 90s, 5m, 2h, 7d and 5wd by what `Duration` is made of."""
    if isinstance(value, dict):
        return {name: _durations(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_durations(part) for part in value]
    if isinstance(value, str) and (match := DURATION.fullmatch(value)):
        amount, unit = int(match[1]), match[2]
        return {"working_days": amount} if unit == "wd" else {"wall": timedelta(seconds=amount * SECONDS[unit])}
    return value


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """Line of the deepest part of `place` that the file has."""
    line = node.start_mark.line + 1 if node else 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((p for p in node.value if str(p[0].value) == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
