"""slot.yaml: what a slotting must keep to, what it is to save, and what its moves take. Every field has a default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from layouts.slotting.moves.move_work import MoveWork
from layouts.slotting.objective.balance import Balance
from layouts.slotting.objective.ergonomics import Ergonomics
from layouts.slotting.objective.replenishment import Replenishment
from layouts.slotting.rules.settings import SlotRules
from spatial.model_yaml import read_model

PATHS = ("items", "locations")
"""The fields that name files."""


class Objective(BaseModel):
    """What counts beside walking and, where it is proven, congestion; null for what does not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ergonomics: Ergonomics | None = Ergonomics()
    replenishment: Replenishment | None = Replenishment()
    balance: Balance | None = None


class SlotSettings(BaseModel):
    """Paths in a file are relative to the file's folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: Path | None = None
    """CSV: sku[, mass_kg, length_mm, width_mm, height_mm, keep_upright, temperature, hazard, family, lot, stock];
    default the scenario's items."""
    locations: Path | None = None
    """CSV: location[, width_m, depth_m, height_m, max_mass_kg, zone, temperature, role, most_skus, families,
    hazards]; what it does not tell the facility does."""
    keep: tuple[str, ...] = ()
    """SKUs that stay where they are."""
    pickers: tuple[Annotated[int, Field(ge=1, le=10_000)], ...] = ()
    """Staffings at which a plan is proven; default the scenario's alone."""
    rules: SlotRules = SlotRules()
    objective: Objective = Objective()
    moves: MoveWork = MoveWork()
    staging: bool = True
    """Goods may wait at the depot while others are moved, where no location is free for them."""


def read_slot_settings(path: Path) -> SlotSettings:
    """Read a slot.yaml; BadDataError names the file and the path of the field that is wrong."""
    settings = read_model(path, SlotSettings, start="rules: {}")
    given = {name: getattr(settings, name) for name in PATHS}
    beside = {name: path.parent / value for name, value in given.items() if value is not None}
    return settings.model_copy(update=beside)
