"""Which method forecasts a SKU: the one that lost least at past origins, of its own and of its class."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.demand.forecasting.methods import METHODS, NEW, NEW_METHOD

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CLASS_WEIGHT = 15.0
"""A class's losses count as much as a SKU's own on so many buckets with demand."""


class Choice(NamedTuple):
    """By SKU (N,): the method chosen, and the `score` (N, M) of each: its loss in units of the methods' mean one."""

    method: Ints
    score: Floats


def choose(loss: Floats, demands: Floats, kind: Ints) -> Choice:
    """Choose by losses (N, J, M) at J past origins; of each SKU (N,) its class and buckets with demand.

    1. A SKU's own score of a method is its loss over all origins, in units of the mean over the methods.
    2. The class's score is the mean of its SKUs' that had any loss.
    3. The score is a mean of both, weighted by `demands` and CLASS_WEIGHT: one order more or less of a SKU that has
       five in half a year says little of a method.
    4. The least score is chosen, the first method among equals.
    """
    total = loss.sum(axis=1)
    usual = total.mean(axis=1, keepdims=True)
    own = np.where(usual > 0, total / np.where(usual > 0, usual, 1.0), 1.0)
    of_class = np.ones_like(own)
    for each in np.unique(kind).tolist():
        members = kind == each
        known = members & (usual[:, 0] > 0)
        if known.any():
            of_class[members] = own[known].mean(axis=0)
    weight = (demands / (demands + CLASS_WEIGHT))[:, None]
    score = weight * own + (1 - weight) * of_class
    return Choice(method=np.argmin(score, axis=1).astype(np.int64), score=score)


def method_name(method: int) -> str:
    """Its name, also of what forecasts new SKUs."""
    return NEW_METHOD if method == NEW else METHODS[method]


def demand_buckets(counts: npt.NDArray[np.integer], origins: Ints, horizon: int) -> Floats:
    """In how many buckets after the origins each SKU (N,) was wanted."""
    wanted = sum(
        ((counts[:, origin : origin + horizon] > 0).sum(axis=1) for origin in origins.tolist()),
        start=np.zeros(len(counts)),
    )
    return np.asarray(wanted, np.float64)
