"""Changes tried over HTTP: the patch file that comes back makes the same hall by the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from layouts.demo_hall import demo_hall
from layouts.patches.read_patch import apply_patch_file
from server.answers.shown import Shown
from server.app import create_app
from server.sites import load_site
from spatial.facility_json import write_facility

Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="module")
def client(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    site = tmp_path_factory.mktemp("demo")
    write_facility(site / "facility.json", demo_hall())
    with (
        serving(create_app(Shown(site=load_site(site)))) as address,
        httpx.Client(base_url=address) as client,
    ):
        yield client


def tried(client: httpx.Client, *changes: dict[str, Any]) -> httpx.Response:
    return client.post("/api/layout/patch", json={"changes": list(changes)})


def test_the_file_that_comes_back_makes_what_was_shown(client: httpx.Client, tmp_path: Path) -> None:
    hall = demo_hall()
    rack = hall.racks[0]
    answer = tried(client, {"shift_row": {"racks": rack.id, "by_m": [-0.4, 0.0]}}).json()
    file = tmp_path / "patch.yaml"
    file.write_text(answer["yaml"])
    made = apply_patch_file(hall, file).facility
    shown = {each["id"]: each for each in answer["racks"]}
    assert shown.keys() == {each.id for each in made.racks}
    for each in made.racks:
        assert tuple(shown[each.id]["center"]) == each.center
    assert shown[rack.id]["center"] != list(rack.center)
    assert answer["aisles"] == {each.id: each.clear_width_m for each in made.aisles}
    assert answer["locations"] == len(made.locations)


def test_a_row_that_is_removed_takes_its_locations_with_it(client: httpx.Client) -> None:
    hall = demo_hall()
    rack = hall.racks[-1]
    answer = tried(client, {"remove_rack": {"racks": rack.id}}).json()
    assert answer["lost"] == sum(one.rack == rack.id for one in hall.locations) > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shift_row": {"racks": "nowhere", "by_m": [1, 0]}}, "nowhere"),
        ({"shift_row": {"racks": "R1"}}, "by_m"),
        ({"shift_row": {"racks": "R1", "by_m": [0.0, -900.0]}}, "R1"),
        ({"fly": {}}, "fly"),
        ({}, "one of"),
    ],
)
def test_what_cannot_be_is_said_change_by_change(
    client: httpx.Client, change: dict[str, Any], said: str
) -> None:
    answer = tried(client, change)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "0" in answer.json()["detail"]


def test_nothing_to_do_is_refused(client: httpx.Client) -> None:
    assert tried(client).status_code == 422
