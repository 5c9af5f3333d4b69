"""Which scans the guard keeps, asks together and leaves outside, by rules alone: what it says of a pair is given."""

from __future__ import annotations

import numpy as np
import pytest

from scans.poses_file import PoseOrigin
from scans.registration import guarded
from scans.registration.alias_sight import PosedPoints
from scans.registration.aliasing import AliasVerdict
from scans.registration.guarded import Guarded, ask_all
from scans.registration.known_points import KnownPoint

MARK = KnownPoint("P", moving=(0.0, 0.0, 0.0), fixed=(0.0, 0.0, 0.0))


def words(
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    sure: set[tuple[int, int]],
    vague: set[tuple[int, int]] = frozenset(),  # type: ignore[assignment]
    known: tuple[int, ...] = (),
) -> list[str]:
    """The words on scans that meet in `sure` pairs, which tell, and in `vague` ones, which do not."""

    def told(fixed: PosedPoints, moving: PosedPoints, rows: object, **options: object) -> AliasVerdict:
        tells = any((i, j) in sure or (j, i) in sure for i in fixed.points[:, 0] for j in moving.points[:, 0])
        return AliasVerdict("unique" if tells else "ambiguous", "told", (), (), (), 0.0, 1e-4)

    monkeypatch.setattr(guarded, "check_aliasing", told)
    scans = [
        Guarded(PosedPoints(np.full((1, 3), float(k))), known=(MARK,) * (k in known)) for k in range(count)
    ]
    pairs = sure | vague
    return [word.verdict for word in ask_all(scans, lambda i, j: (i, j) in pairs or (j, i) in pairs)]


def test_a_chain_of_sure_pairs_is_unique(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words(monkeypatch, 4, {(0, 1), (1, 2), (2, 3)}) == ["unique"] * 4


def test_scans_that_agree_with_one_another_may_be_a_bay_off_together(monkeypatch: pytest.MonkeyPatch) -> None:
    told = words(monkeypatch, 5, {(0, 1), (1, 2), (3, 4)}, {(2, 3)})
    assert told == ["unique"] * 3 + ["ambiguous"] * 2


def test_the_larger_group_is_kept_though_the_first_scan_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words(monkeypatch, 4, {(1, 2), (2, 3)}, {(0, 1)}) == ["ambiguous"] + ["unique"] * 3


def test_known_points_hold_the_group_that_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    told = words(monkeypatch, 5, {(0, 1), (1, 2), (3, 4)}, {(2, 3)}, known=(4,))
    assert told == ["ambiguous"] * 3 + ["unique"] * 2


def test_who_is_alone_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words(monkeypatch, 1, set()) == ["not_checked"]
    assert words(monkeypatch, 3, {(0, 1)}) == ["unique", "unique", "not_checked"]
    assert words(monkeypatch, 2, set(), {(0, 1)}) == ["not_checked", "ambiguous"]


def test_sigma_is_the_largest_in_the_plan() -> None:
    covariance = np.diag([0.0, 0.0, 0.0, 0.01**2, 0.02**2, 0.05**2])
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    lying = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    origin = PoseOrigin(covariance=covariance)
    assert origin.horizontal_sigma_m(np.eye(3)) == pytest.approx(0.02)
    assert origin.horizontal_sigma_m(turn) == pytest.approx(0.02)
    assert origin.horizontal_sigma_m(lying) == pytest.approx(0.05)
    assert PoseOrigin().horizontal_sigma_m(np.eye(3)) is None
