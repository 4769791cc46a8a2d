"""aiogram's models are built when they are used, for the sake of the memory that all of them take."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOOK = """
import gc

from bot.channels import aiogram_bot
from aiogram import types, methods
from pydantic import BaseModel

models = [m for part in (types, methods) for m in vars(part).values() if isinstance(m, type) and issubclass(m, BaseModel)]
built = [model.__name__ for model in models if model.__pydantic_complete__]
assert len(models) > 400, len(models)
assert "Update" in built and len(built) < 20, built

gc.collect()
answer = methods.Response[methods.SendMessage.__returning__]
assert any(answer is held for held in aiogram_bot.ANSWERS), "what the client asks for is not built again"

menu = types.InlineKeyboardMarkup.model_validate({"inline_keyboard": [[{"text": "好", "callback_data": "1"}]]})
assert methods.SendMessage(chat_id=1, text="好", reply_markup=menu).model_dump()["reply_markup"]
assert types.Poll.model_rebuild(), "any other is built when asked"


class Own(BaseModel):
    name: str


assert Own.__pydantic_complete__, "what is no library's is built as ever"
"""


def test_only_what_serves_is_built() -> None:
    """In a process of its own: here, others may have used any of them."""
    ran = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
