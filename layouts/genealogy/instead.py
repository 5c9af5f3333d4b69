"""Where to take goods from instead of recalled ones: the nearest sound ones here, and what other sites have."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from layouts.genealogy.hall_ways import HallWays
from layouts.genealogy.recall import Recall
from layouts.inventory.stock_key import site_of, units

NEAREST = 3


class Near(NamedTuple):
    """Sound goods at a place of the hall, so many metres along the lanes from the tainted ones."""

    place: str
    amount: int
    length_m: float


class Instead(NamedTuple):
    """For a SKU at a place that holds tainted goods: the nearest places with sound ones of the same SKU, and by other
    site how many thousandths it has.
    """

    place: str
    sku: str
    near: tuple[Near, ...]
    elsewhere: dict[str, int]


def instead(found: Recall, *, site: str, ways: HallWays) -> tuple[Instead, ...]:
    """For each place of a site where recalled goods lie, or may lie; places without a way to them are left out."""
    tainted = sorted({(each.place, each.sku) for each in found.lies if site_of(each.place) == site})
    return tuple(
        Instead(place, sku, _near(found, place, sku, ways), _elsewhere(found, sku, site))
        for place, sku in tainted
    )


def instead_text(one: Instead) -> str:
    """A line."""
    told = [
        f"{near.place} has {units(near.amount):g}, {near.length_m:.1f} m away" for near in one.near[:NEAREST]
    ]
    told += [f"site {site} has {units(amount):g}" for site, amount in sorted(one.elsewhere.items())]
    return f"instead of {one.sku} at {one.place}: {'; '.join(told) or 'no sound goods are known'}"


def instead_list(found: tuple[Instead, ...]) -> list[dict[str, Any]]:
    """As JSON holds it."""
    return [
        {
            "place": one.place,
            "sku": one.sku,
            "near": [
                {"place": near.place, "quantity": units(near.amount), "length_m": near.length_m}
                for near in one.near
            ],
            "elsewhere": {site: units(amount) for site, amount in sorted(one.elsewhere.items())},
        }
        for one in found
    ]


def _near(found: Recall, place: str, sku: str, ways: HallWays) -> tuple[Near, ...]:
    here = [each for each in found.sound if each.sku == sku and site_of(each.place) == site_of(place)]
    told = []
    for sound in here:
        length_m = ways.between(_location(place), _location(sound.place)).length_m
        if length_m is not None:
            told.append(Near(sound.place, sound.amount, length_m))
    return tuple(sorted(told, key=lambda near: (near.length_m, near.place)))


def _elsewhere(found: Recall, sku: str, site: str) -> dict[str, int]:
    amounts = Counter[str]()
    for each in found.sound:
        if each.sku == sku and site_of(each.place) != site:
            amounts[site_of(each.place)] += each.amount
    return dict(amounts)


def _location(place: str) -> str:
    return place.partition("/")[2]
