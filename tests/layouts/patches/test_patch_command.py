"""`aisletwin layout patch`: a site in, a site and an inverse out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from layouts.demo_hall import demo_hall
from layouts.patches.fingerprint import facility_sha256
from server.commands.patch import patch
from spatial.errors import BadDataError
from spatial.facility_json import read_facility, write_facility

WIDEN = "changes:\n  - widen_aisle: {aisle: A4, to_m: 3.4, moving: R8}\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    write_facility(tmp_path / "site", demo_hall())
    (tmp_path / "patch.yaml").write_text(WIDEN, encoding="utf-8")
    return tmp_path


def run(*arguments: object) -> str:
    app = typer.Typer()
    app.command()(patch)
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_hall_is_patched_and_taken_back(site: Path) -> None:
    base, inverse = site / "site", site / "inverse.yaml"
    out = run(base, site / "patch.yaml", "-o", site / "wide", "--inverse", inverse)
    assert out == f"{site / 'wide'}: 8 racks, 768 locations, 6 aisles\n"
    assert (site / "wide" / "facility.glb").is_file()
    said = json.loads(run(site / "wide", inverse, "-o", site / "back", "--json"))
    assert (site / "back" / "facility.json").read_bytes() == (base / "facility.json").read_bytes()
    assert said["sha256"] == facility_sha256(read_facility(base))
    assert said["base_sha256"] == facility_sha256(read_facility(site / "wide"))
    assert said["lost_locations"] == []


def test_the_hall_itself_is_not_written_over(site: Path) -> None:
    with pytest.raises(BadDataError, match="is the hall itself"):
        run(site / "site", site / "patch.yaml", "-o", site / "site")
