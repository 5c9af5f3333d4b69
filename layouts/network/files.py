"""A run of a network as files: network.html, network.json, lanes.csv and map.svg."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from layouts.network.page import map_svg, run_html
from layouts.network.read_network import DEMAND, LANES, NODES, STOCK
from layouts.network.record import lanes_csv, run_dict
from layouts.network.run_network import NetworkRun
from layouts.scenario_files import sha256_of
from spatial.whole_files import write_whole

FILES = ("network.html", "network.json", "lanes.csv", "map.svg")


def write_run(folder: Path, run: NetworkRun, *, title: str, sources: Mapping[str, str]) -> None:
    """Write the four files into `folder`, made if missing; each is there whole or not at all."""
    record = json.dumps(run_dict(run), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    texts = (run_html(run, title=title, sources=sources), record, lanes_csv(run), f"{map_svg(run)}\n")
    for name, text in zip(FILES, texts, strict=True):
        with write_whole(folder / name) as aside:
            aside.write_text(text, encoding="utf-8")


def digests(paths: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of files, and of the tables in folders, by name."""
    named: dict[str, str] = {}
    for path in paths:
        tables = [path / name for name in (NODES, LANES, STOCK, DEMAND)] if path.is_dir() else [path]
        named |= {f"{each.parent.name}/{each.name}": sha256_of(each) for each in tables if each.is_file()}
    return named
