"""A mesh of at most so many triangles: what gives way, and how much that costs."""

from __future__ import annotations

from typing import Any

from spatial.facility import Facility
from spatial.meshes.boxes import Triangles
from spatial.meshes.triangle_count import facility_triangles


def within_budget(
    facility: Facility, residual: Triangles | None, triangles: int | None
) -> tuple[Triangles | None, dict[str, Any]]:
    """The residual as it fits into `triangles` beside the elements, None if it does not; and what the report tells.

    Elements are boxes that nothing can be taken from, so that they are kept whole even where they alone are more.
    """
    needed = facility_triangles(facility)
    told: dict[str, Any] = {"of_elements": needed}
    kept = residual
    if triangles is not None:
        kept, off_by_mm = _thinned(residual, max(0, triangles - needed))
        told |= {"budget": triangles, "residual_off_by_mm": off_by_mm}
        told["residual_left_out"] = residual is not None and kept is None
    told["of_residual"] = 0 if kept is None else len(kept[1])
    told["triangles"] = needed + told["of_residual"]
    return kept, told


def shortfall(facility: Facility, triangles: int | None) -> str | None:
    """What is to be said where the elements alone need more than so many triangles, else None."""
    needed = facility_triangles(facility)
    if triangles is None or needed <= triangles:
        return None
    return (
        f"--triangles {triangles}: the elements alone are {needed:,} triangles and were all written: "
        f"allow {needed:,} or more, or take --phone-glb of `export`, which gives up detail"
    )


def _thinned(residual: Triangles | None, room: int) -> tuple[Triangles | None, float | None]:
    """The residual in so many triangles, and how far it is off then."""
    from viewer.exports.thinned import off_by_m, thinned  # it loads VTK

    kept = None if residual is None else thinned(residual, room)
    if residual is None or kept is None:
        return None, None
    return kept, 0.0 if kept is residual else round(1000 * off_by_m(residual, kept), 1)
