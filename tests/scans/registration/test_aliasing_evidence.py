"""What tells where row ends and loads do not, and halls that repeat in other ways, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scans.registration.alias_kinds import kinds_from_facility
from scans.registration.alias_rows import rows_from_facility
from scans.registration.alias_sight import PosedPoints
from scans.registration.aliasing import AliasVerdict, check_aliasing

LONG: dict[str, Any] = {"widths_m": (2.7,) * 10, "length_m": 36.0}
MIDDLE, SHORT = (16.0, 20.0), {"range_m": 8.0}


def test_columns_tell_without_loads_or_ends(ask: Callable[..., AliasVerdict]) -> None:
    hall = LONG | {"columns": ((15.3, 4.0), (19.9, 4.9), (18.1, 3.9), (17.2, 7.3))}
    look = SHORT
    assert ask(MIDDLE, hall=hall, look=look).verdict == "unique"
    assert ask(MIDDLE, 1, hall=hall, look=look).verdict == "ambiguous"


def test_no_free_space_known_row_ends_are_no_evidence(ask: Callable[..., AliasVerdict]) -> None:
    hall, look = {"start_m": 6.0, "length_m": 40.0}, {"range_m": 12.0, "eyes": False}
    found = ask((16.0, 19.0), hall=hall, look=look)
    assert found.verdict == "ambiguous"
    assert all(abs(shift.log_ratio) < 1e-9 for shift in found.shifts)


@pytest.mark.parametrize("bays", [0, 1, -1])
def test_an_end_wall_tells_without_free_space(ask: Callable[..., AliasVerdict], bays: int) -> None:
    hall, look = {"start_m": 1.0}, {"range_m": 12.0, "eyes": False}
    found = ask((5.0, 7.0), bays, hall=hall, look=look, false_acceptance=1e-3)
    assert found.verdict == ("ambiguous" if bays else "unique"), found.as_text()


def test_without_racks_nothing_repeats(ask: Callable[..., AliasVerdict]) -> None:
    options: dict[str, Any] = {"hall": {"rows": 0, "columns": ((11.0, 3.0), (15.0, 6.0))}, "rows": ()}
    found = ask((9.0, 14.0), **options)
    assert (found.verdict, found.shifts) == ("unique", ())
    assert found.reason.startswith("nothing repeats")
    wrong = ask((9.0, 14.0), 1, **options)
    assert wrong.verdict == "ambiguous"
    assert "stands where the other side saw through" in wrong.reason
    blind = ask((9.0, 14.0), look={"eyes": False}, **options)
    assert blind.verdict == "ambiguous"
    assert "no station is known" in blind.reason


def test_racks_are_found_where_nobody_named_them(ask: Callable[..., AliasVerdict]) -> None:
    options: dict[str, Any] = {
        "hall": LONG | {"fill": "empty"},
        "look": SHORT,
        "rows": (),
        "name_kinds": None,
    }
    for bays in (0, 1):
        found = ask(MIDDLE, bays, **options)
        assert found.verdict == "ambiguous"
        assert min(abs(shift.distance_m - 2.8) for shift in found.competing) < 0.05


@pytest.mark.parametrize("bays", [0, 1])
def test_a_plan_knows_what_is_not_there(
    aisle_hall: Callable[..., Any], see: Callable[..., PosedPoints], bays: int
) -> None:
    bare, hall = aisle_hall(), aisle_hall(fill="mixed")
    plan = PosedPoints(see(bare, (6.0, 12.0, 19.0)).points, is_complete=True)
    facility = bare.facility()
    found = check_aliasing(
        plan,
        see(hall, (9.0,), by=bays * 2.8 * hall.along),
        rows_from_facility(facility),
        name_kinds=kinds_from_facility(facility),
        floor_z=0.0,
    )
    assert found.verdict == ("ambiguous" if bays else "unique"), found.as_text()
