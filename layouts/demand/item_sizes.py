"""What made-up items weigh and take up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from layouts.demand.spec import DemandSpec, Lognormal
from layouts.statistics.common_numbers import stream

Floats = npt.NDArray[np.float64]


def item_sizes(spec: DemandSpec, count: int) -> tuple[list[str], list[str]]:
    """The mass in kilograms and the volume in litres of a piece of each of `count` SKUs, with four digits.

    Both are lognormal below their `most`, by inversion of two normal variables with the wanted correlation.
    """
    one, other = stream(spec.seed, agent=0, purpose="demand items").standard_normal((2, count))
    r = spec.items.correlation
    return _texts(spec.items.mass_kg, one), _texts(spec.items.volume_l, r * one + np.sqrt(1 - r * r) * other)


def _texts(law: Lognormal, normal: Floats) -> list[str]:
    spread = np.log(law.spread)
    share_below = ndtr(np.log(law.most / law.median) / spread) if spread > 0 else 1.0
    sizes = law.median * np.exp(spread * ndtri(ndtr(normal) * share_below))
    return [f"{size:.4g}" for size in np.minimum(sizes, law.most).tolist()]
