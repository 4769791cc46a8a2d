"""The weekly digest in words: first what to do today, then numbers. One chat message, or the lines of its pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from digests.dates import day_and_time
from digests.presentation import Page, Say
from digests.shares import counted
from digests.weekly import Matter, NeedCount, Rates
from ledger.scenes import NO_ITEM, Scene, Urgency
from ledger.text import utf16_length

LIMIT = 4096
"""UTF-16 units of one message."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Form:
    """How much is listed, and whether scenes and urgencies are shown as emoji (chat) or words (paper)."""

    needs: int
    again: int
    pictures: bool

    def scene(self, page: Page, scene: Scene) -> str:
        look = page.district.scenes[scene]
        return f"{look.mark} {look.name}" if self.pictures else look.name

    def urgency(self, page: Page, urgency: Urgency) -> str:
        look = page.district.urgencies[urgency]
        return look.mark if self.pictures else look.name


CHAT = Form(needs=6, again=4, pictures=True)
PAPER = Form(needs=21, again=8, pictures=False)

Part = Callable[[Page, Form], Iterator[str]]


def weekly_text(page: Page) -> str:
    """Write the digest; it always fits one message."""
    lines = [*head(page)]
    for part in parts(page, CHAT):
        lines += ["", *part]
    return fitted(lines)


def parts(page: Page, form: Form) -> list[list[str]]:
    """The parts of the page in order, each a heading and its lines; empty parts are left out."""
    if page.weekly.empty:
        return [[page.say("digest.quiet")]]
    return [lines for part in PARTS if (lines := list(part(page, form)))]


def fitted(lines: list[str]) -> str:
    """The lines as one message; if they are too long, whole lines at the end are visibly left out."""
    while utf16_length(text := "\n".join(lines)) > LIMIT:
        lines = [*lines[:-2], "…"]
    return text


def head(page: Page) -> Iterator[str]:
    yield page.say("digest.head", community=page.community.name, **page.week())
    about = page.about()
    key = "digest.period" if page.weekly.over else "digest.period_running"
    yield page.say(key, first=about["first"], last=about["last"], made=about["made"])


def _act(page: Page, form: Form) -> Iterator[str]:
    waiting, act = page.weekly.waiting, page.weekly.act
    if not waiting.pressing:
        yield page.say("digest.act_none")
    else:
        counts = {"urgent": waiting.urgent, "overdue": waiting.overdue, "soon": waiting.soon}
        yield page.say("digest.act", n=waiting.pressing, **counts)
    for matter in act:
        yield page.say(
            "digest.matter",
            mark=form.urgency(page, matter.urgency),
            number=page.number(matter.no),
            scene=page.scene(matter.scene)["scene"],
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


def _received(page: Page, form: Form) -> Iterator[str]:
    week = page.weekly
    yield page.say("digest.received", n=week.received, before=week.received_before, change=page.change())
    if week.received:
        yield page.say("digest.kinds", problems=week.problems, needs=week.needs, queries=week.queries)
    for count in sorted(week.scenes, key=lambda count: (-count.now, -count.before)):
        if count.now or (count.before and week.received):  # a week without new cases needs only its sum
            n = counted(page.say, count.now, week.received, "digest.share_of_all")
            yield page.say("digest.scene", n=n, before=count.before, scene=form.scene(page, count.scene))


def _hot(page: Page, form: Form) -> Iterator[str]:
    """Places with more cases than usual. Each line says whether a person or the machine chose the label."""
    if page.weekly.hot:
        yield page.say("digest.hot")
    for spot in page.weekly.hot:
        yield page.say(
            "digest.hot_line",
            scene=form.scene(page, spot.scene),
            place=page.place(spot.no),
            n=spot.now,
            before=spot.before,
            sure=page.say("sheet.sure" if spot.confirmed else "sheet.guess"),
            number=page.number(spot.no),
        )


def _again(page: Page, form: Form) -> Iterator[str]:
    """Cases that were reported again or reopened."""
    repeats, reopened = page.weekly.repeats, page.weekly.reopened
    if repeats or reopened:
        yield page.say("digest.again")
    for repeat in repeats[: form.again]:
        number = page.number(repeat.no)
        yield page.say("digest.repeat_line", number=number, n=repeat.times, words=page.quoted(repeat.no))
    for no in reopened[: form.again]:
        yield page.say("digest.reopened_line", number=page.number(no), words=page.quoted(no))
    if left := max(len(repeats) - form.again, 0) + max(len(reopened) - form.again, 0):
        yield page.say("digest.list_more", n=left)


def _needs(page: Page, form: Form) -> Iterator[str]:
    needs = page.weekly.items
    if needs:
        yield page.say("digest.needs")
    for need in needs[: form.needs]:
        yield _need(page, need)
    if len(needs) > form.needs:
        yield page.say("digest.list_more", n=len(needs) - form.needs)


def _need(page: Page, need: NeedCount) -> str:
    item = page.district.item(need.item)
    if need.item == NO_ITEM or item is None:
        return page.say("digest.need_other", n=need.n)
    return page.say("digest.need_line", no=item.no, item=item.name, n=need.n, units=page.units(need.item))


def _rates(page: Page, _form: Form) -> Iterator[str]:
    rates = page.weekly.rates
    if rates.n:
        yield page.say("digest.rates", n=rates.n)
        yield page.say("digest.rates_line", **rated(page.say, rates))


def _topics(page: Page, _form: Form) -> Iterator[str]:
    """Undecided topics, and cases that many joined and that could become topics."""
    topics = [(line, found) for line in page.weekly.topics if (found := page.topics.get(line.no))]
    if topics or page.weekly.supported:
        yield page.say("digest.supported")
    for line, topic in topics:
        state, title = page.say(f"topic.state_{topic.state}"), page.masked(topic.title)
        yield page.say("digest.topic_line", no=line.no, n=line.people, state=state, title=title)
    for matter in page.weekly.supported:
        number = page.number(matter.no)
        yield page.say("digest.supported_line", number=number, n=matter.supporters, words=page.quoted(matter.no))


def _resolved(page: Page, _form: Form) -> Iterator[str]:
    week = page.weekly
    if week.resolved:
        yield page.say("digest.resolved", n=week.resolved, in_time=week.resolved_in_time)
    else:
        yield page.say("digest.resolved_none")
    if week.done:
        yield page.say("digest.done")
    for matter in week.done:
        key = "digest.answered_line" if (reply := page.answered(matter.no)) else "digest.done_line"
        yield page.say(key, number=page.number(matter.no), words=page.quoted(matter.no), reply=reply)


def rated(say: Say, rates: Rates) -> dict[str, str]:
    """The three rates as counts of the people asked, with shares."""
    names = ("responded", "solved", "satisfied", "fairly")
    return {name: counted(say, getattr(rates, name), rates.n) for name in names}


PARTS: tuple[Part, ...] = (_act, _received, _hot, _again, _needs, _rates, _topics, _resolved)
"""The parts of the digest; what to do comes first."""
