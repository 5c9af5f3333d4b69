"""The tours of the authors of `oxenstierna_obp`: one for every batch of theirs, on floors with polygon obstacles."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from published import instances, shared_data

from spatial.any_angle.among import lengths_among


def author_tours() -> Iterator[tuple[str, npt.NDArray[np.float64]]]:
    """The name and the table of lengths of each batch, its places in the authors' order.

    Row 0 is the origin and the last row the destination, so that the first off-diagonal adds up to their tour.
    """
    folder = shared_data()
    if folder is None:
        return
    with gzip.open(folder / "benchmarks" / "oxenstierna_obp" / "layouts.json.gz", "rt") as file:
        floors = {name: _floor(layout) for name, layout in json.load(file).items()}
    for row in instances("oxenstierna_obp"):
        length_m, row_of = floors[row["layout"]]
        for number, batch in enumerate(row["author_batches"]):
            places = [row_of[place] for place in (0, *batch["route"], 1)]
            yield f"{row['name']}/{number}", length_m[np.ix_(places, places)]


def _floor(layout: dict[str, Any]) -> tuple[npt.NDArray[np.float64], dict[int, int]]:
    """All lengths on a floor, and the row of each of its places."""
    names = sorted(layout["coords"], key=int)
    outlines = [[layout["coords"][str(corner)] for corner in ring] for ring in layout["obstacles"].values()]
    length_m = lengths_among(outlines, [layout["coords"][name] for name in names])
    return length_m, {int(name): row for row, name in enumerate(names)}
