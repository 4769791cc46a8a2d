"""Corrections: each corrected case's text with the labels that people gave it last."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from storage.tables import Case, Correction


@dataclass(frozen=True, slots=True)
class Corrected:
    text: str
    labels: Mapping[str, str] = field(default_factory=dict)


def corrected(connection: Connection) -> list[Corrected]:
    """All corrected cases of all communities; of two corrections of one label the later holds."""
    statement = (
        select(Correction.community_id, Correction.case_no, Correction.label, Correction.after, Case.text)
        .join(Case, (Case.community_id == Correction.community_id) & (Case.no == Correction.case_no))
        .order_by(Correction.at, Correction.id)
    )
    found: dict[tuple[int, int], Corrected] = {}
    for community, number, label, after, text in connection.execute(statement):
        known = found.get((community, number), Corrected(text))
        found[community, number] = Corrected(text, {**known.labels, label: after})
    return list(found.values())
