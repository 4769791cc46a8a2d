"""The understanding as it runs, loaded once."""

import pytest

from nlp.pipeline import Understander


@pytest.fixture(scope="session")
def understander() -> Understander:
    return Understander.load()
