"""Changes to the hall as they are tried on the page: what becomes of it, and the patch file that says so."""

from __future__ import annotations

import asyncio
from typing import Any

import yaml
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field, ValidationError

from layouts.layout_file.layout_fault import LayoutError
from layouts.patches.apply_patch import Patched, apply_patch
from layouts.patches.fingerprint import facility_sha256
from layouts.patches.patch_model import Base, Patch
from server.access.declared import require
from server.routes.refused import BY_THE_GATE, refuses
from spatial.errors import AisletwinError
from spatial.facility import Facility, Rack

MOST_CHANGES = 500


class Changes(BaseModel):
    """Changes as a patch file has them below `changes`."""

    changes: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_CHANGES)


class RackAnswer(BaseModel):
    """Where a rack row would stand; metres, world frame."""

    id: str
    kind: str
    center: tuple[float, float]
    base_z_m: float
    yaw_rad: float
    length_m: float
    depth_m: float
    height_m: float


class PatchedAnswer(BaseModel):
    """The rack rows as the changes leave them, aisles with their clear width [m], and the file that says so.

    `lost` counts locations that would be no more; `notes` is what one should know.
    """

    yaml: str
    racks: list[RackAnswer]
    aisles: dict[str, float]
    locations: int
    lost: int
    notes: list[str]


def edit_routes(facility: Facility) -> APIRouter:
    """Routes about changes that are tried; nothing is kept here."""
    routes = APIRouter(dependencies=[Depends(require("plan"))], responses=refuses(*BY_THE_GATE))

    @routes.post("/api/layout/patch", responses=refuses(422))
    async def patch(wish: Changes) -> PatchedAnswer:
        """What becomes of the hall; 422 with a line for each fault where a change cannot be made."""
        return await asyncio.to_thread(_tried, facility, wish)

    return routes


def _tried(facility: Facility, wish: Changes) -> PatchedAnswer:
    base = Base(id=facility.id, sha256=facility_sha256(facility))
    try:
        patch = Patch.model_validate({"changes": wish.changes})
        patched = apply_patch(facility, patch.model_copy(update={"base": base}))
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise HTTPException(422, "\n".join(faults)) from error
    except (LayoutError, AisletwinError) as error:
        raise HTTPException(422, str(error)) from error
    return _answer(patched, {"schema": "aisletwin.patch/1", "base": base.model_dump(), **patch.record()})


def _answer(patched: Patched, record: dict[str, Any]) -> PatchedAnswer:
    facility = patched.facility
    return PatchedAnswer(
        yaml=yaml.safe_dump(record, sort_keys=False, allow_unicode=True, width=100),
        racks=[_rack(rack) for rack in facility.racks],
        aisles={aisle.id: aisle.clear_width_m for aisle in facility.aisles},
        locations=len(facility.locations),
        lost=len(patched.lost),
        notes=list(patched.notes),
    )


def _rack(rack: Rack) -> RackAnswer:
    return RackAnswer(**{name: getattr(rack, name) for name in RackAnswer.model_fields})
