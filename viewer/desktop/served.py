"""What a server shows of a hall, fetched once: the hall, the scan's points, a slotting plan, what deviates."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pyvista as pv

from layouts.diff.deviations import Box, Deviation
from layouts.slotting.pictures.velocity_map import LocationVelocity, SkuMove, VelocityMap
from spatial.errors import BadDataError
from spatial.facility_json import facility_from_json
from spatial.meshes.boxes import Triangles
from viewer.desktop.cloud import read_cloud
from viewer.desktop.link import fetch
from viewer.desktop.scene import HallShown
from viewer.exports.source import MESH, read_residual


def served_hall(address: str, *, token: str | None) -> tuple[HallShown, bool]:
    """What the server at `address` shows, and whether anything moves there.

    Raises BadDataError when it cannot be had, or is no site.
    """
    body = fetch(address, "/api/facility", token=token)
    if body is None:
        raise BadDataError(f"{address} serves no site: is it an aisletwin server?")
    summary = _json(address, "/api/site", token) or {}
    is_live = bool(summary.get("is_live"))
    slotting = _json(address, "/api/slotting", token)
    hall = HallShown(
        facility=facility_from_json(json.loads(body), source=f"{address}/api/facility"),
        cloud=_cloud(fetch(address, "/api/cloud.ply", token=token)),
        plan=None if slotting is None else _velocity_map(slotting),
        residual=_residual(fetch(address, "/api/facility.glb", token=token)),
        deviations=tuple(map(_deviation, _json(address, "/api/deviations", token) or ())),
        is_live=is_live,
    )
    return hall, is_live or bool(summary.get("has_run"))


def _json(address: str, path: str, token: str | None) -> Any:
    """The answer at `path`; None where the server has no such thing."""
    body = fetch(address, path, token=token)
    return None if body is None else json.loads(body)


def _cloud(body: bytes | None) -> pv.PolyData | None:
    if body is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cloud.ply"
        path.write_bytes(body)
        return read_cloud(path)


def _residual(body: bytes | None) -> Triangles | None:
    if body is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MESH
        path.write_bytes(body)
        return read_residual(path)


def _velocity_map(answer: dict[str, Any]) -> VelocityMap:
    return VelocityMap(
        locations=tuple(
            LocationVelocity(
                row["id"],
                tuple(row["skus_before"]),
                tuple(row["skus_after"]),
                row["visits_before"],
                row["visits_after"],
            )
            for row in answer["locations"]
        ),
        moves=tuple(SkuMove(move["sku"], move["source"], move["target"]) for move in answer["moves"]),
    )


def _deviation(answer: dict[str, Any]) -> Deviation:
    """The deviation that an answer tells of; its lengths are rounded to 0.1 mm."""
    return Deviation(
        **{name: answer[name] for name in ("kind", "id", "level", "verdict", "word", "text")},
        by_m=_metres(answer["mm"]),
        sigma_m=_metres(answer["sigma_mm"]),
        at_most_m=_metres(answer["at_most_mm"]),
        planned=_box(answer["planned"]),
        actual=_box(answer["actual"]),
    )


def _metres(mm: float | None) -> float | None:
    return None if mm is None else mm / 1000


def _box(answer: dict[str, Any] | None) -> Box | None:
    if answer is None:
        return None
    return Box(center=tuple(answer["center"]), size_m=tuple(answer["size_m"]), yaw_rad=answer["yaw_rad"])
