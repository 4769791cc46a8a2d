"""The weekly training, if the settings ask for it, in a process of its own."""

import asyncio
import logging
import sys
from datetime import UTC, datetime, timedelta

from bot import model_files
from bot.clock import Clock
from bot.settings import Settings
from nlp.pipeline import Understander
from nlp.weights import Weights

log = logging.getLogger(__name__)

EVERY = timedelta(days=7)
_COMMAND = (sys.executable, "-c", "from bot.cli import main; main()", "nlp", "train")


class Retraining:
    def __init__(
        self, settings: Settings, clock: Clock, understander: Understander, command: tuple[str, ...] = _COMMAND
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._understander = understander
        self._command = command
        self._stamp = settings.data_dir / "model.trained"

    async def once(self) -> bool:
        """Train if a week has passed; true if other weights are in use now."""
        if not self._settings.train_weekly or not self._due():
            return False
        self._stamp.parent.mkdir(parents=True, exist_ok=True)
        self._stamp.write_text(self._clock.now().isoformat(), encoding="ascii")
        before = self._version()
        process = await asyncio.create_subprocess_exec(*self._command)
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            raise
        log.info("the weekly training ended with status %s", status)
        if status or self._version() == before:
            return False
        self._understander.change(Weights.load(model_files.in_use(self._settings.data_dir)))
        return True

    def _due(self) -> bool:
        if not self._stamp.is_file():
            return True
        last = datetime.fromisoformat(self._stamp.read_text(encoding="ascii")).astimezone(UTC)
        return self._clock.now() - last >= EVERY

    def _version(self) -> int:
        return model_files.in_use(self._settings.data_dir).stat().st_mtime_ns
