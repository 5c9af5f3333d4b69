"""What things cost, from a YAML file, and what each scenario has of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from shapely import Polygon

from layouts.scenario import Scenario
from spatial.facility import Facility
from spatial.floor.agents import GOODS_TO_PERSON, MOBILE_ROBOT, agent_named
from spatial.model_yaml import read_model

DRIVERLESS = (MOBILE_ROBOT.name, GOODS_TO_PERSON.name)

Price = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Prices(BaseModel):
    """Prices in one currency; every field is needed but the last, 0 where it costs nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str = Field(min_length=1, max_length=8)
    labour_per_h: Price
    """Every hour on duty of an agent that is a person or has a driver."""
    rack_per_position: Price
    """Once, for each location beyond the baseline's; locations given up bring nothing back."""
    floor_per_m2_year: Price
    vehicle_per_year: Price
    moves_once: Price
    """Once, where racks or goods must move."""
    hours_per_year: float = Field(gt=0, le=8_784)
    lines_per_year: float | None = Field(default=None, gt=0, le=1e12)
    """The work of a year; default what the baseline picks in `hours_per_year`."""


def read_prices(path: Path) -> Prices:
    """Read a price file; BadDataError names the file and the field that is wrong."""
    return read_model(path, Prices, start="currency: EUR")


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What a scenario has: locations, floor in m², vehicles, and whether racks or goods move to get there.

    `paid_share` is that of the agents' hours which are paid: robots have none. All numbers are at least 0, and the
    share at most 1; ValueError otherwise.
    """

    positions: int
    floor_m2: float
    vehicles: int
    moves: bool = True
    paid_share: float = 1.0

    def __post_init__(self) -> None:
        if not (self.positions >= 0 and 0 <= self.floor_m2 < float("inf") and self.vehicles >= 0):
            raise ValueError(
                f"positions {self.positions}, floor_m2 {self.floor_m2} and vehicles {self.vehicles} "
                "must be at least 0"
            )
        if not 0 <= self.paid_share <= 1:
            raise ValueError(f"paid_share {self.paid_share} must lie between 0 and 1")


def holdings_of(facility: Facility, scenario: Scenario, *, baseline: Scenario) -> Holdings:
    """The locations of a facility, the floor inside its outlines, the scenario's vehicles.

    Racks or goods move where the site or the slotting is another than the baseline's. Agents count as paid by head,
    as if all were on duty equally long.
    """
    floor_m2 = sum(Polygon(level.outline, level.holes).area for level in facility.levels)
    staff = list(_staff(scenario))
    agents = sum(count for _, count in staff)
    return Holdings(
        positions=len(facility.locations),
        floor_m2=floor_m2,
        vehicles=sum(count for agent, count in staff if agent_named(agent).is_vehicle),
        moves=(scenario.site, scenario.slotting) != (baseline.site, baseline.slotting),
        paid_share=sum(count for agent, count in staff if agent not in DRIVERLESS) / agents,
    )


def _staff(scenario: Scenario) -> Iterator[tuple[str, int]]:
    if not scenario.operations.staff:
        yield scenario.agent, scenario.pickers
    for group in scenario.operations.staff:
        yield group.agent or scenario.agent, group.count
