"""The work of a shift as settings: with none, everybody takes the planned tours in turn, all there at the start."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.simulation.operations.arrivals import Arrivals
from layouts.simulation.operations.goods_to_person import GoodsToPerson
from layouts.simulation.operations.packing import Packing
from layouts.simulation.operations.release import Release
from layouts.simulation.operations.replenishment import Replenishment
from layouts.simulation.operations.shipping import Shipping
from layouts.simulation.operations.staffing import StaffGroup, Task
from layouts.simulation.operations.upkeep import Breakdowns, Charging
from layouts.simulation.operations.zoning import Zoning


class Operations(BaseModel):
    """Who does what in a shift, and when. Whatever is not given is not part of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    staff: tuple[StaffGroup, ...] = Field(default=(), max_length=1_000)
    """Groups of agents; default `pickers` agents of the scenario's class, who do everything."""
    release: Release = Release()
    zones: Zoning = Zoning()
    replenishment: Replenishment | None = None
    putaway: Arrivals | None = None
    returns: Arrivals | None = None
    packing: Packing | None = None
    shipping: Shipping | None = None
    """Needs `packing`."""
    breakdowns: Breakdowns | None = None
    charging: Charging | None = None
    goods_to_person: GoodsToPerson = GoodsToPerson()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The kinds of work there are."""
        settings: tuple[tuple[Task, BaseModel | None], ...] = (
            ("load", self.shipping),
            ("replenish", self.replenishment),
            ("pack", self.packing),
            ("pick", self.release),
            ("returns", self.returns),
            ("putaway", self.putaway),
        )
        return tuple(task for task, given in settings if given is not None)

    @model_validator(mode="after")
    def _is_consistent(self) -> Operations:
        if self.shipping is not None and self.packing is None:
            raise ValueError("shipping needs packing: orders are packed before they are shipped")
        if self.staff:
            for task in self.tasks:
                if not any(task in group.does for group in self.staff):
                    raise ValueError(f"nobody in staff does '{task}': add it to what a group does")
        for task, held_up in self._reliefs():
            if not self._is_relieved(task, held_up):
                raise ValueError(
                    f"who does '{', '.join(sorted(held_up))}' may wait for '{task}': give staff a group that does "
                    f"'{task}' and none of it"
                )
        return self

    def _reliefs(self) -> Iterable[tuple[Task, frozenset[Task]]]:
        """Work that agents in the middle of other work may wait for."""
        if self.replenishment is not None:
            yield "replenish", frozenset({"pick"})
        if self.packing is not None and self.packing.buffer_orders is not None:
            yield "pack", frozenset({"pick"})
        if self.shipping is not None and self.shipping.staging_orders is not None:
            yield "load", frozenset({"pack"})
            if self.packing is not None and self.packing.buffer_orders is not None:
                yield "load", frozenset({"pick", "pack"})

    def _is_relieved(self, task: Task, held_up: frozenset[Task]) -> bool:
        """Whether somebody does it who is not held up himself."""
        return any(task in group.does and not held_up & {*group.does} for group in self.staff)


NOTHING_ELSE = Operations()
"""Planned tours in turn, and no other work."""
