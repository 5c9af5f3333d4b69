"""Patch files: read, applied with the line of every fault, and written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from layouts.layout_file.layout_fault import LayoutError
from layouts.layout_file.read_layout import located, read_parts
from layouts.layout_file.yaml_lines import YamlText
from layouts.patches.apply_patch import Patched, apply_patch
from layouts.patches.fingerprint import dumped
from layouts.patches.patch_model import Patch
from spatial.facility import Facility

START = "changes: [{shift_row: {racks: R1, by_m: [0.3, 0]}}]"


def read_patch(path: Path) -> Patch:
    """The patch of a YAML file, or of a JSON one as inverses are written.

    Raises LayoutError, each line of which names file, line, key and remedy.
    """
    return _read(path)[0]


def apply_patch_file(facility: Facility, path: Path) -> Patched:
    """The hall that the patch in a file makes of `facility`; LayoutError tells faults with their lines."""
    patch, text = _read(path)
    try:
        return apply_patch(facility, patch)
    except LayoutError as error:
        raise located(error.faults, path, text) from error


def patch_schema() -> dict[str, Any]:
    """The JSON Schema of a patch file, for editors that complete and check while one types."""
    schema = Patch.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "aisletwin patch", **schema}


def inverse_text(inverse: Patch) -> str:
    """An inverse as a file that YAML and JSON readers read alike, one line for each former value."""
    lines = ['{"schema": "aisletwin.patch/1", "changes": [']
    lines.append(
        ",\n".join(_spread(change.model_dump(mode="json", exclude_unset=True)) for change in inverse.changes)
    )
    return "\n".join([*lines, "]}", ""])


def _spread(record: Any, depth: int = 0) -> str:
    """Mappings and lists down to the elements are opened, a line for each entry."""
    if depth < DEPTH and isinstance(record, dict) and record:
        return (
            "{\n"
            + ",\n".join(f"{dumped(key)}: {_spread(each, depth + 1)}" for key, each in record.items())
            + "}"
        )
    if depth < DEPTH and isinstance(record, list) and record:
        return "[\n" + ",\n".join(_spread(each, depth + 1) for each in record) + "]"
    return dumped(record)


DEPTH = 5
"""change, restore, elements, kind, drop | change | put."""


def _read(path: Path) -> tuple[Patch, YamlText]:
    """Good JSON is not asked for its lines: an inverse may be large, and nobody writes it by hand."""
    try:
        return Patch.model_validate(json.loads(path.read_text(encoding="utf-8-sig"))), YamlText(None, {})
    except (OSError, ValueError, RecursionError):
        return read_parts(path, Patch, START)
