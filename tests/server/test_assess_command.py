"""`aisletwin assess`: exit codes, files, and the names that files may have."""

import json

import pytest
import yaml

from server.cli import run_command
from spatial.facility_json import write_facility
from tests.layouts.readiness.clean_site import clean_site, gtin, write_site
from tests.layouts.readiness.test_assess import REGISTRY


@pytest.fixture
def folder(tmp_path):
    write_site(tmp_path / "site", clean_site(2))
    return tmp_path / "site"


def test_clean_data_end_with_0_and_scores(folder, capsys):
    assert run_command(["assess", str(folder)]) == 0
    told = capsys.readouterr()
    assert "nothing found" in told.out
    assert "slotting: 100 of 100 = 16 of 16 needed fields × 100.0% of their rows usable" in told.out
    assert "SORTER (sorter): " in told.out
    assert "LIFT (lift): cannot decide" in told.out


def test_a_finding_ends_with_1_and_stands_in_page_and_record(folder, tmp_path, capsys):
    sku = gtin(9_999)
    row = f"L9999,{sku},01-01-A-1,5,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z"
    with (folder / "lots.csv").open("a") as file:
        file.write(row + "\n")
    arguments = ["assess", str(folder), "-o", str(tmp_path / "out")]
    assert run_command([*arguments, "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert record["counts"] == {"unknown-sku": 1}
    assert record == json.loads((tmp_path / "out" / "readiness.json").read_text())
    page = (tmp_path / "out" / "readiness.html").read_bytes()
    assert b"unknown-sku" in page
    assert sku.encode() in page
    assert b"http" not in page
    assert run_command(arguments) == 1
    assert (tmp_path / "out" / "readiness.html").read_bytes() == page


def test_the_registry_of_the_folder_or_another_counts(folder, tmp_path, capsys):
    (folder / "sources.yaml").write_text(yaml.safe_dump(REGISTRY, allow_unicode=True))
    assert run_command(["assess", str(folder)]) == 0
    assert "source tags: last seen, TAG-9 last seen" in capsys.readouterr().out
    (tmp_path / "other.yaml").write_text("sources: [{name: all, table: readings}]")
    assert run_command(["assess", str(folder), "--registry", str(tmp_path / "other.yaml"), "--json"]) == 1
    kinds = json.loads(capsys.readouterr().out)["counts"]
    assert {"no-owner", "no-retention", "no-scope", "no-rate", "unregistered-source"} == set(kinds)
    (tmp_path / "wrong.yaml").write_text("sources: [{name: all, table: readings, owner: 3}]")
    assert run_command(["assess", str(folder), "--registry", str(tmp_path / "wrong.yaml")]) == 3
    assert "sources.0.owner" in capsys.readouterr().err


def test_files_go_by_other_names_too_and_what_is_none_is_told(folder, capsys):
    (folder / "lines.csv").rename(folder / "order_lines.csv")
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    assert run_command(["assess", str(folder)]) == 0
    assert "notes.csv is not read" in capsys.readouterr().err
    (folder / "lines.csv").write_text("order,sku,quantity\n")
    assert run_command(["assess", str(folder)]) == 3
    assert "comes twice" in capsys.readouterr().err


def test_a_folder_without_a_table_is_bad_data_and_a_time_without_zone_wrong_usage(tmp_path, capsys):
    assert run_command(["assess", str(tmp_path)]) == 3
    assert "holds no table" in capsys.readouterr().err
    assert run_command(["assess", str(tmp_path / "none")]) == 3
    assert run_command(["assess", str(tmp_path), "--as-of", "2026-11-27T06:00:00"]) == 2


def test_a_hall_in_the_folder_is_held_against_the_tables(folder, tmp_path, hall, capsys):
    write_facility(folder / "facility.json", hall)
    assert run_command(["assess", str(folder), "--json"]) in (0, 1)
    record = json.loads(capsys.readouterr().out)
    assert any("aisletwin addresses" in question for question in record["questions"])
