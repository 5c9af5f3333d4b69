"""dock run and schedule: figures, plan and picture, faults told with file and row."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

Aisletwin = Callable[..., Any]
DOCKS = "doors: [{name: D1}, {name: D2, takes: [inbound]}]\nyard: 2\nlate_s: {sd: 600}\n"
HEADER = "truck,due,kind,minutes,sd_minutes,doors,weight\n"
TRUCKS = f"""{HEADER}T1,2026-05-04T06:00:00Z,inbound,40,10,,
T2,2026-05-04T08:05:00+02:00,outbound,30,,,3
T3,2026-05-04T06:10:00Z,inbound,20,,D1 D2,
"""


def written(folder: Path, trucks: str = TRUCKS, docks: str = DOCKS) -> tuple[Path, Path]:
    paths = folder / "trucks.csv", folder / "docks.yaml"
    for path, text in zip(paths, (trucks, docks), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_waits_are_told_with_intervals_and_are_the_same_for_any_workers(
    aisletwin: Aisletwin, tmp_path: Path
) -> None:
    paths = written(tmp_path)
    done = aisletwin("dock", "run", *paths)
    assert done.code == 0
    assert "wait for a door: " in done.out
    assert "truck T" in done.out
    one, two = (aisletwin("dock", "run", *paths, "--json", "--workers", n).out for n in (1, 2))
    assert one == two
    assert set(json.loads(one)["trucks"]) == {"T1", "T2", "T3"}


def test_the_plan_is_the_best_and_is_written_as_table_and_picture(
    aisletwin: Aisletwin, tmp_path: Path
) -> None:
    """T1 leaves D1, the only door of T2, free; T3 waits 20 min at D2's next turn, less than behind T2 at D1."""
    table, picture = tmp_path / "plan.csv", tmp_path / "plan.svg"
    done = aisletwin("dock", "schedule", *written(tmp_path), "-o", table, "--svg", picture, "--json")
    told = json.loads(done.out)
    assert told["is_proven"]
    assert told["waiting_s"] == 25 * 60
    with table.open(encoding="utf-8") as lines:
        rows = {row["truck"]: row for row in csv.DictReader(lines)}
    assert rows["T1"]["door"] == "D2"
    assert rows["T2"] == {
        "truck": "T2",
        "door": "D1",
        "due": "2026-05-04T06:05:00+00:00",
        "start": "2026-05-04T06:05:00+00:00",
        "end": "2026-05-04T06:35:00+00:00",
        "waits_s": "0",
    }
    titles = [each.text or "" for each in ET.parse(picture).iter() if each.tag.endswith("title")]
    assert [title for title in titles if title.startswith("T3")] == ["T3, inbound: 06:35 to 06:55"]


@pytest.mark.parametrize(
    ("trucks", "docks", "said"),
    [
        (HEADER, DOCKS, "at least one truck"),
        (HEADER + "T1,06:00,inbound,40,,,\n", DOCKS, "row 2: due '06:00' is no time"),
        (HEADER + "T1,2026-05-04T06:00:00,inbound,40,,,\n", DOCKS, "its offset"),
        (HEADER + "T1,2026-05-04T06:00:00Z,sideways,40,,,\n", DOCKS, "neither inbound nor outbound"),
        (
            HEADER + "T1,2026-05-04T06:00:00Z,outbound,40,,D2,\n",
            DOCKS,
            "no door of truck 'T1' takes outbound",
        ),
        (HEADER + "T1,2026-05-04T06:00:00Z,inbound,40,,D9,\n", DOCKS, "there is no door 'D9'"),
        (HEADER + "T1,2026-05-04T06:00:00Z,inbound,soon,,,\n", DOCKS, "minutes 'soon'"),
        (TRUCKS + "T1,2026-05-04T06:00:00Z,inbound,40,,,\n", DOCKS, "truck 'T1' twice"),
        (TRUCKS, "doors: [{name: D1}, {name: D1}]\n", "two doors are named 'D1'"),
        (TRUCKS, "doors: []\n", "doors"),
    ],
)
def test_faults_name_file_and_row(
    aisletwin: Aisletwin, tmp_path: Path, trucks: str, docks: str, said: str
) -> None:
    done = aisletwin("dock", "run", *written(tmp_path, trucks, docks))
    assert done.code == 3
    assert said in done.err
