"""A verdict is sure to 97.5 %, and its message holds value, bound and remedy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from layouts.rules.finding import SURE_SIGMAS, UNKNOWN, Known, exactly, judged

SAID: dict[str, Any] = {
    "context": "reach truck 'RT-1'",
    "remedy": "widen the aisle or change the vehicle",
    "source": "s",
}
metres = st.floats(0, 100)


def wide(known: Known, at_least: float | None = 1.2) -> Any:
    return judged("aisle_width", ("A1",), "aisle_width_m", known, at_least=at_least, **SAID)


def far(known: Known, at_most: float | None = 1.2) -> Any:
    return judged("dead_end", ("A1",), "dead_end_m", known, at_most=at_most, **SAID)


def test_sure_is_one_tail_of_two_and_a_half_percent() -> None:
    assert pytest.approx(norm.ppf(0.975), abs=1e-6) == SURE_SIGMAS


@pytest.mark.parametrize(
    ("value", "sigma", "least", "most"),
    [
        (1.2, 0.0, "pass", "pass"),
        (1.19, 0.0, "fail", "pass"),
        (1.21, 0.0, "pass", "fail"),
        (1.2, 0.01, "cannot_decide", "cannot_decide"),
        (1.2 + 0.0197, 0.01, "pass", "fail"),
        (1.2 + 0.0195, 0.01, "cannot_decide", "cannot_decide"),
        (1.2 - 0.0197, 0.01, "fail", "pass"),
        (1.2 - 0.0195, 0.01, "cannot_decide", "cannot_decide"),
    ],
)
def test_each_side_of_a_limit_and_within_sigma_of_it(
    value: float, sigma: float, least: str, most: str
) -> None:
    assert wide(exactly(value, sigma)).verdict == least
    assert far(exactly(value, sigma)).verdict == most


@given(metres, metres, st.floats(0, 5), st.floats(0, 5))
def test_a_larger_sigma_decides_nothing(value: float, limit: float, sigma: float, more: float) -> None:
    for rule in (wide, far):
        vague = rule(exactly(value, sigma + more), limit).verdict
        assert vague in ("cannot_decide", rule(exactly(value, sigma), limit).verdict)


@given(metres, metres, st.floats(0, 5), st.floats(0, 5))
def test_more_room_never_turns_a_pass_into_a_fail(
    value: float, limit: float, sigma: float, more: float
) -> None:
    order = ("fail", "cannot_decide", "pass")
    one, other = (order.index(wide(exactly(v, sigma), limit).verdict) for v in (value, value + more))
    assert one <= other


@given(metres, metres, metres, st.floats(0, 5))
def test_what_may_hide_decides_nothing(value: float, limit: float, hidden: float, sigma: float) -> None:
    seen = wide(exactly(value, sigma), limit).verdict
    maybe = Known(value=value, low=value - hidden, high=value + hidden, sigma=sigma)
    assert wide(maybe, limit).verdict in ("cannot_decide", seen)


def test_a_value_or_a_limit_that_is_unknown_is_not_decided() -> None:
    assert wide(UNKNOWN).verdict == far(UNKNOWN).verdict == "cannot_decide"
    assert wide(exactly(1.0), None).verdict == far(exactly(1.0), None).verdict == "cannot_decide"


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        (
            wide(exactly(1.1)),
            "aisle_width_m 1.1 is below 1.2 m (reach truck 'RT-1'): widen the aisle or change the vehicle",
        ),
        (wide(exactly(1.3)), "aisle_width_m 1.3 is at least 1.2 m (reach truck 'RT-1')"),
        (
            wide(exactly(1.21, 0.1)),
            "aisle_width_m 1.21 ± 0.196 cannot be decided against 1.2 m (reach truck 'RT-1'): "
            "measure more closely, or widen the aisle or change the vehicle",
        ),
        (
            far(UNKNOWN),
            "dead_end_m unknown cannot be decided against 1.2 m (reach truck 'RT-1'): "
            "widen the aisle or change the vehicle",
        ),
        (
            far(exactly(20.0)),
            "dead_end_m 20 is above 1.2 m (reach truck 'RT-1'): widen the aisle or change the vehicle",
        ),
        (
            wide(exactly(2.0), None),
            "aisle_width_m 2 has no limit (reach truck 'RT-1'): widen the aisle or change the vehicle",
        ),
    ],
)
def test_the_message_holds_value_bound_and_remedy(finding: Any, message: str) -> None:
    assert finding.message == message
