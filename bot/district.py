"""Reads and checks the district's data files. An error names the file and the line."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic refuses typing's own before Python 3.12

from bot import checkup_rules, survey_templates
from bot.checkup_rules import CheckupFile, Mistake
from bot.os_errors import reason
from bot.survey_templates import SurveysFile
from handlers.texts import Texts
from ledger.district import District, Item, Layout, Limits, SceneLook, Unit, UrgencyLook
from ledger.scenes import Kind, Scene, Urgency

DEFAULT_FOLDER = Path(__file__).parent.parent / "district"
DURATION = re.compile(r"(\d{1,9})(wd|s|m|h|d)")
WRONG_VALUES = {
    "missing": "缺了这一项，请照程序自带的文件补上",
    "int_type": "要填整数",
    "int_parsing": "要填整数",
    "string_type": "要填文字",
}
"""Why a value cannot be, by pydantic's names of errors."""
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

    What comes with the program (no folder) is read once, and says what a folder of an older program does not say yet.

    Raises:
        BadData: with one line per mistake; also where two files say the same key.
    """
    return Texts(_own_flat() | _texts_in(folder, _own_flat())) if folder else _own_texts()


@cache
def _own_texts() -> Texts:
    return Texts(_own_flat())


@cache
def _own_flat() -> dict[str, str]:
    return _texts_in(DEFAULT_FOLDER, {})


def _texts_in(folder: Path, own: dict[str, str]) -> dict[str, str]:
    flat: dict[str, str] = {}
    files = sorted((folder / "texts").glob("*.yaml"))
    for path in files:
        found = dict(_flat(_read(path, dict[str, str | dict[str, str]], wrong=lambda file: _wrong_places(file, own))))
        if twice := flat.keys() & found.keys():
            raise BadData([f"{path.name}: 另一个文件里已经有：{'、'.join(sorted(twice))}"])
        flat |= found
    if not files:
        raise BadData(["texts: 文件夹里没有 .yaml 文件"])
    return flat


def _wrong_places(sections: dict[str, str | dict[str, str]], own: dict[str, str]) -> Iterator[Mistake]:
    """Places that nobody fills, which would otherwise only show when the text is sent."""
    for key, text in _flat(sections):
        if key in own and (why := _wrong_place(text, own[key])):
            yield tuple(key.split(".", 1)), why


def _wrong_place(text: str, own: str) -> str | None:
    try:
        strange = _places(text) - _places(own)
    except ValueError:
        return "花括号没有配对"
    if not strange:
        return None
    known = "、".join(f"{{{name}}}" for name in sorted(_places(own)))
    return f"没有 {{{min(strange)}}} 可以填；" + (f"可以用 {known}" if known else "这句话里没有要填的")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


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
    except OSError as error:
        raise BadData([f"{path.name}: 读不了：{reason(error)}"]) from None
    except UnicodeDecodeError:
        raise BadData([f"{path.name}: 不是 UTF-8 文本，请用 UTF-8 另存"]) from None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise BadData([f"{path.name} 第 {line} 行：写法不对，请看缩进、冒号和引号（{error.problem}）"]) from None
    try:
        found = _checker(shape).validate_python(_durations(data) if durations else data)
    except ValidationError as error:
        raise BadData([_told(path, node, e["loc"], _why(e["type"], e["msg"])) for e in error.errors()]) from None
    if lines := [_told(path, node, place, why) for place, why in wrong(found)]:
        raise BadData(lines)
    return found


@cache
def _checker(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _told(path: Path, node: yaml.Node | None, place: tuple[int | str, ...], why: str) -> str:
    return f"{path.name} 第 {_line(node, place)} 行：{'.'.join(map(str, place))}: {why}"


def _why(kind: str, said: str) -> str:
    return WRONG_VALUES.get(kind) or f"写法不对，请照程序自带的文件写（{said}）"


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
