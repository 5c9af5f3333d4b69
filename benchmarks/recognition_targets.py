"""The targets of recognition, row by row: what is measured, and the bound that it must keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hall_frame import Record

HARD_KINDS = ("thin", "clutter", "noisy", "sparse")
"""The same halls scanned worse: their racks need an F1 of 0.9."""


@dataclass(frozen=True)
class Row:
    """One line of the table: `value` takes a scan's result to a number, or None where there is nothing to measure.

    Without a bound the row only informs. `hard` is the bound for scans of a hard kind.
    """

    name: str
    value: Callable[[Record], float | None]
    at_least: float | None = None
    at_most: float | None = None
    hard: float | None = None
    scale: float = 1.0

    def is_met(self, value: float | None, kind: str) -> bool | None:
        """Whether the bound is kept; None where nothing is measured or asked."""
        low = self.hard if self.hard is not None and kind in HARD_KINDS else self.at_least
        if value is None or (low is None and self.at_most is None):
            return None
        return (low is None or value >= low) and (self.at_most is None or value <= self.at_most)

    def bound(self) -> str:
        """The bound in words."""
        if self.at_least is not None and self.at_most is not None:
            return f"{self.at_least:g}–{self.at_most:g}"
        if self.at_least is not None:
            return f"≥ {self.at_least:g}" + (f" ({self.hard:g})" if self.hard is not None else "")
        return "" if self.at_most is None else f"≤ {self.at_most:g}"


def _at(*keys: str, scale: float = 1.0) -> Callable[[Record], float | None]:
    """What stands at a path of the result, scaled; None where something on the way is missing."""

    def value(result: Record) -> float | None:
        here: Any = result
        for key in keys:
            here = here.get(key) if isinstance(here, dict) else None
        return None if here is None else float(here) * scale

    return value


def _of_racks(kind: str, value: Callable[[Record], float | None]) -> Callable[[Record], float | None]:
    """Only where there are racks of that kind."""
    return lambda result: value(result) if result[kind]["n_true"] else None


def _worst(*values: Callable[[Record], float | None]) -> Callable[[Record], float | None]:
    return lambda result: max((v for value in values if (v := value(result)) is not None), default=None)


ROWS = (
    Row("pallet racks, F1 at IoU 0.5", _of_racks("racks", _at("racks", "f1")), at_least=0.98, hard=0.9),
    Row("pallet racks, F1 at IoU 0.75", _of_racks("racks", _at("racks_iou75")), at_least=0.95, hard=0.9),
    Row("rack across, median cm", _at("racks", "across", "median", scale=100), at_most=1.0),
    Row("rack along, median cm", _at("racks", "along", "median", scale=100), at_most=2.0),
    Row(
        "rack position, p95 cm",
        _worst(_at("racks", "across", "p95", scale=100), _at("racks", "along", "p95", scale=100)),
        at_most=3.0,
    ),
    Row("rack yaw, median °", _at("racks", "yaw_deg", "median"), at_most=0.1),
    Row("rack depth, median cm", _at("racks", "depth", "median", scale=100)),
    Row("bays exact", _of_racks("racks", _at("racks", "bays_exact")), at_least=0.97),
    Row("tiers exact", _of_racks("racks", _at("racks", "levels_exact")), at_least=0.97),
    Row("beam height, median mm", _at("racks", "beam_z", "median", scale=1000), at_most=5.0),
    Row("shelving, F1", _of_racks("shelving", _at("shelving", "f1")), at_least=0.9),
    Row("walls, F1", _at("walls", "f1"), at_least=0.98),
    Row("wall offset, median mm", _at("walls", "offset", "median", scale=1000), at_most=5.0),
    Row("columns, F1", _at("columns", "f1")),
    Row("levels above the ground, F1", _at("levels", "f1"), at_least=1.0),
    Row("floor, p95 mm", _at("floor", "p95", scale=1000), at_most=5.0),
    Row("aisles found", _at("aisles", "recall")),
    Row("aisle width, median cm", _at("aisles", "width", "median", scale=100), at_most=1.0),
    Row("aisle blocked, right", _at("aisles", "blocked_correct")),
    Row("slot occupied, F1 where stated", _at("slot_states", "occupied_f1"), at_least=0.95),
    Row("slot empty, F1 where stated", _at("slot_states", "empty_f1"), at_least=0.95),
    Row("slots stated, share", _at("slot_states", "stated_share")),
    Row("unseen slots called empty", _at("slot_states", "unseen_called_empty"), at_most=0.0),
    Row("walkable space, IoU", _at("free_iou"), at_least=0.97),
    Row("deviation, recall", _at("deviation", "recall"), at_least=0.95),
    Row("deviation, false of what fails", _at("deviation", "false_alarms"), at_most=0.02),
    Row("deviation, planted", _at("deviation", "planted")),
    Row("new things that are none, share", _at("deviation", "false_things")),
    Row("end to end, M points/s", _at("points_s", scale=1e-6), at_least=4.0),
    Row("× open3d's reading and thinning", _at("by_peer"), at_least=1.0),
)

HONEST_SHARE = 0.90, 0.97
FEWEST_ERRORS = 40
"""Of fewer than so many errors the share within 1.96 sigma tells nothing."""


@dataclass(frozen=True)
class Honesty:
    """How many of the `n` errors of one measured length, over all scans, lie within 1.96 of their sigmas."""

    what: str
    within: float
    n: int

    @property
    def is_met(self) -> bool | None:
        """Whether the share is honest; None for too few errors."""
        low, high = HONEST_SHARE
        return low <= self.within <= high if self.n >= FEWEST_ERRORS else None


def honesty(results: Sequence[Record]) -> list[Honesty]:
    """Every measured length, its errors pooled over the scans: one scan has too few."""
    pooled: dict[str, list[tuple[float, int]]] = {}
    for result in results:
        for what, of in result["sigma"].items():
            pooled.setdefault(what, []).append((of["within"] * of["n"], of["n"]))
    sums = {what: (sum(within for within, _ in of), sum(n for _, n in of)) for what, of in pooled.items()}
    return [Honesty(what, within / n, n) for what, (within, n) in sums.items()]
