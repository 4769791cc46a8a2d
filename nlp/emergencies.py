"""Who is told first when somebody is in danger, and whether a human must take over at once.

The classifier says how likely an emergency is; the topics found say what kind it is.
"""

from collections.abc import Iterable

from nlp.understanding import Alarm

_ALARMS = {
    "fire": Alarm.FIRE,
    "gasleak": Alarm.FIRE,
    "lift_danger": Alarm.FIRE,
    "collapse": Alarm.FIRE,
    "flood": Alarm.FIRE,
    "wires": Alarm.FIRE,
    "violence": Alarm.POLICE,
    "theft": Alarm.POLICE,
    "fraud": Alarm.POLICE,
    "roaddanger": Alarm.POLICE,
    "selfharm": Alarm.POLICE,
    "injury": Alarm.AMBULANCE,
    "dog_danger": Alarm.AMBULANCE,
}
_HUMAN = frozenset({"violence", "selfharm"})


def alarms(topics: Iterable[str], emergency: bool) -> tuple[tuple[Alarm, ...], bool]:
    """The alarms of an emergency, and whether a human is needed."""
    named = set(topics)
    human = bool(named & _HUMAN) and emergency
    if not emergency:
        return (), human
    found = dict.fromkeys(alarm for topic, alarm in _ALARMS.items() if topic in named)
    return (*(found or {Alarm.POLICE: None}), *([Alarm.HUMAN] if human else [])), human
