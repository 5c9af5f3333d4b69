"""Tables held against the hall: locations that it lacks or has elsewhere, vehicles outside of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layouts.readiness.finding import Finding
from layouts.readiness.site_tables import SiteTables
from spatial.facility import Facility

KNOWN = 0.5
"""If the hall knows fewer of the ids than half, it has another way of naming, which `addresses` reconciles."""
NEAR_M = 3.0
"""A location's place may be its access point or its front: half an aisle and a rack's depth from its middle."""
MARGIN_M = 1.0


def hall_findings(site: SiteTables, facility: Facility) -> tuple[list[Finding], list[str]]:
    """What the tables say otherwise than the `facility`, and questions about names and frames."""
    found: list[Finding] = []
    questions: list[str] = []
    if site.has("locations", "location") and facility.locations:
        _check_locations(site, facility, found, questions)
    found += _outside(site, facility)
    return found, questions


def _check_locations(
    site: SiteTables, facility: Facility, found: list[Finding], questions: list[str]
) -> None:
    centers = {location.id: location.center for location in facility.locations}
    ids = site.texts("locations", "location")
    told = np.array([isinstance(one, str) for one in ids])
    known = np.array([one in centers for one in ids])
    if known.sum() < KNOWN * told.sum():
        questions.append(
            f"{site.checks['locations'].source.path} names {int(told.sum())} locations, of which the hall knows "
            f"{int(known.sum())}: bring both together with `aisletwin addresses`"
        )
        return
    said = "an id of a location of the hall"
    found += site.finding("location-not-in-hall", "locations", "location", told & ~known, said)
    if site.has("locations", "x_m", "y_m"):
        _check_places(site, centers, known, found, questions)


def _check_places(
    site: SiteTables,
    centers: dict[str, tuple[float, float, float]],
    known: np.ndarray,
    found: list[Finding],
    questions: list[str],
) -> None:
    index = np.flatnonzero(known)
    if not len(index):
        return
    told = np.stack([site.numbers("locations", name)[index] for name in ("x_m", "y_m")], axis=1)
    here = np.array([centers[one][:2] for one in site.texts("locations", "location")[index]])
    offset = np.nanmedian(told - here, axis=0)
    away = np.linalg.norm(told - here - offset, axis=1)
    rows = np.zeros(len(known), bool)
    rows[index[away > NEAR_M]] = True
    if float(np.hypot(*offset)) > NEAR_M:
        questions.append(
            f"{site.checks['locations'].source.path} has places that lie ({offset[0]:.1f}, {offset[1]:.1f}) m from "
            "those of the hall: tell the shift of their origin"
        )
    found += site.finding(
        "place-disagrees", "locations", "x_m", rows, f"a place within {NEAR_M:g} m of that in the hall"
    )


def _outside(site: SiteTables, facility: Facility) -> Iterator[Finding]:
    outlines = [np.asarray(level.outline) for level in facility.levels if len(level.outline)]
    if not (outlines and site.has("positions", "x_m", "y_m")):
        return
    corners = np.concatenate(outlines)
    low, high = corners.min(axis=0) - MARGIN_M, corners.max(axis=0) + MARGIN_M
    place = np.stack([site.numbers("positions", name) for name in ("x_m", "y_m")], axis=1)
    rows = np.isfinite(place).all(axis=1) & ~((place >= low) & (place <= high)).all(axis=1)
    said = (
        f"x {low[0]:.0f} to {high[0]:.0f} m, y {low[1]:.0f} to {high[1]:.0f} m, the floor and {MARGIN_M:g} m"
    )
    yield from site.finding("outside-hall", "positions", "x_m", rows, said)
