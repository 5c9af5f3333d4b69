"""How far a slotting can be from the best, in words."""

from __future__ import annotations

PROVEN = 1e-6
"""A gap of less than this share is none: lengths have single precision."""
PERCENT = 100.0


def gap_share(total_s: float, bound_s: float) -> float | None:
    """How much more than the best `total_s` is at most, as a share of the best; None where the bound says nothing."""
    if total_s - bound_s <= PROVEN * abs(total_s):
        return 0.0
    return (total_s - bound_s) / bound_s if bound_s > 0 else None


def gap_text(total_s: float, bound_s: float) -> str:
    """`proven best`, or `at most 3.1 % above the best there is (no slotting takes less than 96.9 h)`.

    Percent are rounded up. Raises ValueError for a bound above the total, which is then no bound.
    """
    if bound_s > total_s + PROVEN * abs(total_s):
        raise ValueError(
            f"bound_s {bound_s:g} is above total_s {total_s:g}: the slotting breaks a rule, or moves too much"
        )
    share = gap_share(total_s, bound_s)
    if share is None:
        return "not known how far above the best there is"
    if share == 0.0:
        return "proven best"
    tenths = -(-share * PERCENT * 10 // 1)
    return (
        f"at most {tenths / 10:,.1f} % above the best there is (no slotting takes less than {_time(bound_s)})"
    )


def _time(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h" if seconds >= 3600 else f"{seconds:,.1f} s"
