"""The weekly digest as one chat message: what to do today first, then numbers. Plain text, never markup."""

from collections.abc import Iterator
from datetime import timedelta

from digests.dates import day_and_time
from digests.page import Page
from digests.weekly import Matter, NeedCount
from ledger.scenes import NO_ITEM
from ledger.words import utf16_length

LIMIT = 4096
"""UTF-16 units of one message."""
NEEDS_LISTED = 6
AGAIN_LISTED = 4
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def weekly_text(page: Page) -> str:
    """Write the digest; it always fits one message."""
    lines = [*_head(page)]
    if page.weekly.empty:
        lines += ["", page.say("digest.quiet")]
    else:
        for part in (_act, _received, _supported, _again, _needs, _resolved):
            found = list(part(page))
            lines += ["", *found] if found else []
    return _fitted(lines)


def _fitted(lines: list[str]) -> str:
    """Leave whole lines out at the end where there are too many, visibly."""
    while utf16_length(text := "\n".join(lines)) > LIMIT:
        lines = [*lines[:-2], "…"]
    return text


def _head(page: Page) -> Iterator[str]:
    year, _, week = page.weekly.period.name(page.zone).partition("-W")
    yield page.say("digest.head", community=page.community.name, year=year, week=int(week))
    about = page.about()
    yield page.say(
        "digest.period" if page.weekly.over else "digest.period_running",
        first=about["first"],
        last=about["last"],
        made=about["made"],
    )


def _act(page: Page) -> Iterator[str]:
    waiting, act = page.weekly.waiting, page.weekly.act
    if not waiting.pressing:
        yield page.say("digest.act_none")
    else:
        counts = {"urgent": waiting.urgent, "overdue": waiting.overdue, "soon": waiting.soon}
        yield page.say("digest.act", n=waiting.pressing, **counts)
    for matter in act:
        mark = page.district.urgencies[matter.urgency].mark
        scene = page.scene(matter.scene)["scene"]
        yield page.say(
            "digest.matter",
            mark=mark,
            number=page.number(matter.no),
            scene=scene,
            clock=_clock(page, matter),
            words=page.quoted(matter.no),
        )
    if waiting.pressing > len(act):
        yield page.say("digest.act_more", n=waiting.pressing - len(act))
    if waiting.total:
        yield page.say("digest.waiting", n=waiting.total)


def _clock(page: Page, matter: Matter) -> str:
    """How late a case is, or when it is due."""
    late = page.weekly.made_at - matter.due_at
    if late >= DAY:
        return page.say("digest.late_days", n=late // DAY)
    if late > timedelta():
        return page.say("digest.late_hours", n=max(late // HOUR, 1))
    return page.say("digest.due", moment=day_and_time(matter.due_at, page.zone))


def _received(page: Page) -> Iterator[str]:
    week = page.weekly
    yield page.say("digest.received", n=week.received, before=week.received_before, change=page.change())
    if week.received:
        yield page.say("digest.kinds", problems=week.problems, needs=week.needs, queries=week.queries)
    for count in sorted(week.scenes, key=lambda count: (-count.now, -count.before)):
        if count.now or count.before:
            yield page.say("digest.scene", n=count.now, before=count.before, **page.scene(count.scene))


def _supported(page: Page) -> Iterator[str]:
    if page.weekly.supported:
        yield page.say("digest.supported")
    for matter in page.weekly.supported:
        number = page.number(matter.no)
        yield page.say("digest.supported_line", number=number, n=matter.supporters, words=page.quoted(matter.no))


def _again(page: Page) -> Iterator[str]:
    """What was reported again, and what was not solved after all."""
    repeats, reopened = page.weekly.repeats, page.weekly.reopened
    if repeats or reopened:
        yield page.say("digest.again")
    for repeat in repeats[:AGAIN_LISTED]:
        number = page.number(repeat.no)
        yield page.say("digest.repeat_line", number=number, n=repeat.times, words=page.quoted(repeat.no))
    for no in reopened[:AGAIN_LISTED]:
        yield page.say("digest.reopened_line", number=page.number(no), words=page.quoted(no))
    if left := max(len(repeats) - AGAIN_LISTED, 0) + max(len(reopened) - AGAIN_LISTED, 0):
        yield page.say("digest.list_more", n=left)


def _needs(page: Page) -> Iterator[str]:
    needs = page.weekly.items
    if needs:
        yield page.say("digest.needs")
    for need in needs[:NEEDS_LISTED]:
        yield _need(page, need)
    if len(needs) > NEEDS_LISTED:
        yield page.say("digest.list_more", n=len(needs) - NEEDS_LISTED)


def _need(page: Page, need: NeedCount) -> str:
    item = page.district.item(need.item)
    if need.item == NO_ITEM or item is None:
        return page.say("digest.need_other", n=need.n)
    return page.say("digest.need_line", no=item.no, item=item.name, n=need.n, units="、".join(item.units))


def _resolved(page: Page) -> Iterator[str]:
    week, rates = page.weekly, page.weekly.rates
    if week.resolved:
        yield page.say("digest.resolved", n=week.resolved, in_time=week.resolved_in_time)
    else:
        yield page.say("digest.resolved_none")
    for matter in week.done:
        yield page.say("digest.done_line", number=page.number(matter.no), words=page.quoted(matter.no))
    if rates.n:
        counts = {
            "responded": rates.responded,
            "solved": rates.solved,
            "satisfied": rates.satisfied,
            "fairly": rates.fairly,
        }
        yield page.say("digest.rates", n=rates.n, **counts)
