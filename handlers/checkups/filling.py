"""Filling in a check-up: point by point, with buttons and short numbers. Each answer is saved at once, with its date.

Whoever stops half-way goes on later where nothing is filled in yet; what is there can be put right item by item.
"""

from dataclasses import replace
from typing import Any

from handlers import feature
from handlers.checkups import next_actions
from handlers.checkups.quantities import WrongFigure, figure
from handlers.reply import Button, Reply, Rows, Showing
from handlers.turn import Turn
from ledger.checkup import FIGURES, Condition, Measure, Point, Source, State, Stock, falls_away, judge
from ledger.lifecycle import Role
from storage.facilities import Stocks
from storage.ids import new_id
from storage.reference import CommunityRow

NEEDED = ("has", *FIGURES.values(), "base_m2")
"""Fields without which a point cannot be judged; the others may stay open."""
SKIP, STOP = "skip", "stop"


def begin(turn: Turn, community: CommunityRow, only: int = 0) -> None:
    """Go through what is not filled in yet, or (`only`) through all of one item."""
    name = f"checkup:{new_id()}"
    turn.talk.state["checkup"] = {"community": community.id, "only": only, "name": name, "skipped": []}
    _go_on(turn, community, after=None)


def fields_of(point: Point, stock: Stock) -> list[str]:
    """What is asked of a point, in order, as far as the answers so far leave it open."""
    found = ["has"] if point.measure in (Measure.HAS, Measure.AREA) and not point.detail else []
    if stock.has is False:
        return found
    if point.measure in FIGURES:
        found.append(FIGURES[point.measure])
    if point.per_mille:
        found.append("base_m2")
    if point.instead and judge(point, replace(stock, number=None)).state is State.SHORT:
        found.append("number")
    if point.measure is Measure.AREA and not point.detail:
        found += ["condition", "year"]
    return found


# --- asking ----------------------------------------------------------------------------------------------------------


def _go_on(turn: Turn, community: CommunityRow, after: tuple[str, str] | None, *, anew: bool = False) -> None:
    """Ask what comes next after a field of a point, or say that all is done."""
    state = turn.talk.state["checkup"]
    stocks = turn.uow.facilities.of(community.id)
    following = _next(turn, state, stocks, after)
    if following is None:
        _done(turn, community, stocks)
        return
    state["point"], state["field"] = following
    _ask(turn, community, stocks, anew=anew)


def _next(turn: Turn, state: dict[str, Any], stocks: Stocks, after: tuple[str, str] | None) -> tuple[str, str] | None:
    """The next field of the point at hand, else the first of the next point that is open."""
    points = turn.context.district.checkup.points
    if after is not None:
        code, field = after
        names = fields_of(points[code], stocks.get(code, Stock()))
        rest = names[names.index(field) + 1 :] if field in names else []
        if code not in state["skipped"] and rest:
            return code, rest[0]
    codes = list(points)
    start = codes.index(after[0]) + 1 if after else 0
    for code in codes[start:]:
        point, stock = points[code], stocks.get(code, Stock())
        if falls_away(point, stocks) or (state["only"] and point.item != state["only"]):
            continue
        if state["only"]:
            return code, fields_of(point, stock)[0]
        if judge(point, stock).state is State.UNKNOWN:
            return code, _first_open(point, stock)
    return None


def _first_open(point: Point, stock: Stock) -> str:
    names = fields_of(point, stock)
    return next((name for name in names if name in NEEDED and getattr(stock, name) is None), names[0])


def _ask(turn: Turn, community: CommunityRow, stocks: Stocks, *, anew: bool) -> None:
    state, texts = turn.talk.state["checkup"], turn.context.texts
    points = turn.context.district.checkup.points
    point, field = points[state["point"]], state["field"]
    lines = [texts("checkups.point", n=list(points).index(point.code) + 1, all=len(points), point=_label(turn, point))]
    if requirement := _requirement(turn, point):
        lines.append(requirement)
    if known := _known(turn, point, stocks):
        lines.append(texts("checkups.known", known=known))
    lines.append(texts(f"checkups.ask_{field}", unit=point.unit or texts("checkup_page.unit")))
    buttons = turn.bot.buttons or field in ("has", "condition")
    if not buttons:
        lines.append(texts("checkups.skip_by_word"))
    showing = Showing.ANEW if anew else Showing.IN_PLACE
    rows = _choices(turn, community, point, field) if buttons else ()
    turn.send(Reply(turn.event.address, "\n".join(lines), rows, logical=state["name"], showing=showing))
    feature.ask(turn, "checkup_answer", community, point=point.code, field=field)


def _label(turn: Turn, point: Point) -> str:
    item = turn.context.district.item(point.item)
    key = "checkups.label" if point.whole or item is None else "checkups.label_part"
    return turn.context.texts(key, no=point.item, item=item.name if item else "", name=point.name)


def _requirement(turn: Turn, point: Point) -> str:
    texts = turn.context.texts
    if point.per_mille:
        return texts("checkups.standard_per_mille", n=f"{point.per_mille:g}")
    if point.standard is None:
        return ""
    key = "checkups.standard_doubtful" if point.doubtful else f"checkups.standard_{point.measure}"
    return texts(key, n=f"{point.standard:g}", unit=point.unit)


def _known(turn: Turn, point: Point, stocks: Stocks) -> str:
    """What was filled in before, where it is put right."""
    stock, texts, rules = stocks.get(point.code), turn.context.texts, turn.context.district.checkup
    if stock is None:
        return ""
    figures = [(name, getattr(stock, name)) for name in (*FIGURES.values(), "base_m2", "year")]
    has = "" if stock.has is None else texts("checkup_page.has" if stock.has else "checkup_page.has_not")
    said = [
        texts(f"checkups.known_{name}", n=f"{value:g}", unit=point.unit) for name, value in figures if value is not None
    ]
    condition = rules.conditions[stock.condition] if stock.condition else ""
    return "，".join(part for part in (has, *said, condition) if part)


def _choices(turn: Turn, community: CommunityRow, point: Point, field: str) -> Rows:
    texts, conditions = turn.context.texts, turn.context.district.checkup.conditions
    chips: list[tuple[str, Any]] = []
    if field == "has":
        chips = [(texts("checkup_page.has"), True), (texts("checkup_page.has_not"), False)]
    elif field == "condition":
        chips = [(name, code) for code, name in conditions.items()]
    elif point.exempt and field in FIGURES.values():
        chips = [(point.exempt, False)]
    ways_out = [(texts("checkups.skip"), SKIP), (texts("checkups.stop"), STOP)]
    data = {"point": point.code, "field": field, "name": turn.talk.state["checkup"]["name"]}

    def row(choices: list[tuple[str, Any]]) -> tuple[Button, ...]:
        return tuple(
            Button(label, "checkup_value", community.id, data=data | {"value": value}, account=turn.account)
            for label, value in choices
        )

    return (*((row(chips),) if chips else ()), row(ways_out))


# --- answers ---------------------------------------------------------------------------------------------------------


def tapped(turn: Turn, community: CommunityRow, _role: Role, data: dict[str, Any]) -> None:
    """A button of the question that is open; those of older questions do nothing."""
    state = turn.talk.state.get("checkup", {})
    if any(state.get(part) != data[part] for part in ("point", "field", "name")):
        turn.tell("checkups.turned")
        return
    _take(turn, community, data["value"], anew=False)


def answered(turn: Turn, community: CommunityRow, _role: Role, asked: dict[str, Any]) -> None:
    """Words for the question that is open: a number, 有, 没有, 跳过, 先到这里."""
    state = turn.talk.state.get("checkup", {})
    if (state.get("point"), state.get("field")) != (asked["point"], asked["field"]):
        turn.say("checkups.turned")
        return
    try:
        value = _meant(turn, asked["field"])
    except WrongFigure as wrong:
        turn.say(f"checkups.wrong_{wrong.why}")
        feature.ask(turn, "checkup_answer", community, point=asked["point"], field=asked["field"])
        return
    _take(turn, community, value, anew=True)


def _meant(turn: Turn, field: str) -> Any:
    """What the words mean for a field.

    Raises:
        WrongFigure: nothing.
    """
    texts, text = turn.context.texts, turn.event.text.strip().rstrip("。.!！")
    for meant in (SKIP, STOP):
        if text in texts.alternatives(f"checkups.words_{meant}"):
            return meant
    if field == "has":
        for has, key in ((True, "checkups.words_has"), (False, "checkups.words_has_not")):
            if text in texts.alternatives(key):
                return has
        raise WrongFigure("has")
    if field == "condition":
        names = {name: code for code, name in turn.context.district.checkup.conditions.items()}
        if text not in names:
            raise WrongFigure("condition")
        return names[text]
    return figure(text, field)


def _take(turn: Turn, community: CommunityRow, value: Any, *, anew: bool) -> None:
    state = turn.talk.state["checkup"]
    code, field = state["point"], state["field"]
    turn.expected()
    turn.outcome = f"checkup {code} {field}"
    if value == STOP:
        _stop(turn, community)
        return
    if value == SKIP:
        if field in NEEDED:
            state["skipped"].append(code)
    else:
        _keep(turn, community, value)
    _go_on(turn, community, (code, field), anew=anew)


def _keep(turn: Turn, community: CommunityRow, value: Any) -> None:
    """Write one answer down. Where there is nothing, there are no figures of it either."""
    state = turn.talk.state["checkup"]
    code, field = state["point"], state["field"]
    known = turn.uow.facilities.of(community.id).get(code, Stock())
    today = turn.uow.now.astimezone(community.zone).date()
    if value is False:  # 没有, or the point does not apply
        known = Stock(note=known.note)
        field = "has"
    elif field == "condition":
        value = Condition(value)
    elif field in FIGURES.values() and known.has is False:
        known = replace(known, has=None)
    stock = replace(known, **{field: value}, source=Source.CHAT, origin=None, found_on=today)
    turn.uow.facilities.put(community.id, code, stock, turn.staff_id)


def _done(turn: Turn, community: CommunityRow, stocks: Stocks) -> None:
    """Nothing is left to ask."""
    state = turn.talk.state.pop("checkup")
    points = turn.context.district.checkup.points
    left = sum(
        judge(p, stocks.get(code)).state is State.UNKNOWN for code, p in points.items() if not falls_away(p, stocks)
    )
    key = "checkups.done_item" if state["only"] else "checkups.done_some" if left else "checkups.done"
    text = turn.context.texts(key, community=community.name, left=left)
    rows = next_actions.rows(turn, community, left=left)
    turn.send(Reply(turn.event.address, text, rows, logical=state["name"]))


def _stop(turn: Turn, community: CommunityRow) -> None:
    """What was said so far is kept."""
    state = turn.talk.state.pop("checkup")
    turn.close(state["name"], "checkups.stopped", community=community.name)
