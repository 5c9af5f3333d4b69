"""scenario.yaml: what is simulated, on which site, by whom and how."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from layouts.simulation.operations.settings import Operations
from layouts.simulation.traffic_rules import TrafficRules
from layouts.tours.routing import EXACT
from spatial.floor.agents import AGENT_CLASSES
from spatial.model_yaml import read_model

Routing = Literal[
    "exact", "s-shape", "return", "midpoint", "largest-gap", "combined", "aisle-by-aisle", "nearest-neighbour"
]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


PATHS = ("site", "orders", "slotting", "items", "rules")
"""The fields that name files."""


class Scenario(BaseModel):
    """One shift to simulate; every field has a default but the site.

    Paths in a file are relative to the file's folder. Without `orders`, `synthetic_orders` are made up: for the SKUs
    of `slotting`, the first of which is asked for most, or for one SKU in every reachable location.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Path
    """Folder with facility.json, or the file itself."""
    orders: Path | None = None
    """CSV: order, sku, quantity[, due][, wave][, released][, source]; a source that begins with "made up" is told."""
    slotting: Path | None = None
    """CSV: sku, location; needed by `orders`. A SKU in several locations has several rows."""
    items: Path | None = None
    """CSV: sku, mass_kg; needed with `heavy_kg`."""
    rules: Path | None = None
    """YAML: floor rules, as one-way aisles and zones."""
    synthetic_orders: int = Field(default=120, ge=1, le=1_000_000)
    redraw_orders: bool = False
    """Other orders in every replication: made-up ones drawn anew, those of a file drawn with replacement. What is
    found then holds for days like this one, not for this one alone; each replication plans its own tours."""
    agent: str = "picker"
    """The name of an agent class."""
    pickers: int = Field(default=6, ge=1, le=10_000)
    routing: Routing = "s-shape"
    batching: Literal["first-come", "short-tours", "in-time"] = "first-come"
    """How orders share tours: as they come, so that tours are short in all, or so that little is late."""
    batch_lines: int = Field(default=12, ge=1, le=10_000)
    """Lines on one tour."""
    zoned: bool = False
    """Tours keep to one zone of the floor rules; an order in several zones is picked in parts."""
    heavy_kg: tuple[Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)], ...] = ()
    """Pieces from that mass on are picked before lighter ones; one band for every limit. Exact routing only."""
    speed_m_s: float | None = Field(default=None, gt=0, le=20)
    """Instead of the agent class's own."""
    pick_s: Seconds = 8.0
    """Seconds a line, without its pieces."""
    piece_s: Seconds = 2.0
    drop_s: Seconds = 30.0
    """Seconds to hand a tour over at the depot."""
    pick_time: Literal["fixed", "exponential", "lognormal"] = "fixed"
    pick_cv: float = Field(default=0.5, ge=0, le=10)
    """Coefficient of variation of lognormal picks."""
    seed: int = Field(default=0, ge=0)
    depot: tuple[float, float] | None = None
    """World x, y in metres; default the facility's depot station, else assumed with a note."""
    starts_at: AwareDatetime | None = None
    """When the shift starts; needed where orders are due at dates."""
    horizon_s: float | None = Field(default=None, gt=0)
    """Where the shift is cut; default when all work is done."""
    warm_up_s: Seconds | Literal["mser-5"] = 0.0
    """Key figures leave out what was before; "mser-5" finds where the rate of lines settles before `horizon_s`."""
    operations: Operations = Operations()
    """Who does what beside the pickers, and when."""
    traffic: TrafficRules = TrafficRules()
    """Who gives way to whom in narrow lanes."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Scenario:
        if self.orders is not None and self.slotting is None:
            raise ValueError("orders needs slotting: give the CSV that says where their SKUs lie")
        if self.zoned and self.rules is None:
            raise ValueError("zoned needs rules: give the YAML that names the zones")
        in_zones = self.operations.zones.work != "parallel" or any(g.zones for g in self.operations.staff)
        if self.site.suffix in (".yaml", ".yml"):
            raise ValueError(
                f"site {self.site} is a layout file: build it with 'aisletwin layout build {self.site} -o SITE', "
                "and name SITE"
            )
        if in_zones and not self.zoned:
            raise ValueError("zones of operations need zoned: true, so that tours keep to one zone")
        if self.heavy_kg and self.items is None:
            raise ValueError("heavy_kg needs items: give the CSV with sku, mass_kg")
        if self.heavy_kg and self.routing != EXACT:
            raise ValueError(f"routing '{self.routing}' keeps no order of masses: heavy_kg needs '{EXACT}'")
        if self.batching == "in-time" and (self.routing != EXACT or self.zoned or self.heavy_kg):
            raise ValueError(f"batching 'in-time' needs routing '{EXACT}', and neither zoned nor heavy_kg")
        if self.warm_up_s == "mser-5":
            if self.horizon_s is None:
                raise ValueError(
                    "warm_up_s 'mser-5' needs horizon_s: a shift that ends by itself never settles"
                )
        elif self.horizon_s is not None and self.horizon_s <= self.warm_up_s:
            raise ValueError(f"horizon_s {self.horizon_s:g} must be above warm_up_s {self.warm_up_s:g}")
        if self.agent not in AGENT_CLASSES:
            raise ValueError(f"agent '{self.agent}' is unknown: choose one of {', '.join(AGENT_CLASSES)}")
        return self


def read_scenario(path: Path) -> Scenario:
    """Read a scenario.yaml; BadDataError names the file and the path of the field that is wrong."""
    scenario = read_model(path, Scenario, start="site: SITE/")
    return scenario.model_copy(update=_beside(path, scenario))


def _beside(path: Path, scenario: Scenario) -> dict[str, Any]:
    """The scenario's paths, seen from where its file is."""
    given = {name: getattr(scenario, name) for name in PATHS}
    return {name: path.parent / value for name, value in given.items() if value is not None}
