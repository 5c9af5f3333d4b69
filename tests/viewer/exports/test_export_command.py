"""aisletwin export: every format in one command, the same bytes again, and plain words for what cannot be."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
from PIL import Image

from spatial.facility import Facility, Level
from spatial.facility_json import write_facility
from spatial.meshes.boxes import Triangles
from spatial.meshes.glb import write_glb
from spatial.meshes.triangle_count import facility_triangles
from viewer.exports.export import export, standing
from viewer.exports.formats import FORMATS, Wishes, plan_name
from viewer.exports.glb import facility_glb
from viewer.exports.source import on_level, read_residual, read_source

Aisletwin = Callable[..., Any]
ALL = {
    "facility.glb",
    "facility-phone.glb",
    "facility.usda",
    "facility.usdz",
    "facility.obj",
    "facility.mtl",
    "facility.ply",
    "tiles",
    "plan-L0.dxf",
    "plan-L0.svg",
    "picture.png",
    "tables",
}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def exported(
    demo_site: Path, run_folder: Path, aisletwin: Aisletwin, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    folder = tmp_path_factory.mktemp("out") / "made" / "out"
    return aisletwin("export", demo_site, run_folder, "-o", folder), folder


def test_without_a_format_named_it_writes_all(exported: Any) -> None:
    outcome, folder = exported
    assert outcome.code == 0, outcome.err
    assert {path.name for path in folder.iterdir()} == ALL
    assert all(name in outcome.out for name in ALL)
    shares = [line for line in outcome.err.splitlines() if line.startswith("export: ")]
    assert len(shares) == 1 + len(FORMATS)
    assert (folder / "tables" / "kpis.parquet").is_file()
    picture = np.asarray(Image.open(folder / "picture.png").convert("L"), np.int16)
    assert np.ptp(picture) > 100


def test_the_same_input_gives_the_same_bytes(
    exported: Any, demo_site: Path, run_folder: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    _, folder = exported
    formats = [f"--{name}" for name in FORMATS if name not in ("tables", "png")]
    assert (
        aisletwin("export", demo_site, run_folder, "-o", tmp_path, *formats, "--csv", "--parquet").code == 0
    )
    again = bytes_of(tmp_path)
    assert again == {name: content for name, content in bytes_of(folder).items() if name != "picture.png"}


def test_what_is_there_is_replaced_only_by_force(
    demo_site: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "kpis.csv").write_text("of an earlier run\n")
    (tmp_path / "facility.glb").write_bytes(b"precious")
    outcome = aisletwin("export", demo_site, "-o", tmp_path, "--glb", "--csv", "--ply")
    assert outcome.code == 2
    assert "facility.glb and 1 more would be replaced: allow it with --force" in " ".join(outcome.err.split())
    assert (tmp_path / "facility.glb").read_bytes() == b"precious"
    assert not (tmp_path / "facility.ply").exists()
    assert aisletwin("export", demo_site, "-o", tmp_path, "--glb", "--csv", "--force").code == 0
    assert (tmp_path / "facility.glb").read_bytes()[:4] == b"glTF"
    assert not (tmp_path / "tables" / "kpis.csv").exists()
    assert aisletwin("export", demo_site, "-o", tmp_path, "--dxf").code == 0  # nothing of that name is there


def test_a_folder_with_things_of_ones_own_is_never_replaced(
    demo_site: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "sales.csv").write_text("precious\n")
    outcome = aisletwin("export", demo_site, "-o", tmp_path, "--csv", "--force")
    assert outcome.code == 3
    assert "sales.csv is of no export: move it" in outcome.err
    assert bytes_of(tmp_path) == {"tables/sales.csv": b"precious\n"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--svg", "--level", "L9"], 2, "there is no level 'L9': choose one of L0"),
        (["--png", "--at", "5"], 2, "a second of which run?"),
        (["--phone-glb", "--triangles", "150"], 3, "150 triangles are too few, "),
        (["--usdz", "--triangles", "5"], 2, "greater than or equal to 100"),
    ],
)
def test_what_cannot_be_is_said(
    arguments: list[str], code: int, said: str, demo_site: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    outcome = aisletwin("export", demo_site, "-o", tmp_path / "out", *arguments)
    assert outcome.code == code
    assert said in " ".join(outcome.err.split())
    assert not bytes_of(tmp_path)


def test_a_folder_that_is_no_run_or_no_site_is_named(
    demo_site: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    outcome = aisletwin("export", demo_site, tmp_path, "-o", tmp_path / "out", "--csv")
    assert outcome.code == 3
    assert "run.json is not there" in outcome.err
    outcome = aisletwin("export", tmp_path, "-o", tmp_path / "out", "--csv")
    assert outcome.code == 3
    assert "facility.json" in outcome.err


def test_a_folder_that_cannot_be_written_is_named(
    demo_site: Path, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    outcome = aisletwin("export", demo_site, "-o", tmp_path / "file" / "out", "--svg")
    assert outcome.code == 3
    assert "is a file, not a folder: choose another --output" in outcome.err


def test_a_folder_without_rights_is_named(
    demo_site: Path, aisletwin: Aisletwin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = os.access  # root, who often runs tests, may write everywhere
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and may(path, mode, **more))
    outcome = aisletwin("export", demo_site, "-o", tmp_path / "out", "--svg")
    assert outcome.code == 3
    assert "may not be written: choose another --output" in outcome.err
    assert not (tmp_path / "out").exists()


def test_json_is_one_document_and_silent(demo_site: Path, aisletwin: Aisletwin, tmp_path: Path) -> None:
    outcome = aisletwin("export", demo_site, "-o", tmp_path, "--phone-glb", "--triangles", "12000", "--json")
    assert outcome.code == 0
    assert outcome.err == ""
    record = json.loads(outcome.out)
    (file,) = record["files"]
    assert file["bytes"] == (tmp_path / "facility-phone.glb").stat().st_size
    assert file["path"] == str(tmp_path / "facility-phone.glb")
    (note,) = record["notes"]
    assert "triangles: no braces" in note


def test_an_error_in_one_format_leaves_nothing_half_done(
    demo_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path, *_: Any) -> Any:
        (folder / "facility.ply").write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setitem(FORMATS, "ply", replace(FORMATS["ply"], write=fails))
    with pytest.raises(OSError, match="full"):
        export(tmp_path, read_source(demo_site), ["obj", "ply"], Wishes())
    assert {path.name for path in tmp_path.iterdir()} == {"facility.obj", "facility.mtl"}


# levels


@pytest.fixture
def two_levels(one: Any, demo_facility: Facility, tmp_path: Path) -> Path:
    upper = Level(id="up/1", elevation_m=8.0, outline=one.facility.levels[0].outline)
    facility = replace(
        demo_facility,
        levels=(*demo_facility.levels, upper),
        racks=(*demo_facility.racks, replace(one.facility.racks[0], level="up/1", base_z_m=8.0)),
        locations=(*demo_facility.locations, *one.facility.locations),
    )
    write_facility(tmp_path / "site" / "facility.json", facility)
    return tmp_path / "site"


def test_each_level_has_a_plan_of_its_own(two_levels: Path, aisletwin: Aisletwin, tmp_path: Path) -> None:
    assert aisletwin("export", two_levels, "-o", tmp_path / "out", "--dxf", "--svg").code == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"plan-L0.dxf", "plan-L0.svg", "plan-up_1.dxf", "plan-up_1.svg"}
    texts = {
        e.dxf.text for e in ezdxf.readfile(tmp_path / "out" / "plan-up_1.dxf").modelspace().query("TEXT")
    }
    assert not {"A1", "DEPOT"} & texts
    assert any(text.startswith("Row 7/ü") for text in texts)


def test_one_level_is_exported_alone(two_levels: Path, aisletwin: Aisletwin, tmp_path: Path) -> None:
    assert (
        aisletwin("export", two_levels, "-o", tmp_path / "out", "--csv", "--svg", "--level", "up/1").code == 0
    )
    assert (tmp_path / "out" / "plan-up_1.svg").is_file()
    assert not (tmp_path / "out" / "plan-L0.svg").exists()
    assert len((tmp_path / "out" / "tables" / "locations.csv").read_text(encoding="utf-8").splitlines()) == 2
    facility = read_source(two_levels).facility
    parts = [on_level(facility, level.id) for level in facility.levels]
    for kind in ("levels", "racks", "locations", "walls", "aisles", "stations", "columns", "obstacles"):
        assert sum(len(getattr(part, kind)) for part in parts) == len(getattr(facility, kind))


def test_a_site_without_a_level_has_no_plan(
    demo_facility: Facility, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    nothing = Facility(id="E", name="empty", kind="planned")
    write_facility(tmp_path / "site" / "facility.json", nothing)
    for option in ("--svg", "--dxf"):
        outcome = aisletwin("export", tmp_path / "site", "-o", tmp_path / "out", option)
        assert outcome.code == 3
        assert "no level to be drawn" in outcome.err
    for option in ("--glb", "--obj", "--ply", "--usd", "--csv"):  # these can be of nothing
        assert aisletwin("export", tmp_path / "site", "-o", tmp_path / "out", option).code == 0


def test_levels_of_odd_names_are_files_within_the_folder() -> None:
    assert plan_name("../up", "svg") == "plan-.._up.svg"


# what the scan left


def test_what_the_scan_left_unexplained_is_exported(
    demo_facility: Facility, residual: Any, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    write_facility(tmp_path / "site" / "facility.json", demo_facility)
    write_glb(tmp_path / "site" / "facility.glb", demo_facility, residual)
    assert aisletwin("export", tmp_path / "site", "-o", tmp_path / "out", "--obj").code == 0
    text = (tmp_path / "out" / "facility.obj").read_text(encoding="utf-8")
    assert text.split("\ng residual\n")[1].count("\nf ") == len(residual[1])
    (tmp_path / "site" / "facility.glb").write_bytes(b"no GLB")
    outcome = aisletwin("export", tmp_path / "site", "-o", tmp_path / "out", "--ply")
    assert outcome.code == 3
    assert "facility.glb is no GLB" in outcome.err


def test_every_file_in_a_folder_of_ours_is_known_as_ours(exported: Any) -> None:
    _, folder = exported
    for name in ("tiles", "tables"):
        inside = [path.name for path in (folder / name).iterdir()]
        assert all(re.fullmatch(FORMATS[name].inside, each) for each in inside)


def test_standing_lists_what_is_there(demo_site: Path, tmp_path: Path) -> None:
    source = read_source(demo_site)
    assert standing(tmp_path, source, [*FORMATS]) == []
    (tmp_path / "plan-L0.svg").touch()
    assert standing(tmp_path, source, [*FORMATS]) == [tmp_path / "plan-L0.svg"]


def test_a_glb_keeps_to_its_budget_and_what_it_needs_at_least_is_told(
    demo_facility: Facility, residual: Triangles, aisletwin: Aisletwin, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    write_facility(site / "facility.json", demo_facility)
    write_glb(site / "facility.glb", demo_facility, residual)
    needed = facility_triangles(demo_facility)
    within = aisletwin("export", site, "-o", tmp_path / "within", "--glb", "--triangles", needed + 500)
    assert within.code == 0, within.err
    kept = read_residual(tmp_path / "within" / "facility.glb")
    assert kept is not None
    assert 0 < len(kept[1]) <= 500
    assert "facility.glb keeps of what the scan saw" in within.err
    short = aisletwin("export", site, "-o", tmp_path / "short", "--glb", "--triangles", needed - 1)
    assert short.code == 1
    assert f"allow {needed:,} or more" in short.err
    alone = facility_glb(demo_facility)
    assert (tmp_path / "short" / "facility.glb").read_bytes() == alone
