"""Stock, orders and tasks that contradict each other. What the site does often is its custom, and no finding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from layouts.readiness.finding import Finding
from layouts.readiness.site_tables import SiteTables

Flags = npt.NDArray[np.bool_]

CUSTOM = 0.2
"""What a fifth of all do is how the site works."""


def stock_findings(site: SiteTables, *, as_of_s: float | None) -> list[Finding]:
    """What contradicts itself in stock, orders and tasks at the time `as_of_s` (since 1970)."""
    return [
        *_shared_locations(site),
        *_expired(site, as_of_s),
        *_without_order(site),
        *_without_lines(site),
        *_without_place(site),
        *_in_two_places(site),
    ]


def _is_exception(rows: Flags, among: int) -> bool:
    return bool(0 < rows.sum() < CUSTOM * max(among, 1))


def _shared_locations(site: SiteTables) -> Iterator[Finding]:
    if not site.has("slots", "location", "sku"):
        return
    place, _ = site.codes("slots", "location")
    sku, _ = site.codes("slots", "sku")
    lies = (place >= 0) & (sku >= 0)
    if site.has("slots", "quantity"):
        lies &= ~(site.numbers("slots", "quantity") <= 0)
    index = np.flatnonzero(lies)
    pairs = np.unique(np.stack([place[index], sku[index]], axis=1), axis=0)
    skus_at = np.bincount(pairs[:, 0]) if len(pairs) else np.zeros(0, int)
    shared = np.flatnonzero(skus_at > 1)
    rows = lies & np.isin(place, shared)
    if _is_exception(skus_at > 1, int((skus_at > 0).sum())):
        yield from site.finding("shared-location", "slots", "location", rows, "one SKU a location")


def _expired(site: SiteTables, as_of_s: float | None) -> Iterator[Finding]:
    if as_of_s is None or not site.has("lots", "expires"):
        return
    expired = np.nan_to_num(site.numbers("lots", "expires"), nan=np.inf) < as_of_s
    if site.has("lots", "quantity"):
        expired &= ~(site.numbers("lots", "quantity") <= 0)
    yield from site.finding("expired-stock", "lots", "expires", expired, "an expiry that lies ahead")


def _without_order(site: SiteTables) -> Iterator[Finding]:
    """Tasks without an order where others of their work have one; without orders, tasks of orders without lines."""
    if not site.has("tasks", "order"):
        return
    order, names = site.codes("tasks", "order")
    real = site.checks["tasks"].real
    work = site.codes("tasks", "work")[0] if site.has("tasks", "work") else np.zeros(len(order), np.int64)
    lacks = (order < 0) & real
    rows = np.zeros(len(order), bool)
    for kind in np.unique(work):
        its = work == kind
        if _is_exception(lacks & its, int((its & real).sum())):
            rows |= lacks & its
    yield from site.finding("pick-without-order", "tasks", "order", rows, "the order that was picked")
    if "orders" not in site.checks and site.has("lines", "order"):
        known = set(site.codes("lines", "order")[1])
        unknown = np.array([name not in known for name in names] or [False])[order] & (order >= 0)
        if _is_exception(unknown, len(order)):
            yield from site.finding("unknown-order", "tasks", "order", unknown, "an order of the lines")


def _without_lines(site: SiteTables) -> Iterator[Finding]:
    if site.has("orders", "order") and site.has("lines", "order"):
        rows = _lacking(site, "orders", "lines", "order")
        if _is_exception(rows, len(rows)):
            yield from site.finding("order-without-lines", "orders", "order", rows, "a line of the order")


def _without_place(site: SiteTables) -> Iterator[Finding]:
    if site.has("slots", "sku") and site.has("lines", "sku"):
        rows = _lacking(site, "lines", "slots", "sku") & site.checks["lines"].clean
        if _is_exception(rows, len(rows)):
            yield from site.finding("sku-without-place", "lines", "sku", rows, "a slot of the SKU")


def _lacking(site: SiteTables, table: str, other: str, field: str) -> Flags:
    """Which rows (N,) of a table have an id that the other table has nowhere."""
    codes, names = site.codes(table, field)
    known = set(site.codes(other, field)[1])
    unknown = np.array([*(name not in known for name in names), False])  # the last is that of no id, -1
    return unknown[codes] & site.checks[table].real


def _in_two_places(site: SiteTables) -> Iterator[Finding]:
    """Tasks that begin before the one before of the same agent ends."""
    if not site.has("tasks", "agent", "start", "end"):
        return
    agent, _ = site.codes("tasks", "agent")
    start, end = site.numbers("tasks", "start"), site.numbers("tasks", "end")
    index = np.flatnonzero((agent >= 0) & np.isfinite(start) & np.isfinite(end) & site.checks["tasks"].clean)
    order = index[np.lexsort((start[index], agent[index]))]
    same = np.diff(agent[order]) == 0
    rows = np.zeros(len(agent), bool)
    rows[order[1:][same & (start[order[1:]] < end[order[:-1]])]] = True
    if _is_exception(rows, len(order)):
        yield from site.finding(
            "agent-in-two-places", "tasks", "start", rows, "one task of an agent at a time"
        )
