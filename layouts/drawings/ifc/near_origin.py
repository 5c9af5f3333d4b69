"""Bringing a model near the origin, and saying where that origin lies on the map."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from layouts.drawings.ifc.raw_model import Float64s, MapConversion, RawElement, RawModel
from spatial.facility import Georeference

FAR_M = 100_000.0
"""Coordinates beyond this are those of a map."""

STRAY_M = 20_000.0
"""What lies farther from the middle of the building belongs to no building."""

ROUND_M = 100.0


def moved_near(model: RawModel) -> tuple[RawModel, Float64s]:
    """The model with its origin near the building, and where (3,) the new origin was: zero unless it was far."""
    middles = _middles(model.elements)
    if not len(middles):
        return model, np.zeros(3)
    middle = np.median(middles, axis=0)
    if np.abs(middle).max() <= FAR_M:
        return model, np.zeros(3)
    origin = np.floor(middle / ROUND_M) * ROUND_M * (np.abs(middle) > FAR_M)
    elements = tuple(replace(each, vertices=each.vertices - origin) for each in model.elements)
    storeys = tuple(replace(each, elevation_m=each.elevation_m - float(origin[2])) for each in model.storeys)
    return replace(model, elements=elements, storeys=storeys), origin


def without_strays(model: RawModel) -> RawModel:
    """Elements far from all others, or nowhere at all, lose their body and keep the reason."""
    middles = _middles(model.elements)
    if not len(middles):
        return model
    middle = np.median(middles, axis=0)
    return replace(model, elements=tuple(_unless_stray(each, middle) for each in model.elements))


def georeference(conversion: MapConversion | None, origin: Float64s) -> Georeference | None:
    """Where the moved origin lies: by the model's map conversion, else by its own coordinates if they were far."""
    if conversion is None:
        if not origin.any():
            return None
        east, north, height = (float(each) for each in origin)
        return Georeference(crs="unknown", enu_origin=(east, north, height))
    c, s = math.cos(conversion.yaw_rad), math.sin(conversion.yaw_rad)
    x, y, z = (float(each) for each in origin)
    east, north, height = conversion.enu_origin
    return Georeference(
        crs=conversion.crs,
        enu_origin=(east + c * x - s * y, north + s * x + c * y, height + z),
        yaw_rad=conversion.yaw_rad,
    )


def _middles(elements: Iterable[RawElement]) -> Float64s:
    with_body = [each for each in elements if each.has_body and np.isfinite(each.vertices).all()]
    middles = [(each.vertices.min(axis=0) + each.vertices.max(axis=0)) / 2 for each in with_body]
    return np.reshape(middles, (-1, 3))


def _unless_stray(element: RawElement, middle: Float64s) -> RawElement:
    if not element.has_body:
        return element
    reach = (
        float(np.abs(element.vertices - middle).max()) if np.isfinite(element.vertices).all() else math.inf
    )
    if reach <= STRAY_M:
        return element
    return replace(
        element,
        faces=element.faces[:0],
        problem=f"it reaches {reach / 1000:.4g} km from the middle of the building"
        if reach < math.inf
        else "it is nowhere",
    )
