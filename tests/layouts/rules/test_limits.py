"""Limits come from a file, and each says where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.rules.limits import DEFAULT_LIMITS, TYPICAL, UNCHECKED, YOURS, Limits, limits_schema, read_limits
from spatial.errors import BadDataError


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "limits.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_has_the_defaults(tmp_path: Path) -> None:
    assert read_limits(written(tmp_path, "")) == DEFAULT_LIMITS


def test_a_limit_that_is_set_has_the_user_as_its_source(tmp_path: Path) -> None:
    limits = read_limits(written(tmp_path, "escape_straight_m: 25\nlift_height_m: {reach_truck: 9.5}\n"))
    assert (limits.escape_straight_m, limits.source("escape_straight_m")) == (25.0, YOURS)
    assert limits.lift_height_m == {"reach_truck": 9.5}
    assert limits.source("lift_height_m") == YOURS


def test_a_default_names_its_rule_or_calls_itself_typical() -> None:
    assert DEFAULT_LIMITS.source("escape_straight_m").startswith("ASR A2.3 (2022) 5 (2)")
    assert DEFAULT_LIMITS.source("meeting_margin_m").startswith("ASR A1.8")
    assert DEFAULT_LIMITS.source("meeting_margin_m").endswith(UNCHECKED)
    assert DEFAULT_LIMITS.source("sprinkler_gap_m").startswith("VdS CEA 4001 11.1.2")
    assert DEFAULT_LIMITS.source("exit_kinds").startswith("ASR A2.3 (2022) 7 (1)")
    assert DEFAULT_LIMITS.source("dead_end_m").startswith("IBC 1020.4")
    assert DEFAULT_LIMITS.source("roof_gap_m") == TYPICAL


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("escape_m: 3\n", "escape_m: there is no such field; known are"),
        ("dead_end_m: -1\n", "dead_end_m: Input should be greater than or equal to 0, got -1"),
        ("dead_end_m: .nan\n", "dead_end_m: "),
        ("turn_in: somewhere\n", "turn_in: "),
        ("- 3\n", "holds no fields: start with 'escape_walked_m: 52.5'"),
    ],
)
def test_a_wrong_limit_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BadDataError) as error:
        read_limits(path)
    assert str(path) in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize("height", [-1.0, float("nan"), float("inf")])
def test_a_lift_height_is_metres(height: float) -> None:
    with pytest.raises(ValueError, match="lift_height_m"):
        Limits(lift_height_m={"reach_truck": height})


def test_the_schema_knows_every_limit() -> None:
    assert set(limits_schema()["properties"]) == {"schema", *Limits.model_fields} - {"schema_"}
