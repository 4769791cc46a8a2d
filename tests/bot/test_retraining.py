"""Learning again from corrections: what is taught is learned, what was known is kept, and nothing worse is ever used."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import model_files
from bot.commands import training
from bot.retraining import Retraining
from bot.settings import Settings
from nlp.lexicon import lexicon
from nlp.pipeline import MODEL, Understander
from nlp.tokens import cutter
from nlp.training.dataset import Row, corpus
from nlp.training.retrain import correction, retrain
from nlp.weights import Weights
from storage.corrections import Corrected
from tests.bot.conftest import Operator

TAUGHT = [
    "水鬼桩又把人绊倒",
    "桥头水鬼桩松了",
    "水鬼桩挡着船上货",
    "水鬼桩生锈断了半截",
    "三号水鬼桩歪了",
    "水鬼桩拔了留个坑",
]


@pytest.fixture(scope="module")
def part() -> list[Row]:
    """An eighth of the corpus: enough to hold the weights in their place and to compare them on, quick to fit."""
    return random.Random(1).sample(corpus(), 2500)


def taught(word: str = "culture") -> list[Row]:
    return [correction(text, {"scene": word}) for text in TAUGHT * 2]


def reads(weights: Weights, text: str) -> str:
    return Understander(cutter(), lexicon(), weights).whole(text).scene


def test_what_people_corrected_is_learned_and_the_rest_is_kept(part: Sequence[Row]) -> None:
    shipped = Weights.load(MODEL)
    found = retrain(taught(), part, shipped)
    grown = Weights.parse(found.text)
    assert reads(shipped, "岸边水鬼桩不见了") != "culture"
    assert reads(grown, "岸边水鬼桩不见了") == "culture"
    assert reads(grown, "楼上漏水把我家墙泡了") == "neighbour"
    assert found.good


def test_a_name_and_a_phone_in_a_correction_are_not_learned() -> None:
    row = correction("我叫王建国,电话13697142208,路灯坏了", {"scene": "public_service"})
    assert "13697142208" not in row.text
    assert "王建国" not in row.text


def test_corrections_that_make_it_worse_change_nothing(
    part: Sequence[Row], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonsense = [
        Corrected(row.text, {"scene": "culture" if row.labels["scene"] != "culture" else "none"}) for row in part
    ]
    monkeypatch.setattr("nlp.training.dataset.corpus", lambda: list(part))
    monkeypatch.setattr("nlp.training.retrain._HELD", 10**9)  # nonsense is not to be judged by nonsense
    training._train(Settings(data_dir=home / "var"), nonsense)
    assert model_files.in_use(home / "var") == MODEL


def test_a_better_model_is_used_and_the_one_before_comes_back(home: Path, operator: Operator) -> None:
    folder = home / "var"
    assert operator.runs("nlp", "train", "--restore").status != 0
    shipped = MODEL.read_text(encoding="utf-8")
    for name in ("first", "second"):
        model_files.replace(folder, f"# {name}\n{shipped}")
    assert model_files.in_use(folder).read_text(encoding="utf-8").startswith("# second")
    assert operator.runs("nlp", "train", "--restore").status == 0
    assert model_files.in_use(folder).read_text(encoding="utf-8").startswith("# first")
    assert operator.runs("nlp", "train", "--restore").status == 0
    assert model_files.in_use(folder) == MODEL


class Days:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 3, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Swapped(Understander):
    def __init__(self) -> None:
        self.changes = 0

    def change(self, weights: Weights) -> None:
        self.changes += bool(weights.heads)


def test_the_clock_trains_once_a_week_and_answers_by_the_new_weights(tmp_path: Path) -> None:
    clock, understander = Days(), Swapped()
    script = f"import pathlib, shutil; shutil.copy({str(MODEL)!r}, pathlib.Path({str(tmp_path)!r}) / 'model.txt')"
    settings = Settings(data_dir=tmp_path, train_weekly=True)
    job = Retraining(settings, clock, understander, ("python3", "-c", script))

    async def a_week() -> list[bool]:
        seen = []
        for days in (0, 1, 5, 1):
            clock.at += timedelta(days=days)
            seen.append(await job.once())
        return seen

    assert asyncio.run(a_week()) == [True, False, False, True]
    assert understander.changes == 2


def test_without_the_setting_nothing_is_trained(tmp_path: Path) -> None:
    job = Retraining(Settings(data_dir=tmp_path), Days(), Swapped(), ("false",))
    assert asyncio.run(job.once()) is False
    assert not (tmp_path / "model.trained").exists()
