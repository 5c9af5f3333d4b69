"""A rack is shown every beam that meets it: no sector that could is left out."""

from __future__ import annotations

import numpy as np
import pytest

from scans.recognition.places.fan import SECTORS, Beams, Fans, sectors_towards


@pytest.mark.parametrize("seed", range(12))
def test_every_beam_that_meets_a_box_is_in_a_sector_towards_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pole = np.array([*rng.uniform(-6, 6, 2), 1.5])
    ends = np.column_stack([rng.uniform(-12, 12, (3000, 2)), rng.uniform(0, 3, 3000)])
    fans = Fans.of([Beams(pole, ends)])
    low, high = np.array([-3.0, -0.6]), np.array([2.0, 0.7])
    corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    near_m = float(np.hypot(*np.maximum(0, np.maximum(low - pole[:2], pole[:2] - high))))
    found = np.empty(SECTORS, np.int64)
    size = sectors_towards(pole, corners, near_m, fans.reach[0], found)
    sector = np.repeat(np.arange(SECTORS), np.diff(fans.start))
    share = np.linspace(0, 1, 400)[:, None, None]
    way = pole[:2] + share * (fans.ends[:, :2] - pole[:2])
    meets = ((way > low) & (way < high)).all(axis=2).any(axis=0)
    assert np.isin(sector[meets], found[:size]).all()
    assert len(set(found[:size].tolist())) == size
    if near_m > 0.5:
        assert size < 0.75 * SECTORS  # or nothing would be gained


def test_beams_are_kept_station_by_station_and_without_an_eye_too() -> None:
    rng = np.random.default_rng(0)
    groups = [rng.normal(size=(n, 3)) for n in (5, 0, 7)]
    fans = Fans.of([Beams(np.ones(3), groups[0]), Beams(None, groups[1]), Beams(None, groups[2])])
    assert fans.has_eye.tolist() == [True, False, False]
    for station, ends in enumerate(groups):
        rows = slice(fans.start[station * SECTORS], fans.start[(station + 1) * SECTORS])
        np.testing.assert_array_equal(np.sort(fans.ends[rows], axis=0), np.sort(ends, axis=0))
    assert len(Fans.of([]).ends) == 0
