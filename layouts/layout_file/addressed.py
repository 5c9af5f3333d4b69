"""The addresses of a layout: those of its scheme on a built hall, and the scheme that gives a hall its own again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from layouts.addresses.check_list import entries_of
from layouts.addresses.findings import Listed
from layouts.addresses.infer_scheme import infer_scheme
from layouts.addresses.number_places import addresses
from layouts.addresses.scheme import Scheme
from layouts.layout_file.found_shapes import mm
from layouts.layout_file.layout_fault import LayoutError, LayoutFault
from layouts.layout_file.layout_model import Addresses
from layouts.layout_file.placement import Placement
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility, Point2

SAME_PLACE_M = 0.5
"""Locations of two halls no further apart than this are one."""

LEAST_SHARE = 0.9
"""A scheme that gives fewer locations their own ids again does not explain them."""


def with_addresses(facility: Facility, scheme: Addresses, site: Placement) -> Facility:
    """The facility with the scheme's addresses as ids of its locations. Raises LayoutError at the key addresses."""
    has_depot = any(station.kind == "depot" for station in facility.stations)
    if scheme.entry_m is None and not has_depot:
        message = "where aisles are entered is not known: give entry_m, or a station of kind depot"
        raise LayoutError([LayoutFault(("addresses",), message)])
    entry = None if scheme.entry_m is None else site.point(*scheme.entry_m)
    try:
        named = addresses(facility, scheme, depot=entry)
    except (BadDataError, UndecidedError) as error:
        raise LayoutError([LayoutFault(("addresses",), str(error))]) from error
    return replace(facility, locations=tuple(replace(each, id=named[each.id]) for each in facility.locations))


def found_addresses(facility: Facility, built: Facility, site: Placement) -> Addresses | None:
    """The scheme with which the layout's hall `built` has the ids of `facility`; None if its own are these already,
    or no scheme gives LEAST_SHARE of them.
    """
    twins = twins_of(facility, built)
    if not twins or all(location == twin for location, twin in twins.items()):
        return None
    centers = {place.id: place.center for place in built.locations}
    rows = [Listed(address=location, at=centers[twin]) for location, twin in twins.items()]
    best: tuple[float, Addresses | None] = (LEAST_SHARE * len(facility.locations) - 0.5, None)
    for scheme, entry in _schemes(rows, built):
        named = addresses(built, scheme, depot=entry)
        same = sum(named[twin] == location for location, twin in twins.items())
        if same > best[0]:
            said = scheme.model_dump(exclude_defaults=True)
            if entry is not None:
                said["entry_m"] = mm(site.local(entry))
            best = same, Addresses(**said)
    return best[1]


def twins_of(facility: Facility, built: Facility) -> Mapping[str, str]:
    """By the id of a location the one at the same place in another hall, where there is one."""
    if not facility.locations or not built.locations:
        return {}
    tree = cKDTree([place.center for place in built.locations])
    found = tree.query(np.array([place.center for place in facility.locations]))
    away_m, near = np.atleast_1d(found[0]), np.atleast_1d(found[1])
    return {
        facility.locations[i].id: built.locations[near[i]].id for i in np.flatnonzero(away_m <= SAME_PLACE_M)
    }


def _schemes(rows: list[Listed], built: Facility) -> Iterator[tuple[Scheme, Point2 | None]]:
    """Schemes that fit the hall, with where it is entered."""
    for entry in entries_of(built):
        try:
            inferred = infer_scheme(rows, built, depot=entry)
            addresses(built, inferred.scheme, depot=entry)
        except (BadDataError, UndecidedError):
            continue
        yield inferred.scheme, entry
