"""The inverse of a change to a facility as exact former values, and putting them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, cast

from layouts.patches.fingerprint import content_sha256, dumped, facility_sha256, normalised
from layouts.patches.restore_model import Former, Kind, Put, Restore
from spatial.facility import (
    Aisle,
    Column,
    Facility,
    Level,
    Location,
    Obstacle,
    Rack,
    Station,
    Wall,
)
from spatial.record_json import decode_record, encode_record

Record = Mapping[str, Any]

KINDS: Mapping[Kind, type] = {
    "levels": Level,
    "walls": Wall,
    "columns": Column,
    "racks": Rack,
    "locations": Location,
    "obstacles": Obstacle,
    "aisles": Aisle,
    "stations": Station,
}


def restore_of(base: Facility, changed: Facility) -> Restore:
    """What makes `base` again of `changed`, to the last bit."""
    old, new = encode_record(normalised(base)), encode_record(normalised(changed))
    former = {kind: _former(kind, old.get(kind, []), new.get(kind, [])) for kind in KINDS}
    apart = {
        name: old.get(name)
        for name in {**old, **new}
        if name not in KINDS and dumped(old.get(name)) != dumped(new.get(name))
    }
    return Restore(
        of_sha256=content_sha256(changed),
        to_sha256=facility_sha256(base),
        facility=apart,
        elements={kind: each for kind, each in former.items() if each != Former()},
    )


def restored(facility: Facility, restore: Restore) -> Facility:
    """The former facility. Raises ValueError when this is not the one to restore, or the values were edited."""
    found = content_sha256(facility)
    if found != restore.of_sha256:
        raise ValueError(
            f"this undoes what a patch made of a hall, {restore.of_sha256[:12]}…; this one is {found[:12]}…: "
            "apply it to the unchanged result of that patch"
        )
    record: dict[str, Any] = {**encode_record(normalised(facility)), **restore.facility}
    for kind, former in restore.elements.items():
        record[kind] = _put_back(record.get(kind, []), former)
    result = decode_record(Facility, {name: value for name, value in record.items() if value is not None})
    if facility_sha256(result) != restore.to_sha256:
        raise ValueError("the former values were edited, the hall does not come back: write the inverse anew")
    return result


def _former(kind: Kind, old: Sequence[Record], new: Sequence[Record]) -> Former:
    """Fields where an element is on both sides; whole records where it is gone, has other unknown fields, or where
    the order of the list is not the former one.
    """
    known = {field.name for field in fields(cast(Any, KINDS[kind]))}
    now = {record["id"]: record for record in new}
    before = {record["id"]: record for record in old}
    is_in_order = [name for name in now if name in before] == [name for name in before if name in now]
    change: dict[str, dict[str, Any]] = {}
    put: list[Put] = []
    for at, record in enumerate(old):
        apart = {} if record["id"] not in now else _apart(record, now[record["id"]])
        if record["id"] not in now or not is_in_order or not known >= apart.keys():
            put.append(Put(at=at, record=record))
        elif apart:
            change[record["id"]] = apart
    return Former(drop=tuple(name for name in now if name not in before), change=change, put=tuple(put))


def _apart(old: Record, new: Record) -> dict[str, Any]:
    names = {**old, **new}
    return {name: old.get(name) for name in names if dumped(old.get(name)) != dumped(new.get(name))}


def _put_back(records: Sequence[Record], former: Former) -> list[Record]:
    out = {*former.drop, *(put.record["id"] for put in former.put)}
    kept: list[Record] = [
        {**record, **former.change.get(record["id"], {})} for record in records if record["id"] not in out
    ]
    for put in former.put:
        kept.insert(put.at, put.record)
    return kept
