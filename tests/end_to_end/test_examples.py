"""What the documentation shows is so: examples run, commands exist, tables name what files hold, links lead on."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
import pytest
import typer
import yaml
from PIL import Image
from typer.exceptions import TyperException

from layouts.demo_hall import demo_hall
from layouts.kpis import kpis
from layouts.run import Run
from layouts.run_files import COLUMNS, read_run
from layouts.scenario import Scenario, read_scenario
from layouts.slotting.rules.settings import SlotRules
from layouts.slotting.slot_settings import SlotSettings, read_slot_settings
from server.commands import app
from spatial.exchange.formats import read_network
from spatial.facility import Facility
from spatial.facility_json import read_facility, write_facility

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(aisletwin [^`]+)`")
MAKE_DEMO = re.compile(r'make demo ARGS="([^"]*)"')
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")

page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


# examples


@pytest.fixture
def run_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Runs an example as a script that is given these arguments and `-o tmp_path`; what it printed."""

    def run(name: str, *arguments: object) -> str:
        script = ROOT / "examples" / f"{name}.py"
        monkeypatch.setattr(sys, "argv", [str(script), *map(str, arguments), "-o", str(tmp_path)])
        runpy.run_path(str(script), run_name="__main__")
        return capsys.readouterr().out

    return run


def test_every_example_is_one_page_and_is_run_here() -> None:
    examples = sorted((ROOT / "examples").glob("*.py"))
    run_here = Path(__file__).read_text(encoding="utf-8")
    assert len(examples) >= 3
    for example in examples:
        assert f'run_example("{example.stem}"' in run_here
        assert 15 <= len(example.read_text(encoding="utf-8").splitlines()) <= 40


def test_the_first_example_finds_the_racks_of_the_hall_that_it_scans(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("01_scan_to_facility")
    plan, found = demo_hall(), read_facility(tmp_path / "site")
    assert len(found.racks) == len(plan.racks)
    assert all(f"{rack.id}: {rack.length_m:.2f} m long" in printed for rack in found.racks)
    for rack in plan.racks:  # nearer than that it is no other; how near is for the tests of recognition
        nearest = min(np.hypot(*np.subtract(each.center, rack.center)) for each in found.racks)
        assert nearest < rack.depth_m / 2
    assert {location.state for location in found.locations} == {"occupied", "empty"}  # poses were given
    for name in ("facility.glb", "cloud.ply", "scan-report.json"):
        assert (tmp_path / "site" / name).stat().st_size > 0


def test_the_first_example_takes_a_scan_of_ones_own(
    run_example: Callable[..., str], own_scan: Path, tmp_path: Path
) -> None:
    printed = run_example("01_scan_to_facility", own_scan)
    found = read_facility(tmp_path / "site")
    assert len(found.racks) == 4
    assert "station positions are unknown" in printed
    assert "empty" not in {location.state for location in found.locations}


def test_the_second_example_picks_the_same_lines_sooner_with_more_pickers(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("02_walk_and_simulate")
    assert f"{len(demo_hall().locations)} locations reached, 0 places not" in printed
    runs = {pickers: read_run(tmp_path / f"run-{pickers}") for pickers in (2, 4, 8)}
    assert [len(run.agents) for run in runs.values()] == [2, 4, 8]
    assert len({lines_of(run) for run in runs.values()}) == 1
    durations = [run.duration_s for run in runs.values()]
    assert all(fewer > more for fewer, more in pairwise(durations))
    for pickers, run in runs.items():
        assert f"{pickers} pickers: {kpis(run).lines_per_hour or 0:.0f} lines/h" in printed
    assert "nearest-neighbour: " in printed
    assert "synthetic" in printed


def test_the_third_example_draws_a_picture_and_a_film_that_moves(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("03_picture")
    picture = np.asarray(Image.open(tmp_path / "picture.png").convert("L"), np.int16)
    assert picture.shape == (800, 1280)
    assert (np.abs(np.diff(picture, axis=1)) > 8).mean() > 0.005
    frames = frames_of(tmp_path / "film.mp4", width=640, height=400)
    assert len(frames) == 25  # a second
    assert np.abs(frames[0] - frames[-1]).max() > 50
    assert "picture.png" in printed


def test_the_fourth_example_finds_no_policy_shorter_than_the_shortest_tours(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("04_shortest_tours")
    above = dict(re.findall(r"^([a-z-]+): (-?[\d.]+)% longer$", printed, re.MULTILINE))
    assert len(above) == 4
    assert all(float(percent) > 0 for percent in above.values())
    (one_way,) = re.findall(r"with one aisle one-way: (-?[\d.]+)% longer", printed)
    assert float(one_way) >= 0
    network = read_network(tmp_path / "lanes.lif.json")
    assert {location.id for location in demo_hall().locations} <= {each.id for each in network.stations}


def test_the_fifth_example_blocks_more_in_narrow_aisles_and_answers_what_pickers_bring(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("05_congestion")
    blocked = dict(
        re.findall(r"^(\w+) aisles: \d+ lines/h, ([\d.]+)% of the time blocked$", printed, re.MULTILINE)
    )
    assert float(blocked["narrow"]) > float(blocked["wide"]) > 0
    assert "section_taken" in printed.split("narrow aisles")[1]
    assert "Lines per hour over pickers" in printed


def test_the_sixth_example_compares_two_aisle_widths_in_a_report(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("06_two_layouts")
    assert re.search(r"^wide: .* narrow in lines per hour", printed, re.MULTILINE)
    assert "The orders are made up" in printed
    assert "wide against narrow" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_seventh_example_plans_a_slotting_within_an_evening(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("07_slotting")
    assert re.search(r"^(Do it|Cannot decide|Do nothing): plan", printed, re.MULTILINE)
    assert re.search(r"^pickers +3 +6 +12$", printed, re.MULTILINE)
    record = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert 0 < record["proposals"][record["chosen"]]["moves_s"] <= 4 * 3600


def test_the_eighth_example_asks_what_was_known_and_starts_from_there(
    run_example: Callable[..., str],
) -> None:
    printed = run_example("08_live_twin")
    told = re.search(
        r"^recorded: (\d+) lines; foretold half-way: (\d+) more in (\d+) min$", printed, re.MULTILINE
    )
    assert told is not None, printed
    lines, rest, _ = map(int, told.groups())
    assert 0 < rest < lines


def test_the_ninth_example_exports_models_plans_and_tables(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("09_exports")
    names = ("facility.glb", "facility-phone.glb", "facility.usdz", "plan-L0.dxf", "plan-L0.svg")
    assert all(f"{name}: " in printed and (tmp_path / "out" / name).stat().st_size > 0 for name in names)
    blocked = [int(s) for s in re.findall(r"^aisle A\d: blocked for (\d+) s$", printed, re.MULTILINE)]
    assert len(blocked) == 3
    assert blocked == sorted(blocked, reverse=True)
    assert (tmp_path / "out" / "tables" / "datapackage.json").is_file()


def test_the_tenth_example_forecasts_a_week_and_staffs_it(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_example("10_forecast")
    assert "better on more SKUs than not" in printed
    plans = re.findall(r"^(?:Mon|Tue|Wed|Thu|Fri) \S+ .* (\d+)$", printed, re.MULTILINE)
    assert len(plans) == 5
    assert all(int(plan) >= 1 for plan in plans)
    assert (tmp_path / "staffing" / "staffing.csv").is_file()


def test_the_eleventh_example_ranks_what_a_chain_misses_most(
    run_example: Callable[..., str], tmp_path: Path
) -> None:
    """Verona is the only way to Milano, 60 of 150 units a day; Trieste is missed though Koper has room."""
    printed = run_example("11_network")
    assert "each node down in turn: less is met at once without 4 of 5" in printed
    losses = re.findall(r"^(\w+) down for \d+ days: met at once (-[\d.]+) points", printed, re.MULTILINE)
    assert losses[0][0] == "Verona"
    assert float(losses[0][1]) == pytest.approx(-40, abs=1)
    assert [float(loss) for _, loss in losses] == sorted(float(loss) for _, loss in losses)
    assert "other ways have room in the long run, but not in time, without Trieste" in printed
    assert "Each node down in turn" in (tmp_path / "network.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["02_walk_and_simulate", "03_picture", "09_exports"])
def test_an_example_takes_a_site_of_ones_own(
    name: str, run_example: Callable[..., str], hall: Callable[..., Facility], tmp_path: Path
) -> None:
    own = tmp_path / "own"
    write_facility(own / "facility.json", hall())
    run_example(name, own)
    (folder, *_) = sorted(tmp_path.glob("run*"))
    assert read_run(folder).inputs["facility"]["id"] == hall().id
    assert not (tmp_path / "site").exists()


def frames_of(film: Path, *, width: int, height: int) -> npt.NDArray[np.int16]:
    """The film's frames (N, H, W) in greys."""
    decode = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", film, "-f", "rawvideo"]
    raw = subprocess.run([*decode, "-pix_fmt", "gray", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width).astype(np.int16)


def lines_of(run: Run) -> frozenset[tuple[str | None, str | None, int | None]]:
    return frozenset((e.order, e.sku, e.quantity) for e in run.events if e.kind == "pick")


def test_the_readmes_five_lines_of_python_count_what_a_small_scan_shows(
    own_scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    section = README.read_text(encoding="utf-8").split("## Five lines of Python\n")[1]
    found = FENCE.search(section)
    assert found is not None
    language, code = found.groups()
    assert language == "python"
    own_scan.rename(tmp_path / "hall.laz")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    places = len(names["facility"].locations)
    assert places > 0
    assert capsys.readouterr().out == f"4 racks, {places} locations\n"


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda path: path.name)
def test_the_python_on_a_page_runs_beside_a_site(
    page: Path, hall: Callable[..., Facility], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_facility(tmp_path / "SITE" / "facility.json", hall())
    monkeypatch.chdir(tmp_path)
    for language, code in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "python":
            exec(compile(code, page.name, "exec"), {})


# commands


def command_lines(text: str) -> Iterator[list[str]]:
    """The words after `aisletwin` of each line of a fenced block that starts so, comments left out."""
    for _, block in FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["aisletwin"]:
                yield words[1:]


def parse(words: list[str]) -> None:
    """Parse a whole command line without running it; raises what typer says about a wrong one."""
    command, arguments = command_of(words)
    if "--help" not in arguments:
        command.make_context(words[0], arguments)


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that a line names, one of a group or a group as a whole, and its arguments; KeyError for none."""
    command: Any = typer.main.get_command(app)
    left = list(words)
    while left and hasattr(command, "commands"):
        command = command.commands[left.pop(0)]
    return command, left


@page
def test_every_command_line_shown_can_be_typed(page: Path) -> None:
    for words in command_lines(page.read_text(encoding="utf-8")):
        try:
            parse(words)
        except (TyperException, KeyError) as fault:
            pytest.fail(f"{page.name}: aisletwin {' '.join(words)}: {fault!r}")


@page
def test_every_command_named_in_a_sentence_exists_with_its_options(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for shown in INLINE.findall(text):
        try:
            command, words = command_of(shlex.split(shown)[1:])
        except KeyError:
            pytest.fail(f"{page.name}: `{shown}`")
        known = {option for each in command.params for option in each.opts} | {"--help"}
        assert {word for word in words if word.startswith("-")} <= known, f"{page.name}: `{shown}`"


@page
def test_every_argument_of_the_demo_shown_can_be_typed(page: Path) -> None:
    for arguments in MAKE_DEMO.findall(page.read_text(encoding="utf-8")):
        parse(["demo", *shlex.split(arguments)])


def test_the_pages_show_every_command() -> None:
    group: Any = typer.main.get_command(app)
    shown = {words[0] for path in PAGES for words in command_lines(path.read_text(encoding="utf-8"))}
    assert shown == set(group.commands)


@pytest.mark.parametrize(
    "line",
    [
        "scan hall.laz",
        "scan hall.laz -o SITE --colour red",
        "scan hall.laz -o SITE --unit yards",
        "tours SITE --policy zigzag",
        "serve SITE --port 70000",
        "fly SITE",
    ],
)
def test_a_wrong_command_line_would_be_found(line: str) -> None:
    with pytest.raises((TyperException, KeyError)):
        parse(line.split())


# files and links


def rows_under(heading: str, text: str) -> list[str]:
    """First cells of the first table below a heading, without back-ticks."""
    section = text.split(f"\n{heading}\n", 1)[1]
    table = re.search(r"^\|.*\n\|[-| ]+\n((?:\|.*\n)+)", section, re.MULTILINE)
    assert table is not None, f"no table below {heading}"
    return [row.split("|")[1].strip().strip("`") for row in table[1].splitlines()]


def test_the_table_of_events_names_the_columns_of_the_file() -> None:
    text = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    assert rows_under("### events.parquet", text) == COLUMNS.names


def test_the_page_names_every_field_of_the_files_that_a_command_writes(
    own_scan: Path, aisletwin: Callable[..., Any], tmp_path: Path
) -> None:
    """Of facility.json only the parts are counted; what an element holds is the schema's to say."""
    text = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump({"site": "SITE"}), encoding="utf-8")
    assert aisletwin("scan", own_scan, "-o", tmp_path / "SITE", "--depot", "1.5,1.5").code == 0
    assert aisletwin("graph", tmp_path / "SITE").code == 0
    assert aisletwin("tours", tmp_path / "SITE", "-o", tmp_path / "tours.json").code == 0
    assert aisletwin("simulate", tmp_path / "scenario.yaml", "-o", tmp_path / "RUN").code == 0
    written = sorted((*(tmp_path / "SITE").iterdir(), *(tmp_path / "RUN").iterdir(), tmp_path / "tours.json"))
    for path in written:
        assert f"`{path.name}`" in text, path.name
        if path.suffix == ".json":
            record = json.loads(path.read_text(encoding="utf-8"))
            unnamed = {field for field in record if f"`{field}`" not in text}
            assert not unnamed, f"{path.name}: {unnamed}"


def test_the_complete_scenario_is_one_and_names_every_key(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
    blocks = [block for language, block in FENCE.findall(text) if language == "yaml"]
    complete = max(blocks, key=len)
    assert set(yaml.safe_load(complete)) == set(Scenario.model_fields)
    assert rows_under("### Keys", text) == list(Scenario.model_fields)
    for block in blocks:
        (tmp_path / "scenario.yaml").write_text(block, encoding="utf-8")
        read_scenario(tmp_path / "scenario.yaml")


def test_the_settings_of_a_slotting_are_ones_and_name_every_rule(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "slotting.md").read_text(encoding="utf-8")
    for block in (block for language, block in FENCE.findall(text) if language == "yaml"):
        (tmp_path / "slot.yaml").write_text(block, encoding="utf-8")
        read_slot_settings(tmp_path / "slot.yaml")
    unnamed = {
        name for name in (*SlotSettings.model_fields, *SlotRules.model_fields) if f"`{name}`" not in text
    }
    assert not unnamed


def anchors(text: str) -> set[str]:
    """What a page's headings can be linked to as: lower case, spaces as hyphens, no other signs."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in LINK.findall(text):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        path = page.parent / target if target else page
        assert path.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), f"{page.name}: {link}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, left = set(), [README]
    while left:
        path = left.pop()
        reached.add(path)
        links = [link.partition("#")[0] for link in LINK.findall(path.read_text(encoding="utf-8"))]
        found = [(path.parent / link).resolve() for link in links if link.endswith(".md")]
        left += [each for each in found if each not in reached]
    assert {path.resolve() for path in PAGES} <= {path.resolve() for path in reached}
