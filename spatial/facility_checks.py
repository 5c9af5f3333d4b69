"""What a facility must keep that a schema cannot say: unique ids, references that lead somewhere, order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """What is wrong at a JSON path, and the remedy."""

    path: str
    message: str


def facility_faults(facility: Record) -> Iterator[Fault]:
    """Faults of a parsed facility that already follows the schema, in the order of the numbered rules.

    1. An id names one element of its kind.
    2. A reference to a level or rack leads to one.
    3. Bay and tier indices lie within their rack.
    4. Spans run upwards: openings, obstacles, the tiers of a rack.
    """
    yield from _repeated_ids(facility)  # 1
    yield from _dangling_references(facility)  # 2
    yield from _indices_outside_rack(facility)  # 3
    yield from _reversed_spans(facility)  # 4


def _each(facility: Record, kind: str) -> Iterator[tuple[str, Record]]:
    for i, record in enumerate(facility.get(kind, ())):
        yield f"$.{kind}[{i}]", record


def _openings(facility: Record) -> Iterator[tuple[str, Record]]:
    for path, wall in _each(facility, "walls"):
        for i, opening in enumerate(wall.get("openings", ())):
            yield f"{path}.openings[{i}]", opening


def _repeated_ids(facility: Record) -> Iterator[Fault]:
    kinds = ("levels", "walls", "columns", "racks", "locations", "obstacles", "aisles", "stations")
    groups = [(kind, _each(facility, kind)) for kind in kinds]
    for kind, records in [*groups, ("openings", _openings(facility))]:
        first: dict[str, str] = {}
        for path, record in records:
            earlier = first.setdefault(record["id"], path)
            if earlier != path:
                yield Fault(
                    f"{path}.id",
                    f"{record['id']!r} is also the id of {earlier}: give each of the {kind} its own",
                )


def _dangling_references(facility: Record) -> Iterator[Fault]:
    levels = {record["id"] for record in facility.get("levels", ())}
    racks = {record["id"] for record in facility.get("racks", ())}
    for kind in ("walls", "columns", "racks", "obstacles", "aisles", "stations"):
        for path, record in _each(facility, kind):
            if record["level"] not in levels:
                yield _unknown(f"{path}.level", record["level"], "level", levels)
    for path, location in _each(facility, "locations"):
        if location["rack"] not in racks:
            yield _unknown(f"{path}.rack", location["rack"], "rack", racks)
    for path, rack in _each(facility, "racks"):
        mate = rack.get("back_to_back")
        if mate is not None and (mate not in racks or mate == rack["id"]):
            yield _unknown(f"{path}.back_to_back", mate, "other rack", racks - {rack["id"]})
    for path, aisle in _each(facility, "aisles"):
        for i, rack_id in enumerate(aisle.get("racks", ())):
            if rack_id not in racks:
                yield _unknown(f"{path}.racks[{i}]", rack_id, "rack", racks)


def _unknown(path: str, value: str, what: str, known: set[str]) -> Fault:
    names = ", ".join(repr(name) for name in sorted(known)[:5]) or "none is defined"
    more = ", …" if len(known) > 5 else ""
    return Fault(path, f"there is no {what} {value!r} (known: {names}{more})")


def _indices_outside_rack(facility: Record) -> Iterator[Fault]:
    bays = {rack["id"]: len(rack.get("bays", ())) for rack in facility.get("racks", ())}
    tiers = {rack["id"]: len(rack.get("tiers", ())) for rack in facility.get("racks", ())}
    for path, location in _each(facility, "locations"):
        rack = location["rack"]
        if rack in bays and location["bay"] >= bays[rack]:
            yield _outside(f"{path}.bay", location["bay"], bays[rack] - 1, f"bays of rack {rack!r}")
        if rack in tiers and location["tier"] > tiers[rack]:
            yield _outside(f"{path}.tier", location["tier"], tiers[rack], f"tiers of rack {rack!r}")
    for path, rack in _each(facility, "racks"):
        for i, (bay, tier) in enumerate(rack.get("missing_beams", ())):
            if bay >= bays[rack["id"]]:
                yield _outside(f"{path}.missing_beams[{i}][0]", bay, bays[rack["id"]] - 1, "bays")
            if tier >= tiers[rack["id"]]:
                yield _outside(f"{path}.missing_beams[{i}][1]", tier, tiers[rack["id"]] - 1, "tiers")


def _outside(path: str, value: int, last: int, of: str) -> Fault:
    return Fault(path, f"{value} is above {last}, the last of the {of}")


def _reversed_spans(facility: Record) -> Iterator[Fault]:
    for path, opening in _openings(facility):
        yield from _descents(path, opening, ("s0_m", "s1_m"))
        yield from _descents(path, opening, ("z0_m", "z1_m"))
    for path, obstacle in _each(facility, "obstacles"):
        yield from _descents(path, obstacle, ("z0_m", "z1_m"))
    for path, rack in _each(facility, "racks"):
        heights = [tier["z_m"] for tier in rack.get("tiers", ())]
        for i in range(1, len(heights)):
            if heights[i] <= heights[i - 1]:
                message = f"{heights[i]} is not above the tier below, {heights[i - 1]}: list tiers upwards"
                yield Fault(f"{path}.tiers[{i}].z_m", message)


def _descents(path: str, record: Record, fields: Sequence[str]) -> Iterator[Fault]:
    low, high = fields
    if record[high] < record[low]:
        yield Fault(f"{path}.{high}", f"{record[high]} is below {low} {record[low]}: exchange the two")
