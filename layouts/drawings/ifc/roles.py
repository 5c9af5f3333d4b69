"""What an IFC element is taken for, from its class and, where classes say nothing, its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from spatial.facility import ObstacleKind, RackKind

Role = Literal["wall", "column", "slab", "opening", "door", "window", "rack", "thing", "space"]

_RACK = re.compile(
    r"\b(pallet|storage|warehouse|shelf|cantilever|drive[- ]?in|push[- ]?back|flow)?\s*rack(s|ing)?\b"
    r"|\bshel(f|ves|ving)\b|regal|\bestanter[ií]a|\brayonnage|\bscaffal|\bstelling",
    re.IGNORECASE,
)
_NO_RACK = re.compile(
    r"\b(server|cable|pipe|towel|coat|bike|bicycle|luggage|wine|network|tie)[- ]?rack|rack[- ]?(mount|rail)",
    re.IGNORECASE,
)
_SHELVING = re.compile(r"shel(f|ves|ving)|fachboden", re.IGNORECASE)
_CANTILEVER = re.compile(r"cantilever|kragarm", re.IGNORECASE)
_FLOW = re.compile(r"\bflow|durchlauf|push[- ]?back", re.IGNORECASE)
_CONVEYOR = re.compile(r"convey|f[öo]rder(er|band|technik|strecke)|rollenbahn|transporteur", re.IGNORECASE)
_VEHICLE = re.compile(r"fork ?lift|stapler|reach ?truck|\bagv\b|\bamr\b|vehicle|fahrzeug", re.IGNORECASE)
_MACHINE = re.compile(r"machine|maschine|compactor|presse\b|wrapper|wickler|palleti[sz]er", re.IGNORECASE)

_DOCK = re.compile(r"dock|verlade|ladetor|laderampe|loading|level+er|laadperron|quai", re.IGNORECASE)
_GATE = re.compile(
    r"\bgate\b|(?<![a-zäöü])tor(?![a-zäöü])|\w*(roll|sektional|schnelllauf|hub|falt|schiebe)\w*tor\b"
    r"|roller|roll[- ]?up|rolling|overhead|sectional|shutter|\bpoort|\bport[aó]n|\bportail",
    re.IGNORECASE,
)
GATE_WIDTH_M = 2.2
"""Doors for people end below this clear width (two leaves of a metre each); what is wider is for vehicles."""

_BY_CLASS: tuple[tuple[str, Role], ...] = (
    ("IfcOpeningElement", "opening"),
    ("IfcWall", "wall"),
    ("IfcCurtainWall", "wall"),
    ("IfcColumn", "column"),
    ("IfcSlab", "slab"),
    ("IfcDoor", "door"),
    ("IfcWindow", "window"),
    ("IfcFurnishingElement", "thing"),
    ("IfcBuildingElementProxy", "thing"),
    ("IfcTransportElement", "thing"),
    ("IfcTransportationDevice", "thing"),
    ("IfcStair", "thing"),
    ("IfcStairFlight", "thing"),
    ("IfcSpace", "space"),
)
_NAMED_RACKS = (
    "IfcFurnishingElement",
    "IfcBuildingElementProxy",
    "IfcElementAssembly",
    "IfcEquipmentElement",
)
_NO_THINGS = ("PROVISIONFORVOID", "PROVISIONFORSPACE")
_NO_FLOOR = ("ROOF", "LANDING", "PAVING", "SIDEWALK", "WEARING", "TRACKSLAB", "APPROACH_SLAB")


def role_of(lineage: Sequence[str], words: str, predefined: str) -> Role | None:
    """The role of a class, given with its superclasses, or None for what a facility has no place for."""
    if any(name in lineage for name in _NAMED_RACKS) and is_rack(words):
        return "rack"
    if predefined.upper() in (_NO_FLOOR if "IfcSlab" in lineage else _NO_THINGS):
        return None
    return next((role for name, role in _BY_CLASS if name in lineage), None)


def takes_parts(role: Role | None) -> bool:
    """Whether the parts that an element is made of lend it their bodies."""
    return role in ("wall", "column", "slab", "rack", "thing")


def is_rack(words: str) -> bool:
    """Whether a name is that of a rack or of shelving."""
    return bool(_RACK.search(words)) and not _NO_RACK.search(words)


def rack_kind(words: str) -> RackKind:
    """Which kind of rack a name tells; a pallet rack if it does not say more."""
    if _CANTILEVER.search(words):
        return "cantilever"
    if _FLOW.search(words):
        return "flow"
    return "shelving" if _SHELVING.search(words) else "pallet_rack"


def obstacle_kind(words: str) -> ObstacleKind:
    """Which kind of obstacle a name tells."""
    if _CONVEYOR.search(words):
        return "conveyor"
    if _VEHICLE.search(words):
        return "vehicle"
    return "machine" if _MACHINE.search(words) else "unknown"


def door_kind(words: str, operation: str, width_m: float) -> str:
    """dock_door by its name, gate by its name, its way of opening or its width, else door."""
    if _DOCK.search(words):
        return "dock_door"
    is_gate = _GATE.search(words) or operation.upper() in ("GATE", "ROLLINGUP")
    return "gate" if is_gate or width_m > GATE_WIDTH_M else "door"


def is_movable(ifc_class: str) -> bool:
    """Furniture and vehicles can be moved; what is built in cannot."""
    return ifc_class.startswith(("IfcFurni", "IfcSystemFurniture", "IfcVehicle"))
