"""How the elements of an IFC model hang together: storeys, parts, openings, types, layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from spatial.errors import BadDataError

Matrix: TypeAlias = npt.NDArray[np.float64]

_WHOLES = (
    ("Decomposes", "RelatingObject"),
    ("Nests", "RelatingObject"),
    ("VoidsElements", "RelatingBuildingElement"),
    ("FillsVoids", "RelatingOpeningElement"),
)

MOST_STEPS = 64
"""Deeper nesting than this does not occur; what goes on and on is a circle."""


class Relations:
    """Looks up what belongs to what. Raises BadDataError when something is a part of itself."""

    def __init__(self, model: Any) -> None:
        self._types: dict[int, Any] = {}
        for relation in model.by_type("IfcRelDefinesByType"):
            if relation.RelatingType is not None:
                for each in relation.RelatedObjects or ():
                    self._types[each.id()] = relation.RelatingType

    def type_name(self, entity: Any) -> str:
        """ObjectType, or the name of its type object."""
        kind = self._types.get(entity.id())
        return str(getattr(entity, "ObjectType", None) or (kind is not None and kind.Name) or "")

    def predefined_type(self, entity: Any) -> str:
        """PredefinedType of it, or of its type object if it says nothing itself."""
        for each in (entity, self._types.get(entity.id())):
            value = getattr(each, "PredefinedType", None)
            if value and value != "NOTDEFINED":
                return str(value)
        return ""

    def wholes_of(self, entity: Any, *, through_openings: bool = False) -> Iterator[Any]:
        """The things that it is a part of, from the inside out; also what it fills or voids if asked for."""
        for _ in range(MOST_STEPS):
            entity = _whole(entity, _WHOLES if through_openings else _WHOLES[:2])
            if entity is None:
                return
            yield entity
        raise BadDataError(f"#{entity.id()} is a part of itself: export the file again")

    def storey_of(self, entity: Any) -> int | None:
        """The storey that it stands in, by itself or through what it is a part of, fills or voids."""
        for at in (entity, *self.wholes_of(entity, through_openings=True)):
            if at.is_a("IfcBuildingStorey"):
                return int(at.id())
            for relation in getattr(at, "ContainedInStructure", None) or ():
                structure = relation.RelatingStructure
                if structure is None:
                    continue
                for place in (structure, *self.wholes_of(structure)):
                    if place.is_a("IfcBuildingStorey"):
                        return int(place.id())
        return None

    def host_of(self, entity: Any) -> int | None:
        """The element that an opening voids."""
        for relation in getattr(entity, "VoidsElements", None) or ():
            if relation.RelatingBuildingElement is not None:
                return int(relation.RelatingBuildingElement.id())
        return None

    def filled_by(self, entity: Any) -> int | None:
        """The opening that a door or window fills."""
        for relation in getattr(entity, "FillsVoids", None) or ():
            if relation.RelatingOpeningElement is not None:
                return int(relation.RelatingOpeningElement.id())
        return None

    def layers_of(self, entity: Any, metres: float) -> float | None:
        """How thick its layers are together, in metres, if it has a set of layers of its own."""
        for relation in getattr(entity, "HasAssociations", None) or ():
            material = getattr(relation, "RelatingMaterial", None)
            usage = getattr(material, "ForLayerSet", None) if material is not None else None
            thicknesses = [layer.LayerThickness for layer in getattr(usage, "MaterialLayers", None) or ()]
            if thicknesses and all(each is not None for each in thicknesses):
                return float(sum(thicknesses)) * metres
        return None

    def operation_of(self, entity: Any) -> str:
        """How a door opens, or that it is a gate, as itself or its type says it in IFC's words."""
        if self.predefined_type(entity) == "GATE":
            return "GATE"
        for each in (entity, self._types.get(entity.id())):
            value = getattr(each, "OperationType", None)
            if value and value != "NOTDEFINED":
                return str(value)
        return ""


def _whole(entity: Any, ways: Sequence[tuple[str, str]]) -> Any:
    for inverse, forward in ways:
        for relation in getattr(entity, inverse, None) or ():
            whole = getattr(relation, forward, None)
            if whole is not None:
                return whole
    return None


def placement_matrix(placement: Any) -> Matrix:
    """World from local (4, 4) of an IfcLocalPlacement, in the units of the file."""
    world = np.eye(4)
    while placement is not None and placement.is_a("IfcLocalPlacement"):
        world = _axes(placement.RelativePlacement) @ world
        placement = placement.PlacementRelTo
    return world


def _axes(placement: Any) -> Matrix:
    matrix = np.eye(4)
    if placement is None or not placement.is_a("IfcAxis2Placement3D"):
        return matrix
    z = _direction(placement.Axis, (0.0, 0.0, 1.0))
    x = _direction(placement.RefDirection, (1.0, 0.0, 0.0))
    x = x - z * float(x @ z)
    length = float(np.linalg.norm(x))
    x = x / length if length > 1e-12 else np.array([0.0, z[2], -z[1]])
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = x, np.cross(z, x), z
    if placement.Location is not None:
        matrix[:3, 3] = placement.Location.Coordinates
    return matrix


def _direction(direction: Any, otherwise: tuple[float, float, float]) -> npt.NDArray[np.float64]:
    ratios = np.asarray(direction.DirectionRatios if direction is not None else otherwise, dtype=np.float64)
    length = float(np.linalg.norm(ratios))
    return ratios / length if len(ratios) == 3 and length > 1e-12 else np.asarray(otherwise)
