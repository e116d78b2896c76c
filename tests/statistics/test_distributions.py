"""Distributions of measures. The reference values were made once with ``numpy.quantile``."""

from __future__ import annotations

import pytest

from scenario.statistics import Distribution, distribution, quantile

VALUES = [1, 2, 4, 8, 16, 32.5]


@pytest.mark.parametrize(("share", "value"), [(0.1, 1.5), (0.5, 6.0), (0.9, 24.25), (0.99, 31.675)])
def test_quantiles_are_those_of_numpy(share, value):
    assert quantile(VALUES, share) == pytest.approx(value)


def test_a_distribution_is_of_the_known_values():
    assert distribution([2, None, 1]) == Distribution(2, 1.5, 1, 1.5, 1.9, 1.99, 2)


def test_one_value_is_all_of_its_quantiles():
    assert distribution([3]) == Distribution(1, 3, 3, 3, 3, 3, 3)


def test_nothing_known_is_no_distribution():
    assert distribution([None]) is None
