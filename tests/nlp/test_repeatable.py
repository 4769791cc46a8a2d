"""The same words are understood alike by every process, however it orders its sets."""

import os
import subprocess
import sys

TIED = (
    "健身房老板跑路,我年卡还有八个月,能退不",
    "塆口池塘水都臭了，死鱼翻肚皮",
    "我们院子没有可回收物箱，瓶子攒一屋子",
    "班上座位按成绩排,差的坐垃圾桶旁边",
    "小区不让装基站,那信号差找谁解决",
)
"""Several reasons weigh the same in these, or as much speaks for cutting as against it."""
READ = f"""
from nlp.pipeline import Understander
understander = Understander.load()
for text in {TIED}:
    print([(matter.text, matter.scene, matter.why) for matter in understander.read(text).matters])
"""


def read_with(seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", READ]
    return subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout  # noqa: S603


def test_the_order_of_sets_decides_nothing() -> None:
    assert len({read_with(seed) for seed in ("1", "7", "77")}) == 1
