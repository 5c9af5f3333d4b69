"""How agents share narrow lanes, as keys of a scenario: what is narrow, what is locked, what ends a deadlock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from layouts.simulation.engine.tape import BACK_OFF, PASS, STOP, Rules
from layouts.simulation.traffic.lane_kinds import LaneKind
from layouts.simulation.traffic.traffic_map import TrafficSettings

Lane = Literal["wide", "narrow-one-way", "narrow-two-way", "very-narrow"]

_DEADLOCK = {"stop": STOP, "back-off": BACK_OFF, "pass": PASS}


class TrafficRules(BaseModel):
    """Who gives way to whom; the clear widths of the facility decide what is not said here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lanes: Mapping[str, Lane] = {}
    """Aisle to the kind of lane that it is, whatever its width."""
    locks: bool = True
    """Keep opposite traffic out of narrow two-way lanes; without it agents can meet head-on there."""
    tickets: bool = True
    """Let so few agents into a ring of narrow lanes that it cannot fill up for good."""
    intersections: bool = True
    """Vehicles cross where lanes meet one at a time."""
    release: Literal["on-arrival", "at-start"] = "on-arrival"
    """When the cell behind is free: on arrival in the next, or when the way there begins."""
    deadlock: Literal["stop", "back-off", "pass"] = "stop"
    """What ends a ring of agents that wait for each other: the run stops and names them; the last one gives way and
    comes back; it squeezes past. The last two are counted."""
    back_off_s: Annotated[float, Field(gt=0, le=3600)] = 5.0
    """How long who gives way stays away, twice as long each time in a row."""
    pass_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """What squeezing past takes."""

    @property
    def settings(self) -> TrafficSettings:
        """What the floor is made of."""
        return TrafficSettings(
            override={aisle: cast(LaneKind, lane.replace("-", "_")) for aisle, lane in self.lanes.items()},
            locks=self.locks,
            intersections=self.intersections,
            tickets=self.tickets,
            release="on_arrival" if self.release == "on-arrival" else "at_start",
        )

    def rules(self, *, horizon_s: float) -> Rules:
        """How the engine plays."""
        return Rules(
            horizon_s=horizon_s,
            deadlock=_DEADLOCK[self.deadlock],
            back_off_s=self.back_off_s,
            pass_s=self.pass_s,
        )
