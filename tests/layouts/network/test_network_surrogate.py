"""What a hall can do as a curve over its staff: planted curves lie in its band, other shapes are told."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from layouts.network.laws import capacity_factors
from layouts.network.model import Demand, Lane, Network, Node
from layouts.network.read_network import read_network
from layouts.network.simulate import Played, simulate
from layouts.network.surrogate import CapacityCurve, capacity_of, fit_curve, read_curve
from layouts.network.wiring import wiring_of
from layouts.statistics.intervals import mean_interval
from spatial.errors import BadDataError

STAFF = (2, 4, 6, 8, 12, 16)


def truth(staff: float) -> float:
    return 900 * (1 - math.exp(-staff / 7))


def fitted(rng: np.random.Generator, *, shifts: int = 10, sd: float = 40.0) -> CapacityCurve:
    return fit_curve(
        {float(x): mean_interval((truth(x) + rng.normal(0, sd, shifts)).tolist()) for x in STAFF}
    )


def test_the_band_holds_the_truth_as_often_as_it_says() -> None:
    """At 95 %, in 400 fits; the errors of means are estimated from 10 shifts, and misfit only ever widens."""
    rng = np.random.default_rng(1)
    held = dict.fromkeys((2, 5, 10, 16), 0)
    for _ in range(400):
        curve = fitted(rng)
        for staff in held:
            band = curve.at(staff)
            held[staff] += band.low <= truth(staff) <= band.high
    assert all(0.93 <= count / 400 <= 0.998 for count in held.values()), held


def test_the_curve_rises_and_levels_off() -> None:
    curve = fitted(np.random.default_rng(2))
    rates = [curve.at(staff).value for staff in np.linspace(2, 16, 50)]
    assert (np.diff(rates) > 0).all()
    assert (np.diff(rates, 2) < 0).all()
    assert rates[-1] < curve.a


def test_rates_that_follow_no_such_curve_are_told_and_widen_the_band() -> None:
    rng = np.random.default_rng(3)
    kinked = {x: 100.0 * x if x <= 8 else 1000.0 - 25 * x for x in STAFF}
    curve = fit_curve(
        {float(x): mean_interval((rate + rng.normal(0, 4, 10)).tolist()) for x, rate in kinked.items()}
    )
    assert not curve.fits
    assert curve.at(8).low < kinked[8] < curve.at(8).high
    assert fitted(rng).fits


def test_nothing_is_said_beyond_what_was_simulated() -> None:
    curve = fitted(np.random.default_rng(4))
    with pytest.raises(ValueError, match="staff 20 is outside the simulated 2 to 16"):
        curve.at(20)
    with pytest.raises(BadDataError):
        capacity_of(curve, 1)
    with pytest.raises(ValueError, match="3 numbers of staff"):
        fit_curve({x: mean_interval([10.0, 11.0]) for x in (1.0, 2.0, 3.0)})


def test_what_ifs_experiments_and_tables_give_the_same_curve(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    runs = {x: (truth(x) + rng.normal(0, 20, 8)).tolist() for x in STAFF}
    rows = [f"{x},{rate!r}" for x, rates in runs.items() for rate in rates]
    (tmp_path / "shifts.csv").write_text("\n".join(["staff,lines_per_hour", *rows]) + "\n", encoding="utf-8")
    points = [
        {"x": x, "figures": {"lines_per_hour": {"level": mean_interval(rates).record()}}}
        for x, rates in runs.items()
    ]
    what_if = {"schema": "aisletwin.what-if/1", "along": {"name": "pickers"}, "curves": [{"points": points}]}
    (tmp_path / "what-if.json").write_text(json.dumps(what_if), encoding="utf-8")
    cells = [{"values": {"pickers": x}, "runs": {"lines_per_hour": rates}} for x, rates in runs.items()]
    experiment = {
        "schema": "aisletwin.experiment/1",
        "design": {"factors": [{"name": "pickers"}]},
        "cells": cells,
    }
    (tmp_path / "experiment.json").write_text(json.dumps(experiment), encoding="utf-8")
    curves = [read_curve(tmp_path / name) for name in ("shifts.csv", "what-if.json", "experiment.json")]
    assert curves[0].at(7).value == pytest.approx(truth(7), rel=0.03)
    for curve in curves[1:]:
        assert curve.at(7).low == pytest.approx(curves[0].at(7).low)
        assert curve.at(7).high == pytest.approx(curves[0].at(7).high)
    (tmp_path / "other.json").write_text('{"schema": "aisletwin.comparison/1"}', encoding="utf-8")
    with pytest.raises(BadDataError, match="expected the curve of one what-if along pickers"):
        read_curve(tmp_path / "other.json")


def test_a_sites_capacity_is_drawn_from_the_band(tmp_path: Path) -> None:
    """7 people, 8 hours, 1.5 units a line; the replications' capacities spread as the band does."""
    rng = np.random.default_rng(6)
    rows = [f"{x},{float(truth(x) + rng.normal(0, 60))!r}" for x in STAFF for _ in range(10)]
    (tmp_path / "hall.csv").write_text("\n".join(["staff,lines_per_hour", *rows]) + "\n", encoding="utf-8")
    (tmp_path / "nodes.csv").write_text(
        "node,kind,capacity_curve,staff,hours_per_day,units_per_line\nS,supplier,,,,\nW,site,hall.csv,7,8,1.5\n",
        encoding="utf-8",
    )
    (tmp_path / "lanes.csv").write_text("origin,destination\nS,W\n", encoding="utf-8")
    (tmp_path / "demand.csv").write_text("node,per_day\nW,100\n", encoding="utf-8")
    site = read_network(tmp_path).nodes["W"]
    band = read_curve(tmp_path / "hall.csv").at(7)
    assert site.capacity_per_day == np.floor(band.value * 12)
    assert 1.96 * site.capacity_sd == pytest.approx((band.high - band.value) * 12, rel=1e-3)
    wiring = wiring_of(read_network(tmp_path))
    drawn = np.array([capacity_factors(wiring, seed=0, replication=r) for r in range(2000)])
    assert (drawn[:, 0] == 1).all()
    assert drawn[:, 1].mean() == pytest.approx(
        1, abs=4 * site.capacity_sd / site.capacity_per_day / 2000**0.5
    )
    assert drawn[:, 1].std() == pytest.approx(site.capacity_sd / site.capacity_per_day, rel=0.1)


def test_what_a_site_can_do_bounds_what_it_sends() -> None:
    nodes = {
        "S": Node(id="S", kind="supplier", capacity_per_day=50, capacity_sd=5),
        "C": Node(id="C", kind="demand"),
    }
    network = Network(
        nodes=nodes,
        lanes=(Lane(id="l", origin="S", destination="C"),),
        demand={("C", "all"): Demand(per_day=80)},
    )
    sent = simulate(network, played=Played(days=10, warm_up=0, times=200)).told.over[:, 0] / 10
    assert (sent == np.floor(sent)).all()
    assert sent.mean() == pytest.approx(49.5, abs=1.5)  # rounded down
    assert sent.std() == pytest.approx(5, rel=0.2)
