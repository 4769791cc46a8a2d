"""Pages that are drawn from the code say what the code says."""

from pathlib import Path

import pytest

from bot.generated_docs import PAGES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_a_drawn_page_is_as_the_code_draws_it(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `uv run chulin docs`"
