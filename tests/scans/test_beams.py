"""Tiers are where the plane of a row's fronts fills up: their heights, how thick they are, and what is no tier."""

from __future__ import annotations

import numpy as np
import pytest

from scans.recognition.racks.beams import Fronts, beam_tiers

PLACES = 80  # of 10 cm


def fronts(*bands: tuple[float, float, float], per_m2: float = 4000.0, seed: int = 0) -> Fronts:
    """What is seen of level bands from a height to another on a share of the places, noise of 3 mm; nothing else."""
    rng = np.random.default_rng(seed)
    z, place = [], []
    for low, high, share in bands:
        seen = rng.permutation(PLACES)[: round(share * PLACES)]
        for one in seen:
            count = rng.poisson(per_m2 * 0.1 * (high - low))
            z.append(rng.uniform(low, high, count) + rng.normal(0, 0.003, count))
            place.append(np.full(count, one))
    return Fronts(np.concatenate(z), np.concatenate(place), PLACES)


def tops(found: Fronts, carried_m: float = 10.0) -> list[float]:
    return [tier.z_m for tier in beam_tiers(found, carried_m)]


BEAMS = ((1.50, 1.62, 0.95), (3.20, 3.32, 0.9), (4.90, 5.02, 0.6))


def test_bare_beams_are_found_to_millimetres_with_their_thickness() -> None:
    tiers = beam_tiers(fronts(*BEAMS), 6.0)
    assert [tier.z_m for tier in tiers] == pytest.approx([1.62, 3.32, 5.02], abs=0.005)
    assert [tier.beam_height_m for tier in tiers] == pytest.approx([0.12] * 3, abs=0.006)


def test_loads_flush_with_the_beams_hide_no_tier_where_every_other_place_is_bare() -> None:
    loads = [(top, top + 0.9, 0.5) for _, top, _ in BEAMS]
    assert tops(fronts(*BEAMS, *loads), 6.0) == pytest.approx([1.62, 3.32, 5.02], abs=0.01)


def test_shelves_with_flush_boxes_of_all_heights_are_told_from_the_boxes() -> None:
    shelves = [(0.12 + 0.43 * n, 0.155 + 0.43 * n, 0.95) for n in range(5)]
    boxes = [(top, top + height, 0.15) for _, top, _ in shelves for height in (0.08, 0.16, 0.24, 0.3)]
    found = beam_tiers(fronts(*shelves, *boxes, per_m2=8000.0), 2.2)
    assert [tier.z_m for tier in found] == pytest.approx([top for _, top, _ in shelves], abs=0.008)


def test_a_thin_scan_gives_the_same_tiers_with_larger_sigmas() -> None:
    thin, dense = (beam_tiers(fronts(*BEAMS, per_m2=per_m2), 6.0) for per_m2 in (150.0, 4000.0))
    assert [tier.z_m for tier in thin] == pytest.approx([1.62, 3.32, 5.02], abs=0.03)
    assert min(tier.sigma_m for tier in thin) > max(tier.sigma_m for tier in dense)


def test_errors_are_as_large_as_the_sigmas_say() -> None:
    errors = [
        (tier.z_m - top) / tier.sigma_m
        for seed in range(60)
        for tier, (_, top, _) in zip(
            beam_tiers(fronts(*BEAMS, per_m2=300.0, seed=seed), 6.0), BEAMS, strict=True
        )
    ]
    assert 0.85 <= np.mean(np.abs(errors) < 1.96) <= 1.0


def test_one_load_is_no_tier_however_wide_and_decks_of_pallets_are_none() -> None:
    load = fronts(*BEAMS)
    here = np.random.default_rng(1)
    box = Fronts(
        np.append(load.z, here.uniform(2.2, 2.6, 4000)),
        np.append(load.place, here.integers(10, 28, 4000)),
        PLACES,
    )
    assert tops(box, 6.0) == pytest.approx([1.62, 3.32, 5.02], abs=0.01)
    decks = fronts(*BEAMS, (1.74, 1.76, 0.6), (3.44, 3.46, 0.6), (5.14, 5.16, 0.5))
    assert tops(decks, 6.0) == pytest.approx([1.62, 3.32, 5.02], abs=0.01)


def test_what_hangs_above_the_uprights_is_none_and_nothing_seen_gives_none() -> None:
    assert tops(fronts(*BEAMS, (7.5, 7.7, 1.0)), 5.5) == pytest.approx([1.62, 3.32, 5.02], abs=0.01)
    assert beam_tiers(Fronts(np.zeros(0), np.zeros(0, np.int64), PLACES), 5.0) == ()


def test_feet_of_pallets_on_the_floor_are_none_below_beams_and_a_low_shelf_is_one() -> None:
    feet = fronts(*BEAMS, (0.11, 0.135, 0.8))
    assert tops(feet, 6.0) == pytest.approx([1.62, 3.32, 5.02], abs=0.01)
    shelf = fronts((0.11, 0.15, 0.9), (0.62, 0.66, 0.9), (1.12, 1.16, 0.9))
    assert tops(shelf, 2.0) == pytest.approx([0.15, 0.66, 1.16], abs=0.008)


def test_a_tier_with_half_of_its_beams_missing_is_one() -> None:
    seen = fronts(*BEAMS)
    kept = ~((seen.z > 3.0) & (seen.z < 3.5) & (seen.place > PLACES // 2))
    half = Fronts(seen.z[kept], seen.place[kept], PLACES)
    assert tops(half, 6.0) == pytest.approx([1.62, 3.32, 5.02], abs=0.01)
