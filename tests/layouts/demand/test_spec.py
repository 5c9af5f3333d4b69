"""demand.yaml: every field has a default, every fault its path and what to do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from layouts.demand.spec import DemandSpec, read_demand
from spatial.errors import BadDataError


def spec_of(folder: Path, text: str) -> DemandSpec:
    path = folder / "demand.yaml"
    path.write_text(text, encoding="utf-8")
    return read_demand(path)


def test_every_field_has_a_default(tmp_path: Path) -> None:
    assert spec_of(tmp_path, "") == spec_of(tmp_path, "{}") == DemandSpec()


def test_a_clock_may_stand_without_quotation_marks(tmp_path: Path) -> None:
    text = 'cut_offs: [{at: 9:30, due: "12:00"}, {at: "14:00", due: 17:15, wave: late}]'
    early, late = spec_of(tmp_path, text).cut_offs
    assert (early.at, early.due) == (dt.time(9, 30), dt.time(12))
    assert (late.at, late.due, late.wave) == (dt.time(14), dt.time(17, 15), "late")


def test_a_history_is_looked_for_beside_the_file(tmp_path: Path) -> None:
    assert spec_of(tmp_path, "like: history.csv").like == tmp_path / "history.csv"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sku: 5", "sku: there is no such field; known are seed"),
        ("weekdays: {mo: 1}", r"weekdays\.mo: there is no such field"),
        ("skus: 0", "skus: Input should be greater than or equal to 1, got 0"),
        ("skus: 20", r"lines\.most 50 is above skus 20: .* lower lines\.most"),
        ("days: 4000", "days: .*less than or equal to 3660, got 4000"),
        ("time_zone: Mars", "time_zone: there is no such time zone: give one as Europe/Berlin"),
        ("orders: 5\norders_per_day: 6", "orders and orders_per_day say the same twice: keep one"),
        ("abc: {share_of_skus: 0.9}", "abc: share_of_lines 0.8 is below share_of_skus 0.9"),
        ("abc: {share_of_skus: 1.0}", r"abc\.share_of_skus: Input should be less than 1"),
        (
            "lines: {mean: 1.2, single: 0.5}",
            "lines: mean 1.2 cannot be with single 0.5 and most 50, which give 1.5",
        ),
        ("lines: {mean: 60}", "lines: mean 60 cannot be with most 50, which give 1 to 50"),
        ("pieces: {single: 0.5}", r"pieces\.mean: this field is needed"),
        ("families: {together: 1}", r"families\.together: .*less than or equal to 0\.95"),
        ("hours: {8: 0}", "hours has no hour above 0: give one"),
        ("hours: {24: 1}", r"hours\.24\.\[key\]: .*less than or equal to 23"),
        ("seasons: [{months: {june: 2}}]", r"seasons\.0\.months\.june"),
        ("peaks: [{first_day: 2026-11-27, factor: 3}]", r"peaks\.0\.last_day: this field is needed"),
        (
            "peaks: [{first_day: 2026-11-27, last_day: 2026-11-26, factor: 3}]",
            r"peaks\.0: last_day 2026-11-26 is before first_day 2026-11-27: exchange",
        ),
        ("cut_offs: [{at: 14:00, due: 12:00}]", r"cut_offs\.0: due 12:00 is before at 14:00: set days_later"),
        (
            "cut_offs: [{at: 14:00, due: 15:00}, {at: 12:00, due: 15:00}]",
            "cut_offs must be in order of 'at', none twice: sort them",
        ),
        ("works_on: []\ncut_offs: [{at: 14:00, due: 15:00}]", "works_on has no day"),
        ("items: {mass_kg: {median: 5, most: 2}}", r"items\.mass_kg: most 2 is below median 5"),
        ("like: old.csv\nskus: 5\nabc: {}", "like gives abc, skus already: take like or these out"),
        ("like: old.csv\nseasons: [{families: 0.5}]", "like knows no families"),
    ],
)
def test_faults_are_told_with_path_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadDataError, match=rf"demand\.yaml: {told}"):
        spec_of(tmp_path, text)
