"""What each unit needs and each location gives, as whole numbers, whose sums are the same in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from layouts.slotting.rules.slot_items import SlotItem, SlotItems

Floats = npt.NDArray[np.float64]

MM3_PER_M3, MG_PER_KG = 1e9, 1e6
NOISE = 1e-6
"""Parts of a whole mm³ or mg that come from arithmetic and not from the data."""
UNTOLD = SlotItem()


def items_of(skus: Sequence[str], items: SlotItems) -> list[SlotItem]:
    """The item of each unit; one that is not in the table tells nothing."""
    return [items.get(sku, UNTOLD) for sku in skus]


def pieces_of(skus: Sequence[str], items: SlotItems) -> list[int]:
    """Pieces (U) in each unit: the stock of its SKU shared among its units, rounded up."""
    faces = Counter(skus)
    return [-(-items.get(sku, UNTOLD).stock // faces[sku]) for sku in skus]


def volume_mm3(size_mm: tuple[float, float, float] | None) -> float:
    """Of a piece; 0 where it is not told."""
    return 0.0 if size_mm is None else size_mm[0] * size_mm[1] * size_mm[2]


def needed(amounts: Iterable[float]) -> Floats:
    """Rounded up to whole ones."""
    return np.ceil(np.array([*amounts], np.float64) - NOISE)


def given(amounts: Iterable[float]) -> Floats:
    """Rounded down to whole ones; infinite ones stay so."""
    return np.floor(np.array([*amounts], np.float64) + NOISE)
