"""The rules by which stock is ordered, and where each leaves the stock that is there or under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.replenishment.laws import Law

Floats = npt.NDArray[np.floating]
Kind = Literal["base-stock", "reorder-point", "min-max"]
KINDS: tuple[Kind, ...] = ("base-stock", "reorder-point", "min-max")

FINEST = 512
"""Levels between two orders are told apart in at most so many steps."""


@dataclass(frozen=True)
class Policy:
    """Every `review_days` the stock position (there, under way, less owed) is looked at; at or below `order_at`:

    base-stock, S: order up to `order_at`, whatever is below it;
    reorder-point, (R, Q): order multiples of `quantity` until it is above `order_at`;
    min-max, (s, S): order up to `order_at` + `quantity`.
    """

    kind: Kind
    order_at: float
    quantity: float = 0.0
    review_days: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no policy '{self.kind}': choose one of {', '.join(KINDS)}")
        if self.review_days < 1 or (self.kind != "base-stock" and self.quantity <= 0):
            raise ValueError(f"{self}: review_days must be 1 or more, and quantity above 0")

    @property
    def up_to(self) -> float:
        """The highest position after a review."""
        return self.order_at if self.kind == "base-stock" else self.order_at + self.quantity


class Positions(NamedTuple):
    """Where the position stands after a review: `above` (K,) the level to order at, with `shares` (K,).

    A review orders with probability `orders`.
    """

    above: Floats
    shares: Floats
    orders: float


def positions(policy: Policy, between: Law) -> Positions:
    """Where the position stands in the long run, when `between` is the law of demand between two reviews.

    Base stock: always at S. (R, Q): evenly over R … R + Q, whatever the demand (Hadley and Whitin 1963, 4-7), so that
    a review orders with probability E[min(D, Q)] / Q.
    (s, S): in proportion to how often each is passed from S down, the renewal masses of demand (Zheng and Federgruen
    1991, "Finding optimal (s, S) policies is about as simple as evaluating a single policy").
    """
    if policy.kind == "base-stock":
        some = 1.0 - float(between.masses(1)[0])
        return Positions(np.zeros(1), np.ones(1), some)
    step = max(between.step, policy.quantity / FINEST)
    count = max(1, round(policy.quantity / step))
    step = policy.quantity / count
    if policy.kind == "reorder-point":
        whole = between.step == 1.0 and step == 1.0
        above = (np.arange(count) + (1.0 if whole else 0.5)) * step
        orders = (between.mean - float(between.short(policy.quantity))) / policy.quantity
        return Positions(above, np.full(count, 1 / count), orders)
    visits = _renewals(_coarse(between, step, count))
    above = policy.quantity - np.arange(count) * step
    return Positions(above, visits / visits.sum(), float(1 / visits.sum()))


def _coarse(law: Law, step: float, count: int) -> Floats:
    """The probabilities (count,) that the demand is nearest to 0, 1, 2 … steps."""
    if law.step == step:
        return law.masses(count)
    fine = law.masses(round(count * step / law.step) + 1)
    place = np.rint(np.arange(len(fine)) * law.step / step).astype(np.int64)
    coarse: Floats = np.bincount(place, weights=fine, minlength=count).astype(np.float64)
    return coarse[:count]


def _renewals(masses: Floats) -> Floats:
    """How often, in the mean, each step below S is a position after a review, from one order to the next."""
    visits = np.zeros(len(masses))
    stays = max(1e-12, 1.0 - masses[0])
    visits[0] = 1.0 / stays
    for down in range(1, len(masses)):
        visits[down] = masses[1 : down + 1] @ visits[down - 1 :: -1] / stays
    return visits
