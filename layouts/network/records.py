"""Rows of the network's tables, wherever they come from, as nodes, lanes, stock and demand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from layouts.network.cells import Cells
from layouts.network.model import ALL, LAWS, NODE_KINDS, Demand, Lane, Network, Node, Pair, Stock
from layouts.network.surrogate import capacity_of, read_curve
from layouts.replenishment.terms_table import MOST_LEAD_DAYS

UNIT_KM, TONNE_KM = "co2e_kg_per_unit_km", "co2e_kg_per_tonne_km"


def network_of(
    nodes: Iterable[Cells],
    lanes: Iterable[Cells],
    stock: Iterable[Cells],
    demand: Iterable[Cells],
    *,
    folder: Path,
) -> Network:
    """The network of these rows; files that rows name are looked for in `folder`.

    BadDataError for a value out of reach, a node that is not there, or an id, lane, stock or demand that comes twice.
    """
    known: dict[str, Node] = {}
    for row in nodes:
        node = _node(row, folder)
        if node.id in known:
            row.fail("node", "an id of its own: it came before")
        known[node.id] = node
    found_stock: dict[Pair, Stock] = {}
    for row in stock:
        found_stock[_pair(row, known, found_stock)] = _stock(row)
    found_demand: dict[Pair, Demand] = {}
    for row in demand:
        found_demand[_pair(row, known, found_demand)] = _demand(row)
    found_lanes = _lanes(lanes, known)
    return Network(nodes=known, lanes=found_lanes, stock=found_stock, demand=found_demand)


def _node(row: Cells, folder: Path) -> Node:
    geographic, metres = (row.text("lon"), row.text("lat")), (row.text("x_m"), row.text("y_m"))
    if any(geographic) and any(metres):
        row.fail("x_m", "lon and lat, or x_m and y_m, not both")
    x_name, y_name = ("x_m", "y_m") if any(metres) else ("lon", "lat")
    x, y = row.maybe(x_name, least=-math.inf), row.maybe(y_name, least=-math.inf)
    if (x is None) != (y is None):
        row.fail(x_name if x is None else y_name, f"a number, as {y_name if x is None else x_name} has one")
    for name, value, most in (("lon", x, 180), ("lat", y, 90)):
        if not any(metres) and value is not None and abs(value) > most:
            row.fail(name, f"degrees between -{most} and {most}")
    node = Node(
        id=row.text("node"),
        kind=row.word("kind", NODE_KINDS),
        x=x,
        y=y,
        is_geographic=not any(metres),
        capacity_per_day=row.capacity("capacity_per_day"),
        handling_per_unit=row.number("handling_per_unit", 0.0),
        recover_days=row.maybe("recover_days"),
    )
    return _with_curve(node, row, folder) if row.text("capacity_curve") else node


def _with_curve(node: Node, row: Cells, folder: Path) -> Node:
    """The node with what a simulated hall can do (see `surrogate`), in whole units a day."""
    if row.text("capacity_per_day"):
        row.fail("capacity_per_day", "an empty cell, because capacity_curve tells the capacity")
    needed = {name: row.maybe(name, least=1e-9) for name in ("staff", "hours_per_day", "units_per_line")}
    for name, value in needed.items():
        if value is None:
            row.fail(name, "a number above 0, because capacity_curve is given")
    staff, hours, units = (float(value or 0.0) for value in needed.values())
    mean, sd = capacity_of(read_curve(folder / row.text("capacity_curve")), staff)
    return replace(
        node, capacity_per_day=float(math.floor(mean * hours * units)), capacity_sd=sd * hours * units
    )


def _lanes(rows: Iterable[Cells], nodes: Mapping[str, Node]) -> tuple[Lane, ...]:
    found: dict[str, Lane] = {}
    for row in rows:
        for end in ("origin", "destination"):
            if row.text(end) not in nodes:
                row.fail(end, "a node of the nodes")
        lane = _lane(row)
        if lane.id in found:
            row.fail("lane", f"an id of its own: '{lane.id}' came before")
        found[lane.id] = lane
    return tuple(found.values())


def _lane(row: Cells) -> Lane:
    origin, destination, mode = row.text("origin"), row.text("destination"), row.text("mode")
    if origin == destination:
        row.fail("destination", "another node than the origin")
    lead, spread = row.number("lead_days", 1.0), row.number("lead_sd_days", 0.0)
    if max(lead, spread) > MOST_LEAD_DAYS:
        row.fail("lead_days", f"{MOST_LEAD_DAYS} days at most; is it in hours?")
    family = row.text("family")
    told = [origin, destination, *(each for each in (mode, family) if each)]
    return Lane(
        id=row.text("lane") or f"{told[0]}→{' '.join(told[1:])}",
        origin=origin,
        destination=destination,
        family=family or None,
        mode=mode,
        lead_days=lead,
        lead_sd_days=spread,
        capacity_per_day=row.capacity("capacity_per_day"),
        cost_per_unit=row.number("cost_per_unit", 0.0),
        **_emission(row),
    )


def _emission(row: Cells) -> dict[str, Any]:
    """Distance and CO2e of a unit over the lane, by the user's factor, of which the source must be named."""
    distance = row.maybe("distance_km")
    unit, tonne = row.maybe(UNIT_KM), row.maybe(TONNE_KM)
    if unit is not None and tonne is not None:
        row.fail(TONNE_KM, f"one factor, this or {UNIT_KM}")
    if unit is None and tonne is None:
        return {"distance_km": distance}
    if not row.text("co2e_source"):
        row.fail("co2e_source", "where the factor comes from")
    if distance is None:
        row.fail("distance_km", "a number, because a CO2e factor is given")
    if tonne is not None:
        weight = row.maybe("kg_per_unit")
        if weight is None:
            row.fail("kg_per_unit", f"a number, because {TONNE_KM} is given")
        unit = tonne * weight / 1000
    return {
        "distance_km": distance,
        "co2e_kg_per_unit": None if unit is None else unit * distance,
        "co2e_source": row.text("co2e_source"),
    }


def _stock(row: Cells) -> Stock:
    units = row.whole("stock", 0)
    up_to = row.whole("up_to", units)
    order_at = row.whole("order_at", up_to - 1, least=-1)
    if order_at >= max(up_to, 1):
        row.fail("order_at", f"less than up_to {up_to}")
    return Stock(
        units=units,
        order_at=order_at,
        up_to=up_to,
        price=row.number("price", 0.0),
        holding_per_day=row.number("holding_per_day", 0.0),
    )


def _demand(row: Cells) -> Demand:
    sd = row.number("sd_per_day", 0.0)
    law = row.word("law", LAWS, "normal" if sd else "fixed")
    if (law == "normal") != (sd > 0):
        row.fail("sd_per_day", "a number above 0 with law normal, and none with any other")
    return Demand(
        per_day=row.number("per_day", 0.0), law=law, sd_per_day=sd, short_cost=row.number("short_cost", 0.0)
    )


def _pair(row: Cells, nodes: Mapping[str, Node], found: Mapping[Pair, object]) -> Pair:
    pair = row.text("node"), row.text("family", ALL)
    if pair[0] not in nodes:
        row.fail("node", "a node of the nodes")
    if pair in found:
        row.fail("node", f"one row a node and family: '{pair[1]}' came before")
    return pair
