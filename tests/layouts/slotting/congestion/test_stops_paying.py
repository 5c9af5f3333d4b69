"""The staffing at which a slotting stops paying."""

from __future__ import annotations

import pytest

from layouts.slotting.congestion.stops_paying import stops_paying
from layouts.statistics.intervals import Estimate


def gain(value: float, half: float = 1.0) -> Estimate:
    return Estimate(value, value - half, value + half, 10, "by hand")


def test_the_gain_falls_through_nought_on_a_straight_line_and_its_interval_with_it() -> None:
    found = stops_paying({20: gain(-4), 8: gain(8), 12: gain(4), 16: gain(0.5)})
    assert found.paying == "up to"
    assert found.up_to == pytest.approx(16 + 4 * 0.5 / 4.5)
    assert found.low == pytest.approx(12 + 4 * 3 / 3.5)
    assert found.high == pytest.approx(16 + 4 * 1.5 / 4.5)
    assert found.text() == "stops paying at 16.4 pickers [15.4 to 17.3]"


def test_a_gain_at_all_staffings_stops_nowhere_and_a_loss_at_all_pays_nowhere() -> None:
    assert stops_paying({8: gain(3), 24: gain(2)}).text() == "stops paying nowhere within 8 … 24 pickers"
    assert stops_paying({8: gain(-3), 24: gain(-2)}).text() == "pays nowhere within 8 … 24 pickers"


def test_what_is_not_shown_at_an_end_is_not_decided() -> None:
    found = stops_paying({8: gain(3), 24: gain(0.5)})
    assert (found.paying, found.up_to) == ("cannot decide", None)
    assert stops_paying({8: gain(-0.5), 24: gain(0.5)}).paying == "cannot decide"


def test_an_end_of_the_interval_beyond_the_staffings_is_told_as_open() -> None:
    found = stops_paying({8: gain(0.5), 24: gain(-0.5)})
    assert (found.up_to, found.low, found.high) == (16.0, None, None)
    assert found.text() == "stops paying at 16.0 pickers [fewer to more]"


def test_no_staffing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        stops_paying({})
