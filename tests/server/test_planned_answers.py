"""A site held against its plan, and two sites beside each other, as the server tells of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from layouts.run import Run
from server.access.declared import declared_routes
from server.answers.shown import Shown, read_shown
from server.app import create_app
from server.sites import load_site
from spatial.facility import Facility
from spatial.facility_json import write_facility

Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def moved_site(tmp_path: Path, hall: Facility) -> Path:
    """The hall with its first rack 0.2 m further along X."""
    first, *rest = hall.racks
    x, y = first.center
    other = replace(hall, racks=(replace(first, center=(x + 0.2, y)), *rest), kind="as_built")
    write_facility(tmp_path / "facility.json", other)
    return tmp_path


def test_a_rack_that_does_not_stand_where_it_was_planned_is_told_first(
    moved_site: Path, hall_site: Path, hall: Facility, serving: Serving
) -> None:
    with serving(create_app(read_shown(moved_site, planned=hall_site))) as address:
        assert httpx.get(f"{address.rstrip('/')}/api/site").json()["has_deviations"] is True
        told = httpx.get(f"{address.rstrip('/')}/api/deviations").json()
    assert (told[0]["kind"], told[0]["id"], told[0]["verdict"]) == ("rack", hall.racks[0].id, "changed")
    assert told[0]["mm"] == pytest.approx(200.0)
    assert told[0]["actual"]["center"][0] - told[0]["planned"]["center"][0] == pytest.approx(0.2)
    assert told[0]["center"] == told[0]["actual"]["center"]


def test_without_a_plan_the_answer_names_the_option(hall_site: Path, serving: Serving) -> None:
    with serving(create_app(Shown(site=load_site(hall_site)))) as address:
        answer = httpx.get(f"{address.rstrip('/')}/api/deviations")
    assert answer.status_code == 404
    assert "--planned" in answer.json()["detail"]


def test_two_sites_beside_each_other_play_on_one_clock(
    hall_site: Path, hall_run: Run, moved_site: Path, serving: Serving
) -> None:
    one = Shown(site=load_site(hall_site), run=hall_run)
    app = create_app(one, beside=Shown(site=load_site(moved_site), run=hall_run))
    with serving(app) as address:
        base = address.rstrip("/")
        assert [httpx.get(f"{base}{side}/api/site").json()["kind"] for side in ("", "/b")] == [
            "planned",
            "as_built",
        ]
        assert httpx.get(f"{base}/b/api/run").json() == httpx.get(f"{base}/api/run").json()
    needs = {one.path: one.needs for one in declared_routes(app)}
    assert all(needs[path] is not None for path in needs if path.startswith("/b/"))
    assert {"/b/api/facility", "/b/ws"} <= needs.keys()
