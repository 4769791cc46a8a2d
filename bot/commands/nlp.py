"""`chulin nlp`: the understanding on the command line, for measuring it and for asking it why."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import click
import orjson

from bot import model_files
from bot import settings as settings_of
from bot.commands import training
from nlp import metrics, personal, similar_index
from nlp.evaluation import NotMeasurable, evaluated
from nlp.pipeline import TOGETHER, Understander
from nlp.understanding import Reading, Understanding

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""What `surrogateescape` makes of bytes that are no UTF-8."""


@cache
def _understander() -> Understander:
    return Understander.load(model=model_files.in_use(settings_of.load().data_dir))


@click.group("nlp")
def command() -> None:
    """听懂居民的话：分类、说明理由、遮盖、评测、训练。"""


def _texts(source: TextIO, jsonl: bool) -> Iterator[str]:
    """A text a line; with `jsonl` each line is an object with `text`, or a string."""
    if not jsonl:
        yield from (line.rstrip("\n") for line in _lines(source))
        return
    for number, row in _objects(_lines(source)):
        yield row if isinstance(row, str) else _field(row, "text", number)


def _lines(source: TextIO) -> Iterator[str]:
    """All lines. Whoever gives another encoding than UTF-8 is told so once, because their labels mean nothing."""
    told = False
    for number, line in enumerate(source, 1):
        if not told and _NOT_UTF8.search(line):
            click.echo(f"第 {number} 行不是 UTF-8。先转换：iconv -f GB18030 -t UTF-8 原文件 > 新文件", err=True)
            told = True
        yield line


def _objects(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """JSON a line, with the line's number; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                raise _stop(f"第 {number} 行不是 JSON") from None


def _field(row: Any, name: str, number: int) -> str:
    """A text of an object."""
    if not isinstance(row, dict) or not isinstance(row.get(name), str):
        raise _stop(f'第 {number} 行要像：{{"{name}": "……"}}')
    return str(row[name])


def _stop(line: str) -> Exception:
    from bot.console import Stop  # noqa: PLC0415 - brings the database's library, and is seldom needed

    return Stop(line)


def _say(row: dict[str, Any]) -> None:
    try:
        line = orjson.dumps(row)
    except TypeError:  # half of a broken pair is no UTF-8: it is shown escaped
        line = json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace")
    click.echo(line)


def _labels(matter: Understanding) -> dict[str, Any]:
    return {
        "text": matter.text,
        "scene": matter.scene,
        "scene2": matter.scene2,
        "kind": matter.kind,
        "item": matter.item,
        "urgency": matter.urgency,
        "probability": round(matter.scene_probability, 4),
        "why": matter.why,
        "none_type": matter.none_type,
        "alarms": matter.alarms,
        "needs_human": matter.needs_human,
        "places": matter.places,
    }


def _row(reading: Reading) -> dict[str, Any]:
    row = _labels(reading.main) | {"text": reading.text}
    if len(reading.matters) > 1:
        row["matters"] = [_labels(matter) for matter in reading.matters]
    return row


@command.command()
@click.option("--jsonl", is_flag=True, help='每行一条 JSON：{"text": …}。')
@click.argument("source", type=click.File(encoding="utf-8", errors="surrogateescape"), default="-")
def classify(source: TextIO, jsonl: bool) -> None:
    """给 SOURCE（默认标准输入）里的话分类，一行一条，结果一行一条 JSON。"""
    understander = _understander()
    at_once = TOGETHER if source.seekable() else 1  # whoever writes into a pipe may wait for each answer
    for texts in _batches(_texts(source, jsonl), at_once):
        for reading in understander.read_all(texts):
            _say(_row(reading))


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    """Those before a line that is wrong are answered, too."""
    batch: list[str] = []
    try:
        for text in texts:
            batch.append(text)
            if len(batch) == size:
                yield batch
                batch = []
    except Exception:
        yield batch
        raise
    yield batch


@command.command()
@click.option("--jsonl", is_flag=True, help='每行一条 JSON：{"text": …}。')
@click.argument("source", type=click.File(encoding="utf-8", errors="surrogateescape"), default="-")
def mask(source: TextIO, jsonl: bool) -> None:
    """遮盖个人信息，一行一条；spans 是在原文里的位置（第几个字）。"""
    for text in _texts(source, jsonl):
        spans = personal.find(text)
        found = [{"start": span.start, "end": span.end, "type": span.type} for span in spans]
        _say({"text": text, "masked": personal.mask(text, spans), "spans": found})


@command.command("similar")
@click.argument("file", type=_FILE)
def similar_(file: Path) -> None:
    """FILE 的每一行 {"a", "b"} 说的是不是同一件事；行里有 same，就再算 F1。"""
    understander = _understander()
    rows = _rows(file, "a", "b")
    found = [similar_index.same(understander.whole(row["a"]), understander.whole(row["b"])) for row in rows]
    for row, same in zip(rows, found, strict=True):
        _say({"a": row["a"], "b": row["b"], "same": same})
    if rows and all("same" in row for row in rows):
        score = metrics.class_scores([str(row["same"]) for row in rows], [str(same) for same in found])
        yes = next((s for s in score if s.label == "True"), None)
        click.echo(
            f"same: F1 {yes.f1:.3f}, precision {yes.precision:.3f}, recall {yes.recall:.3f}" if yes else "", err=True
        )


def _rows(file: Path, *needed: str) -> list[dict[str, Any]]:
    """Objects that have all of the needed texts."""
    with file.open(encoding="utf-8", errors="surrogateescape") as lines:
        rows = list(_objects(lines))
    for number, row in rows:
        for name in needed:
            _field(row, name, number)
    return [row for _, row in rows]


@command.command()
@click.argument("file", type=_FILE)
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="画出混淆矩阵（PNG）。")
def evaluate(file: Path, picture: Path | None) -> None:
    """用标好的话评测：FILE 每行一条 JSON，有 text、scene，知道的话还有 kind、item、urgency。

    模型学过的话，由没学过它的模型来答（分五份，约 2 分钟）。
    """
    rows = _rows(file, "text", "scene")
    if not rows:
        raise _stop(f"{file}: 里面一行也没有")
    try:
        found = evaluated(_understander(), rows, file.parent)
    except NotMeasurable as error:
        raise _stop(str(error)) from None
    for line in found.lines():
        click.echo(line)
    if picture:
        from nlp.training import confusion  # noqa: PLC0415 - matplotlib takes a second

        truth, named = [row["scene"] for row in found.rows], [answer.scene for answer in found.found]
        confusion.draw(truth, named, picture, f"{len(truth)} messages of {file.name}")


@command.command()
@click.argument("text")
def explain(text: str) -> None:
    """TEXT 这句话听懂了什么，为什么。"""
    reading = _understander().read(text)
    for matter in reading.matters:
        _say(_labels(matter) | {"scenes": matter.scenes, "masked": personal.mask(matter.text, matter.personal)})


command.add_command(training.train)
command.add_command(training.corpus)
