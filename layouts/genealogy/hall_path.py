"""The way of goods through a hall: movement by movement, from place to place along the navigation graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from layouts.genealogy.hall_ways import HallWays, Way
from layouts.genealogy.tainted import Passed, Share
from layouts.genealogy.text import time_text
from layouts.inventory.stock_key import StockKey, units
from spatial.facility import Facility, Point3


class Leg(NamedTuple):
    """One movement of goods at a site; `start` or `end` is None outside of it.

    `path` (M, 3) leads from the middle of the one location over the lanes to that of the other, world frame, metres;
    it is that location alone where the other is outside, and empty where `why_not` says why. `length_m` is how
    long it is along the lanes, `usual_m` that of the usual way, which differs where it is closed.
    """

    at_ms: int
    event: str
    sku: str
    lot: str | None
    handling_unit: str | None
    start: str | None
    end: str | None
    share: Share
    path: tuple[Point3, ...]
    length_m: float | None
    usual_m: float | None
    why_not: str | None

    @property
    def is_detour(self) -> bool:
        """Whether it is longer than usual, or there is no way any more."""
        if self.usual_m is None:
            return False
        return self.length_m is None or self.length_m > self.usual_m + 1e-6


def hall_path(
    passed: Sequence[Passed], facility: Facility, *, ways: HallWays, usual: HallWays | None = None
) -> tuple[Leg, ...]:
    """The legs of a recall's `path` that begin or end at a place of the facility, in their order.

    Each goes the shortest of the `ways`; `usual` are those without what is closed now, if they differ. Places are
    SITE/LOCATION with the facility's id as the site. Goods that stay at their place, on another unit say, have a leg
    of no length. Empty where no goods came here.
    """
    ends = [(each, _here(each.taken, facility.id), _here(each.brought, facility.id)) for each in passed]
    return tuple(_leg(each, start, end, ways, usual or ways) for each, start, end in ends if start or end)


def legs_text(legs: Sequence[Leg], site: str) -> tuple[str, ...]:
    """A line for each leg: when, from where to where, how far, and whether what is closed makes it longer."""
    if not legs:
        return (f"way in {site}: no movement of these goods is told here",)
    return tuple(_leg_text(leg, site) for leg in legs)


def _leg_text(leg: Leg, site: str) -> str:
    ends = f"{leg.start or 'outside'} → {leg.end or 'outside'}"
    told = f"way in {site}: {time_text(leg.at_ms)} {ends}"
    if leg.why_not is not None:
        return f"{told}: {leg.why_not}"
    if leg.length_m is None:
        return told
    around = f", usually {leg.usual_m:.1f} m" if leg.is_detour and leg.usual_m is not None else ""
    return f"{told}, {leg.length_m:.1f} m{around}"


def _here(key: StockKey | None, site: str) -> str | None:
    """The location of a line of the book, None where it is at another site, or outside."""
    return key.place.partition("/")[2] if key is not None and key.site == site else None


def _leg(passed: Passed, start: str | None, end: str | None, ways: HallWays, usual: HallWays) -> Leg:
    goods = passed.taken or passed.brought
    assert goods is not None
    if start is None or end is None:
        place = start or end or ""
        path = ways.middle(place)
        way = Way(path, None, None if path else f"{place}: there is no such location")
    else:
        way = ways.between(start, end)
    return Leg(
        at_ms=passed.event.happened_ms,
        event=passed.event.id,
        sku=goods.sku,
        lot=goods.lot,
        handling_unit=goods.handling_unit,
        start=start,
        end=end,
        share=passed.share,
        path=way.path,
        length_m=way.length_m,
        usual_m=None if start is None or end is None else usual.between(start, end).length_m,
        why_not=way.why_not,
    )


def legs_list(legs: Sequence[Leg]) -> list[dict[str, Any]]:
    """As JSON holds them; amounts are pieces, `least` and `most`."""
    return [
        {
            **{name: value for name, value in leg._asdict().items() if name != "share"},
            "is_detour": leg.is_detour,
            "least": units(leg.share.low),
            "most": units(leg.share.high),
        }
        for leg in legs
    ]
