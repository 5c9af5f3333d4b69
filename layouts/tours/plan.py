"""From orders to planned tours on a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from layouts.items import Items
from layouts.orders import Order
from layouts.tours.aisle_problem import open_aisle_of
from layouts.tours.batching.first_come import Batch
from layouts.tours.batching.on_floor import EFFORT, first_come, short_together
from layouts.tours.due_times import Crew, in_time, lateness_note
from layouts.tours.large_orders import cut_to_carts
from layouts.tours.metric.heavy_first import heavy_first
from layouts.tours.order_parts import OrderPart, order_parts, zones_of
from layouts.tours.picking_floor import PickingFloor
from layouts.tours.policies.by_name import ALONG_AISLES
from layouts.tours.routing import EXACT, Before, TourTask, routed, with_bound
from layouts.tours.stops import stops_of
from layouts.tours.tour import Stop, Tour, TourPlan
from spatial.errors import BadDataError, UndecidedError
from spatial.progress import Progress, silent

FIRST_COME, SHORT_TOURS, IN_TIME = "first-come", "short-tours", "in-time"
"""How orders are put into batches: as they come, so that the tours are short in all, or so that little is late."""

BATCHING_SHARE = 0.8
"""The part of the work that a search for batches is."""


@dataclass(frozen=True, kw_only=True)
class TourSettings:
    """How tours are made of orders.

    `policy` is a routing policy or "exact"; `batching` is "first-come", "short-tours" or, for a `crew`, "in-time",
    and `seed` that of the searches for these. A tour holds `batch_lines` lines, of one wave and, with `is_zoned`, of
    one zone of the floor rules. With `heavy_kg`, what weighs that much by the piece, according to `items`, is picked
    before what is lighter: one band for every limit. With `is_bounded` every tour says how short it could be.
    """

    policy: str = "s-shape"
    batching: str = FIRST_COME
    batch_lines: int = 12
    heavy_kg: tuple[float, ...] = ()
    items: Items = field(default_factory=dict)
    is_zoned: bool = False
    is_bounded: bool = False
    crew: Crew | None = None
    seed: int = 0


def plan_tours(
    floor: PickingFloor,
    orders: Sequence[Order],
    settings: TourSettings = TourSettings(),
    *,
    progress: Progress = silent,
) -> TourPlan:
    """Batch `orders`, choose what each line is picked from, and route the stops of each batch.

    Picks at one pick face are one stop. Raises BadDataError for a SKU without a mass where it is asked for and for
    waves or several locations where "in-time" knows none, UndecidedError where it rests on a tour that is not
    proven, ValueError for settings there are not, KeyError for an order that the floor was not made for.
    """
    fitting = [
        OrderPart(order=order, group=part.group)
        for part in order_parts(orders, zones_of(floor) if settings.is_zoned else None)
        for order in cut_to_carts(floor, part.order, lines=settings.batch_lines)
    ]
    batched = _batched(floor, fitting, settings, progress)
    tasks = [
        _task(floor, batch, settings, name=f"T{number:05d}")
        for number, batch in enumerate(batched.batches, start=1)
    ]
    tours = []
    for number, task in enumerate(tasks):
        progress("routing", BATCHING_SHARE + (1 - BATCHING_SHARE) * number / len(tasks))
        tour = routed(floor, task, policy=settings.policy)
        tours.append(with_bound(floor, task, tour) if settings.is_bounded else tour)
    return TourPlan(
        policy=settings.policy,
        batching=settings.batching,
        tours=tuple(tours),
        batching_bound_m=batched.bound_m,
        notes=(*batched.notes, *_loose_note(floor, tasks, settings.policy)),
    )


@dataclass(frozen=True, kw_only=True)
class _Batched:
    """Batches in the order they are to be picked; what the tours of any batching come to at least, if known."""

    batches: list[Batch]
    bound_m: float | None = None
    notes: tuple[str, ...] = ()


def _batched(
    floor: PickingFloor, parts: Sequence[OrderPart], settings: TourSettings, progress: Progress
) -> _Batched:
    if settings.batching == FIRST_COME:
        return _Batched(batches=first_come(parts, lines=settings.batch_lines))
    tours: list[Tour] = []
    only_grows = _only_grows_with_orders(floor, parts, settings)

    def tour_length(batch: Batch) -> float:
        progress("batching", BATCHING_SHARE * min(len(tours) / EFFORT.routed, 1.0))
        tours.append(routed(floor, _task(floor, batch, settings, name=""), policy=settings.policy))
        return tours[-1].length_m

    if settings.batching == SHORT_TOURS:
        batches, found = short_together(
            floor, parts, tour_length, lines=settings.batch_lines, seed=settings.seed
        )
        is_bound = only_grows and all(tour.lower_bound_m == tour.length_m for tour in tours)
        return _Batched(batches=batches, bound_m=found.bound_m if is_bound else None)
    if settings.batching == IN_TIME:
        if settings.crew is None or settings.policy != EXACT or settings.heavy_kg or settings.is_zoned:
            raise ValueError(
                f"batching '{IN_TIME}' needs a crew, '{EXACT}' routing, no zones and no heavy items first"
            )
        if not only_grows or any(part.group for part in parts):
            raise BadDataError(
                f"batching '{IN_TIME}' knows neither waves nor SKUs in several locations: choose '{SHORT_TOURS}', or "
                "leave the waves and all but one location a SKU out"
            )

        def proven_length(batch: Batch) -> float:
            length = tour_length(batch)
            if tours[-1].lower_bound_m != length:
                raise UndecidedError(
                    f"batching '{IN_TIME}' rests on shortest tours, and one of {len(batch)} lines could not be "
                    f"proven: put fewer lines on a tour or choose '{SHORT_TOURS}'"
                )
            return length

        batches, schedule = in_time(
            parts, proven_length, settings.crew, lines=settings.batch_lines, seed=settings.seed
        )
        return _Batched(batches=batches, notes=(lateness_note(schedule),))
    raise ValueError(
        f"there is no batching '{settings.batching}': choose {FIRST_COME}, {SHORT_TOURS} or {IN_TIME}"
    )


def _only_grows_with_orders(floor: PickingFloor, parts: Sequence[OrderPart], settings: TourSettings) -> bool:
    """Whether a tour never gets shorter when an order joins it, on which bounds rest.

    Rules of thumb may; and with heavy items first or several locations a SKU the question itself changes.
    """
    skus = {line.sku for part in parts for line in part.order.lines}
    one_place_each = all(len(floor.locations(sku)) == 1 for sku in skus)
    return settings.policy == EXACT and not settings.heavy_kg and one_place_each


def _task(floor: PickingFloor, batch: Batch, settings: TourSettings, *, name: str) -> TourTask:
    stops = stops_of(floor, batch)
    return TourTask(id=name, stops=stops, before=_before(stops, settings))


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


def _loose_note(floor: PickingFloor, tasks: Sequence[TourTask], policy: str) -> tuple[str, ...]:
    """What a policy that follows aisles does with stops in none."""
    if policy not in ALONG_AISLES:
        return ()
    loose = sum(open_aisle_of(floor, stop) is None for task in tasks for stop in task.stops)
    if not loose:
        return ()
    return (f"{loose} stops lie in no open aisle; {policy} visits them last, nearest first.",)
