"""The scorer of scan_bench, loaded from the shared tools, and a few measures more: slots, honesty of sigmas.

Scoring is the shared one's throughout; what it does not say is computed from the same matched pairs.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from hall_frame import Floats, Record, floor_z, turn
from published import shared_data
from shapely import Polygon

SIGMAS = 1.96


class NoScorerError(RuntimeError):
    """The shared tools are not beside this checkout."""


@cache
def scorer(name: str = "score_scan") -> ModuleType:
    """A module of the shared tools: score_scan, scan_metrics or truth_to_facility; NoScorerError without them."""
    data = shared_data()
    folder = data.parent / "tools" if data else None
    if folder is None or not (folder / f"{name}.py").is_file():
        raise NoScorerError(
            f"{name}.py of the shared tools is not here: put it at ../shared/tools beside the checkout, or set "
            "AISLETWIN_DATA to the data folder beside its tools"
        )
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module(name)


def score(facility: Record, truth: Record) -> Record:
    """Everything of the shared score, and `slot_states`, `levels` and `sigma` beside it.

    `facility` is a facility.json as a dict. `sigma` has for each measured length the share of errors within 1.96
    sigma and their number.
    """
    tools, metrics = scorer(), scorer("scan_metrics")
    ground = facility | {"levels": facility["levels"][:1]}  # the truth's floor is the lowest
    predicted = tools.prediction(facility) | {"floor": tools.prediction(ground)["floor"]}
    with np.errstate(invalid="ignore"):
        result: Record = metrics.score(predicted, tools.World(truth))
    by_id = {rack["id"]: rack for rack in facility.get("racks", [])}
    pairs = [
        (found, by_id[found["id"]], true)
        for kind in ("pallet_rack", "shelving")
        for found, true in metrics.racks(predicted["racks"], truth, kind)[1]
    ]
    result["levels"] = _levels(facility, truth)
    result["slot_states"] = _slot_states(pairs, truth)
    result["sigma"] = _honesty(facility, truth, pairs, predicted)
    return result


def _levels(facility: Record, truth: Record) -> Record:
    """F1 of the levels above the ground: within 5 cm of the true height, and 90 % of both outlines in common."""
    true = [(each["top"], Polygon(each["polygon"])) for each in truth.get("mezzanines", [])]
    found = [
        (each["elevation_m"], Polygon(each["outline"], each.get("holes", [])))
        for each in facility["levels"][1:]
    ]
    right = sum(
        abs(top - z) < 0.05 and outline.intersection(deck).area > 0.9 * outline.union(deck).area
        for top, deck in true
        for z, outline in found
    )
    return {"f1": _f1(right, len(true) + len(found) - 2 * right)}


_Pair = tuple[Record, Record, Record]
"""As the scorer has it, as facility.json has it, and the truth."""


def _slot_states(pairs: list[_Pair], truth: Record) -> Record:
    """Counts on pallet racks whose bays are right: (occupied or empty) said of what truly is, and empty of unseen."""
    true = {tuple(slot[:4]): bool(slot[4]) for slot in truth["slots"]}
    unseen = {tuple(slot) for slot in truth["unseen"]} if "unseen" in truth else None
    said = {(full, really): 0 for full in (True, False) for really in (True, False)}
    unseen_called_empty = 0
    for found, _, rack in pairs:
        if rack["kind"] != "pallet_rack" or found["bays"] != rack["bays"]:
            continue
        is_turned = math.cos(math.radians(rack["yaw"] - found["yaw"])) < 0
        for bay, tier, position, full in found["slots"]:
            if is_turned:
                bay, position = rack["bays"] - 1 - bay, rack["positions"] - 1 - position
            key = (rack["id"], bay, tier, position)
            if key in true:
                said[full, true[key]] += 1
                unseen_called_empty += bool(unseen and not full and key in unseen)
    pallet = {rack["id"] for rack in truth["racks"] if rack["kind"] == "pallet_rack"}
    slots = sum(key[0] in pallet for key in true)
    wrong = said[True, False] + said[False, True]
    return {
        "occupied_f1": _f1(said[True, True], wrong), "empty_f1": _f1(said[False, False], wrong),
        "occupied_called_empty": said[False, True], "stated_share": sum(said.values()) / slots if slots else None,
        "unseen_called_empty": None if unseen is None else unseen_called_empty,
    }  # fmt: skip


def _f1(right: int, wrong: int) -> float | None:
    return 2 * right / (2 * right + wrong) if right + wrong else None


def _honesty(facility: Record, truth: Record, pairs: list[_Pair], predicted: Record) -> dict[str, Record]:
    ratios: dict[str, list[float]] = {}
    for what, error, sigma in _measured(facility, truth, pairs, predicted):
        ratios.setdefault(what, []).append(abs(error) / sigma if sigma else math.inf)
    return {
        what: {"within": float(np.mean(np.asarray(of) <= SIGMAS)), "n": len(of)}
        for what, of in ratios.items()
    }


def _measured(
    facility: Record, truth: Record, pairs: list[_Pair], predicted: Record
) -> Iterator[tuple[str, float, float]]:
    """Name, error and stated sigma of every length, metres (yaw: radians)."""
    for _, found, true in pairs:
        along, across = turn(true["yaw"]).T @ np.subtract(found["center"], true["centre"])
        yield "rack along", along, _sigma(found, "along")
        yield "rack across", across, found["sigma_m"]
        yield "rack length", found["length_m"] - true["length"], _sigma(found, "length")
        yield "rack depth", found["depth_m"] - true["depth"], _sigma(found, "depth")
        yield "rack height", found["height_m"] - true["height"], _sigma(found, "height")
        yield "rack base", found["base_z_m"] - true["base_z"], _sigma(found, "base")
        if len(found["bays"]) == true["bays"]:
            for bay in found["bays"]:
                sigma = bay.get("sigma_m", found["sigma_m"])
                yield "bay width", bay["width_m"] - true["bay_clear"], sigma
            yield from _uprights(found, true, along)
        if found.get("yaw_sigma_rad"):
            off = math.remainder(found["yaw_rad"] - math.radians(true["yaw"]), math.pi)
            yield "rack yaw", off, found["yaw_sigma_rad"]
        if len(found["tiers"]) == true["levels"]:
            for tier, z in zip(
                sorted(found["tiers"], key=lambda t: float(t["z_m"])), true["beam_z"], strict=True
            ):
                yield "beam height", tier["z_m"] - z, tier["sigma_m"]
    yield from _walls(facility, truth)
    yield from _aisles(facility, truth)
    for column in truth["columns"]:
        near = _nearest(facility.get("columns", []), column["centre"], 0.15)
        if near is not None:
            off = np.subtract(near["center"], column["centre"])
            yield from (("column", float(part), near["sigma_m"]) for part in off)
            off = np.sort(near["size_m"]) - np.sort(column["size"])
            yield from (("column size", float(part), _sigma(near, "size")) for part in off)
    xy = _floor_places(truth)
    sigma = float(facility["levels"][0]["floor"].get("sigma_m", 0.0))
    for error in predicted["floor"](xy) - floor_z(truth, xy):
        yield "floor", float(error), sigma


def _sigma(record: Record, what: str) -> float:
    """That of a length of its own, or the record's."""
    own = f"{what}_sigma_m"
    return float(record[own if own in record else "sigma_m"])


def _uprights(found: Record, true: Record, along: float) -> Iterator[tuple[str, float, float]]:
    """Each upright's place along the row: known as the row's middle is, and by how far out it stands its length."""
    is_turned = math.cos(math.radians(true["yaw"]) - found["yaw_rad"]) < 0
    half, bays = found["upright_width_m"] / 2, found["bays"]
    at = np.array([bays[0]["offset_m"] - half, *(b["offset_m"] + b["width_m"] + half for b in bays)])
    at = at - found["length_m"] / 2
    share = np.arange(len(bays) + 1) / len(bays) - 0.5
    really = share * true["bays"] * (true["bay_clear"] + true["post"])
    for out, off in zip(share, (-at[::-1] if is_turned else at) + along - really, strict=True):
        sigma = math.hypot(_sigma(found, "along"), out * _sigma(found, "length"))
        yield "upright", float(off), sigma


def _nearest(columns: list[Record], centre: list[float], within_m: float) -> Record | None:
    near = min(columns, key=lambda c: math.dist(c["center"], centre), default=None)
    return near if near is not None and math.dist(near["center"], centre) < within_m else None


def _walls(facility: Record, truth: Record) -> Iterator[tuple[str, float, float]]:
    for true in truth["walls"]:
        p0, along, length = _line(true)
        left = np.array([-along[1], along[0]])
        near = []
        for wall in facility.get("walls", []):
            q0, other, _ = _line(wall)
            middle = (q0 + wall["p1"]) / 2 - p0
            is_along = abs(other @ left) < math.sin(math.radians(3)) and 0 < middle @ along < length
            if is_along and abs(middle @ left) < 0.5:
                near.append((abs(float(middle @ left)), float(wall["sigma_m"])))
        if near:
            yield "wall offset", *min(near)


def _aisles(facility: Record, truth: Record) -> Iterator[tuple[str, float, float]]:
    lanes = [aisle for aisle in facility.get("aisles", []) if not aisle.get("cross")]
    for true in truth["aisles"]:
        p0, along, _ = _line(true)
        middle = (p0 + true["p1"]) / 2
        near = []
        for lane in lanes:
            q0, other, length = _line(lane)
            nearest = q0 + other * np.clip((middle - q0) @ other, 0, length)
            off = float(np.linalg.norm(nearest - middle))
            if abs(other @ along) > 0.99 and off < 1.0:
                near.append((off, lane["clear_width_m"] - true["width"], lane["sigma_m"]))
        if near:
            _, error, sigma = min(near)
            yield "aisle width", error, sigma


def _line(record: Record) -> tuple[Floats, Floats, float]:
    p0 = np.asarray(record["p0"], dtype=np.float64)
    span = np.asarray(record["p1"], dtype=np.float64) - p0
    length = float(np.linalg.norm(span)) or 1.0
    return p0, span / length, length


def _floor_places(truth: Record) -> Floats:
    """A 1 m grid inside the hall, half a metre from its walls, in the world."""
    width, length = truth["extent"]
    local = np.stack(np.meshgrid(np.arange(0.5, width - 0.5), np.arange(0.5, length - 0.5)), axis=-1).reshape(
        -1, 2
    )
    places: Any = local @ turn(truth["heading"]).T + truth["origin"]
    return np.asarray(places, dtype=np.float64)
