"""The catalogue: every text that is asked for is there, every text that is there is asked for, and all are short."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.district import load_texts
from ledger.lifecycle import TRANSITIONS, Action
from ledger.nudges import Nudge
from nlp.answer_check import Part
from nlp.understanding import Alarm, NoneType

ROOT = Path(__file__).parents[2]
TEXTS = load_texts()
KEYS = TEXTS.keys()
SOURCES = [path for part in ("handlers", "digests", "bot", "ledger") for path in (ROOT / part).rglob("*.py")]
OURS = [key for key in KEYS if key.partition(".")[0] not in ("digest", "sheet", "poster", "words", "heard", "intents")]
"""The digests and posters have tests of their own; the last three are what people write."""
ASKS = ("say", "tell", "texts", "close", "send_to")
"""Calls whose places are named where they are made."""
FROM_ELSEWHERE = {"tell_people": {"case", "community"}, "notify": {"number"}}


def trees() -> Iterator[ast.AST]:
    for path in SOURCES:
        yield ast.parse(path.read_text(encoding="utf-8"))


def constants() -> set[str]:
    """All strings, but for the parts of f-strings."""
    found: set[str] = set()
    for tree in trees():
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in parts)
        found |= {node.value for node in strings if isinstance(node.value, str)}
    return found


def patterns() -> list[re.Pattern[str]]:
    """f-strings that name a text by what is only known then."""
    found = []
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                head = str(node.values[0].value)
                if re.fullmatch(r"[a-z_]+\.[a-z_]*", head):
                    parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else r"\w+" for v in node.values]
                    found.append(re.compile("".join(parts)))
    return found


def calls() -> Iterator[tuple[str, str, set[str], bool]]:
    """(name of the call, key, places filled there, whether more may come) of every call with a text's key."""
    for tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            keys = [a.value for a in node.args if isinstance(a, ast.Constant) and a.value in KEYS]
            filled = {keyword.arg for keyword in node.keywords if keyword.arg}
            for key in keys:
                yield name, str(key), filled, any(keyword.arg is None for keyword in node.keywords)


def test_every_text_that_is_asked_for_is_there() -> None:
    sections = {key.partition(".")[0] for key in KEYS}
    looks_like_one = re.compile(rf"({'|'.join(sections)})\.[a-z][a-z0-9_]*")
    asked = {value for value in constants() if looks_like_one.fullmatch(value)}
    assert sorted(asked - set(KEYS)) == []


def test_every_text_that_is_there_is_asked_for() -> None:
    of_first_periods = {f"{key}_first" for name, key, _, _ in calls() if name == "or_first"}
    known, dynamic = constants() | of_first_periods, patterns()
    unused = [key for key in OURS if key not in known and not any(p.fullmatch(key) for p in dynamic)]
    assert unused == []


def test_texts_named_by_a_value_are_there_for_all_values() -> None:
    wanted = [f"talk.{kind}" for kind in NoneType]
    wanted += [f"emergency.call_{alarm}" for alarm in Alarm if alarm is not Alarm.HUMAN]
    wanted += [row.tells for row in TRANSITIONS.values() if row.tells]
    named = set(Action) - {"supplement", "relabel", "follow_up", "lapse", "withdraw", "join"}
    wanted += [f"nudge.{kind}" for kind in Nudge] + [f"answer.{part}" for part in Part]
    wanted += [f"button.{action}" for action in named]
    assert [key for key in wanted if key not in TEXTS] == []


def test_places_of_texts_are_filled_where_they_are_asked_for() -> None:
    wrong = [
        (name, key, sorted(missing))
        for name, key, filled, open_ended in calls()
        if not open_ended and (name in ASKS or name in FROM_ELSEWHERE)
        if (missing := TEXTS.places(key) - filled - FROM_ELSEWHERE.get(name, set()))
    ]
    assert wrong == []


@pytest.mark.parametrize("key", [key for key in KEYS if key.startswith("button.")])
def test_a_button_fits_a_phone(key: str) -> None:
    assert len(TEXTS(key, **dict.fromkeys(TEXTS.places(key), "YA-123"))) <= 14


@pytest.mark.parametrize("key", OURS)
def test_a_text_is_short_and_plain(key: str) -> None:
    text = TEXTS(key, **dict.fromkeys(TEXTS.places(key), "一"))
    assert len(text) <= 240, "nobody reads a page in a chat"
    assert not re.search(r"\b(error|null|None|case|id)\b", text)
    assert "你" not in text.replace("你好楚邻", ""), "people are addressed politely"
    assert text == text.strip()


def test_what_pops_up_over_a_button_fits_there() -> None:
    """A messenger shows at most 200 characters over a button."""
    popups = {key for name, key, _, _ in calls() if name == "tell"}
    assert popups
    assert all(len(TEXTS(key, **dict.fromkeys(TEXTS.places(key), "一二三四五六七八九十"))) <= 200 for key in popups)


def test_a_word_of_command_means_one_thing() -> None:
    meant: dict[str, list[str]] = {}
    for key in KEYS:
        if key.startswith("words."):
            for word in TEXTS.alternatives(key):
                meant.setdefault(word.casefold(), []).append(key)
    assert {word: keys for word, keys in meant.items() if len(keys) > 1} == {}
