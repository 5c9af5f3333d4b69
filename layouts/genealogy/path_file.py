"""The way of goods through a hall as a file: what `inventory recall --path` writes, and the viewer reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from layouts.genealogy.hall_path import Leg, legs_list, legs_text
from layouts.genealogy.instead import Instead, instead_list, instead_text
from spatial.facility import Point3
from spatial.model_yaml import read_model
from spatial.whole_files import write_whole

SCHEMA: Literal["aisletwin.goods-path/1"] = "aisletwin.goods-path/1"


class DrawnLeg(BaseModel):
    """What is drawn of a leg: when it happened, from where to where, and its `path` (M, 3) in the world frame,
    metres; empty where there is no way.
    """

    model_config = ConfigDict(frozen=True)

    at_ms: int
    start: str | None
    end: str | None
    path: tuple[Point3, ...]


class GoodsPath(BaseModel):
    """The legs of goods at a site, in the order of time."""

    model_config = ConfigDict(frozen=True)

    schema_: Literal["aisletwin.goods-path/1"] = Field(alias="schema")
    site: str
    legs: tuple[DrawnLeg, ...]


def path_dict(legs: tuple[Leg, ...], others: tuple[Instead, ...], *, site: str) -> dict[str, Any]:
    """As the file holds it, with what it says in sentences."""
    return {
        "schema": SCHEMA,
        "site": site,
        "legs": legs_list(legs),
        "instead": instead_list(others),
        "told": [*legs_text(legs, site), *map(instead_text, others)],
    }


def write_path(path: Path, record: dict[str, Any]) -> None:
    """Write it; the file is there whole or not at all."""
    with write_whole(path) as aside:
        aside.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_path(path: Path) -> GoodsPath:
    """Read it. BadDataError names the file and what is wrong in it."""
    return read_model(path, GoodsPath, start=f"schema: {SCHEMA}")
