"""Scenario files compared as the command line asks for it: verdicts, the front, money, what flips a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from layouts.comparison.axes import ANNUAL_COST, FLOOR, front_points
from layouts.comparison.compare import Comparison, compare
from layouts.comparison.money import Money, money
from layouts.comparison.pareto import Front, pareto_front
from layouts.comparison.prices import Holdings, holdings_of, read_prices
from layouts.comparison.record import comparison_dict
from layouts.comparison.sensitivity import Sensitivity, sensitivity
from layouts.comparison.sensitivity_assumptions import Assumptions
from layouts.comparison.sensitivity_prices import PriceFlip, price_flips
from layouts.comparison.sensitivity_record import sensitivity_dict
from layouts.comparison.sensitivity_text import sensitivity_text
from layouts.comparison.text import comparison_text
from layouts.scenario import Scenario, read_scenario
from layouts.simulation.run_scenario import figures_of
from spatial.errors import BadDataError
from spatial.progress import Progress, silent


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A comparison of scenarios with all that was asked for beside it; None, or no price, where it was not."""

    scenarios: Mapping[str, Scenario]
    comparison: Comparison
    front: Front | None
    money: Money | None
    sensitivity: Sensitivity | None
    prices: tuple[PriceFlip, ...]

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        told = None if self.sensitivity is None else sensitivity_dict(self.sensitivity, self.prices)
        return comparison_dict(self.comparison, front=self.front, money=self.money) | {"sensitivity": told}

    def text(self) -> str:
        """As a terminal shows it."""
        text = comparison_text(self.comparison, front=self.front, money=self.money)
        if self.sensitivity is not None:
            text += f"\n\nWhat would change the verdict\n{sensitivity_text(self.sensitivity, self.prices)}"
        return text


def scenarios_at(paths: Sequence[Path]) -> dict[str, Scenario]:
    """The scenarios of files, each named as its file is."""
    names = [path.stem for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    if len(set(names)) < len(names):
        raise BadDataError(f"a scenario is named twice among {', '.join(names)}: give each once")
    return {name: read_scenario(path) for name, path in zip(names, paths, strict=True)}


def compare_scenarios(
    scenarios: Mapping[str, Scenario],
    *,
    prices: Path | None = None,
    front: Sequence[str] = (),
    assumptions: Assumptions | None = None,
    progress: Progress = silent,
    cache: Path | None = None,
    workers: int = 1,
    cluster: str | None = None,
    **wishes: Any,
) -> Compared:
    """Compare scenarios; see `compare` for `wishes`.

    `prices` is a price file. The `front` is drawn over figures of the runs, `annual_cost`, which needs prices, and
    `floor_m2`. With `assumptions`, files of changed scenarios are written into the cache, where there is one.
    """
    known_prices = None if prices is None else read_prices(prices)
    played: dict[str, Any] = {"cache": cache, "workers": workers, "cluster": cluster, "progress": progress}
    try:
        found = compare(scenarios, figures_of, **wishes, **played)
        holdings = _holdings(scenarios, found.baseline) if known_prices or FLOOR in front else {}
        priced = None if known_prices is None else money(found, known_prices, holdings)
        drawn = _front(found, front, priced, holdings) if front else None
    except ValueError as error:
        # settings that do not fit each other, or the site, are the scenarios'
        raise BadDataError(f"{', '.join(scenarios)}: {error}") from error
    told = None
    if assumptions is not None:
        with TemporaryDirectory() as spare:
            made = Path(spare) if cache is None else cache / "changed"
            told = sensitivity(found, scenarios, figures_of, assumptions, folder=made, **played)
    return Compared(
        scenarios=scenarios,
        comparison=found,
        front=drawn,
        money=priced,
        sensitivity=told,
        prices=() if known_prices is None else price_flips(found, known_prices, holdings),
    )


def _front(
    found: Comparison, wanted: Sequence[str], priced: Money | None, holdings: Mapping[str, Holdings]
) -> Front:
    figures = [name for name in wanted if name not in (ANNUAL_COST, FLOOR)]
    points = front_points(
        found,
        figures,
        money=priced if ANNUAL_COST in wanted else None,
        holdings=holdings if FLOOR in wanted else None,
    )
    is_zoned = found.indifference is not None and found.figure in figures
    return pareto_front(points, zones={found.figure: found.indifference or 0.0} if is_zoned else None)


def _holdings(scenarios: Mapping[str, Scenario], baseline: str) -> dict[str, Holdings]:
    from server.chores.planned import hall_at  # loads what reads layout files, which few comparisons need

    return {
        name: holdings_of(hall_at(scenario.site), scenario, baseline=scenarios[baseline])
        for name, scenario in scenarios.items()
    }
