"""`aisletwin import ifc` as a user meets it."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from server.commands.ifc import import_ifc
from spatial.facility_json import read_facility

pytestmark = pytest.mark.usefixtures("read")


@pytest.fixture
def run():
    app = typer.Typer()
    app.command("ifc")(import_ifc)
    app.command("other")(lambda: None)
    return lambda *words: CliRunner().invoke(app, ["ifc", *map(str, words)])


@pytest.fixture
def house(ifc_model, write):
    model = ifc_model()
    for name, elevation in (("EG", 0.0), ("OG", 3.2)):
        model.room(model.storey(name, elevation), 12.0, 8.0)
    return write(model)


def test_a_site_is_written_and_told(run, house, tmp_path):
    told = run(house, "-o", tmp_path / "SITE")
    assert told.exit_code == 0, told.output
    assert "EG at 0.000 m: 4 walls, 96.0 m² of floor" in told.output
    facility = read_facility(tmp_path / "SITE" / "facility.json")
    assert [level.id for level in facility.levels] == ["EG", "OG"]
    assert (tmp_path / "SITE" / "facility.glb").is_file()


def test_a_dry_run_writes_nothing_and_json_is_only_json(run, house, tmp_path):
    told = run(house, "-o", tmp_path / "SITE", "--dry-run", "--storey", "OG", "--json")
    assert told.exit_code == 0, told.output
    record = json.loads(told.stdout)
    assert [(each["levels"], each["left_out"]) for each in record["storeys"]] == [([], True), (["OG"], False)]
    assert not (tmp_path / "SITE").exists()


@pytest.mark.parametrize(
    ("words", "told"), [([], "say where to write"), (["--dry-run", "--storey", "UG"], "'OG'")]
)
def test_wrong_usage_is_exit_2(run, house, words, told):
    found = run(house, *words)
    assert (found.exit_code, told in found.output) == (2, True)
