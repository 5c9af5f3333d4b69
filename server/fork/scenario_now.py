"""The scenario of now: a base scenario with the orders, the stock and the people that a fork knows.

What a fork knows and the simulator cannot start from is told in the notes of now.json, never guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from layouts.live.events import OrderClosed, OrderReleased
from layouts.live.state import TwinState
from layouts.scenario import PATHS, Scenario, read_scenario
from layouts.scenario_files import site_file
from layouts.slotting_table import read_slotting, write_slotting
from server.fork.fork import Forked, write_fork
from server.fork.on_hand import on_hand, picked_for_orders
from spatial.errors import UndecidedError
from spatial.facility_json import read_facility
from spatial.whole_files import write_whole

SCENARIO, ORDERS, SLOTTING, NOTES = "scenario.yaml", "orders.csv", "slotting.csv", "now.json"
SEEN_WITHIN_S = 600.0

_LEFT_OUT = (
    "Agents begin at the depot, not where they are now: the simulator starts shifts there.",
    "Tours under way are planned anew: what is picked already is taken off the orders, who carries it is not kept.",
    "Aisles are closed as the base scenario's rules say; what people noted is not read.",
)


class Now(NamedTuple):
    """The scenario's file, and what a reader must know of it."""

    scenario: Path
    notes: tuple[str, ...]


class _OpenOrder(NamedTuple):
    name: str
    lines: tuple[tuple[str, int], ...]
    due_ms: int | None
    wave: str | None


def scenario_now(
    forked: Forked, base: Scenario, folder: Path, *, seen_within_s: float = SEEN_WITHIN_S
) -> Now:
    """Write the scenario of a fork into `folder`, with fork.json and state.json beside it.

    Orders are those open, less what is picked; slotting is what lies at pick locations; pickers are the people and
    vehicles seen within `seen_within_s`; it starts when the fork was taken. The same fork and base give the same
    bytes. Raises UndecidedError when no order is open, or none of what is ordered lies anywhere.
    """
    state, site, now_ms = forked.twin_state(), forked.fork.site, forked.fork.now_ms
    notes: list[str] = []
    wanted = tuple(_open_orders(state, site, notes))
    if not wanted:
        raise UndecidedError(
            f"no order of site '{site}' is open with anything left to pick: nothing is to be simulated"
        )
    slotting = _slotting(
        on_hand(state, site), base, {sku for order in wanted for sku, _ in order.lines}, notes
    )
    orders = tuple(_with_stock(wanted, slotting, notes))
    if not orders:
        raise UndecidedError(
            f"nothing of what is ordered at site '{site}' lies at a location of the facility: count stock first"
        )
    pickers = _pickers(state, site, now_ms - 1000 * seen_within_s)
    fields = {"pickers": pickers} if pickers and not base.operations.staff else {}
    if not fields:
        notes.append(f"Nobody was taken over as on duty: the base scenario's {base.pickers} pickers work.")
    folder.mkdir(parents=True, exist_ok=True)
    _write_orders(folder / ORDERS, orders)
    with write_whole(folder / SLOTTING) as aside:
        write_slotting(aside, slotting)
    _write_scenario(folder, base, {**fields, "starts_at": _iso(now_ms)})
    told = (*notes, *_LEFT_OUT)
    _write_text(folder / NOTES, json.dumps({"notes": told}, indent=1, ensure_ascii=False) + "\n")
    write_fork(folder, forked)
    read_scenario(folder / SCENARIO)  # what was written is a scenario
    return Now(folder / SCENARIO, told)


def _open_orders(state: TwinState, site: str, notes: list[str]) -> Iterable[_OpenOrder]:
    """Orders released and not closed, in order of release, with what is left of them in whole pieces."""
    picked = picked_for_orders(state, site)
    released = sorted(
        (event for _, event in state.latest.items(f"{site}/order/")),
        key=lambda event: (event.happened_ms, event.entity),
    )
    rounded = 0
    for event in released:
        closed = state.latest.get(f"{site}/closed/{event.entity}")
        is_closed = closed is not None and isinstance(closed.body, OrderClosed)
        if is_closed or not isinstance(event.body, OrderReleased):
            continue
        name = event.entity.removeprefix("order/")
        asked: dict[str, float] = defaultdict(float)
        for sku, quantity in event.body.lines:
            asked[sku] += quantity
        left = {sku: quantity - picked.get((name, sku), 0.0) for sku, quantity in asked.items()}
        rounded += sum(quantity > 0 and quantity != int(quantity) for quantity in left.values())
        lines = tuple((sku, math.ceil(quantity)) for sku, quantity in left.items() if quantity > 0)
        if lines:
            yield _OpenOrder(name, lines, event.body.due_ms, event.body.wave)
    if rounded:
        notes.append(f"{rounded} order lines were no whole pieces and are rounded up.")


def _slotting(
    stock: Mapping[tuple[str, str], float], base: Scenario, asked: set[str], notes: list[str]
) -> Mapping[str, tuple[str, ...]]:
    """Where SKUs lie: at the base's pick locations if they do, else anywhere in the facility."""
    facility = {location.id for location in read_facility(site_file(base)).locations}
    faces = facility
    if base.slotting is not None:
        faces = {place for places in read_slotting(base.slotting).values() for place in places}
    everywhere: dict[str, list[str]] = defaultdict(list)
    strange = 0
    for location, sku in stock:
        if location in facility:
            everywhere[sku].append(location)
        else:
            strange += 1
    slotting = {}
    from_reserve = 0
    for sku, places in sorted(everywhere.items()):
        picked_from = tuple(place for place in places if place in faces)
        from_reserve += not picked_from and sku in asked
        slotting[sku] = picked_from or tuple(places)
    if strange:
        notes.append(f"{strange} places with stock are no locations of the facility and are left out.")
    if from_reserve:
        notes.append(
            f"{from_reserve} SKUs asked for lie at no pick location: they are picked where they lie."
        )
    return slotting


def _with_stock(
    orders: Sequence[_OpenOrder], slotting: Mapping[str, tuple[str, ...]], notes: list[str]
) -> Iterable[_OpenOrder]:
    missing = 0
    for order in orders:
        lines = tuple(line for line in order.lines if line[0] in slotting)
        missing += len(order.lines) - len(lines)
        if lines:
            yield order._replace(lines=lines)
    if missing:
        notes.append(f"{missing} order lines ask for SKUs of which nothing lies anywhere: they are left out.")


def _pickers(state: TwinState, site: str, from_ms: float) -> int:
    return sum(
        name.startswith((f"{site}/agent/", f"{site}/person/")) and at_ms >= from_ms
        for name, at_ms in state.last_seen.items()
    )


def _write_orders(path: Path, orders: Iterable[_OpenOrder]) -> None:
    with write_whole(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("order", "sku", "quantity", "due", "wave"))
        for order in orders:
            due = "" if order.due_ms is None else _iso(order.due_ms)
            rows.writerows(
                (order.name, sku, quantity, due, order.wave or "") for sku, quantity in order.lines
            )


def _write_scenario(folder: Path, base: Scenario, fields: Mapping[str, object]) -> None:
    record = base.model_dump(mode="json", exclude_unset=True, exclude={*PATHS, "starts_at"})
    for name in PATHS:
        value: Path | None = getattr(base, name)
        if value is not None:
            record[name] = Path(os.path.relpath(value, folder)).as_posix()
    record |= {**fields, "orders": ORDERS, "slotting": SLOTTING}
    _write_text(folder / SCENARIO, yaml.safe_dump(record, sort_keys=True, allow_unicode=True))


def _write_text(path: Path, text: str) -> None:
    with write_whole(path) as aside:
        aside.write_text(text, encoding="utf-8")


def _iso(at_ms: int) -> str:
    at = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
