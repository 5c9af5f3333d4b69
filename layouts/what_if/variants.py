"""From a scenario and the values of a point to the scenario of that point."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from layouts.depot import with_depot
from layouts.scenario import Scenario
from layouts.simulation.operations.staffing import StaffGroup
from layouts.what_if.alternate_aisles import alternate_rules
from layouts.what_if.peak import peak_orders
from layouts.what_if.variables import SETTINGS, Value
from spatial.facility_json import read_facility
from spatial.floor.agents import MOBILE_ROBOT, agent_named
from spatial.floor.facility_rules import rules_on
from spatial.navigation.build_graph import build_graph
from spatial.whole_files import write_whole


def variant(scenario: Scenario, values: Mapping[str, Value], *, folder: Path) -> Scenario:
    """The scenario with the values of a point; what it needs by way of files is written to `folder`.

    Fields come first, then robots, demand and one-way aisles, whatever their order in `values`. A file's name
    tells its content, so points share what they have in common. Raises ValueError for a value that does not go with
    the rest of the scenario, and what reading and reshaping its files raises.
    """
    if "pickers" in values and scenario.operations.staff:
        raise ValueError(
            "pickers changes nothing where operations.staff says who works: take one of them out"
        )
    fields = {name: value for name, value in values.items() if name not in SETTINGS}
    changed = _with_fields(scenario, fields)
    if (share := values.get("robot_share")) is not None:
        changed = with_robots(changed, float(share))
    if (factor := values.get("peak")) is not None:
        changed = with_peak(changed, float(factor), folder=folder)
    if values.get("one_way") == "alternate":
        changed = with_alternate_aisles(changed, folder=folder)
    return changed


def with_robots(scenario: Scenario, share: float) -> Scenario:
    """The scenario with `share` of those who pick replaced by mobile robots that pick the same tours.

    Their number is rounded; of several groups each gives its part. A robot does what its group does at the same
    place and time, at its own speed and without breaks.
    """
    staff = scenario.operations.staff or (StaffGroup(count=scenario.pickers),)
    kept, robots, seen = [], [], 0
    for group in staff:
        before, seen = seen, seen + group.count * ("pick" in group.does)
        replaced = round(share * seen) - round(share * before)
        if replaced < group.count:
            kept.append(group.model_copy(update={"count": group.count - replaced}))
        if replaced:
            as_robot = {
                "agent": MOBILE_ROBOT.name,
                "count": replaced,
                "name": None,
                "breaks": (),
                "performance": 1.0,
            }
            robots.append(group.model_copy(update=as_robot))
    if not robots:
        return scenario
    return _with_fields(scenario, {"operations.staff": (*kept, *robots)})


def with_peak(scenario: Scenario, factor: float, *, folder: Path) -> Scenario:
    """The scenario with `factor` times its orders, at least one; see `peak_orders` for those of a file."""
    if factor == 1:
        return scenario
    if scenario.orders is None:
        return _with_fields(scenario, {"synthetic_orders": max(1, round(factor * scenario.synthetic_orders))})
    text = peak_orders(scenario.orders, factor, seed=scenario.seed)
    return scenario.model_copy(update={"orders": _written(folder, f"orders-peak-{factor:g}", ".csv", text)})


def with_alternate_aisles(scenario: Scenario, *, folder: Path) -> Scenario:
    """The scenario with its rules and neighbouring aisles one-way in alternating directions."""
    site = scenario.site / "facility.json" if scenario.site.is_dir() else scenario.site
    facility, agent = read_facility(site), agent_named(scenario.agent)
    rules = rules_on(facility, scenario.rules)
    equipped, _, _ = with_depot(facility, agent, at=scenario.depot, servers=1)
    alternating = alternate_rules(build_graph(equipped, agent, rules))
    text = yaml.safe_dump(alternating.to_record(), sort_keys=False, allow_unicode=True)
    return scenario.model_copy(update={"rules": _written(folder, "rules-one-way-alternate", ".yaml", text)})


def _with_fields(scenario: Scenario, fields: Mapping[str, Any]) -> Scenario:
    """The scenario with other values of fields; `a.b` is field b of field a."""
    record = scenario.model_dump()
    for name, value in fields.items():
        *outer, last = name.split(".")
        within = record
        for part in outer:
            within = within[part]
            if within is None:
                raise ValueError(f"{name} cannot be varied: the scenario has no {part}, so give it one first")
        within[last] = value
    try:
        return Scenario.model_validate(record)
    except ValidationError as error:
        said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        values = ", ".join(f"{name}={value}" for name, value in fields.items())
        raise ValueError(f"{values} does not go with the scenario: {said}") from None


def _written(folder: Path, stem: str, suffix: str, text: str) -> Path:
    path = folder / f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:8]}{suffix}"
    with write_whole(path) as aside:
        aside.write_text(text, encoding="utf-8")
    return path
