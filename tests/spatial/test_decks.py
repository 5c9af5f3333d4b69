"""Under a deck an agent walks where its height fits; what other levels reach in with stands in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from spatial.errors import BadDataError
from spatial.facility import Facility, Level, Obstacle, Point2
from spatial.floor.agents import PICKER, REACH_TRUCK
from spatial.floor.decks import deck_thickness_m, decks_over
from spatial.floor.free_space import free_space


def box(x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


GROUND = Level(id="L0", elevation_m=1.0, outline=box(0, 0, 10, 10))


def hall(*levels: Level, obstacles: tuple[Obstacle, ...] = ()) -> Facility:
    return Facility(id="F", name="hall", kind="planned", levels=(GROUND, *levels), obstacles=obstacles)


def deck(above_m: float, *, holes: tuple[tuple[Point2, ...], ...] = (), **extra: object) -> Level:
    """Over the upper half of the ground."""
    return Level(id="M", elevation_m=1.0 + above_m, outline=box(0, 5, 10, 10), holes=holes, extra=extra)


def thing(level: str, z0_m: float, z1_m: float, kind: str = "machine") -> Obstacle:
    return Obstacle(id="O", level=level, kind=kind, footprint=box(2, 6, 4, 8), z0_m=z0_m, z1_m=z1_m)  # type: ignore[arg-type]


def free_m2(facility: Facility, agent: object = PICKER, level: str = "L0") -> float:
    return free_space(facility, agent, level).clear.area  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("above_m", "told", "area_m2"),
    [
        (2.0, {}, 100),  # a picker is 2.0 m tall
        (1.99, {}, 50),
        (2.3, {"deck_m": 0.3}, 100),
        (2.29, {"deck_m": 0.3}, 50),
        (0.2, {}, 50),  # a podium: nobody walks in it
    ],
)
def test_a_deck_is_walked_under_where_the_height_fits(
    above_m: float, told: dict[str, float], area_m2: float
) -> None:
    assert free_m2(hall(deck(above_m, **told))) == pytest.approx(area_m2)


def test_the_tall_are_kept_out_where_the_short_walk_and_a_hole_lets_them_through() -> None:
    low = deck(2.2, holes=(box(1, 6, 4, 9),))
    assert free_m2(hall(low), PICKER) == pytest.approx(100)
    assert free_m2(hall(low), REACH_TRUCK) == pytest.approx(50 + 9)
    assert [solid.id for solid in free_space(hall(low), REACH_TRUCK, "L0").solids] == ["M"]


def test_upstairs_the_floor_below_takes_nothing() -> None:
    assert free_m2(hall(deck(1.5)), level="M") == pytest.approx(50)


@pytest.mark.parametrize(
    ("level", "z0_m", "z1_m", "on", "area_m2"),
    [
        ("M", -0.9, 1.0, "L0", 96),  # hangs to 2.1 m over the ground: in a reach truck's way
        ("M", -0.6, 1.0, "L0", 100),  # to 2.4 m
        ("L0", 0.0, 3.2, "M", 50),  # a leg 0.2 m through the deck is below a step
        ("L0", 0.0, 3.5, "M", 46),
    ],
)
def test_what_reaches_in_from_another_level_is_in_the_way(
    level: str, z0_m: float, z1_m: float, on: str, area_m2: float
) -> None:
    facility = hall(deck(3.0), obstacles=(thing(level, z0_m, z1_m),))
    assert free_m2(facility, REACH_TRUCK, on) == pytest.approx(area_m2)


def test_legs_tell_how_thick_the_deck_is_and_the_level_itself_goes_before() -> None:
    legs = tuple(
        replace(thing("L0", 0.0, top, "mezzanine_leg"), id=f"G{top}") for top in (2.7, 2.75, 2.2, 1.0)
    )
    level = deck(3.0)
    assert deck_thickness_m(hall(level, obstacles=legs), level) == pytest.approx(0.3)  # of 0.25, 0.3 and 0.8
    told = deck(3.0, deck_m=0.5)
    assert deck_thickness_m(hall(told, obstacles=legs), told) == 0.5
    assert deck_thickness_m(hall(level), level) is None


def test_the_lowest_deck_hides_those_above_it() -> None:
    upper = Level(id="U", elevation_m=8.0, outline=box(0, 0, 10, 10))
    low, high = decks_over(hall(upper, deck(3.0)), GROUND)
    assert (low.level.id, low.gap_m, high.level.id, high.gap_m) == ("M", 3.0, "U", 7.0)
    assert high.area.equals(shapely.Polygon(box(0, 0, 10, 5)))
    assert decks_over(hall(upper), upper) == ()


@pytest.mark.parametrize("told", [-0.1, "thick", True, float("nan")])
def test_a_thickness_that_is_none_is_refused(told: object) -> None:
    with pytest.raises(
        BadDataError, match=r"level 'M' of facility 'F' has deck_m .*: expected metres, 0 or more"
    ):
        free_m2(hall(deck(3.0, deck_m=told)))
