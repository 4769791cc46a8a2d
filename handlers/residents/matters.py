"""Decides which matters of a message are filed: emergencies as a whole, requests one by one."""

from collections.abc import Iterable
from dataclasses import replace

from ledger.scenes import EIGHT_SCENES, NO_ITEM, Kind, Scene, Urgency
from nlp.understanding import Reading, Understanding


def emergency(reading: Reading) -> Understanding | None:
    """The whole message as one emergency if any part is one, so that the staff on duty read all of it. Or None."""
    calling = [matter for matter in reading.matters if is_emergency(matter)]
    if not calling:
        return None
    beside = [matter for matter in reading.matters if matter not in calling]
    return replace(
        _sensible(calling[0], Scene.SAFETY),
        text=_one_text([*calling, *beside]) if calling[0] is not reading.first else reading.text,
        urgency=Urgency.EMERGENCY,
        alarms=tuple(dict.fromkeys(alarm for matter in calling for alarm in matter.alarms)),
        needs_human=any(matter.needs_human for matter in calling),
        places=_places(reading.matters),
    )


def is_emergency(matter: Understanding) -> bool:
    """Whether somebody has to be called for this matter at once."""
    return bool(matter.alarms) or matter.needs_human


def requests(reading: Reading) -> tuple[Understanding, ...]:
    """The matters to file. A greeting or a sentence of context stays with the request beside it."""
    found: list[Understanding] = []
    before: list[Understanding] = []
    for matter in reading.matters:
        if matter.scene is Scene.OUT_OF_REMIT:
            continue
        if matter.scene is not Scene.NONE:
            found.append(_joined(matter, (*before, matter)))
            before = []
        elif found:
            found[-1] = _joined(found[-1], (found[-1], matter))
        else:
            before.append(matter)
    return tuple(found)


def elsewhere(reading: Reading) -> Understanding | None:
    """The matter that others are responsible for, or None."""
    parts = [matter for matter in reading.matters if matter.scene is Scene.OUT_OF_REMIT]
    return _joined(parts[0], parts) if parts else None


def to_file(reading: Reading) -> tuple[Understanding, ...]:
    """The matters to file: an emergency alone, else the requests, else what the person insists on as one matter."""
    if found := emergency(reading):
        return (found,)
    return requests(reading) or (_as_one(reading),)


def _as_one(reading: Reading) -> Understanding:
    """The message as one matter of the likeliest scene, about which the person is asked."""
    main = _sensible(reading.first, Scene.PUBLIC_SERVICE)
    return replace(
        _joined(main, reading.matters),
        kind=Kind.PROBLEM,
        none_type=None,
        item=NO_ITEM,
        scene_probability=0.0,
        why=(),
    )


def _sensible(matter: Understanding, otherwise: Scene) -> Understanding:
    """The matter with one of the eight scenes, the likeliest, because the ledger needs one."""
    if matter.scene in EIGHT_SCENES:
        return matter
    return replace(matter, scene=next((scene for scene in matter.scenes if scene in EIGHT_SCENES), otherwise))


def _joined(labels: Understanding, parts: Iterable[Understanding]) -> Understanding:
    parts = tuple(parts)
    if parts == (labels,):
        return labels
    return replace(labels, text="".join(part.text for part in parts), places=_places(parts))


def _one_text(parts: Iterable[Understanding]) -> str:
    return "\n".join(part.text.strip() for part in parts)


def _places(parts: Iterable[Understanding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place for part in parts for place in part.places))
