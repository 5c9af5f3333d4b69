"""Broken and hostile plants end in BadDataError that names the file, never in another error or a long wait."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from layouts.plants.plant import Plant
from layouts.plants.read_lif import read_lif
from layouts.plants.read_opentcs import read_opentcs
from layouts.plants.read_rmf import read_rmf
from spatial.errors import BadDataError
from spatial.exchange.lif_writer import lif_document
from spatial.facility_json import facility_to_json

Read = Callable[[Path], Plant]
READERS: dict[str, Read] = {
    "small.lif.json": read_lif,
    "small.xml": read_opentcs,
    "room.building.yaml": read_rmf,
}


def reads_or_says_so(name: str, path: Path) -> bool:
    """Whether it reads; if not, that the file is named."""
    try:
        plant = READERS[name](path)
    except BadDataError as error:
        told = str(error)
        assert told.startswith(str(path))
        return False
    facility_to_json(plant.facility)
    json.dumps(lif_document(plant.roads), allow_nan=False)
    json.dumps(plant.report.as_json(), allow_nan=False)
    return True


@pytest.mark.parametrize("name", READERS)
def test_a_truncated_file_is_bad_data_or_still_a_plant(
    name: str, texts: dict[str, str], tmp_path: Path
) -> None:
    path, whole = tmp_path / name, texts[name].encode()
    for end in np.linspace(0, len(whole) - 1, 60).astype(int).tolist():
        path.write_bytes(whole[:end])
        reads_or_says_so(name, path)
    path.write_bytes(whole)
    assert reads_or_says_so(name, path)


@pytest.mark.parametrize("name", READERS)
def test_bytes_changed_at_random_are_bad_data_or_still_a_plant(
    name: str, texts: dict[str, str], tmp_path: Path
) -> None:
    path, whole = tmp_path / name, np.frombuffer(texts[name].encode(), np.uint8)
    random, read = np.random.default_rng(11), 0
    for _ in range(150):
        broken = whole.copy()
        where = random.integers(0, len(whole), 3)
        broken[where] = random.choice(np.frombuffer(b'0-9eE.,:[]{}"<>&*x\xff\x00', np.uint8), 3)
        path.write_bytes(broken.tobytes())
        read += reads_or_says_so(name, path)
    assert 0 < read < 150


@pytest.mark.parametrize("swap", [None, [], "x", True, 1e300, {"x": None}])
def test_a_value_of_the_wrong_kind_anywhere_is_bad_data_or_read_past(
    swap: object, texts: dict[str, str], tmp_path: Path
) -> None:
    for name, load in (("small.lif.json", json.loads), ("room.building.yaml", yaml.safe_load)):
        whole = load(texts[name])
        for place in _places(whole):
            broken = load(texts[name])
            holder = broken
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = swap
            path = tmp_path / name
            path.write_text(json.dumps(broken), encoding="utf-8")  # JSON is YAML too
            reads_or_says_so(name, path)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value of a document, of a list only to the first two."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))[:2]
    else:
        return []
    return [place for key, item in items for place in ((*path, key), *_places(item, (*path, key)))]


@pytest.mark.parametrize("swap", ["", "x", "NaN", "-1", "1e300", "1e999", "999999999999", "\U0001f69a"])
def test_an_attribute_of_any_tag_may_hold_anything(swap: str, texts: dict[str, str], tmp_path: Path) -> None:
    path, whole = tmp_path / "small.xml", texts["small.xml"]
    for found in re.finditer(r'="([^"]*)"', whole):
        path.write_text(whole[: found.start(1)] + swap + whole[found.end(1) :], encoding="utf-8")
        reads_or_says_so("small.xml", path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("small.lif.json", "[" * 100_000, "no sensible JSON|recursion"),
        ("small.lif.json", '{"layouts": [{"layoutId": "a", "nodes": []}]}', "no node"),
        ("small.lif.json", "\ufeff", "expected a JSON document"),
        ("room.building.yaml", "levels: &a {L1: {}}\nmore: *a\n", r"line 2: alias '\*a'"),
        ("room.building.yaml", "levels: !!python/object:os.system {}", "line 1: could not determine"),
        ("room.building.yaml", "levels: " + "[" * 1000, "line 1: nested deeper"),
        ("room.building.yaml", "3", "3 where an object was expected"),
        ("small.xml", "<model>&undefined;</model>", "line 1: undefined entity"),
    ],
)
def test_a_hostile_file_is_refused_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadDataError, match=said) as caught:
        READERS[name](path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_not_there_says_so(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="No such file"):
        READERS[name](tmp_path / name)
