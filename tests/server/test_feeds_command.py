"""feeds: what is set up is checked before a server runs with it; the pages about it say what is true."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import yaml
from pydantic import BaseModel
from typer.testing import CliRunner

from layouts.live.channels import CHANNELS
from server.cli import run_command
from server.commands import app
from server.edge.settings import EdgeSettings
from server.feeds.decoders import DECODERS
from server.feeds.mapping.mapping_file import MappingFile
from server.twin.twin_file import TwinFile, read_twin_file

DOCS = Path(__file__).parents[2] / "docs"
MAPPING = """
topics:
  - topic: hall/{sensor}
    events:
      - kind: reading
        entity: sensor/{sensor}
        fields: {channel: {const: temperature}, value: {from: t, unit: °C}}
"""
TWIN = """
feeds:
  - {name: wms, kind: push, decoder: business}
  - {name: cells, kind: push, decoder: mapping, options: {file: mapping.yaml}}
"""


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "twin.yaml").write_text(TWIN, encoding="utf-8")
    return tmp_path / "twin.yaml"


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["feeds", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_check_tells_what_is_set_up_and_makes_no_store(twin: Path) -> None:
    assert [each["fault"] for each in answer("check", twin)["feeds"]] == [None, None]
    assert not (twin.parent / "twin.db").exists()


def test_check_tells_every_faulty_feed(twin: Path) -> None:
    (twin.parent / "mapping.yaml").write_text(MAPPING.replace("temperature", "warmth"), encoding="utf-8")
    twin.write_text(TWIN + "  - {name: fleet, kind: push, decoder: vda}\n", encoding="utf-8")
    faults = [each["fault"] for each in answer("check", twin, code=1)["feeds"]]
    assert faults[0] is None
    assert "warmth" in faults[1]
    assert "decoder 'vda' is not known" in faults[2]


def test_check_refuses_a_file_with_a_wrong_field(twin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twin.write_text("stores: twin.db\n", encoding="utf-8")
    assert run_command(["feeds", "check", str(twin)]) == 3
    assert "stores" in capsys.readouterr().err


def test_a_mapping_is_tried_with_samples(twin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping, sample = twin.parent / "mapping.yaml", twin.parent / "sample.jsonl"
    sample.write_text('{"topic": "hall/T1", "payload": {"t": 46.5}}\n', encoding="utf-8")
    (told,) = answer("mapping", mapping, "--sample", sample)
    assert told["events"][0]["entity"] == "sensor/T1"
    assert told["events"][0]["body"] == {"type": "reading", "channel": "temperature", "value": 46.5}
    sample.write_text('{"topic": "hall/T1", "payload": {}}\n', encoding="utf-8")
    assert run_command(["feeds", "mapping", str(mapping), "--sample", str(sample)]) == 1
    assert "refused: " in capsys.readouterr().out


def test_channels_lists_all_with_their_units(capsys: pytest.CaptureFixture[str]) -> None:
    assert [each["name"] for each in answer("channels")] == list(CHANNELS)
    assert run_command(["feeds", "channels"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(CHANNELS)


def fields_of(model: type[BaseModel]) -> Iterator[str]:
    """The names of all fields, those of parts included."""
    for name, field in model.model_fields.items():
        yield name
        yield from _fields_within(field.annotation)


def _fields_within(annotation: object) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from fields_of(annotation)
    for part in get_args(annotation):
        yield from _fields_within(part)


def blocks(page: str, first: str) -> list[Any]:
    """The YAML blocks of a page that begin with the comment `first`."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        yaml.safe_load(block)
        for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
        if block.startswith(first)
    ]


def test_the_pages_name_every_field_of_a_twins_file() -> None:
    live, feeds = ((DOCS / page).read_text(encoding="utf-8") for page in ("live.md", "feeds.md"))
    for name, field in TwinFile.model_fields.items():
        page = feeds if name == "feeds" else live
        missing = {
            each for each in (name, *_fields_within(field.annotation)) if not re.search(rf"\b{each}\b", page)
        }
        assert not missing


def test_the_pages_files_can_be_read(tmp_path: Path) -> None:
    (twin,) = blocks("live.md", "# twin.yaml")
    assert set(twin) == set(TwinFile.model_fields)
    (tmp_path / "twin.yaml").write_text(yaml.safe_dump(twin), encoding="utf-8")
    read_twin_file(tmp_path / "twin.yaml")
    (edge,) = blocks("feeds.md", "# edge.yaml")
    EdgeSettings.model_validate(edge)
    (mapping,) = blocks("feeds.md", "# mapping.yaml")
    MappingFile.model_validate(mapping)
    (tmp_path / "mapping.yaml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    for feeds in blocks("feeds.md", "# feeds of twin.yaml"):
        (tmp_path / "twin.yaml").write_text(yaml.safe_dump(feeds), encoding="utf-8")
        assert answer("check", tmp_path / "twin.yaml")["feeds"]


def test_the_page_tells_every_decoder() -> None:
    text = (DOCS / "feeds.md").read_text(encoding="utf-8")
    assert not {name for name in DECODERS if f"`{name}`" not in text}


@pytest.mark.parametrize("page", ["live.md", "feeds.md"])
def test_commands_that_the_pages_show_exist(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    shown = re.findall(r"aisletwin ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", text)
    assert shown
    root = typer.main.get_command(app)
    for name, below in shown:
        command = root.commands[name]  # type: ignore[attr-defined]
        known = getattr(command, "commands", None)
        assert known is None or below in known, f"aisletwin {name} {below}"
