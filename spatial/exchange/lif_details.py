"""What LIF tells besides the network itself, kept in the form its schema asks for: actions, loads, limits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from spatial.exchange.record import Record

BLOCKING = ("NONE", "SOFT", "HARD")
REQUIREMENT = ("REQUIRED", "CONDITIONAL", "OPTIONAL")
TURNS = ("NONE", "CCW", "CW", "BOTH")
EXPORT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def use_details(record: Record) -> dict[str, Any]:
    """The further fields of a vehicleTypeEdgeProperty that are told and valid."""
    told: dict[str, Any] = {
        name: record.optional_number(name) for name in ("maxRotationSpeed", "minHeight", "maxHeight")
    }
    for name in ("rotationAtStartNodeAllowed", "rotationAtEndNodeAllowed"):
        told[name] = _word(record, name, TURNS)
    told["reentryAllowed"] = record.flag("reentryAllowed")
    told["loadRestriction"] = _load_restriction(record)
    told["actions"] = action_list(record) or None
    return {name: value for name, value in told.items() if value is not None}


def action_list(record: Record) -> list[dict[str, Any]]:
    """The actions of a node or edge; one without a type or a valid blocking type is left out."""
    actions = []
    for each in record.records("actions"):
        blocking = _word(each, "blockingType", BLOCKING)
        if blocking is None or not each.text("actionType", ""):
            each.draft.warn(each.path, "needs an actionType and a blockingType: the action is left out")
            continue
        action: dict[str, Any] = {"actionType": each.text("actionType"), "blockingType": blocking}
        if "actionDescription" in each.value:
            action["actionDescription"] = each.text("actionDescription", "")
        if (requirement := _word(each, "requirementType", REQUIREMENT)) is not None:
            action["requirementType"] = requirement
        if "actionParameters" in each.value:
            parameters = each.records("actionParameters")
            action["actionParameters"] = [
                {"key": pair.text("key"), "value": pair.text("value", "")} for pair in parameters
            ]
        actions.append(action)
    return actions


def _word(record: Record, name: str, words: Sequence[str]) -> str | None:
    word = record.text(name, "")
    if not word:
        return None
    if word not in words:
        record.draft.warn(record.at(name), f"'{word}' is none of {', '.join(words)}: left out")
        return None
    return word


def _load_restriction(record: Record) -> dict[str, Any] | None:
    if record.value.get("loadRestriction") is None:
        return None
    told = record.child("loadRestriction")
    unloaded, loaded = told.flag("unloaded"), told.flag("loaded")
    if unloaded is None or loaded is None:
        record.draft.warn(told.path, "needs both unloaded and loaded: left out")
        return None
    names = [str(name) for name, _ in told.items("loadSetNames")]
    return {"unloaded": unloaded, "loaded": loaded} | ({"loadSetNames": names} if names else {})
