"""What scenarios must share for their differences to be the layouts' and the rules' alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from layouts.demand.mark import made_up_orders
from layouts.scenario import Scenario


def unlike(scenarios: Mapping[str, Scenario], baseline: str) -> tuple[str, ...]:
    """A sentence for each scenario that has other orders than the baseline, or another seed."""
    base = scenarios[baseline]
    notes = []
    for name, scenario in scenarios.items():
        if not _has_same_orders(scenario, base):
            notes.append(
                f"{name} has other orders than {baseline}, so the difference is the orders' too: "
                "give both the same orders."
            )
        if scenario.seed != base.seed:
            notes.append(
                f"{name} has seed {scenario.seed} and {baseline} has {base.seed}: "
                "they share no random numbers, give both the same."
            )
    return (*notes, *made_up_orders(scenarios.values()))


def _has_same_orders(one: Scenario, other: Scenario) -> bool:
    if one.orders is None or other.orders is None:
        made_up = all(
            getattr(one, name) == getattr(other, name)
            for name in ("orders", "synthetic_orders", "seed", "redraw_orders")
        )
        # made-up orders are of the SKUs that the site's locations give
        return made_up and (_is_same_file(one.site, other.site) or _have_same_locations(one.site, other.site))
    return _is_same_file(one.orders, other.orders)


def _is_same_file(one: Path, other: Path) -> bool:
    if one == other:
        return True
    files = [_file(path) for path in (one, other)]
    return all(file.is_file() for file in files) and files[0].read_bytes() == files[1].read_bytes()


def _have_same_locations(one: Path, other: Path) -> bool:
    """Whether two sites have locations of the same names, as two layouts of as many places have."""
    files = [_file(path) for path in (one, other)]
    if not all(file.is_file() for file in files):
        return False
    here, there = (msgspec.json.decode(file.read_bytes(), type=_Places).locations for file in files)
    return {place.id for place in here} == {place.id for place in there}


class _Place(msgspec.Struct):
    id: str


class _Places(msgspec.Struct):
    """What is read of a facility here; the rest is passed over."""

    locations: list[_Place] = []


def _file(site: Path) -> Path:
    return site / "facility.json" if site.is_dir() else site
