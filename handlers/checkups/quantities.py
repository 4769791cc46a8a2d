"""Understands what a manager writes about a facility: 有, 没有, 800, 约 1.2 万平方米, 八百平."""

import re
import unicodedata

from nlp.numerals import SPOKEN
from nlp.numerals import value as numeral

FIGURE = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(万?)")
IN_WORDS = re.compile(rf"(?:大?约|大概|有)?(?P<n>{SPOKEN})(?:平方米?|平米|平|家|个|处|座|所|班|分钟?|年)?")
TEN_THOUSAND = 10_000
MOST = {"number": 1_000_000.0, "area_m2": 1e9, "base_m2": 1e9, "ratio": 100.0, "walk_minutes": 600.0, "year": 2100.0}
LEAST = {"year": 1800.0}
WHOLE = ("number", "year")


class WrongFigure(Exception):
    """Words that are no figure for this field; `why` is what is said about it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def figure(words: str, field: str) -> float | int:
    """The one number in these words, as the field takes it.

    Raises:
        WrongFigure: there is none or several, it is negative, too large, or no whole number where one is meant.
    """
    clean = unicodedata.normalize("NFKC", words).replace("m2", "").replace(" ", "")
    if (spoken := IN_WORDS.fullmatch(clean)) and (number := numeral(spoken["n"])) >= 0:
        clean = str(number)
    found = FIGURE.findall(clean)
    if len(found) != 1:
        raise WrongFigure("not_one")
    sign, digits, many = found[0]
    value = float(digits.replace(",", "")) * (TEN_THOUSAND if many else 1)
    if sign or not LEAST.get(field, 0.0) <= value <= MOST[field]:
        raise WrongFigure("negative" if sign else "too_much")
    if field not in WHOLE:
        return value
    if value != int(value):
        raise WrongFigure("whole")
    return int(value)
