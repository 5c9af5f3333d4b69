"""A what-if as files: what-if.json, what-if.csv and what-if.svg."""

from __future__ import annotations

import json
from pathlib import Path

from layouts.what_if.curve import Curve
from layouts.what_if.picture import curve_svg
from layouts.what_if.record import curve_csv, curve_dict
from spatial.whole_files import write_whole


def write_curve(folder: Path, curve: Curve) -> None:
    """Write the three files into `folder`, made if missing; each is there whole or not at all."""
    record = json.dumps(curve_dict(curve), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    for name, text in (("json", record), ("csv", curve_csv(curve)), ("svg", curve_svg(curve))):
        with write_whole(folder / f"what-if.{name}") as aside:
            aside.write_text(text, encoding="utf-8")
