"""Published instances with their reference values, where the shared data is at hand."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.tours.parallel_aisles import ParallelAisles, Picks

TO_MIDDLE = 1.0
"""From the cells at a middle cross-aisle to its centre line: half a cell and half of its width of 1."""


def shared_data() -> Path | None:
    """The shared data folder: AISLETWIN_DATA, else `../shared/data` beside the checkout; None without it."""
    named = os.environ.get("AISLETWIN_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


def instances(name: str) -> list[dict[str, Any]]:
    """The instances of a published set, in the order of its file; FileNotFoundError without the data."""
    folder = shared_data()
    if folder is None:
        raise FileNotFoundError(
            f"published set '{name}': there is no shared data; set AISLETWIN_DATA to its folder"
        )
    with gzip.open(folder / "benchmarks" / name / "instances.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def sprp(row: dict[str, Any], *, blocks: int) -> tuple[ParallelAisles, Picks]:
    """A row of `sprp` with one block or two; picks are `[aisle, cell]`, cell 0 at the top."""
    picks = np.array(row["picks"], np.int64).reshape(-1, 2)
    warehouse = _cell_aisles(row["layout"], blocks=blocks)
    return warehouse, _cells(row["layout"], picks[:, 0], picks[:, 1], blocks=blocks)


def sprp_scattered(
    row: dict[str, Any], *, blocks: int
) -> tuple[ParallelAisles, Picks, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A row of `sprp_scattered`: the warehouse, the places (L,) that hold stock, the SKU and the quantity there,
    and the quantity demanded of every SKU (K,), 0 … K − 1.
    """
    stock = np.array(row["skus"], np.int64).reshape(-1, 4)
    demand = np.array(row["demand"], np.int64).reshape(-1, 2)
    needed = np.zeros(max(stock[:, 0].max(), demand[:, 0].max()) + 1, np.int64)
    needed[demand[:, 0]] = demand[:, 1]
    warehouse = _cell_aisles(row["layout"], blocks=blocks)
    places = _cells(row["layout"], stock[:, 1], stock[:, 2], blocks=blocks)
    return warehouse, places, stock[:, 0], stock[:, 3], needed


def tours450(row: dict[str, Any]) -> tuple[ParallelAisles, Picks]:
    """A row of `tours450`; picks are `[aisle, block, offset]` from the block's front."""
    layout = row["layout"]
    picks = np.array(row["picks"], np.int64).reshape(-1, 3)
    aisles, blocks = layout["m"], layout["blocks"]
    warehouse = ParallelAisles(
        aisle_m=np.full((blocks, aisles), float(row["sub_aisle_length"])),
        cross_m=np.full((blocks + 1, aisles - 1), float(layout["ax"])),
    )
    return warehouse, Picks(aisle=picks[:, 0], block=picks[:, 1], offset_m=picks[:, 2].astype(np.float64))


def _cell_aisles(layout: dict[str, Any], *, blocks: int) -> ParallelAisles:
    """The second block's cross-aisle lies half a unit behind the cells on both its sides and is a unit wide."""
    aisles, cells = layout["aisles"], layout["cells"]
    half = cells // 2
    length = [layout["bottom_to_cell"] + (cells - 1) * layout["cell_dist"] + layout["top_to_cell"]]
    if blocks == 2:
        length = [
            layout["bottom_to_cell"] + (cells - half - 1) * layout["cell_dist"] + TO_MIDDLE,
            TO_MIDDLE + (half - 1) * layout["cell_dist"] + layout["top_to_cell"],
        ]
    return ParallelAisles(
        aisle_m=np.tile(np.array(length, np.float64)[:, None], (1, aisles)),
        cross_m=np.full((blocks + 1, aisles - 1), float(layout["aisle_dist"])),
        depot=(0 if layout["depot"] == "bottom" else blocks, layout["depot_aisle"]),
        depot_m=float(layout["depot_dist"]),
    )


def _cells(
    layout: dict[str, Any], aisle: npt.NDArray[np.int64], cell: npt.NDArray[np.int64], *, blocks: int
) -> Picks:
    cells, step = layout["cells"], layout["cell_dist"]
    block = np.where(cell < cells // 2, blocks - 1, 0)
    from_bottom = layout["bottom_to_cell"] + (cells - 1 - cell) * step
    from_middle = TO_MIDDLE + (cells // 2 - 1 - cell) * step
    offset_m = np.where(block == 1, from_middle, from_bottom).astype(np.float64)
    return Picks(aisle=aisle, block=block, offset_m=offset_m)


def arcs(row: dict[str, Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The network of a row of `jobprp_foodmart` or `ibsrp_kris_small`: its edges (E, 2) and their lengths (E,)."""
    return (
        np.array([arc[:2] for arc in row["arcs"]], np.int64),
        np.array([arc[2] for arc in row["arcs"]], np.float64),
    )


def jobprp_foodmart(row: dict[str, Any]) -> tuple[ParallelAisles, Picks]:
    """A row of `jobprp_foodmart`; pick p is location p + 1.

    The origin, joined to every front junction, is a cross-aisle of no length in front of the first one, and the
    arcs from it are a block without picks: the same network but for the doors it may be left and entered by.
    """
    junctions = sorted(xy[:2] for xy in row["coords"].values() if xy[2] == "i")
    across = np.unique([x for x, _ in junctions])
    along = np.unique([y for _, y in junctions])
    from_origin = {
        row["coords"][str(max(a, b))][0]: metres for a, b, metres in row["arcs"] if min(a, b) == row["depot"]
    }
    blocks = [[from_origin[x] for x in across], *([step] * len(across) for step in np.diff(along))]
    locations = sorted((int(place), xy) for place, xy in row["coords"].items() if xy[2] == "p")
    xy = np.array([at[:2] for _, at in locations], np.float64)
    block = np.searchsorted(along, xy[:, 1], side="right") - 1
    return ParallelAisles(
        aisle_m=np.array(blocks, np.float64),
        cross_m=np.vstack((np.zeros(len(across) - 1), np.tile(np.diff(across), (len(along), 1)))),
    ), Picks(
        aisle=np.searchsorted(across, xy[:, 0]).astype(np.int64),
        block=(block + 1).astype(np.int64),
        offset_m=xy[:, 1] - along[block],
    )
