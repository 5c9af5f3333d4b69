"""Which of an element's representations is its body.

An element may have several: axis, footprint, clearance around it, bounding box. The geometry kernel takes
whatever is solid, so that the clearance in front of a cabinet would count as the cabinet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_BEST = ("Body", "Facetation", "Body-FallBack")
_NO_BODIES = (
    *("Axis", "FootPrint", "Plan", "Profile", "Annotation", "SurveyPoints"),
    *("Box", "Clearance", "CoG", "Lighting", "Surface"),
)
"""Names of representations that IFC reserves for other things than bodies."""

_FLAT = (
    "Curve2D",
    "Curve3D",
    "Curve",
    "Point",
    "PointCloud",
    "Annotation2D",
    "GeometricCurveSet",
    "FillArea",
    "Text",
)


def keep_bodies(products: Iterable[Any]) -> list[Any]:
    """The products that have a body; every one of them keeps that representation only."""
    kept = []
    for product in products:
        shape: Any = getattr(product, "Representation", None)
        if shape is None or (body := _body(shape.Representations or ())) is None:
            continue
        if len(shape.Representations) > 1:
            shape.Representations = [body]
        kept.append(product)
    return kept


def _body(representations: Iterable[Any]) -> Any | None:
    solid = [
        each
        for each in representations
        if each is not None
        and each.RepresentationIdentifier not in _NO_BODIES
        and (each.RepresentationType or "") not in _FLAT
        and each.Items
    ]
    return min(solid, key=_rank, default=None)


def _rank(representation: Any) -> tuple[int, bool, int]:
    """Better bodies first, for a model's view before a plan's, in the order of the file."""
    view = getattr(representation.ContextOfItems, "TargetView", None)
    name = representation.RepresentationIdentifier
    best = _BEST.index(name) if name in _BEST else len(_BEST)
    return best, view not in (None, "MODEL_VIEW"), int(representation.id())
