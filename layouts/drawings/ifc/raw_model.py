"""What an IFC file says, as plain values without ifcopenshell: this is what travels between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from layouts.drawings.ifc.roles import Role

Float64s: TypeAlias = npt.NDArray[np.float64]
Int32s: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class RawElement:
    """One IfcElement or IfcSpace. `vertices` (V, 3) are metres in the file's own frame, `faces` (F, 3) triangles.

    `role` is what it is taken for, if anything; `part_of` the element that its body belongs to, when that is
    another one; `host` the element that an opening voids; `fills` the opening that a door or window fills.
    `problem` says why there is no body.
    """

    step: int
    guid: str
    ifc_class: str
    name: str
    type_name: str
    role: Role | None
    part_of: int | None = None
    storey: int | None = None
    host: int | None = None
    fills: int | None = None
    heading_rad: float = 0.0
    layers_m: float | None = None
    operation: str = ""
    vertices: Float64s
    faces: Int32s
    problem: str = ""

    @property
    def has_body(self) -> bool:
        """Whether there is geometry."""
        return len(self.faces) > 0

    @property
    def words(self) -> str:
        """All that names it, for finding out what it is."""
        return f"{self.name} {self.type_name}"

    @property
    def told(self) -> str:
        """How messages name it."""
        return (
            f"{self.ifc_class} #{self.step} {self.name!r}" if self.name else f"{self.ifc_class} #{self.step}"
        )


@dataclass(frozen=True, kw_only=True)
class RawStorey:
    """A storey: `elevation_m` is where its placement puts it, or its attribute if it has none."""

    step: int
    guid: str
    name: str
    elevation_m: float


@dataclass(frozen=True, kw_only=True)
class MapConversion:
    """Where the file's own frame lies on a map: metres, and the yaw of +X against east."""

    crs: str
    enu_origin: tuple[float, float, float]
    yaw_rad: float


@dataclass(frozen=True, kw_only=True)
class RawModel:
    """All of it. `unit` and `unit_m` are what lengths were read in; `other_products` counts what is no element."""

    name: str
    unit: str
    unit_m: float
    storeys: tuple[RawStorey, ...]
    elements: tuple[RawElement, ...]
    other_products: tuple[tuple[str, int], ...]
    conversion: MapConversion | None
    notes: tuple[str, ...]
