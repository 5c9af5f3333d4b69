"""What was planned, beside what stands: every element with its difference and whether that can be told."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel

from layouts.diff.deviations import Box, Deviation
from server.access.declared import require
from server.routes.refused import BY_THE_GATE, refuses

Point3 = tuple[float, float, float]


class BoxAnswer(BaseModel):
    """A box in the world frame, metres: middle, size along, across and up, heading."""

    center: Point3
    size_m: Point3
    yaw_rad: float


class DeviationAnswer(BoxAnswer):
    """One element; its own box is where it stands, or where nothing stands, where it was planned.

    `mm` is the greatest measured difference, `at_most_mm` what the data allow at 97.5 %.
    """

    id: str
    kind: str
    level: str
    verdict: str
    word: str
    text: str
    mm: float | None
    sigma_mm: float | None
    at_most_mm: float | None
    planned: BoxAnswer | None
    actual: BoxAnswer | None

    @staticmethod
    def of(one: Deviation) -> DeviationAnswer:
        """The answer about one element."""
        box = one.actual or one.planned
        assert box is not None
        return DeviationAnswer(
            **asdict(box),
            **{name: getattr(one, name) for name in ("id", "kind", "level", "verdict", "word", "text")},
            mm=_mm(one.by_m),
            sigma_mm=_mm(one.sigma_m),
            at_most_mm=_mm(one.at_most_m),
            planned=_box(one.planned),
            actual=_box(one.actual),
        )


def planned_routes(found: tuple[Deviation, ...] | None) -> APIRouter:
    """Routes about a plan that the site is held against; None without one."""
    routes = APIRouter(dependencies=[Depends(require("see"))], responses=refuses(*BY_THE_GATE))
    answer: list[dict[str, Any]] | None = None
    if found is not None:
        answer = [DeviationAnswer.of(one).model_dump() for one in found]

    @routes.get("/api/deviations", response_model=list[DeviationAnswer], responses=refuses(404))
    def told() -> list[dict[str, Any]]:
        """Every element of the plan and the site: what changed first, then what cannot be decided, then the rest."""
        if answer is None:
            raise HTTPException(
                404, "no plan is loaded: serve with one, `aisletwin serve SITE --planned PLAN`"
            )
        return answer

    return routes


def _mm(metres: float | None) -> float | None:
    return None if metres is None else round(1000 * metres, 1)


def _box(box: Box | None) -> BoxAnswer | None:
    return None if box is None else BoxAnswer(**asdict(box))
