"""From orders and slotting to planned tours on a navigation graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from layouts.items import Items
from layouts.orders import Order
from layouts.slotting_table import Slotting
from layouts.tours.aisle_problem import aisle_problem
from layouts.tours.batching.first_come import Batch, batch_first_come
from layouts.tours.large_orders import cut_to_carts
from layouts.tours.metric.heavy_first import heavy_first
from layouts.tours.order_parts import OrderPart, order_parts, zones_of
from layouts.tours.policies.by_name import ALONG_AISLES
from layouts.tours.routing import Before, TourTask, routed, with_bound
from layouts.tours.stops import pick_locations, stops_of
from layouts.tours.tour import Stop, Tour, TourPlan
from spatial.errors import BadDataError
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances, shortest_distances


@dataclass(frozen=True, kw_only=True)
class TourSettings:
    """How tours are made of orders.

    `policy` is a routing policy or "exact". A tour holds `batch_lines` lines, of one wave and, with `is_zoned`, of
    one zone of the floor rules. With `heavy_kg`, what weighs that
    much by the piece, according to `items`, is picked before what is lighter: one band for every limit. With
    `is_bounded` every tour says how short it could be at best.
    """

    policy: str = "s-shape"
    batch_lines: int = 12
    heavy_kg: tuple[float, ...] = ()
    items: Items = field(default_factory=dict)
    is_zoned: bool = False
    is_bounded: bool = False


def plan_tours(
    graph: NavGraph,
    distances: Distances,
    orders: Sequence[Order],
    slotting: Slotting,
    *,
    depot: int,
    settings: TourSettings = TourSettings(),
) -> TourPlan:
    """Batch `orders`, choose what each line is picked from, and route the stops of each batch.

    `depot` is a graph node; `distances` come from `tour_distances`. Picks at one pick face are one stop.
    Raises BadDataError for a SKU without a location, without a mass where it is asked for, or whose locations
    cannot be reached, ValueError for settings there are not, KeyError for a node that was not among those of
    `distances`.
    """
    parts = order_parts(orders, zones_of(graph, slotting) if settings.is_zoned else None)
    lines = settings.batch_lines
    fitting = [
        replace(part, order=order)
        for part in parts
        for order in cut_to_carts(graph, distances, slotting, part.order, depot=depot, lines=lines)
    ]
    batches = _batches(fitting, settings)
    tasks = [
        _task(f"T{number:05d}", graph, distances, slotting, batch, depot, settings)
        for number, batch in enumerate(batches, start=1)
    ]
    tours = [_tour(graph, distances, task, settings) for task in tasks]
    notes = _loose_note(graph, distances, tasks, settings.policy)
    return TourPlan(policy=settings.policy, tours=tuple(tours), notes=notes)


def _batches(parts: Sequence[OrderPart], settings: TourSettings) -> list[Batch]:
    """The batches of one group after the other."""
    groups: dict[int, list[Order]] = {}
    for part in parts:
        groups.setdefault(part.group, []).append(part.order)
    return [
        batch
        for group in sorted(groups)
        for batch in batch_first_come(groups[group], capacity_lines=settings.batch_lines)
    ]


def tour_distances(graph: NavGraph, orders: Sequence[Order], slotting: Slotting, *, depot: int) -> Distances:
    """Distances among all that tours for `orders` can pass: depot, stops and the mouths of their aisles."""
    skus = {line.sku for order in orders for line in order.lines}
    places = {place for sku in skus for place in pick_locations(graph, slotting, sku)}
    aisles = {graph.aisle_of[place] for place in places if place in graph.aisle_of} & graph.aisles.keys()
    mouths = [node for aisle in aisles for node in graph.aisles[aisle]]
    return shortest_distances(graph, [depot, *(graph.access[place] for place in places), *mouths])


def _task(
    name: str,
    graph: NavGraph,
    distances: Distances,
    slotting: Slotting,
    batch: Batch,
    depot: int,
    settings: TourSettings,
) -> TourTask:
    stops = stops_of(graph, distances, slotting, batch, depot=depot)
    return TourTask(id=name, depot=depot, stops=stops, before=_before(stops, settings))


def _before(stops: Sequence[Stop], settings: TourSettings) -> Before:
    """Every heavier band of stops before the next lighter one; a stop weighs what its heaviest piece does."""
    if not settings.heavy_kg:
        return ()
    weight = {
        number: max(_mass(settings.items, pick.sku) for pick in stop.picks)
        for number, stop in enumerate(stops)
    }
    return tuple(heavy_first(weight, limits_kg=settings.heavy_kg))


def _mass(items: Items, sku: str) -> float:
    if sku not in items:
        raise BadDataError(f"SKU '{sku}' has no mass, but heavy items come first: add it to the items table")
    return items[sku]


def _tour(graph: NavGraph, distances: Distances, task: TourTask, settings: TourSettings) -> Tour:
    tour = routed(graph, distances, task, policy=settings.policy)
    return with_bound(graph, distances, task, tour) if settings.is_bounded else tour


def _loose_note(
    graph: NavGraph, distances: Distances, tasks: Sequence[TourTask], policy: str
) -> tuple[str, ...]:
    """What a policy that follows aisles does with stops in none."""
    if policy not in ALONG_AISLES:
        return ()
    loose = sum(len(aisle_problem(graph, distances, task.depot, task.stops)[0].loose) for task in tasks)
    if not loose:
        return ()
    return (f"{loose} stops lie in no open aisle; {policy} visits them last, nearest first.",)
