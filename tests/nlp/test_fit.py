"""How loud a feature is while a label's model is fitted."""

import numpy as np
import scipy.sparse as sp

from nlp.training.fit import fit_telling, telling

# columns: only in the label's rows, as often elsewhere, only elsewhere, in every row
SEEN = sp.csr_matrix(np.array([[1, 1, 0, 1], [1, 0, 0, 1], [0, 1, 1, 1], [0, 0, 1, 1]] * 25))
OWN = np.array([True, True, False, False] * 25)
ALIKE = np.ones(len(OWN))


def test_what_tells_of_a_label_is_louder_than_what_stands_everywhere() -> None:
    only_here, as_often, only_there, always = telling(SEEN, OWN, ALIKE)
    assert only_here > 1 > as_often
    assert np.isclose(only_here, only_there)
    assert always == 1


def test_what_a_row_counts_is_heard() -> None:
    seldom_elsewhere = sp.csr_matrix(np.array([[1], [0], [1], [0]] * 25))
    even = telling(seldom_elsewhere, OWN, ALIKE)
    heavy = telling(seldom_elsewhere, OWN, np.array([3.0, 1, 1, 3] * 25))
    assert even[0] < heavy[0]


def test_each_label_gets_its_own_model() -> None:
    asked = np.array(["green", "green", "safety", "none"] * 25)
    rows = sp.csr_matrix(np.array([[1.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]] * 25))
    coefficients, intercepts, labels = fit_telling(rows, asked, ALIKE, 1.0)
    assert labels == ("green", "none", "safety")
    said = np.asarray(rows @ coefficients.T + intercepts).argmax(axis=1)
    assert [labels[at] for at in said] == list(asked)
