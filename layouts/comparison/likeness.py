"""What scenarios must share for their differences to be the layouts' and the rules' alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from layouts.demand.mark import made_up_source
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
    return (*notes, *_made_up(scenarios))


def _made_up(scenarios: Mapping[str, Scenario]) -> Iterator[str]:
    """A sentence where orders are made up, with what their file says of them."""
    if any(scenario.orders is None for scenario in scenarios.values()):
        yield "The orders are made up, not those of a warehouse."
    for file in dict.fromkeys(each.orders for each in scenarios.values() if each.orders is not None):
        if (source := made_up_source(file)) is not None:
            yield f"The orders are made up, not those of a warehouse: {file.name} says '{source}'."


def _has_same_orders(one: Scenario, other: Scenario) -> bool:
    if one.orders is None or other.orders is None:
        made_up = (one.orders, one.synthetic_orders, one.seed) == (
            other.orders,
            other.synthetic_orders,
            other.seed,
        )
        # made-up orders are of the SKUs that the site's locations give
        return made_up and _is_same_file(one.site, other.site)
    return _is_same_file(one.orders, other.orders)


def _is_same_file(one: Path, other: Path) -> bool:
    if one == other:
        return True
    files = [path / "facility.json" if path.is_dir() else path for path in (one, other)]
    return all(file.is_file() for file in files) and files[0].read_bytes() == files[1].read_bytes()
