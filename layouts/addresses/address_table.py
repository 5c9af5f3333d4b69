"""The addresses of a hall as a table: what a WMS imports, and what a list is compared with."""

from __future__ import annotations

import csv
import io

from layouts.addresses.number_places import addresses
from layouts.addresses.scheme import Scheme
from spatial.facility import Facility, Point2


def address_table(facility: Facility, scheme: Scheme, *, depot: Point2 | None = None) -> str:
    """CSV with `location` (the address), `x_m`, `y_m`, `z_m`, `rack`, `bay`, `tier`, `position` and the hall's `id`.

    Rows are in the order of the addresses. Raises as `addresses`.
    """
    named = addresses(facility, scheme, depot=depot)
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("location", "x_m", "y_m", "z_m", "rack", "bay", "tier", "position", "id"))
    for place in sorted(facility.locations, key=lambda place: named[place.id]):
        at = (f"{value:.4f}" for value in place.center)
        out.writerow((named[place.id], *at, place.rack, place.bay, place.tier, place.position, place.id))
    return text.getvalue()
