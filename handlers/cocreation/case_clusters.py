"""Turns what many people report into a draft topic with its evidence, for the manager and the council."""

from collections import defaultdict
from collections.abc import Iterator

from handlers.cocreation import topic_card
from handlers.turn import Turn
from ledger.district import ClusterThreshold
from ledger.lifecycle import Role
from ledger.scenes import NO_ITEM, Kind
from ledger.text import shortened
from ledger.topics import Source
from nlp.similar_index import SAME, alike
from storage.cases import CaseRow
from storage.reference import CommunityRow
from storage.unit_of_work import UnitOfWork

MOST_CASES = 400
"""How many of a community's newest cases are examined at a time."""
ALIKE = SAME / 2
"""Probability that is enough if both cases are about the same construction item."""
TITLE = 16


def due(uow: UnitOfWork) -> list[int]:
    """Communities whose cases are due to be examined."""
    return uow.topics.to_look_through([community.id for community in uow.reference.real_communities()])


def look_through(turn: Turn, community_id: int) -> None:
    """Make a draft from every cluster with enough people behind it."""
    limits, community = turn.context.district.limits.topics, turn.uow.reference.communities[community_id]
    turn.uow.topics.look_again_at(community_id, turn.uow.now + limits.looked_every.wall)
    threshold = limits.threshold_of(community.code)
    cases = turn.uow.topics.candidates(community_id, turn.uow.now - threshold.within.wall, MOST_CASES)
    for cluster in clusters([case for case in cases if case.kind is not Kind.QUERY or case.item != NO_ITEM]):
        _draft(turn, community, cluster, threshold)


def clusters(cases: list[CaseRow]) -> Iterator[list[CaseRow]]:
    """Groups of cases linked by similarity, directly or through others; with the same item less of it is enough."""
    by_item: defaultdict[int, list[CaseRow]] = defaultdict(list)
    for case in cases:
        by_item[case.item].append(case)
    for item, group in by_item.items():
        yield from _linked(group, SAME if item == NO_ITEM else ALIKE)


def _linked(cases: list[CaseRow], enough: float) -> Iterator[list[CaseRow]]:
    left = list(cases)
    while left:
        cluster, todo = [], [left.pop(0)]
        while todo:
            case = todo.pop()
            cluster.append(case)
            near = [other for other in left if alike(_key(case), _key(other)) >= enough]
            left = [other for other in left if other not in near]
            todo += near
        yield sorted(cluster, key=lambda case: case.no)


def _key(case: CaseRow) -> list[int]:
    return list(case.proposal.get("key", ()))


def _draft(turn: Turn, community: CommunityRow, cluster: list[CaseRow], threshold: ClusterThreshold) -> None:
    numbers = [case.no for case in cluster]
    if len(turn.uow.topics.people_of_cases(community.id, numbers)) < threshold.people:
        return
    item = turn.context.district.item(cluster[0].item)
    most = max(cluster, key=lambda case: (case.supporters, -case.no))
    title = item.name if item else shortened(turn.context.mask(most.text), TITLE)
    topic = turn.uow.topics.begin(community.id, title=title, item=cluster[0].item, source=Source.CASES, text=None)
    turn.uow.topics.add_cases(topic.key, numbers)
    turn.uow.topics.add_event(topic, "gather", Role.SYSTEM, None, detail={"cases": numbers})
    topic_card.put_before_judges(turn, community, topic)
