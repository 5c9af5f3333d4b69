"""The way of goods in the desktop view: what was written is drawn, at its places and in its colour."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from layouts.demo_hall import demo_hall
from layouts.genealogy.hall_path import hall_path
from layouts.genealogy.hall_ways import HallWays
from layouts.genealogy.path_file import DrawnLeg, path_dict, read_path, write_path
from layouts.genealogy.recall import recall
from layouts.live.events import LiveEvent, StockMoved
from spatial.errors import BadDataError
from spatial.facility_json import write_facility
from spatial.floor.agents import PICKER
from viewer.desktop.desktop import Wishes, picture
from viewer.desktop.goods_path import ABOVE_M, RADIUS_M, SPHERE_M, path_tubes

SIZE = (480, 320)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the way of a lot from its first location to its last, and out."""
    folder, hall = tmp_path_factory.mktemp("path"), demo_hall()
    write_facility(folder / "facility.json", hall)
    first, last = (f"{hall.id}/{place.id}" for place in (hall.locations[0], hall.locations[-1]))
    bodies = [
        StockMoved("X", 5, None, first, lot="L"),
        StockMoved("X", 5, first, last, lot="L"),
        StockMoved("X", 5, last, None, lot="L", order="O"),
    ]
    log = [
        LiveEvent(id=f"e{n}", site=hall.id, source="wms", entity="sku/X", happened_ms=60_000 * n, body=body)
        for n, body in enumerate(bodies)
    ]
    legs = hall_path(recall(log, lots=[("X", "L")]).path, hall, ways=HallWays(hall, PICKER))
    write_path(folder / "way.json", path_dict(legs, (), site=hall.id))
    return folder


def test_what_was_written_is_read(folder: Path) -> None:
    legs = read_path(folder / "way.json").legs
    assert [leg.at_ms for leg in legs] == [0, 60_000, 120_000]
    assert [len(leg.path) > 1 for leg in legs] == [False, True, False]
    assert legs[0].end == legs[1].start


def test_tubes_lie_along_the_path_with_a_ball_at_its_end() -> None:
    leg = DrawnLeg(at_ms=0, start="a", end="b", path=((0.0, 0.0, 0.0), (4.0, 0.0, 0.0)))
    low, high = np.reshape(path_tubes([leg]).bounds, (3, 2)).T
    assert low == pytest.approx((0.0, -SPHERE_M, ABOVE_M - SPHERE_M), abs=0.02)
    assert high == pytest.approx((4.0 + SPHERE_M, SPHERE_M, ABOVE_M + SPHERE_M), abs=0.02)
    came = DrawnLeg(at_ms=0, start=None, end="b", path=((1.0, 2.0, 3.0),))
    assert path_tubes([came]).center == pytest.approx((1.0, 2.0, 3.0 + ABOVE_M), abs=0.01)
    assert RADIUS_M < SPHERE_M


def test_the_way_is_seen_in_its_colour(folder: Path, tmp_path: Path) -> None:
    """Pink, which nothing else in the hall is."""
    seen = []
    for name, way in (("with", folder / "way.json"), ("without", None)):
        picture(folder, None, tmp_path / f"{name}.png", size=SIZE, wishes=Wishes(goods_path=way))
        red, green, blue = (
            np.asarray(Image.open(tmp_path / f"{name}.png")).astype(int)[..., :3].transpose(2, 0, 1)
        )
        seen.append(int(((red - green > 60) & (blue - green > 20)).sum()))
    assert seen[0] > 50
    assert seen[1] == 0


def test_the_way_through_another_hall_is_refused(folder: Path, tmp_path: Path) -> None:
    record = json.loads((folder / "way.json").read_text(encoding="utf-8"))
    write_path(tmp_path / "way.json", record | {"site": "ELSEWHERE"})
    with pytest.raises(BadDataError, match="leads through site 'ELSEWHERE', not"):
        picture(folder, None, tmp_path / "a.png", wishes=Wishes(goods_path=tmp_path / "way.json"))
    write_path(tmp_path / "way.json", record | {"schema": "aisletwin.run/1"})
    with pytest.raises(BadDataError, match="schema"):
        read_path(tmp_path / "way.json")
