"""Draws the lifecycle as a page (Mermaid and tables) from its table, so that the page cannot differ from the code."""

from collections.abc import Callable, Iterable, Mapping

from ledger.lifecycle import ANSWERS, CLOSED, ENDED, OPEN, STAFF, TRANSITIONS, Action, Role, State, Transition
from ledger.nudges import GOES_TO

HEAD = "# The lifecycle of a case\n"
OPEN_BOX, ANSWERS_BOX, CLOSED_BOX = "open", "answered_to", "closed_to"
BOXES: tuple[tuple[str, str, frozenset[State]], ...] = (
    (OPEN_BOX, "open: something is owed to the resident", OPEN),
    (ANSWERS_BOX, "answered: the residents judge", ANSWERS),
    (CLOSED_BOX, "closed", CLOSED),
)
Names = Mapping[str, str]


def draw(states: Names, roles: Names, text: Callable[[str], str]) -> str:
    """The whole page. `states` and `roles` hold the district's names; `text` looks up what a resident is told."""
    parts = [HEAD, _picture(states), _states(states), _steps(states, roles, text), _nudges(roles)]
    return "\n".join(parts)


def _picture(states: Names) -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{states[state]}" as {state}' for state in State]
    for box, title, members in BOXES:
        lines += [f'    state "{title}" as {box} {{', *(f"        {state}" for state in State if state in members)]
        lines += ["    }"]
    lines += [f"    [*] --> {State.WAITING}"]
    lines += [edge for action, row in TRANSITIONS.items() for edge in _edges(action, row)]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join([*lines, "```", ""])


def _edges(action: Action, row: Transition) -> Iterable[str]:
    """The arrows of one step. If it starts from every state of a box, one arrow from the box replaces them."""
    if row.to is None and not row.back:
        return
    to = "[where it was]" if row.back else ""
    target = OPEN_BOX if row.back else str(row.to)
    left = set(row.sources)
    sources = []
    for box, _, members in BOXES:
        if members <= left:
            sources.append(box)
            left -= members
    for source in [*sources, *(state for state in State if state in left)]:
        yield f"    {source} --> {target} : {action}{' ' + to if to else ''}"


def _states(states: Names) -> str:
    groups = [(title, members) for _, title, members in BOXES]
    groups.append(("ended otherwise", ENDED - CLOSED))
    lines = ["## States", "", "| group | states |", "|---|---|"]
    for title, members in groups:
        lines.append(f"| {title} | {'、'.join(f'{states[s]} `{s}`' for s in State if s in members)} |")
    return "\n".join([*lines, ""])


def _steps(states: Names, roles: Names, text: Callable[[str], str]) -> str:
    lines = ["## Steps", "", "| step | from | to | who | needs | conditions | the resident is told |", "|" + "---|" * 7]
    lines += [_step(action, row, states, roles, text) for action, row in TRANSITIONS.items()]
    return "\n".join([*lines, ""])


def _step(action: Action, row: Transition, states: Names, roles: Names, text: Callable[[str], str]) -> str:
    to = states[row.to] if row.to else "where it was before" if row.back else "stays"
    cells = [
        f"`{action}`",
        _sources(row.sources, states),
        to,
        _who(row.roles, roles),
        ", ".join(row.needs) or "–",
        "; ".join(_conditions(row)) or "–",
        " ".join(text(row.tells).split()) if row.tells else "–",
    ]
    return f"| {' | '.join(cells)} |"


def _conditions(row: Transition) -> Iterable[str]:
    if row.undoable:
        yield "can be undone for a minute"
    if row.in_time:
        yield "before it is due"
    if row.judges:
        yield f"not by the person who did {' or '.join(f'`{action}`' for action in row.judges)}"


def _sources(sources: frozenset[State], states: Names) -> str:
    names, left = [], set(sources)
    for _, title, members in BOXES:
        if members <= left:
            names.append(f"*{title.partition(':')[0]}*")
            left -= members
    return "、".join([*names, *(states[state] for state in State if state in left)])


def _who(who: frozenset[Role], roles: Names) -> str:
    names, left = [], set(who)
    if left >= STAFF:
        names.append("*staff*")
        left -= STAFF
    return "、".join([*names, *(roles.get(role, "the clock") for role in Role if role in left)])


def _nudges(roles: Names) -> str:
    lines = ["## Nudges", "", "| nudge | asked first |", "|---|---|"]
    lines += [f"| `{nudge}` | {roles[role]} |" for nudge, role in GOES_TO.items()]
    return "\n".join([*lines, ""])
