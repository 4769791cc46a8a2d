"""Fuzz one target for a while; a crash ends it with the bytes that led to it.

uv run --group fuzz python -m benchmarks.fuzz updates|buttons|links|workbooks|webhooks [--seconds 600]
uv run --group fuzz python -m benchmarks.fuzz all [--seconds 600]
"""

import argparse
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.fuzz.targets import TARGETS, seeds

OURS = ["bot", "handlers", "storage", "ledger", "district"]


def fuzz(name: str, seconds: int) -> None:
    import atheris  # noqa: PLC0415 - the optional group `fuzz`

    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=OURS):
        one = TARGETS[name]()
    folder = Path(tempfile.mkdtemp(prefix=f"chulin-fuzz-{name}-"))
    for number, seed in enumerate(seeds(name)):
        (folder / str(number)).write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        "-max_len=16384",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(folder)], one)
    atheris.Fuzz()


def everything(seconds: int) -> int:
    """All targets one after another, each in a process of its own; how many crashed."""
    words = [sys.executable, "-m", "benchmarks.fuzz"]
    crashed = 0
    for name in TARGETS:
        ended = subprocess.run([*words, name, "--seconds", str(seconds)], capture_output=True, text=True, check=False)  # noqa: S603
        crashed += ended.returncode != 0
        runs = [line for line in ended.stderr.splitlines() if "number_of_executed_units" in line]
        print(f"{name:10} {seconds} s, {' '.join(runs)}: {'CRASHED' if ended.returncode else 'no crash'}", flush=True)
        if ended.returncode:
            print(ended.stdout[-4000:], ended.stderr[-4000:], sep="\n")
    return crashed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--seconds", type=int, default=600)
    wanted = parser.parse_args()
    if wanted.target == "all":
        sys.exit(1 if everything(wanted.seconds) else 0)
    fuzz(wanted.target, wanted.seconds)


if __name__ == "__main__":
    main()
