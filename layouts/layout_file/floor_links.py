"""Lifts, stairs and ramps of a layout: kept with the facility, and read from it as floor rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layouts.layout_file.building_model import Link, LinkEnd
from layouts.layout_file.floors import Floor
from layouts.layout_file.found_shapes import mm
from layouts.layout_file.layout_fault import LayoutFault
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.placement import Placement
from layouts.layout_file.standing_checks import Standing, place_fault
from spatial.facility import Facility
from spatial.floor.facility_rules import LINKS, links_of


def link_faults(
    layout: Layout, site: Placement, floor: Floor, things: Sequence[Standing]
) -> Iterator[LayoutFault]:
    """Links that end on this floor where nobody can stand."""
    for i, link in enumerate(layout.links):
        for end, spot in (("from", link.start), ("to", link.end)):
            if spot.level == floor.level.id:
                fault = place_fault(floor, things, f"an end of link {link.id}", site.point(*spot.at_m))
                if fault is not None:
                    yield LayoutFault(("links", i, end, "at_m"), fault)


def links_extra(layout: Layout, site: Placement) -> Mapping[str, Any]:
    """The links as a further field of the facility, in the world; none where there are none."""
    records = []
    for link in layout.links:
        record = link.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for end, spot in (("from", link.start), ("to", link.end)):
            x, y = site.point(*spot.at_m)
            record[end] = {"level": spot.level, "x_m": x, "y_m": y}
        records.append({"id": link.id, "kind": link.kind, **record})
    return {LINKS: records} if records else {}


def found_links(facility: Facility, site: Placement) -> tuple[Link, ...]:
    """The links of a facility as a layout has them."""
    found = []
    for link in links_of(facility):
        said = link.model_dump(by_alias=True, exclude_defaults=True)
        for end, spot in (("from", link.start), ("to", link.end)):
            said[end] = LinkEnd(level=spot.level, at_m=mm(site.local((spot.x_m, spot.y_m))))
        found.append(Link(**{"id": link.id, "kind": link.kind, **said}))
    return tuple(found)
