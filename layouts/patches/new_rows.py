"""Rows made from a rack type: new ones, and others in the place of old ones."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import accumulate, chain

from layouts.layout_file.layout_model import RackType
from layouts.layout_file.placement import Placement
from layouts.patches.addresses import add_places
from layouts.patches.beside import frame_of
from layouts.patches.chosen import chosen_rows
from layouts.patches.cuts import tell_lost
from layouts.patches.draft import Draft, refuse
from layouts.patches.patch_model import AddRack, RemoveRack, SwapRackType
from spatial.facility import Bay, Rack, Tier
from spatial.locations import location_box


def add_rack(draft: Draft, said: AddRack) -> None:
    """A new row with empty places."""
    draft.require_new("racks", said.id, ("id",))
    level = draft.level_of(said.level, ("level",))
    floor_m = next(each.elevation_m for each in draft.base.levels if each.id == level)
    if said.type.bay_widths_m is not None and len(said.type.bay_widths_m) != said.bays:
        refuse(
            ("bays",), f"{said.bays} bays, but {len(said.type.bay_widths_m)} bay_widths_m: make the two agree"
        )
    frame = Placement(said.at_m).at(0.0, 0.0, said.heading_deg)
    rack = Rack(
        id=said.id,
        level=level,
        kind=said.type.kind,
        center=frame.point(said.type.length_m(said.bays) / 2, 0.0),
        base_z_m=floor_m,
        yaw_rad=frame.yaw_rad,
        length_m=0.0,
        depth_m=said.type.depth_m,
        height_m=said.type.top_m,
        faces={"left": (1,), "right": (-1,), "both": (1, -1)}[said.faces],
    )
    draft.put_rack(_of_type(rack, said.type, said.bays))
    add_places(draft, draft.racks[said.id], said.type.positions, _tiers(said.type))


def remove_rack(draft: Draft, said: RemoveRack) -> None:
    """Rows go, with their places."""
    rows = chosen_rows(draft, said)
    places = draft.places_of(rack.id for rack in rows)
    for rack in rows:
        draft.drop_rack(rack.id)
    lost = draft.drop_places(chain.from_iterable(places.values()))
    tell_lost(draft, lost, f"with rack {', '.join(rack.id for rack in rows)}")


def swap_rack_type(draft: Draft, said: SwapRackType) -> None:
    """Other racks from the same start; where there is a place at the same bay, tier and position, it keeps its id and
    stock.
    """
    rows, positions, tiers = chosen_rows(draft, said), said.type.positions, _tiers(said.type)
    lost: list[str] = []
    places = draft.places_of(rack.id for rack in rows)
    for rack in rows:
        swapped, had = _swapped(rack, said), places[rack.id]
        draft.put_rack(swapped)
        gone = []
        for place in had:
            if place.bay >= len(swapped.bays) or place.tier not in tiers or place.position > positions:
                gone.append(place)
                continue
            center, size = location_box(swapped, place.bay, place.tier, place.position, positions)
            draft.locations[place.id] = replace(place, center=center, size_m=size, fill=None, confidence=None)
        lost += draft.drop_places(gone)
        add_places(draft, swapped, positions, tiers, had)
    tell_lost(draft, lost, "with the new rack type")


def _tiers(rack_type: RackType) -> range:
    return range(0 if rack_type.floor_places else 1, len(rack_type.tiers_m) + 1)


def _swapped(rack: Rack, said: SwapRackType) -> Rack:
    new, slack_m = said.type, 1e-6
    if new.bay_widths_m is None:
        bays = math.floor(
            (rack.length_m - new.upright_width_m + slack_m) / (new.clear_width_m + new.upright_width_m)
        )
    else:
        widths = (width_m + new.upright_width_m for width_m in new.bay_widths_m)
        ends_m = accumulate(widths, initial=new.upright_width_m)
        bays = sum(end_m <= rack.length_m + slack_m for end_m in ends_m) - 1
    if bays < 1:
        needed_m = (
            new.length_m(1) if new.bay_widths_m is None else new.bay_widths_m[0] + 2 * new.upright_width_m
        )
        refuse(
            ("type",),
            f"rack {rack.id} is {rack.length_m:.2f} m long, one bay of the type needs {needed_m:.2f} m: "
            "choose narrower bays",
        )
    aside_m = 0.0
    if said.keep != "middle":
        if len(rack.faces) != 1:
            refuse(("keep",), f"rack {rack.id} is picked from both sides: keep its middle")
        towards = rack.faces[0] if said.keep == "face" else -rack.faces[0]
        aside_m = towards * (rack.depth_m - new.depth_m) / 2
    fresh = _of_type(
        replace(rack, kind=new.kind, depth_m=new.depth_m, height_m=new.top_m, evidence_points=None), new, bays
    )
    return replace(fresh, center=frame_of(rack).point(fresh.length_m / 2, aside_m))


def _of_type(rack: Rack, rack_type: RackType, bays: int) -> Rack:
    """The row with the bays and tiers of a type, an upright before each bay and behind the last."""
    upright_m = rack_type.upright_width_m
    widths_m = rack_type.widths_m(bays)[:bays]
    ends_m = accumulate((width_m + upright_m for width_m in widths_m), initial=upright_m)
    offsets_m = list(ends_m)
    return replace(
        rack,
        length_m=offsets_m[-1],
        upright_width_m=upright_m,
        bays=tuple(
            Bay(offset_m=offset_m, width_m=width_m)
            for offset_m, width_m in zip(offsets_m, widths_m, strict=False)
        ),
        tiers=tuple(Tier(z_m=z, beam_height_m=rack_type.beam_height_m) for z in rack_type.tiers_m),
        missing_beams=(),
    )
