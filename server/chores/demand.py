"""Made-up orders and the shape of orders as the command line calls them: files in, files out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from layouts.demand.demand_files import Written, write_demand
from layouts.demand.make_orders import demand_of
from layouts.demand.order_shape import OrderShape, describe_orders
from layouts.demand.spec import read_demand
from layouts.depot import with_depot
from layouts.orders import read_orders
from layouts.plan_scenario import require_pick_places
from server.chores.planned import hall_at
from server.site_files import require_room
from spatial.errors import BadDataError, UndecidedError
from spatial.floor.agents import AgentClass
from spatial.navigation.build_graph import build_graph
from spatial.progress import Progress, silent


def make_demand(
    file: Path,
    folder: Path,
    *,
    site: Path | None = None,
    agent: AgentClass,
    only: dt.date | None = None,
    progress: Progress = silent,
) -> Written:
    """Write the tables of demand.yaml into `folder`; the slotting is over what `agent` can reach at the site."""
    spec = read_demand(file)
    require_room(folder)
    locations = None if site is None else _reachable(site, agent)
    demand = demand_of(spec)
    try:
        return write_demand(folder, demand, locations=locations, only=only, progress=progress)
    except BadDataError as error:
        raise BadDataError(f"{file}: {error}") from error


def describe_file(orders: Path, *, time_zone: str) -> OrderShape:
    """The shape of the orders of a file."""
    return describe_orders(read_orders(orders), time_zone=time_zone)


def _reachable(site: Path, agent: AgentClass) -> list[str]:
    facility = hall_at(site)
    require_pick_places(facility)
    equipped, _, _ = with_depot(facility, agent, at=None, servers=1)
    access = build_graph(equipped, agent).access
    if not access:
        raise UndecidedError(f"{site}: no location can be reached by {agent.name}: choose another --agent")
    return [*access]
