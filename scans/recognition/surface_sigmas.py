"""How well a smoothed surface is known, by how far cells are from what their neighbours tell of them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

Floats = npt.NDArray[np.float64]

_SUPPORT = np.array(
    [0.1, 0.25, 0.5, 0.75, 0.95]
)  # shares of full weight between which cells are as well known
_FEWEST = 10  # cells that tell how well those like them are known
_UNKNOWN_M = 0.02  # where too few do


def root_mean_square(values: Floats) -> float:
    """The sigma that one stands for all of `values`; _UNKNOWN_M without any."""
    return math.sqrt(float(np.mean(values**2))) if values.size else _UNKNOWN_M


def smoothed_sigmas(value: Floats, weight: Floats, smoothing: float) -> Floats:
    """Standard deviation (I, J) of `value` (I, J) smoothed by a normal distribution of `smoothing` cells with
    `weight` (I, J), 0 where nothing was seen.

    Each cell is left out and compared with the mean of those around it. If cells err independently by s, that
    difference has the variance s² (1 + Σ' g² / (1 − g0)²), where g are the weights of the filter, g0 that of its
    middle and Σ' leaves it out; the smoothed surface has s² Σ g². Cells are taken together by how much weight is
    around them: s of a place that is seldom seen is that of all such places. What nothing is near is as those with
    the least.
    """
    around = gaussian_filter(weight, smoothing)
    total = gaussian_filter(value * weight, smoothing)
    reach = math.ceil(4 * smoothing) + 1
    kernel = gaussian_filter(np.pad([[1.0]], reach), smoothing)
    middle, squares = float(kernel.max()), float((kernel**2).sum())
    others = around - middle * weight
    told = (weight > 0) & (others > 1e-3 * weight.max(initial=0.0))
    off = value[told] - (total - middle * value * weight)[told] / others[told]
    share = math.sqrt(squares / (1.0 + (squares - middle**2) / (1.0 - middle) ** 2))
    group = np.searchsorted(_SUPPORT, around / max(float(weight.max(initial=0.0)), 1e-9))
    sigmas = np.zeros(len(_SUPPORT) + 1)
    before = 0.0
    for k in reversed(range(len(sigmas))):  # the better seen first: what is seen less is known no better
        own = off[group[told] == k]
        before = max(before, share * root_mean_square(own)) if len(own) >= _FEWEST else before
        sigmas[k] = before
    return np.asarray(np.where(sigmas > 0, sigmas, _UNKNOWN_M)[group])
