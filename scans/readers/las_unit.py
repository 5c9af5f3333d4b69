"""The unit that the projection records of a LAS file state."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

from scans.units import METRES_PER_UNIT

_GEOTIFF = 34735
_WKT = 2112
_MODEL_TYPE_KEY, _GEOGRAPHIC = 1024, 2
_UNIT_KEYS = (3076, 4099)
_EPSG_UNITS = {9001: "m", 9002: "ft", 9003: "us-ft"}
_UNDEFINED_CODES = (0, 32767)
_WKT_UNIT = re.compile(r'\b(?:LENGTH)?UNIT\s*\[\s*"([^"]*)"\s*,\s*([0-9.eE+-]+)', re.IGNORECASE)
_WKT_GEOGRAPHIC = re.compile(r"\s*(GEOGCS|GEOGCRS|GEODCRS|GEOGRAPHICCRS)\b", re.IGNORECASE)
_ANGLE = re.compile("deg|rad|gon", re.IGNORECASE)


def stated_unit(projection: Mapping[int, bytes]) -> str | None:
    """The unit by WKT or GeoTIFF keys: a word of scans/units.py, or a description of what is none.

    None where the records say nothing. A plan in one unit with heights in another names both.
    """
    wkt = projection.get(_WKT, b"").rstrip(b"\0").decode("utf-8", "replace")
    units = _units_of_wkt(wkt) if wkt.strip() else _units_of_geotiff(projection.get(_GEOTIFF, b""))
    # plan first, heights second; equal ones fall together
    return " with heights in ".join(dict.fromkeys(units)) or None


def _units_of_geotiff(record: bytes) -> list[str]:
    """Entries of four uint16 (key, where the value lies, count, value) after a head of four."""
    entries = list(struct.iter_unpack("<4H", record[: len(record) // 8 * 8]))[1:]
    keys = {key: value for key, place, _, value in entries if place == 0}
    if keys.get(_MODEL_TYPE_KEY) == _GEOGRAPHIC:
        return ["degrees of longitude and latitude"]
    codes = [keys[key] for key in _UNIT_KEYS if keys.get(key, 0) not in _UNDEFINED_CODES]
    return [_EPSG_UNITS.get(code, f"the unit EPSG:{code}") for code in codes]


def _units_of_wkt(wkt: str) -> list[str]:
    if _WKT_GEOGRAPHIC.match(wkt):
        return ["degrees of longitude and latitude"]
    return [_word_for(name, number) for name, number in _WKT_UNIT.findall(wkt) if not _ANGLE.search(name)]


def _word_for(name: str, number: str) -> str:
    try:
        metres = float(number)
    except ValueError:
        metres = 0.0
    # the two feet differ by 2e-6
    same = [unit for unit, factor in METRES_PER_UNIT.items() if abs(metres - factor) < 1e-7 * factor]
    return same[0] if same else f"the unit '{name}' of {number} m"
