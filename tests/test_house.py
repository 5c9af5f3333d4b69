"""The house: which package may import which, what ships, and what no file may hold."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.resources import files
from itertools import chain
from pathlib import Path

import jsonschema_rs
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("spatial", "scans", "layouts", "viewer", "server")
REGISTRIES = ("py" + "pi.org", "python" + "hosted", "npm" + "js.", "deb." + "debian")
FOREIGN = re.compile("|".join(map(re.escape, REGISTRIES)) + r"|(?<![\w.\-])/(?:wo" + r"rk|ho" + r"me)/\w")


def own_files() -> list[Path]:
    """What git tracks or would track."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("skipped: this is no git checkout")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_imports_follow_the_arrows() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in own_files():
        if path.suffix in (".png", ".jpg", ".laz", ".glb", ".parquet", ".mp4"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if FOREIGN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not found, "\n".join(found)


def test_no_python_file_outgrows_its_idea() -> None:
    longest = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines())
        for path in own_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
    }
    assert not {path: lines for path, lines in longest.items() if lines > 350}


def test_the_schema_ships_in_the_package_and_is_a_schema() -> None:
    schema = json.loads(files("spatial").joinpath("facility.schema.json").read_text(encoding="utf-8"))
    assert jsonschema_rs.meta.is_valid(schema)


@pytest.mark.parametrize("package", PACKAGES)
def test_types_ship(package: str) -> None:
    assert files(package).joinpath("py.typed").is_file()


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {pin.split("==")[0].lower().replace("_", "-") for pin in pins if pin and pin[0] != "#"}
    here = [line for line in wanted if "!=" not in line]
    names = {re.split(r"[>=;<\[ ]", line)[0].lower().replace("_", "-") for line in here}
    assert names <= pinned
    assert all("==" in pin for pin in pins if pin and pin[0] != "#")


def test_ci_runs_what_people_run() -> None:
    ci = ROOT / ".ci" / "run"
    assert os.access(ci, os.X_OK)
    assert "make test" in ci.read_text(encoding="utf-8")
