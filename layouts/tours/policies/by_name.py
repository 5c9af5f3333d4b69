"""The routing policies by name."""

from __future__ import annotations

from collections.abc import Mapping

from layouts.tours.policies.aisle_by_aisle import aisle_by_aisle
from layouts.tours.policies.combined import combined
from layouts.tours.policies.largest_gap import largest_gap
from layouts.tours.policies.midpoint import midpoint
from layouts.tours.policies.nearest_neighbour import nearest_neighbour
from layouts.tours.policies.return_policy import return_policy
from layouts.tours.policies.s_shape import s_shape
from layouts.tours.problem import RoutingPolicy

ALONG_AISLES: Mapping[str, RoutingPolicy] = {
    "s-shape": s_shape,
    "return": return_policy,
    "midpoint": midpoint,
    "largest-gap": largest_gap,
    "combined": combined,
    "aisle-by-aisle": aisle_by_aisle,
}
"""Policies that follow aisles and visit stops in no aisle last."""

POLICIES: Mapping[str, RoutingPolicy] = {**ALONG_AISLES, "nearest-neighbour": nearest_neighbour}


def policy_named(name: str) -> RoutingPolicy:
    """The policy of that name; ValueError lists the names there are."""
    if name not in POLICIES:
        raise ValueError(f"there is no routing policy '{name}': choose one of {', '.join(POLICIES)}")
    return POLICIES[name]
