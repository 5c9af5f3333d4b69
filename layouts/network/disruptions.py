"""What may go wrong, from a YAML file: each event with its chance, when it begins, how long it takes, how bad."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.network.model import Network
from layouts.statistics.common_numbers import stream
from spatial.errors import BadDataError
from spatial.model_yaml import read_model

Ints = npt.NDArray[np.int64]

MOST_DAYS = 3660
Days = Annotated[float, Field(ge=0, le=MOST_DAYS, allow_inf_nan=False)]
Kind = Literal["node_down", "lane_down", "lead_time", "capacity", "demand", "price"]


class Spread(BaseModel):
    """Days as a law: one of `fixed`, `uniform` [least, most], `triangular` [least, likeliest, most], `exponential`
    (its mean).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fixed: Days | None = None
    uniform: tuple[Days, Days] | None = None
    triangular: tuple[Days, Days, Days] | None = None
    exponential: Days | None = None

    @model_validator(mode="after")
    def _one_law(self) -> Spread:
        given = [name for name, value in self if value is not None]
        if len(given) != 1:
            raise ValueError(f"{len(given)} laws: give one of fixed, uniform, triangular, exponential")
        for ends in (self.uniform, self.triangular):
            if ends is not None and (list(ends) != sorted(ends) or ends[0] == ends[-1]):
                raise ValueError(f"{', '.join(f'{end:g}' for end in ends)} must rise")
        return self

    def draw(self, rng: np.random.Generator) -> float:
        """Days, MOST_DAYS at most."""
        if self.fixed is not None:
            return self.fixed
        if self.uniform is not None:
            return float(rng.uniform(*self.uniform))
        if self.triangular is not None:
            return float(rng.triangular(*self.triangular))
        return min(float(rng.exponential(self.exponential or 0.0)), float(MOST_DAYS))


class Disruption(BaseModel):
    """An event: `of` names the node or lane (for demand and price also none: all); `times` is the factor on lead
    time, capacity, demand or price. It begins on day `begins` of those that are played, and takes `takes` days.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    kind: Kind
    of: str | None = None
    family: str | None = None
    times: float | None = Field(default=None, ge=0, le=1000, allow_inf_nan=False)
    probability: float = Field(default=1.0, ge=0, le=1)
    begins: Spread | Days = 0.0
    takes: Spread | Days

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Disruption:
        is_down = self.kind.endswith("_down")
        if is_down and self.times is not None:
            raise ValueError(f"{self.kind} has no times: what is down does nothing")
        if not is_down and self.times is None:
            raise ValueError(f"{self.kind} needs times, the factor: 1.4 is 40 % more")
        if self.kind in ("node_down", "lane_down", "lead_time", "capacity") and self.of is None:
            raise ValueError(f"{self.kind} needs of: the id of a node or lane")
        if self.kind == "lead_time" and self.times is not None and self.times > 100:
            raise ValueError("times must be 100 at most for lead_time")
        return self


class Disruptions(BaseModel):
    """The events; orders follow a new plan `reaction_days` after something changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    events: tuple[Disruption, ...] = Field(max_length=60)
    reaction_days: int = Field(default=1, ge=0, le=365)

    @model_validator(mode="after")
    def _own_names(self) -> Disruptions:
        names = [each.name for each in self.events]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"events: '{min(twice)}' comes twice: name each its own")
        return self


def read_disruptions(path: Path, network: Network) -> Disruptions:
    """The events of a file; BadDataError names the file, the event, and what is wrong or not in the network."""
    found = read_model(path, Disruptions, start="events:")
    check_disruptions(found, network, source=str(path))
    return found


def check_disruptions(disruptions: Disruptions, network: Network, *, source: str) -> None:
    """BadDataError for an event of what the network has not."""
    lanes = {lane.id for lane in network.lanes}
    allowed = {
        "node_down": {*network.nodes},
        "lane_down": lanes,
        "lead_time": lanes,
        "capacity": {*network.nodes} | lanes,
        "demand": {node for node, _ in network.demand},
        "price": {*network.nodes} | lanes,
    }
    for event in disruptions.events:
        if event.of is not None and event.of not in allowed[event.kind]:
            raise BadDataError(
                f"{source}: event '{event.name}': {event.kind} of '{event.of}', which is not in the network"
            )
        if event.family is not None and event.family not in network.families:
            raise BadDataError(f"{source}: event '{event.name}': there is no family '{event.family}'")


def draw_spans(disruptions: Disruptions, *, days: int, times: int, seed: int) -> Ints:
    """The first day and the day after the last of each event in each replication (R, E, 2); days, days where it does
    not happen.

    An event draws from a stream of its own name: others come and go without changing it.
    """
    spans = np.full((times, len(disruptions.events), 2), days, np.int64)
    for e, event in enumerate(disruptions.events):
        for r in range(times):
            rng = stream(seed, replication=r, agent=0, purpose=f"event {event.name}")
            happens = rng.random() < event.probability
            begins, takes = (_draw(each, rng) for each in (event.begins, event.takes))
            first = round(begins)
            if happens and round(takes) > 0 and first < days:
                spans[r, e] = first, min(days, first + round(takes))
    return spans


def _draw(spread: Spread | float, rng: np.random.Generator) -> float:
    return spread.draw(rng) if isinstance(spread, Spread) else spread
