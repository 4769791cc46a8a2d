"""An index in memory of each community's open cases: has a neighbour reported this already? Rebuilt at every start.

Where several processes share a database, each has its own, and looks every few seconds for what the others have filed.
What they have closed or erased is looked up in the ledger before it is offered (handlers/residents/offers.py).
"""

from collections import defaultdict
from threading import Lock

from nlp.similar_index import SimilarIndex
from nlp.understanding import Understanding
from storage.cases import CaseRow
from storage.unit_of_work import UnitOfWork


class OpenCases:
    """Implements `handlers.context.SimilarCases`; thread-safe, because the writer's thread uses it, too."""

    def __init__(self) -> None:
        self._indices: dict[int, SimilarIndex] = defaultdict(SimilarIndex)
        self._loaded: defaultdict[int, int] = defaultdict(int)
        """Number of the latest case of a community when its cases were last loaded."""
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
        """Load open cases filed since the last call, by whatever process; the first call loads all.

        Numbers are given and committed in order, so those up to a community's latest are all there.
        """
        for community_id, latest in uow.cases.latest_numbers().items():
            if latest > (loaded := self._loaded[community_id]):
                rows = uow.cases.open_proposals(community_id, loaded)
                with self._lock:
                    for row in rows:
                        if str(row.no) not in self._indices[community_id]:
                            self._indices[community_id].add(str(row.no), row.proposal.get("key", ()))
                self._loaded[community_id] = latest
