"""The supply network of sites: nodes, lanes, stock and demand, as they are read.

It is not the navigation graph of a hall (`spatial.navigation`): a node is a whole site, a lane a way for lorries or
ships. Quantities are whole units of the user's choice, such as pallets; times are days.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

NodeKind = Literal["supplier", "plant", "site", "port", "demand"]
NODE_KINDS: tuple[NodeKind, ...] = ("supplier", "plant", "site", "port", "demand")
SOURCES: tuple[NodeKind, ...] = ("supplier", "plant")
"""Kinds that make goods where no lane brings them any."""

Law = Literal["fixed", "poisson", "normal"]
LAWS: tuple[Law, ...] = ("fixed", "poisson", "normal")

ALL = "all"
"""The SKU family of a table that names none."""

Pair = tuple[str, str]
"""A node and a family."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A place: `capacity_per_day` units leave it at most, over all families (at a source: are made).

    `capacity_sd` is how unsure that is (see `surrogate`); `x`, `y` are longitude and latitude in degrees, or metres
    if not `is_geographic`; `recover_days` is how long it takes to restore the node, where the user knows.
    """

    id: str
    kind: NodeKind
    x: float | None = None
    y: float | None = None
    is_geographic: bool = True
    capacity_per_day: float = math.inf
    capacity_sd: float = 0.0
    handling_per_unit: float = 0.0
    recover_days: float | None = None


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A way from `origin` to `destination` for all families, or for the one named.

    `co2e_kg_per_unit` is None where the user gives no factor, or no distance to multiply it with.
    """

    id: str
    origin: str
    destination: str
    family: str | None = None
    mode: str = ""
    lead_days: float = 1.0
    lead_sd_days: float = 0.0
    capacity_per_day: float = math.inf
    cost_per_unit: float = 0.0
    distance_km: float | None = None
    co2e_kg_per_unit: float | None = None
    co2e_source: str = ""


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Units of a family at a node; at or below `order_at` it orders up to `up_to`, as a position.

    `price` is what a unit costs at a source; `holding_per_day` what keeping one costs.
    """

    units: int = 0
    order_at: int = -1
    up_to: int = 0
    price: float = 0.0
    holding_per_day: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Units that are wanted each day; `short_cost` is what one that is not there costs."""

    per_day: float
    law: Law = "fixed"
    sd_per_day: float = 0.0
    short_cost: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Network:
    """What the tables hold. `stock` and `demand` are by node and family."""

    nodes: Mapping[str, Node]
    lanes: tuple[Lane, ...]
    stock: Mapping[Pair, Stock] = field(default_factory=dict)
    demand: Mapping[Pair, Demand] = field(default_factory=dict)

    @property
    def families(self) -> tuple[str, ...]:
        """All that are named, in alphabetical order."""
        named = {family for _, family in (*self.stock, *self.demand)}
        return tuple(sorted(named | {lane.family for lane in self.lanes if lane.family is not None})) or (
            ALL,
        )

    def is_source(self, node: str, family: str) -> bool:
        """Whether the node makes goods of the family: a supplier or plant to which no lane brings them."""
        return self.nodes[node].kind in SOURCES and not any(
            lane.destination == node and lane.family in (None, family) for lane in self.lanes
        )
