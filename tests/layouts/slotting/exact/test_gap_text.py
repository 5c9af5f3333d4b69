"""The gap is told so that it can be believed: never smaller than it is."""

from __future__ import annotations

import pytest

from layouts.slotting.exact.gap import gap_share, gap_text


def test_a_gap_is_rounded_up_and_names_the_bound() -> None:
    text = gap_text(103.01 * 3600, 100 * 3600)
    assert text == "at most 3.1 % above the best there is (no slotting takes less than 100.0 h)"


def test_no_gap_is_a_proof() -> None:
    assert gap_text(100.0, 100.0) == "proven best"
    assert gap_text(100.0, 99.99999) == "proven best"
    assert gap_share(100.0, 99.99999) == 0.0


def test_a_small_gap_is_not_called_none() -> None:
    assert gap_text(100.0, 99.999).startswith("at most 0.1 %")


def test_a_bound_of_nothing_says_nothing() -> None:
    assert gap_share(100.0, 0.0) is None
    assert gap_text(100.0, 0.0) == "not known how far above the best there is"


def test_nothing_to_do_is_best() -> None:
    assert gap_text(0.0, 0.0) == "proven best"


def test_a_total_below_the_bound_breaks_a_rule() -> None:
    with pytest.raises(ValueError, match="breaks a rule"):
        gap_text(90.0, 100.0)
