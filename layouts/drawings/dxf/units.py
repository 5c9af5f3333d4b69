"""The unit a drawing is in: as its header says when that makes sense, else as the user says, never guessed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.strokes import Points
from spatial.errors import BadDataError

METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
"""The units that `--unit` takes, in metres."""

HEADER_UNITS = {
    1: ("in", 0.0254),
    2: ("ft", 0.3048),
    4: ("mm", 0.001),
    5: ("cm", 0.01),
    6: ("m", 1.0),
    10: ("yd", 0.9144),
    14: ("dm", 0.1),
    21: ("us-ft", 1200 / 3937),
}
"""$INSUNITS as the DXF reference numbers them, in metres."""

SIZE_M = (3.0, 3000.0)
"""How large a building's plan is along its longer side, at least and at most."""

NO_BUILDING_M = (0.1, 10_000.0)
"""A plan that is smaller or larger in a given unit is refused all the same."""

DOOR_LEAF_M = (0.5, 1.6)
"""How wide the leaf of a swinging door is; the middle one of all that are drawn lies in there."""

CORE = (2.0, 98.0)
"""Percent of the points that the plan's size is taken from, so that a stray point does not make it huge."""

LEAST_LEAVES = 3
"""So many quarter circles are taken for doors' swings."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """The unit, its length in metres, where it was taken from, and what speaks against it."""

    name: str
    metres: float
    source: str
    notes: tuple[str, ...] = ()


def unit_of(path: Path, header: Any, shapes: Sequence[Shape], given: str | None) -> Unit:
    """The unit of a drawing.

    1. A given unit is believed; what contradicts it is told. A plan that would be smaller or larger in it than
       NO_BUILDING_M is refused.
    2. The header's $INSUNITS is believed when the plan has the size of a building in it, and its doors, where
       they are drawn as quarter circles, that of doors.
    3. Inches or feet in a drawing that calls itself metric ($MEASUREMENT 1) are often the forgotten setting of
       a template: they are believed only when doors confirm them, or when no metric unit fits.

    Raises BadDataError, with the plan's size in every unit, when that leaves it open.
    """
    code, measurement = header.get("$INSUNITS"), header.get("$MEASUREMENT")
    declared = HEADER_UNITS.get(code) if isinstance(code, int) else None
    size, leaf = plan_size(shapes), _door_leaf(shapes)
    if given is not None:  # 1
        unit = METRES[given]
        if not NO_BUILDING_M[0] <= size.max() * unit <= NO_BUILDING_M[1]:
            raise BadDataError(
                f"{path}: in {given} the plan is {_metres(float(size.max()) * unit)} long; {_choices(size, leaf)}"
            )
        notes = list(_doubts(given, unit, size, leaf))
        if declared is not None and not math.isclose(declared[1], unit):
            notes.insert(
                0,
                f"the header says the unit is {declared[0]} ($INSUNITS {code}); {given} was given and is believed",
            )
        return Unit(name=given, metres=unit, source="given", notes=tuple(notes))
    if declared is None:
        raise BadDataError(f"{path}: {_unknown(code, measurement)}; {_choices(size, leaf)}")
    name, unit = declared
    doubts = list(_doubts(name, unit, size, leaf))  # 2
    if doubts:
        raise BadDataError(
            f"{path}: the header says {name} ($INSUNITS {code}), but {doubts[0]}; {_choices(size, leaf)}"
        )
    is_imperial = name in ("in", "ft", "yd", "us-ft")
    contradicts = measurement in (0, 1) and is_imperial == bool(measurement)
    if contradicts and is_imperial and leaf is None and _fits_metric(size):  # 3
        raise BadDataError(
            f"{path}: the header says both {name} ($INSUNITS {code}) and metric ($MEASUREMENT 1); "
            f"{_choices(size, leaf)}"
        )
    note = f"the header says {name} and also $MEASUREMENT {measurement}; the plan's size fits {name}"
    return Unit(name=name, metres=unit, source=f"$INSUNITS {code}", notes=(note,) if contradicts else ())


def plan_size(shapes: Sequence[Shape]) -> Points:
    """Width and depth (2,) of where most of the drawing lies, in its own unit; stray points are left aside."""
    low, high = core_box(shapes)
    return np.asarray(high - low)


def core_box(shapes: Sequence[Shape]) -> tuple[Points, Points]:
    """The corners of the box around the points of a drawing without the outermost few."""
    points = np.vstack([shape.points for shape in shapes])
    low, high = np.percentile(points, CORE, axis=0)
    span = high - low
    near = ((points >= low - span - 1e-9) & (points <= high + span + 1e-9)).all(axis=1)
    kept = points[near] if near.any() else points
    return kept.min(axis=0), kept.max(axis=0)


def _door_leaf(shapes: Sequence[Shape]) -> float | None:
    """The middle radius of the quarter circles, in the drawing's unit; None where there are few."""
    radii = []
    for shape in shapes:
        for center, start, middle, end in shape.arcs:
            radius = math.dist(center, start)
            sweep = 4 * math.asin(min(math.dist(start, middle) / (2 * radius), 1.0)) if radius else 0.0
            if math.isclose(sweep, math.pi / 2, abs_tol=0.2) and math.isclose(
                radius, math.dist(center, end), rel_tol=0.01
            ):
                radii.append(radius)
    return float(np.median(radii)) if len(radii) >= LEAST_LEAVES else None


def _doubts(name: str, unit: float, size: Points, leaf: float | None) -> Iterator[str]:
    longer = float(size.max()) * unit
    if not SIZE_M[0] <= longer <= SIZE_M[1]:
        yield f"in {name} the plan is {_metres(longer)} long, and buildings are {SIZE_M[0]:g} to {SIZE_M[1]:g} m"
    if leaf is not None and not DOOR_LEAF_M[0] <= leaf * unit <= DOOR_LEAF_M[1]:
        yield (
            f"in {name} the leaves of its doors are {_metres(leaf * unit)} wide, "
            f"and doors are {DOOR_LEAF_M[0]:g} to {DOOR_LEAF_M[1]:g} m"
        )


def _fits_metric(size: Points) -> bool:
    return any(not any(_doubts(name, METRES[name], size, None)) for name in ("m", "cm", "mm"))


def _unknown(code: Any, measurement: Any) -> str:
    said = (
        "does not say its unit"
        if code in (None, 0)
        else f"has a unit that no plan is drawn in ($INSUNITS {code})"
    )
    hint = {0: ", only that it is imperial ($MEASUREMENT 0)", 1: ", only that it is metric ($MEASUREMENT 1)"}
    return f"the drawing {said}{hint.get(measurement, '')}"


def _choices(size: Points, leaf: float | None) -> str:
    sizes = ", ".join(
        f"{name}: {_metres(float(size[0]) * unit)} × {_metres(float(size[1]) * unit)}"
        for name, unit in METRES.items()
    )
    fitting = [name for name, unit in METRES.items() if not any(_doubts(name, unit, size, leaf))]
    hint = f"; it would be like a building in {' or '.join(fitting)}" if fitting else ""
    return f"say which with --unit; the plan would measure in {sizes}{hint}"


def _metres(length: float) -> str:
    return f"{length:.4g} m" if length < 1e4 else f"{length / 1000:,.0f} km"
