"""The tiles of a site's cloud: made by commands, in the facility's world, served whole, in part, or not again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import laspy
import numpy as np
import numpy.typing as npt
import pytest

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from server.access.access import access_of
from server.access.settings import AccessSettings
from server.access.tokens import make_token
from server.answers.shown import Shown
from server.app import create_app
from server.chores.site_tiles import tile_site
from server.cli import run_command
from server.clock import clock_ms
from server.sites import load_site
from spatial.errors import BadDataError

Serving = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="module")
def points() -> npt.NDArray[np.float64]:
    return np.round(np.random.default_rng(0).uniform(0, (12, 7, 4), (5_000, 3)), 3)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, hall_site: Path, points: npt.NDArray[np.float64]) -> Path:
    folder = tmp_path_factory.mktemp("tiled") / "site"
    shutil.copytree(hall_site, folder)
    header = laspy.LasHeader(version="1.4", point_format=6)
    header.scales = np.full(3, 0.001)
    header.add_extra_dim(laspy.ExtraBytesParams("temperature", np.float32))
    las = laspy.LasData(header)
    las.x, las.y, las.z = points.T
    las.temperature = points[:, 2]
    las.write(folder.parent / "hall.laz")
    return folder


@pytest.fixture(scope="module")
def client(site: Path, serving: Serving) -> Iterator[httpx.Client]:
    assert run_command(["tiles", str(site.parent / "hall.laz"), "-o", str(site), "--json"]) == 0
    with (
        serving(create_app(Shown(site=load_site(site)))) as address,
        httpx.Client(base_url=address) as client,
    ):
        yield client


def test_the_command_tells_what_it_kept(
    client: httpx.Client, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["tiles", str(site.parent / "hall.laz"), "-o", str(site)]) == 0
    told = capsys.readouterr().out
    assert "5,000 points in 1 tiles; intensity, temperature" in told


def test_a_site_with_tiles_says_so_and_serves_them(client: httpx.Client, site: Path) -> None:
    assert client.get("/api/site").json()["has_tiles"] is True
    told = client.get("/api/cloud/tileset.json").json()
    assert told["asset"]["version"] == "1.1"
    tile = client.get(f"/api/cloud/{told['root']['content']['uri']}")
    assert tile.headers["content-type"] == "model/gltf-binary"
    assert tile.content == (site / "cloud" / "r.glb").read_bytes()


def test_browsers_keep_tiles_of_a_version_and_ask_again_for_the_rest(client: httpx.Client) -> None:
    plain = client.get("/api/cloud/r.glb")
    assert plain.headers["cache-control"] == "no-cache"
    etag = plain.headers["etag"]
    for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get("/api/cloud/r.glb", headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get("/api/cloud/r.glb", headers={"If-None-Match": '"other"'}).status_code == 200
    versioned = client.get("/api/cloud/r.glb", params={"v": "1"})
    assert "immutable" in versioned.headers["cache-control"]
    assert "private" in versioned.headers["cache-control"]


def test_a_part_of_a_tile_can_be_asked_for(client: httpx.Client) -> None:
    part = client.get("/api/cloud/r.glb", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"glTF")


@pytest.mark.parametrize(
    "name",
    [
        "..%2Ffacility.json", "%2e%2e/facility.json", "../facility.json", "r8.glb", "R.glb", "r.glb%00",
        "tileset.json%2F..%2Fr.glb", "r.gltf", ".glb", "r-0.glb", "%2Fetc%2Fpasswd", "r" + 15 * "0" + ".glb",
        "r.glb%0A",
    ],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(client: httpx.Client, name: str) -> None:
    assert client.get(f"/api/cloud/{name}").status_code in (404, 422)


def test_a_tile_that_is_not_there_is_said_so(client: httpx.Client) -> None:
    assert client.get("/api/cloud/r7.glb").json() == {"detail": "this site has no cloud/r7.glb"}


def test_tiles_are_for_whoever_may_see_the_site(site: Path, serving: Serving, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    token = make_token(path, "eve", role="viewer", sites=["OTHER"], now_ms=clock_ms())
    access = access_of(AccessSettings(tokens=path), "127.0.0.1", site="HALL")
    with serving(create_app(Shown(site=load_site(site)), access=access)) as address:
        assert httpx.get(f"{address}api/cloud/r.glb").status_code == 401
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{address}api/cloud/r.glb", headers=headers).status_code == 403


def test_tiles_lie_where_the_scan_report_says(site: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(site, folder)
    turn = np.array([[0.0, -1, 0, 3], [1, 0, 0, 4], [0, 0, 1, 5], [0, 0, 0, 1]])
    (folder / "scan-report.json").write_text(
        json.dumps({"floor": {"world_from_scan": turn.ravel().tolist()}})
    )
    tile_site([site.parent / "hall.laz"], folder)
    told = json.loads((folder / "cloud" / "tileset.json").read_text())["root"]["transform"]
    assert np.array_equal(np.array(told).reshape(4, 4).T, turn)
    (folder / "scan-report.json").write_text('{"floor": {}}')
    with pytest.raises(BadDataError, match="does not say how the scan lies in the site"):
        tile_site([site.parent / "hall.laz"], folder)


def test_tiles_need_a_site(tmp_path: Path) -> None:
    write_laz(tmp_path / "hall.laz", PointCloud(np.eye(3, dtype=np.float32) * 5, np.zeros(3)))
    assert run_command(["tiles", str(tmp_path / "hall.laz"), "-o", str(tmp_path / "none")]) == 3
