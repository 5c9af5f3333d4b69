"""Units that headers name, and how many of a field's own unit each is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Dimension = Literal["length", "mass", "count"]

IN_BASE: Mapping[Dimension, Mapping[str, float]] = {
    "length": {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254, "ft": 0.3048},
    "mass": {"g": 0.001, "kg": 1.0, "t": 1000.0, "oz": 0.028349523125, "lb": 0.45359237},
    "count": {"piece": 1.0, "dozen": 12.0},
}
"""Metres, kilograms and pieces; inch, foot, ounce and pound are exact (international yard and pound, 1959)."""

_OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    "mm": ("millimetre", "millimetres", "millimeter", "millimeters"),
    "cm": ("centimetre", "centimetres", "centimeter", "centimeters"),
    "m": ("metre", "metres", "meter", "meters"),
    "in": ("inch", "inches"),
    "ft": ("foot", "feet"),
    "g": ("gr", "gram", "grams"),
    "kg": ("kgs", "kilogram", "kilograms"),
    "t": ("tonne", "tonnes"),
    "oz": ("ounce", "ounces"),
    "lb": ("lbs", "pound", "pounds"),
    "piece": ("pc", "pcs", "pieces", "ea", "each", "stk", "stück", "st", "unit", "units"),
    "dozen": ("dz",),
}
SPELLINGS: Mapping[str, str] = {
    word: unit for units in IN_BASE.values() for unit in units for word in (unit, *_OTHER_WORDS[unit])
}
"""How headers spell units, in lower case."""


def factor(dimension: Dimension, unit: str, own: str) -> float:
    """How many `own` units one `unit` is; 1 exactly where they are the same."""
    units = IN_BASE[dimension]
    return 1.0 if unit == own else units[unit] / units[own]
