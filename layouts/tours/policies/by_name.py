"""The routing policies by name."""

from __future__ import annotations

from collections.abc import Mapping

from layouts.tours.policies.nearest_neighbour import nearest_neighbour
from layouts.tours.policies.s_shape import s_shape
from layouts.tours.problem import RoutingPolicy

POLICIES: Mapping[str, RoutingPolicy] = {"nearest-neighbour": nearest_neighbour, "s-shape": s_shape}


def policy_named(name: str) -> RoutingPolicy:
    """The policy of that name; ValueError lists the names there are."""
    if name not in POLICIES:
        raise ValueError(f"there is no routing policy '{name}': choose one of {', '.join(POLICIES)}")
    return POLICIES[name]
