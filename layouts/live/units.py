"""Units of what sensors measure: UCUM codes, UN/ECE Recommendation 20 codes and everyday spellings.

A unit is an exact rational: SI value = value × factor + offset. Spellings are taken letter by letter, for mPa is
not MPa; only where no other unit of the quantity differs by case does case not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

Quantity = Literal[
    "temperature", "share", "density", "speed", "acceleration", "pressure", "strain", "energy", "power",
    "duration", "count", "mass", "length", "concentration", "illuminance", "voltage", "current",
]  # fmt: skip


class Unit(NamedTuple):
    """One `name` is `factor` of the quantity's SI unit, from `offset` on; `spellings` are other names for it."""

    name: str
    factor: Fraction
    spellings: tuple[str, ...] = ()
    offset: Fraction = Fraction(0)


def _unit(name: str, factor: str, spellings: str = "", offset: str = "0") -> Unit:
    return Unit(name, Fraction(factor), tuple(spellings.split()), Fraction(offset))


_FAHRENHEIT = Fraction(5, 9)

UNITS: Mapping[Quantity, tuple[Unit, ...]] = {
    "temperature": (
        _unit("K", "1", "kelvin KEL"),
        _unit("°C", "1", "Cel C degC ℃ celsius CEL", "273.15"),
        Unit(
            "°F",
            _FAHRENHEIT,
            ("[degF]", "F", "degF", "℉", "fahrenheit", "FAH"),
            Fraction("459.67") * _FAHRENHEIT,
        ),
    ),
    "share": (_unit("1", "1", "share"), _unit("%", "0.01", "%RH %rh percent pct P1")),
    "density": (
        _unit("kg/m³", "1", "kg/m3 kg/m^3 KMQ"),
        _unit("g/m³", "0.001", "g/m3 g/m^3 A93"),
    ),
    "speed": (
        _unit("m/s", "1", "m.s-1 MTS"),
        _unit("mm/s", "0.001", "mm/sec C16"),
        _unit("cm/s", "0.01", "2M"),
        _unit("km/h", "5/18", "km/hr kph KMH"),
        _unit("in/s", "0.0254", "[in_i]/s ips"),
    ),
    "acceleration": (
        _unit("m/s²", "1", "m/s2 m/s^2 m.s-2 MSK"),
        _unit("mm/s²", "0.001", "mm/s2 mm/s^2"),
        _unit("g", "9.80665", "[g] g0 gn G K40"),
        _unit("mg", "0.00980665", "m[g]"),
    ),
    "pressure": (
        _unit("Pa", "1", "pascal N/m2 N/m² PAL C55"),
        _unit("hPa", "100", "A97"),
        _unit("kPa", "1000", "KPA"),
        _unit("MPa", "1000000", "N/mm2 N/mm² MPA C56"),
        _unit("GPa", "1000000000", "A89"),
        _unit("bar", "100000", "BAR"),
        _unit("mbar", "100", "MBR"),
        _unit("psi", "8896443230521/1290320000", "[psi] PS"),
        _unit("atm", "101325", "ATM"),
    ),
    "strain": (
        _unit("m/m", "1", "1 strain"),
        _unit("mm/m", "0.001"),
        _unit("µm/m", "0.000001", "um/m μm/m µε με ue microstrain ustrain"),
        _unit("%", "0.01", "percent P1"),
    ),
    "energy": (
        _unit("J", "1", "joule JOU"),
        _unit("kJ", "1000", "KJO"),
        _unit("MJ", "1000000", "3B"),
        _unit("GJ", "1000000000", "GV"),
        _unit("Wh", "3600", "W.h WHR"),
        _unit("kWh", "3600000", "kW.h KWH"),
        _unit("MWh", "3600000000", "MW.h MWH"),
    ),
    "power": (
        _unit("W", "1", "watt WTT"),
        _unit("mW", "0.001", "C31"),
        _unit("kW", "1000", "KWT"),
        _unit("MW", "1000000", "MAW"),
    ),
    "duration": (
        _unit("s", "1", "sec second seconds SEC"),
        _unit("ms", "0.001", "C26"),
        _unit("min", "60", "minute minutes MIN"),
        _unit("h", "3600", "hr hour hours HUR"),
        _unit("d", "86400", "day days DAY"),
    ),
    "count": (_unit("1", "1", "cycle cycles count each ea piece C62 H87 EA NAR"),),
    "mass": (
        _unit("kg", "1", "kilogram KGM"),
        _unit("g", "0.001", "gram GRM"),
        _unit("t", "1000", "tonne TNE"),
        _unit("lb", "0.45359237", "[lb_av] lbs pound LBR"),
        _unit("oz", "0.028349523125", "[oz_av] ounce ONZ"),
    ),
    "length": (
        _unit("m", "1", "metre meter MTR"),
        _unit("cm", "0.01", "CMT"),
        _unit("mm", "0.001", "MMT"),
        _unit("km", "1000", "KMT KTM"),
        _unit("in", "0.0254", "[in_i] inch INH"),
        _unit("ft", "0.3048", "[ft_i] foot feet FOT"),
    ),
    "concentration": (
        _unit("1", "1"),
        _unit("ppm", "0.000001", "[ppm] 59"),
        _unit("ppb", "0.000000001", "[ppb]"),
        _unit("%", "0.01", "%vol vol% percent P1"),
    ),
    "illuminance": (_unit("lx", "1", "lux LUX"), _unit("klx", "1000", "klux")),
    "voltage": (_unit("V", "1", "volt VLT"), _unit("mV", "0.001", "2Z")),
    "current": (_unit("A", "1", "ampere amp AMP"), _unit("mA", "0.001", "4K")),
}
"""Inch, foot, pound, ounce: exact since 1959; psi = 0.45359237 kg × 9.80665 m/s² / (0.0254 m)²; a degree Fahrenheit
is 5/9 K and 0 °F is 459.67 of them; °C begins at 273.15 K; g is the standard acceleration of 1901.
"""


_MILLI_OR_MEGA = frozenset({"ma", "mg", "mj", "mpa", "mv", "mw", "mwh"})
"""Spellings whose meaning only the case of their first letter tells."""


def _exact(units: tuple[Unit, ...]) -> dict[str, Unit]:
    return {text: unit for unit in units for text in (unit.name, *unit.spellings)}


def _folded(units: tuple[Unit, ...]) -> dict[str, Unit]:
    found: dict[str, set[Unit]] = {}
    for text, unit in _exact(units).items():
        found.setdefault(text.lower(), set()).add(unit)
    return {text: its.pop() for text, its in found.items() if len(its) == 1 and text not in _MILLI_OR_MEGA}


_EXACT = {quantity: _exact(units) for quantity, units in UNITS.items()}
_FOLDED = {quantity: _folded(units) for quantity, units in UNITS.items()}


def unit_of(quantity: Quantity, text: str) -> Unit | None:
    """The unit of a quantity that is spelled so; None if there is none."""
    told = text.strip()
    return _EXACT[quantity].get(told) or _FOLDED[quantity].get(told.lower())


def quantities_of(text: str) -> tuple[Quantity, ...]:
    """The quantities that have a unit spelled so."""
    return tuple(quantity for quantity in UNITS if unit_of(quantity, text) is not None)
