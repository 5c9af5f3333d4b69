"""The numbers of a sensor report (GS1 EPCIS 2.0.1, section 7.3.7), and which part of what is measured each is.

RULES
1. `value`, else `meanValue`, is the reading itself; a mean beside a value is the part `mean`.
2. `minValue`, `maxValue` and `percValue` with its `percRank` are the parts `min`, `max` and `p95`.
3. A `component` x, y or z of an acceleration or a speed is the part of that name, and holds the parts above.
4. `sDev` and texts beside a number are left out; a report of nothing else is refused, by the names of its fields.
"""

from __future__ import annotations

from typing import NamedTuple

from server.feeds.epcis.fields import Json, needed_text, number_of, text_of, word

_HELD = "value, meanValue, minValue, maxValue or percValue with percRank"
_OTHERS = ("booleanValue", "hexBinaryValue", "percRank", "percValue", "sDev", "stringValue", "uriValue")
_VECTORS = ("Acceleration", "Speed")
_AXES = ("x", "y", "z")


class ReportValue(NamedTuple):
    """`value` of the `field`; `part` is empty for the reading itself."""

    part: str
    field: str
    value: float


def values_of(report: Json) -> list[ReportValue]:
    """The numbers that channels hold, empty for none. Raises ValueError for what is no number or contradicts itself,
    and for a component that no channel holds.
    """
    axis = _axis(report)
    found = [ReportValue(_named(axis, part), field, value) for part, field, value in _numbers(report)]
    by_field = {each.field: each.value for each in found}
    low, high = by_field.get("minValue"), by_field.get("maxValue")
    if low is not None and high is not None and low > high:
        raise ValueError(f"minValue {low:g} is above maxValue {high:g}: check the sensor")
    return found


def nothing_held(report: Json) -> str:
    """Why a report without such a number is refused."""
    kind = needed_text(report, "type")
    others = [name for name in _OTHERS if report.get(name) is not None]
    if not others:
        return f"{kind} tells no value: {_HELD} is needed"
    return f"{kind} tells {', '.join(others)}, which no channel holds: {_HELD} is needed"


def _numbers(report: Json) -> list[tuple[str, str, float]]:
    value, mean = number_of(report, "value"), number_of(report, "meanValue")
    parts = [
        ("", "value", value),
        ("" if value is None else "mean", "meanValue", mean),
        ("min", "minValue", number_of(report, "minValue")),
        ("max", "maxValue", number_of(report, "maxValue")),
    ]
    rank, at_rank = number_of(report, "percRank"), number_of(report, "percValue")
    if rank is not None and at_rank is not None:
        if not 0 <= rank <= 100:
            raise ValueError(f"percRank {rank:g} is not within 0 and 100: it is a share in percent")
        parts.append((f"p{rank:g}", "percValue", at_rank))
    return [(part, field, number) for part, field, number in parts if number is not None]


def _axis(report: Json) -> str:
    told = text_of(report, "component")
    if told is None:
        return ""
    kind = needed_text(report, "type")
    if word(kind) not in _VECTORS:
        raise ValueError(f"component '{told}' of {kind}: only {' and '.join(_VECTORS)} have parts here")
    axis = word(told)
    if axis not in _AXES:
        raise ValueError(f"component '{told}' of {kind} is none of {', '.join(_AXES)}")
    return axis


def _named(axis: str, part: str) -> str:
    return "/".join(name for name in (axis, part) if name)
