"""How much somebody may do in a while: a window opens with the first thing and closes when its time is over."""

from dataclasses import dataclass

from ledger.district import Allowance


@dataclass(frozen=True, slots=True)
class Window:
    """When it opened (seconds since the epoch) and how often something was done in it."""

    opened: float
    times: int = 0

    def ends(self, allowed: Allowance) -> float:
        return self.opened + allowed.within.wall.total_seconds()


def window(kept: tuple[float, int] | None, now: float, allowed: Allowance) -> Window:
    """The window that is open at `now`: a new one if the kept one has closed, or the clock was set back before it."""
    found = Window(*kept) if kept else Window(now)
    return found if found.opened <= now < found.ends(allowed) else Window(now)
