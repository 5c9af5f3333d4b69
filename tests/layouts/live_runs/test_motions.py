"""What is shown of an agent between its reports is what the reports justify."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from layouts.live.motions import RULES, expected_at, next_move
from layouts.live.recorded_paths import Place, place_at


def test_who_goes_on_steadily_is_shown_where_it_will_be() -> None:
    before, report = Place(0, "L0", 0.0, 0.0), Place(1000, "L0", 2.0, 0.0)
    move = next_move(Place(1000, "L0", 2.0, 0.0), report, before=before, now_ms=1000)
    assert move.end == Place(1500, "L0", 3.0, 0.0)
    assert expected_at(report, before, 9000).x_m == 4.0  # one second ahead, then it stands


def test_jumps_other_levels_and_the_first_report_are_set_at_once() -> None:
    report = Place(1000, "L0", 20.0, 0.0)
    shown_elsewhere = (None, Place(1000, "L0", 0.0, 0.0), Place(1000, "L1", 20.0, 0.0))
    for shown in shown_elsewhere:
        move = next_move(shown, report, before=Place(0, "L0", 0.0, 0.0), now_ms=1200)
        assert (move.start.x_m, move.end.x_m) == (20.0, 20.0)
        assert (move.start.at_ms, move.end.at_ms) == (1200, 1700)


metres = st.floats(-30, 30)


@given(metres, metres, metres, metres, metres, st.integers(1, 40_000), st.integers(0, 20_000))
def test_what_is_shown_stays_within_reach_of_the_report(
    sx: float, x0: float, y0: float, x1: float, y1: float, apart_ms: int, late_ms: int
) -> None:
    before, report = Place(0, "L0", x0, y0), Place(apart_ms, "L0", x1, y1)
    now_ms = apart_ms + late_ms
    move = next_move(Place(now_ms, "L0", sx, y1), report, before=before, now_ms=now_ms)

    def off_m(place: Place) -> float:
        return math.hypot(place.x_m - x1, place.y_m - y1)

    reach_m = RULES.fastest_m_s * min(move.end.at_ms - apart_ms, RULES.ahead_ms) / 1000
    assert off_m(move.end) <= reach_m + 1e-9
    for share in (0.0, 0.3, 0.7, 1.0):
        at_ms = now_ms + share * RULES.blend_ms
        assert off_m(place_at(move, at_ms)) <= RULES.snap_m + reach_m + 1e-9
