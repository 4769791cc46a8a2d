"""集中反映: managers are told of repeated reports about one place at once, not only on Monday."""

from datetime import timedelta

from digests import spikes
from digests.hotspots import WEEKS
from digests.spikes import Spike
from handlers.cases import cards
from handlers.cases.emergencies import reachable
from handlers.event import Address
from handlers.reply import Button, Priority, Reply
from handlers.turn import Turn
from ledger.district import Spike as Rule
from ledger.lifecycle import Role
from ledger.periods import WEEK
from ledger.text import shortened
from storage.unit_of_work import UnitOfWork

WORDS_SHOWN = 60
MOST_BUTTONS = 4


def due(uow: UnitOfWork, rule: Rule) -> list[Spike]:
    """Current spikes, one for each place and scene, including those that managers were told recently."""
    since, week = uow.now - rule.within.wall, uow.now - WEEK
    communities = [community.id for community in uow.reference.real_communities()]
    seen = uow.spikes.seen(communities, since)
    found = spikes.of_one_matter(seen, rule)
    for community_id in sorted({sighting.community_id for sighting in seen}):
        usual = uow.spikes.usual(community_id, week - WEEKS * WEEK, week)
        if usual:
            found += spikes.above_usual(uow.spikes.seen([community_id], week), usual, rule, since)
    return list({spike.name: spike for spike in reversed(found)}.values())


def tell(turn: Turn, spike: Spike) -> None:
    """Tell the managers and the staff chat, if there is one; the same place and scene only once in a while."""
    before = turn.uow.now - turn.context.district.limits.spike.again_after.wall
    if not turn.uow.spikes.tell(spike.community_id, spike.scene, spike.place, before):
        return
    community = turn.uow.reference.communities[spike.community_id]
    case = turn.uow.cases.get(spike.community_id, spike.nos[0])
    text = _text(turn, spike, turn.context.mask(case.text), turn.context.mask(case.place or ""))
    row = tuple(Button(f"{community.code}-{no}", "open_card", community.id, no) for no in spike.nos[:MOST_BUTTONS])
    to = reachable(turn, turn.uow.reference.staff_with(community.id, Role.MANAGER))
    if community.staff_chat:
        to.append(Address(*community.staff_chat))
    for address in to:
        turn.send(Reply(address, text, (row,), priority=Priority.NOTICE, cause=cards.cause_of(case)))


def _text(turn: Turn, spike: Spike, words: str, place: str) -> str:
    texts, scene = turn.context.texts, turn.context.district.scenes[spike.scene]
    values = {
        "community": turn.uow.reference.communities[spike.community_id].name,
        "place": place or texts("cause.one_place"),
        "scene": f"{scene.mark} {scene.name}",
        "sure": texts("sheet.sure" if spike.confirmed else "sheet.guess"),
        "words": shortened(words, WORDS_SHOWN),
    }
    if spike.usual is None:
        hours = turn.context.district.limits.spike.within.wall // timedelta(hours=1)
        return texts("spike.people", hours=hours, n=spike.people, **values)
    return texts("spike.usual", n=len(spike.nos), usual=f"{spike.usual:.1f}".rstrip("0").rstrip("."), **values)
