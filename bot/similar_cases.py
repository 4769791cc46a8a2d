"""An index in memory of each community's open cases: has a neighbour reported this already? Rebuilt at every start.

Where several processes share a database, each has its own, and looks every few seconds for what the others have filed,
closed or reopened. The ledger is asked before a case is offered (handlers/residents/offers.py).
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from threading import Lock
from typing import Any

from ledger.lifecycle import OPEN
from nlp.similar_index import SimilarIndex
from nlp.understanding import Understanding
from storage.cases import CaseRow
from storage.ids import first_id_at
from storage.unit_of_work import UnitOfWork

LATE_SECONDS = 60.0
"""How much later than its id says an event may be committed: a transaction lasts at most twenty seconds, and the clocks
of machines differ."""


class OpenCases:
    """Implements `handlers.context.SimilarCases`; thread-safe, because the writer's thread uses it, too."""

    def __init__(self) -> None:
        self._indices: dict[int, SimilarIndex] = defaultdict(SimilarIndex)
        self._loaded: defaultdict[int, int] = defaultdict(int)
        """Number of the latest case of a community when its cases were last loaded."""
        self._looked_at = time.time()
        """By the clock from which ids are made."""
        self._lock = Lock()

    def nearest(self, community_id: int, matter: Understanding, limit: int = 3) -> list[int]:
        with self._lock:
            return [int(match.case_key) for match in self._indices[community_id].nearest(matter, limit)]

    def add(self, case: CaseRow, matter: Understanding) -> None:
        with self._lock:
            self._indices[case.community_id].add(str(case.no), matter.similar_key)

    def remove(self, community_id: int, no: int) -> None:
        with self._lock:
            self._indices[community_id].remove(str(no))

    def load_new(self, uow: UnitOfWork) -> None:
        """Load what any process has filed, closed or reopened since the last call; the first call loads all open cases.

        Numbers are given and committed in order, so those up to a community's latest are all there.
        """
        now, numbers = time.time(), uow.cases.latest_numbers()
        for community_id, latest in numbers.items():
            if latest > (loaded := self._loaded[community_id]):
                self._add_missing(community_id, uow.cases.open_proposals(community_id, loaded))
                self._loaded[community_id] = latest
        self._follow_changes(uow, numbers)
        self._looked_at = now

    def _follow_changes(self, uow: UnitOfWork, community_ids: Iterable[int]) -> None:
        """Remove cases that have been closed, and add those that are open again."""
        for case in uow.cases.changed_since(list(community_ids), first_id_at(self._looked_at - LATE_SECONDS)):
            if case.state in OPEN:
                self._add_missing(case.community_id, [case])
            else:
                self.remove(case.community_id, case.no)

    def _add_missing(self, community_id: int, cases: Iterable[Any]) -> None:
        """Add cases with their number and proposal; what is in the index is newer and stays."""
        with self._lock:
            index = self._indices[community_id]
            for case in cases:
                if str(case.no) not in index:
                    index.add(str(case.no), case.proposal.get("key", ()))
