"""What the process that all others are forked from has imported, and read of files that do not change meanwhile.

It halves and halves again what a start costs: a full bench starts more than a thousand processes.
"""

import importlib
from functools import cache

from bot.district import load_district, load_texts
from nlp import emergencies, personal
from nlp.pipeline import Understander
from nlp.weights import Weights

IMPORTED = (
    "asyncpg", "bot.app", "bot.build", "bot.channels.aiogram_bot", "bot.channels.ptb_bot", "bot.cli",
    "bot.commands.backup", "bot.commands.restore", "bot.commands.run", "bot.logs", "httpcore",
    "sqlalchemy.dialects.postgresql.asyncpg", "sqlalchemy.dialects.sqlite.pysqlite",
)  # fmt: skip
SAID = "三单元门口的路灯坏了，张师傅的电话是13800000000"

for _module in IMPORTED:
    importlib.import_module(_module)
Weights.load = cache(Weights.load)  # type: ignore[method-assign]
load_district()
load_texts()
_understander = Understander.load()
_matter = _understander.read(SAID).first
list(_matter.similar_key)
_understander.matter(_matter.text)
personal.mask(_matter.text)
emergencies.likely(_matter.text)
