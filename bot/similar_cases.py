"""An index in memory of each community's open cases: has a neighbour reported this already? Rebuilt at every start."""

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

    def load(self, uow: UnitOfWork) -> None:
        """Load all open cases at start. Their keys are stored with the machine's proposal."""
        with self._lock:
            for row in uow.cases.open_proposals():
                self._indices[row.community_id].add(str(row.no), row.proposal.get("key", ()))
