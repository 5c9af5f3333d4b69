"""Staff: groups of agents of one class, what they do, and when they are on duty."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spatial.floor.agents import agent_named

Task = Literal["load", "replenish", "pack", "pick", "returns", "putaway"]

EVERYTHING: tuple[Task, ...] = ("load", "replenish", "pack", "pick", "returns", "putaway")
"""What a group does unless said otherwise: what others wait for comes first."""

WEEK_S = 604_800

Instant: TypeAlias = Annotated[float, Field(ge=0, le=WEEK_S, allow_inf_nan=False)]
"""Seconds from the start of the shift, up to a week."""

Span: TypeAlias = Annotated[float, Field(gt=0, le=WEEK_S, allow_inf_nan=False)]
"""Seconds, above 0 and up to a week."""

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]


class Break(BaseModel):
    """A break of `for_s`; who is in the middle of a job takes it at the job's end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_s: Instant
    for_s: Span


class StaffGroup(BaseModel):
    """Agents that are alike. A group of one class at one station is as able as any other of the two."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agent: Name | None = None
    """The name of an agent class; default the scenario's."""
    count: int = Field(default=1, ge=1, le=10_000)
    name: Name | None = None
    """What its agents are called, with a number behind it; default P01, P02, …"""
    does: Annotated[tuple[Task, ...], Field(min_length=1)] = EVERYTHING
    """The kinds of work, the preferred first: the next is looked at when there is none of the one before."""
    at: Name | None = None
    """The station where they wait for work and take their breaks; default the depot, and for those who do nothing but
    pack or load the station where that is done."""
    from_s: Instant = 0.0
    until_s: Instant | None = None
    """They begin nothing new from then on; default as long as there is work."""
    breaks: tuple[Break, ...] = ()
    performance: float = Field(default=1.0, ge=0.1, le=10, allow_inf_nan=False)
    """Times the usual speed at which they move and work."""
    zones: tuple[Name, ...] = ()
    """The zones of the floor rules in which they pick; default all."""

    @model_validator(mode="after")
    def _is_consistent(self) -> StaffGroup:
        if self.agent is not None:
            agent_named(self.agent)
        for name in ("does", "zones"):
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                raise ValueError(f"{name} names something twice: {', '.join(getattr(self, name))}")
        if self.until_s is not None and self.until_s <= self.from_s:
            raise ValueError(f"until_s {self.until_s} must be after from_s {self.from_s}")
        end_s = float("inf") if self.until_s is None else self.until_s
        for each in self.breaks:
            if not self.from_s <= each.at_s < end_s:
                raise ValueError(
                    f"the break at_s {each.at_s} is off duty: put it from {self.from_s} on and before {end_s}"
                )
        if [each.at_s for each in self.breaks] != sorted(each.at_s for each in self.breaks):
            raise ValueError("list the breaks in the order of their at_s")
        return self
