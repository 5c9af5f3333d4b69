"""The rack rows of a block, and the lanes between and beside them, before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, cast

from layouts.layout_file.layout_model import Block, Layout, RackType
from layouts.layout_file.placement import Placement
from spatial.facility import Bay, Rack, Tier


@dataclass(frozen=True, kw_only=True)
class Row:
    """A rack row and where its places are addressed: the aisle's number and the side, 0 left and 1 right of it."""

    rack: Rack
    block: int
    rack_type: RackType
    aisle: int
    side: Literal[0, 1]


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Ground kept for a lane: it starts at `start` and runs along its x axis for `length_m`; y is 0 … `width_m`."""

    id: str
    block: int
    level: str
    start: Placement
    length_m: float
    width_m: float
    racks: tuple[str, ...] = ()
    is_cross: bool = False


@dataclass(frozen=True, kw_only=True)
class BlockRows:
    """What a block puts into the hall."""

    rows: tuple[Row, ...]
    strips: tuple[Strip, ...]


def placed_blocks(layout: Layout) -> list[Block]:
    """The whole blocks, each with its own `at_m`. The references must have been checked."""
    placed: dict[str, Block] = {}
    for block in layout.whole_blocks:
        if block.behind is not None:
            front = placed[block.behind]
            depth_m = layout.rack_types[front.rack].length_m(front.bays) + block.front_aisle_m
            block = block.model_copy(update={"at_m": _frame(Placement(), front).point(depth_m, 0.0)})
        placed[block.id] = block
    return list(placed.values())


def rows_of_blocks(layout: Layout, site: Placement) -> list[BlockRows]:
    """The rows and strips of every block in the world, racks and aisles numbered through."""
    found: list[BlockRows] = []
    next_row, next_aisle = 1, 1
    for index, block in enumerate(placed_blocks(layout)):
        first_row = next_row if block.first_row is None else block.first_row
        first_aisle = next_aisle if block.first_aisle is None else block.first_aisle
        slots = _slots(block, layout.rack_types[block.rack], first_row, first_aisle)
        frame = _frame(site, block)
        rows = tuple(_rows(layout, index, block, frame, slots))
        lanes = tuple(_lanes(layout, index, block, frame, slots))
        cross = tuple(_cross_strips(layout, index, block, frame, slots))
        found.append(BlockRows(rows=rows, strips=(*lanes, *cross)))
        next_row, next_aisle = first_row + len(rows), first_aisle + len(lanes)
    return found


def _frame(site: Placement, block: Block) -> Placement:
    """The frame of a block: x along its rows, y to the left; the block lies at negative y."""
    x, y = block.at_m or (0.0, 0.0)
    return site.at(x, y, block.heading_deg)


@dataclass(frozen=True)
class _Slot:
    """One thing in the order across a block: a row or lane with its number, or a flue."""

    kind: Literal["row", "lane", "flue"]
    left_m: float
    width_m: float
    number: int


def _slots(block: Block, rack_type: RackType, first_row: int, first_aisle: int) -> list[_Slot]:
    """From the left to the right; the first row's left face is at 0, a lane outside of it below."""
    row, flue = ("row", rack_type.depth_m), ("flue", block.flue_m)
    inner: list[tuple[str, float]] = []
    for group, count in enumerate(block.rows):
        inner += [row] if count == 1 else [row, flue, row]
        inner += [("lane", width_m) for width_m in block.widths_m[group : group + 1]]
    outer_m = block.widths_m or (block.aisle_width_m,)
    has_left = block.rows[0] == 2 or "left" in block.open_sides
    has_right = block.rows[-1] == 2 or "right" in block.open_sides
    order = [*([("lane", outer_m[0])] * has_left), *inner, *([("lane", outer_m[-1])] * has_right)]
    number, left_m = {"row": first_row, "lane": first_aisle, "flue": 0}, -outer_m[0] * has_left
    slots = []
    for kind, width_m in order:
        slots.append(_Slot(cast(Literal["row", "lane", "flue"], kind), left_m, width_m, number[kind]))
        number[kind] += 1
        left_m += width_m
    return slots


def _beside(slots: list[_Slot], at: int, step: int, kind: str) -> list[int]:
    """The number of the slot on one side, if it is of this kind."""
    return [slots[at + step].number] if 0 <= at + step < len(slots) and slots[at + step].kind == kind else []


def _rows(layout: Layout, index: int, block: Block, frame: Placement, slots: list[_Slot]) -> Iterator[Row]:
    """A row faces the lanes beside it; it is addressed from the one on its left if there is one."""
    rack_type = layout.rack_types[block.rack]
    length_m = rack_type.length_m(block.bays)
    base_z_m = next(
        (upper.elevation_m for upper in layout.levels if upper.id == block.level),
        layout.building.elevation_m,
    )
    for i, slot in enumerate(slots):
        if slot.kind != "row":
            continue
        left, right = _beside(slots, i, -1, "lane"), _beside(slots, i, 1, "lane")
        mates = [
            n
            for step in (-1, 1)
            for n in _beside(slots, i, step, "flue")
            for n in _beside(slots, i, 2 * step, "row")
        ]
        rack = Rack(
            id=f"R{slot.number}",
            level=layout.level_of(block),
            kind=rack_type.kind,
            center=frame.point(length_m / 2, -slot.left_m - slot.width_m / 2),
            base_z_m=base_z_m,
            yaw_rad=frame.yaw_rad,
            length_m=length_m,
            depth_m=rack_type.depth_m,
            height_m=rack_type.top_m,
            upright_width_m=rack_type.upright_width_m,
            bays=_bays(rack_type, block.bays),
            tiers=tuple(Tier(z_m=z, beam_height_m=rack_type.beam_height_m) for z in rack_type.tiers_m),
            faces=(*([1] * len(left)), *([-1] * len(right))),
            back_to_back=f"R{mates[0]}" if mates else None,
        )
        aisle = (*left, *right, 0)[0]
        yield Row(rack=rack, block=index, rack_type=rack_type, aisle=aisle, side=1 if left else 0)


def _bays(rack_type: RackType, bays: int) -> tuple[Bay, ...]:
    """Clear openings from the front, an upright before each."""
    widths_m = rack_type.widths_m(bays)
    ends_m = accumulate((width_m + rack_type.upright_width_m for width_m in widths_m), initial=0.0)
    offsets_m = (end_m + rack_type.upright_width_m for end_m in ends_m)
    return tuple(
        Bay(offset_m=offset_m, width_m=width_m)
        for offset_m, width_m in zip(offsets_m, widths_m, strict=False)
    )


def _lanes(layout: Layout, index: int, block: Block, frame: Placement, slots: list[_Slot]) -> Iterator[Strip]:
    for i, slot in enumerate(slots):
        if slot.kind == "lane":
            rows = _beside(slots, i, -1, "row") + _beside(slots, i, 1, "row")
            yield Strip(
                id=f"A{slot.number}",
                block=index,
                level=layout.level_of(block),
                start=frame.at(0.0, -slot.left_m - slot.width_m),
                length_m=layout.rack_types[block.rack].length_m(block.bays),
                width_m=slot.width_m,
                racks=tuple(f"R{row}" for row in rows),
            )


def _cross_strips(
    layout: Layout, index: int, block: Block, frame: Placement, slots: list[_Slot]
) -> Iterator[Strip]:
    """Before and behind the rows, running from the left of the block to its right."""
    rows = [slot for slot in slots if slot.kind == "row"]
    length_m = layout.rack_types[block.rack].length_m(block.bays)
    ends = (("FRONT", -block.front_aisle_m, block.front_aisle_m), ("BACK", length_m, block.back_aisle_m))
    for end, along_m, width_m in ends:
        yield Strip(
            id=f"X-{block.id}-{end}",
            block=index,
            level=layout.level_of(block),
            start=frame.at(along_m, 0.0, -90.0),
            length_m=rows[-1].left_m + rows[-1].width_m,
            width_m=width_m,
            is_cross=True,
        )
