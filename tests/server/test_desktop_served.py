"""The window at a server shows what the server shows: points, a slotting plan, deviations, and the site beside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from PIL import Image

from layouts.slotting.pictures.velocity_map import LocationVelocity, SkuMove, VelocityMap
from server.answers.shown import Shown, read_shown
from server.app import create_app
from server.sites import load_site
from spatial.facility import Facility
from spatial.facility_json import write_facility
from viewer.desktop.desktop import server_picture
from viewer.desktop.served import served_hall

Serving = Callable[..., AbstractContextManager[str]]

PLAN = VelocityMap(
    locations=(
        LocationVelocity("01-01-A-1", ("SKU-1", "SKU-2"), (), 12.0, 0.0),
        LocationVelocity("02-02-A-1", (), ("SKU-1",), 0.0, 9.5),
    ),
    moves=(SkuMove("SKU-1", "01-01-A-1", "02-02-A-1"), SkuMove("SKU-9", None, "01-01-A-1")),
)


@pytest.fixture
def moved_site(tmp_path: Path, hall: Facility) -> Path:
    """The hall with its first rack 0.2 m further along X, and without its second."""
    first = hall.racks[0]
    moved = replace(first, center=(first.center[0] + 0.2, first.center[1]))
    locations = tuple(one for one in hall.locations if one.rack == first.id)
    write_facility(
        tmp_path / "facility.json", replace(hall, racks=(moved,), locations=locations, kind="as_built")
    )
    return tmp_path


def test_points_a_plan_and_the_hall_are_those_of_the_server(serving: Serving, hall_site: Path) -> None:
    shown = Shown(site=load_site(hall_site), plan=PLAN)
    with serving(create_app(shown)) as address:
        found, is_moving = served_hall(address.rstrip("/"), token=None)
    assert not is_moving
    assert found.facility == shown.site.facility
    assert found.plan == PLAN
    assert found.cloud is not None
    assert found.cloud.n_points == 5000
    assert found.deviations == ()


def test_deviations_are_those_of_the_server_to_a_tenth_of_a_millimetre(
    serving: Serving, hall_site: Path, moved_site: Path
) -> None:
    shown = read_shown(moved_site, planned=hall_site)
    with serving(create_app(shown)) as address:
        found, _ = served_hall(address.rstrip("/"), token=None)
    assert found.cloud is None
    assert shown.deviations
    assert len(found.deviations) == len(shown.deviations)
    for got, wanted in zip(found.deviations, shown.deviations, strict=True):
        for name, value in asdict(wanted).items():
            expected = pytest.approx(value, abs=5.1e-5) if isinstance(value, float) else value
            assert asdict(got)[name] == expected, name


def test_the_site_beside_is_at_its_own_address(
    serving: Serving, hall_site: Path, moved_site: Path, tmp_path: Path
) -> None:
    beside = read_shown(moved_site, planned=hall_site)
    with serving(create_app(Shown(site=load_site(hall_site)), beside=beside)) as address:
        found, _ = served_hall(f"{address.rstrip('/')}/b", token=None)
        server_picture(f"{address}b", tmp_path / "b.png", (320, 240))
    assert len(found.facility.racks) == 1
    with Image.open(tmp_path / "b.png") as image:
        assert image.size == (320, 240)
