"""Rate limits: a window opens with the first event, and closes when its time is up."""

from dataclasses import dataclass

from ledger.district import Allowance


@dataclass(frozen=True, slots=True)
class Window:
    """When the window opened (seconds since the epoch), and the number of events in it."""

    opened: float
    times: int = 0

    def ends(self, allowed: Allowance) -> float:
        return self.opened + allowed.within.wall.total_seconds()


def window(kept: tuple[float, int] | None, now: float, allowed: Allowance) -> Window:
    """The window at `now`: a new one if the stored one has closed, or if the clock was set back to before it."""
    found = Window(*kept) if kept else Window(now)
    return found if found.opened <= now < found.ends(allowed) else Window(now)
