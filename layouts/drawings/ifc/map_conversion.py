"""Where an IFC model lies on Earth, as far as it says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layouts.drawings.ifc.lengths import unit_in_metres
from layouts.drawings.ifc.raw_model import MapConversion
from spatial.errors import BadDataError


def map_conversion(model: Any, project: Any, metres: float) -> tuple[MapConversion | None, tuple[str, ...]]:
    """The IfcMapConversion of the model (IFC2X3: its property set ePSet_MapConversion), and notes about it.

    Eastings, northings and height are in the map's own unit, or in the project's if the map names none.
    """
    if model.schema == "IFC2X3":
        said = _property_set(project, "ePSet_MapConversion")
        crs, map_metres = _property_set(project, "ePSet_ProjectedCRS").get("Name"), metres
        if not said:
            return None, ()
    else:
        conversions = model.by_type("IfcMapConversion")
        if not conversions:
            return None, ()
        said = conversions[0].get_info(recursive=False)
        target = conversions[0].TargetCRS
        crs = target.Name if target is not None else None
        map_unit = getattr(target, "MapUnit", None)
        map_metres = metres if map_unit is None else unit_in_metres(map_unit)[1]
    east, north, height = (_number(said, name, 0.0) for name in ("Eastings", "Northings", "OrthogonalHeight"))
    yaw = math.atan2(_number(said, "XAxisOrdinate", 0.0), _number(said, "XAxisAbscissa", 1.0))
    values = (east * map_metres, north * map_metres, height * map_metres)
    if not all(math.isfinite(each) and abs(each) <= 1e8 for each in values):
        raise BadDataError(f"its map conversion leads to {values}: correct or remove it")
    return (
        MapConversion(crs=str(crs or "unknown"), enu_origin=values, yaw_rad=yaw),
        tuple(_scale_notes(_number(said, "Scale", 1.0), metres / map_metres)),
    )


def site_notes(model: Any) -> Iterator[str]:
    """Latitude, longitude and true north, which a facility has no place for."""
    for site in model.by_type("IfcSite"):
        latitude, longitude = _degrees(site.RefLatitude), _degrees(site.RefLongitude)
        if latitude is not None and longitude is not None:
            yield f"the site {site.Name or ''!r} is at latitude {latitude:.6f}°, longitude {longitude:.6f}°"
    for context in model.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
        north = getattr(context.TrueNorth, "DirectionRatios", None)
        if context.ContextType == "Model" and north is not None and len(north) >= 2 and any(north[:2]):
            yaw = math.degrees(math.atan2(-north[0], north[1]))
            if abs(yaw) > 1e-6:
                yield f"true north is {yaw:.4f}° counter-clockwise from +Y; the model keeps its own axes"
        world = context.WorldCoordinateSystem
        location = getattr(getattr(world, "Location", None), "Coordinates", ()) or ()
        if any(location) and context.ContextType == "Model":
            yield f"the world coordinate system is shifted by {tuple(location)} in the file's unit: not applied"


def _scale_notes(scale: float, expected: float) -> Iterator[str]:
    for ratio in (scale, scale / expected if expected else scale):
        if abs(ratio - 1) < 1e-9:
            return
    yield f"the map conversion scales by {scale:g}: lengths are kept as in the building, not as on the map"


def _number(said: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = said.get(name)
    return float(value) if isinstance(value, int | float) else otherwise


def _degrees(angle: Sequence[int] | None) -> float | None:
    """Degrees of (degrees, minutes, seconds, millionths of a second), which all carry the sign."""
    if not angle:
        return None
    return sum(part / size for part, size in zip(angle, (1, 60, 3600, 3.6e9), strict=False))


def _property_set(project: Any, name: str) -> dict[str, Any]:
    for relation in getattr(project, "IsDefinedBy", None) or ():
        properties = getattr(relation, "RelatingPropertyDefinition", None)
        if properties is not None and properties.is_a("IfcPropertySet") and properties.Name == name:
            return {
                each.Name: getattr(getattr(each, "NominalValue", None), "wrappedValue", None)
                for each in properties.HasProperties or ()
                if each is not None
            }
    return {}
