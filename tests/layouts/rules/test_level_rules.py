"""Halls of several levels: what hangs over, what the deck carries, and how people get down, in closed form."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from layouts.rules import dead_ends as dead_ends_module
from layouts.rules.check_layout import check_layout
from layouts.rules.clear_height import clear_height
from layouts.rules.dead_ends import dead_ends
from layouts.rules.finding import Finding
from layouts.rules.floor_loads import floor_loads
from layouts.rules.limits import DEFAULT_LIMITS, Limits
from layouts.rules.top_loads import top_loads
from layouts.rules.ways_out import ways_out
from spatial.errors import BadDataError
from spatial.facility import Facility, Level, Location, Obstacle, Point2, Wall
from spatial.floor.agents import PICKER, REACH_TRUCK
from spatial.navigation.build_graph import build_graph

LINK_M = 6.0
ON_MEZZ_M = math.hypot(7.7, 2.7)
"""From the corner (0.3, 7.7) to the stairs at (8, 5)."""
BELOW_M = math.hypot(6, 2.7) + 0.3
"""From the stairs at (8, 3) to the door at (2, 0), whose step is at (2, 0.3)."""


def link(
    name: str, kind: str, a: tuple[str, float, float], b: tuple[str, float, float], **more: Any
) -> dict[str, Any]:
    ends = {end: {"level": level, "x_m": x, "y_m": y} for end, (level, x, y) in (("from", a), ("to", b))}
    return {"id": name, "kind": kind, **ends, **more}


def stairs(kind: str = "stairs", **more: Any) -> dict[str, Any]:
    return link("S1", kind, ("L0", 8.0, 3.0), ("MEZZ", 8.0, 5.0), length_m=LINK_M, **more)


def outline(x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def mezzanine(elevation_m: float = 3.0, **extra: Any) -> Level:
    return Level(id="MEZZ", elevation_m=elevation_m, outline=outline(0, 4, 10, 8), extra=extra)


@pytest.fixture
def hall(room: Any, door: Any) -> Any:
    """10 × 8 m with a mezzanine over the upper half, a door at x = 2 below, and what joins the two."""

    def drawn(
        *links: dict[str, Any], deck: Level | None = None, more: tuple[Level, ...] = (), **told: Any
    ) -> Facility:
        ground = Level(id="L0", elevation_m=0.0, outline=outline(0, 0, 10, 8))
        levels = told.pop("levels", (ground, deck or mezzanine(), *more))
        extra = {"links": list(links)} if links else {}
        plan: Facility = room(10, 8, doors=(door(2.0),), levels=levels, extra=extra, **told)
        return plan

    return drawn


def out(facility: Facility, level: str = "MEZZ", **limits: Any) -> dict[str, Finding]:
    found = ways_out(facility, [PICKER], Limits(**limits))
    return {each.rule: each for each in found if each.elements[0] == level}


def test_from_a_mezzanine_it_is_the_stairs_and_then_the_way_below(hall: Any) -> None:
    found = out(hall(stairs()))
    assert found["escape_walked"].value == pytest.approx(ON_MEZZ_M + LINK_M + BELOW_M)
    assert found["escape_straight"].value == pytest.approx(ON_MEZZ_M + LINK_M + math.hypot(6, 3))
    assert found["escape_walked"].elements == ("MEZZ", "S1")
    assert found["escape_walked"].at == pytest.approx((0.3, 7.7))
    assert "over S1" in found["escape_walked"].context


def test_stairs_without_a_length_are_as_long_as_the_straight_line_between_their_ends(hall: Any) -> None:
    plain = {key: value for key, value in stairs().items() if key != "length_m"}
    walked = out(hall(plain))["escape_walked"].value
    assert walked == pytest.approx(ON_MEZZ_M + math.hypot(2, 3) + BELOW_M)


def test_below_the_stairs_change_nothing(hall: Any) -> None:
    with_stairs, without = out(hall(stairs()), "L0"), out(hall(), "L0")
    assert with_stairs["escape_walked"].value == without["escape_walked"].value


@pytest.mark.parametrize(
    ("links", "told", "verdict"),
    [
        ((stairs("lift"),), {}, "fail"),
        ((stairs("conveyor"),), {}, "fail"),
        ((stairs(agents=["reach_truck"]),), {}, "fail"),
        ((stairs("ramp"),), {}, "pass"),
        ((stairs(one_way=True),), {}, "pass"),  # who flees goes against the traffic
        ((stairs("lift"),), {"kind": "as_built"}, "cannot_decide"),  # stairs may not have been drawn
        ((), {}, "cannot_decide"),
    ],
)
def test_lifts_are_no_way_out(
    links: tuple[dict[str, Any], ...], told: dict[str, Any], verdict: str, hall: Any
) -> None:
    found = out(hall(*links, **told))["escape_walked"]
    assert found.verdict == verdict
    if verdict != "pass":
        assert (found.quantity, found.value) == ("exits", 0.0)
        assert "links of kind stairs, ramp count (ASR A2.3 (2022)" in found.remedy


def test_a_lift_is_one_where_the_user_says_so(hall: Any) -> None:
    found = out(hall(stairs("lift")), way_out_links=("lift",))
    assert found["escape_walked"].value == pytest.approx(ON_MEZZ_M + LINK_M + BELOW_M)


@pytest.mark.parametrize("is_reversed", [False, True])
def test_stairs_lead_on_through_the_floors_between_in_whatever_order_they_are(
    is_reversed: bool, hall: Any
) -> None:
    upper = Level(id="UP", elevation_m=6.0, outline=outline(0, 4, 10, 8))
    second = link("S2", "stairs", ("UP", 1.0, 7.0), ("MEZZ", 1.0, 5.0), length_m=5.0)
    plan = hall(stairs(), second, more=(upper,))
    if is_reversed:
        plan = replace(plan, levels=plan.levels[::-1])
    found = out(plan, "UP")["escape_walked"]
    # from (9.7, 4.3) to (1, 7), down, along the mezzanine from (1, 5) to (8, 5), down
    assert found.value == pytest.approx(math.hypot(8.7, 2.7) + 5.0 + 7.0 + LINK_M + BELOW_M)
    assert found.elements == ("UP", "S2")


def test_the_nearer_of_two_stairs_counts_by_the_whole_way(hall: Any) -> None:
    far = link("S2", "stairs", ("L0", 1.0, 3.0), ("MEZZ", 1.0, 5.0), length_m=100.0)
    found = out(hall(stairs(), far))["escape_walked"]
    assert found.value == pytest.approx(ON_MEZZ_M + LINK_M + BELOW_M)


def test_stairs_into_a_floor_without_an_exit_are_none(hall: Any, room: Any) -> None:
    plan = hall(stairs())
    shut = replace(plan, walls=tuple(replace(wall, openings=()) for wall in plan.walls))
    assert out(shut)["escape_walked"].verdict == "fail"


def test_stairs_into_a_floor_that_was_not_seen_are_not_decided(hall: Any) -> None:
    levels = (Level(id="L0", elevation_m=0.0, outline=()), mezzanine())
    assert out(hall(stairs(), levels=levels))["escape_walked"].verdict == "cannot_decide"


def test_a_floor_under_a_low_deck_is_no_way(hall: Any) -> None:
    """The upper half of the ground is too low: people there are none, and the farthest place is below y = 4."""
    found = out(hall(stairs(), deck=mezzanine(1.9)), "L0")["escape_walked"]
    assert found.at is not None
    assert found.at[1] <= 3.7 + 1e-9


def test_straight_is_past_racks_but_not_through_walls(room: Any, door: Any, rack: Any) -> None:
    plan = room(10, 8, doors=(door(2.0),), racks=(rack(2, 6, 9, 7),))
    inner = Wall(id="IN", level="L0", p0=(0.0, 4.0), p1=(8.0, 4.0), height_m=3.0, thickness_m=0.2)
    found = out(replace(plan, walls=(*plan.walls, inner)), "L0")["escape_straight"]
    round_m = math.dist((0.3, 7.7), (8, 4.1)) + 0.2 + math.dist((8, 3.9), (2, 0))
    assert found.value == pytest.approx(round_m)


@pytest.fixture
def bridge(room: Any, door: Any, aisle: Any) -> Any:
    """A gallery 2 m wide over a hall of 24 × 12 m, from x = 2 to 22, with what leads down at its ends."""

    def drawn(*kinds: str) -> Facility:
        ground = Level(id="L0", elevation_m=0.0, outline=outline(0, 0, 24, 12))
        gallery = Level(id="UP", elevation_m=3.0, outline=outline(2, 5, 22, 7))
        places = ((2.5, "A"), (21.5, "B"))
        links = [
            link(f"{kind}-{name}", kind, ("L0", x, 3.0), ("UP", x, 6.0), length_m=5.0)
            for kind, (x, name) in zip(kinds, places, strict=False)
        ]
        above = replace(aisle((2.0, 6.0), (22.0, 6.0), 2.0), level="UP")
        stack = Obstacle(
            id="O", level="L0", kind="floor_stack", footprint=outline(10, 2, 14, 4), z0_m=0.0, z1_m=1.0
        )
        plan: Facility = room(
            24, 12, doors=(door(12.0),), levels=(ground, gallery), aisles=(above,), obstacles=(stack,),
            extra={"links": links},
        )  # fmt: skip
        return plan

    return drawn


def deepest(facility: Facility, **told: Any) -> float | None:
    (found,) = dead_ends(facility, [PICKER], DEFAULT_LIMITS, **told)
    return found.value


def test_upstairs_a_dead_end_goes_on_down_the_stairs_and_a_lift_opens_none(bridge: Any) -> None:
    both, one, lift = (
        deepest(bridge(*kinds)) for kinds in (("stairs",) * 2, ("stairs",), ("stairs", "lift"))
    )
    assert both == 0.0  # up one, down the other
    # from the end at x = 22 to the stairs at 2.5, down, and on to the lanes round the stack, at x = 5
    assert one == pytest.approx(19.5 + 5.0 + 2.5, abs=1.5)
    assert lift == pytest.approx(one, abs=1.5)


def test_a_graph_that_the_caller_has_is_used(bridge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = bridge("stairs")
    graph, built = build_graph(plan, PICKER), check_layout(plan, [PICKER])

    def refuse(*_: Any) -> None:
        raise AssertionError("the graph was built again")

    monkeypatch.setattr(dead_ends_module, "build_graph", refuse)
    assert check_layout(plan, [PICKER], picker_graph=graph) == built
    with pytest.raises(AssertionError, match="built again"):
        check_layout(plan, [PICKER])


def test_a_graph_of_something_else_is_refused(bridge: Any, hall: Any) -> None:
    plan = bridge("stairs")
    for other in (
        build_graph(plan, REACH_TRUCK),
        build_graph(bridge("lift"), PICKER),
        build_graph(hall(), PICKER),
    ):
        with pytest.raises(ValueError, match="is none of 'ROOM' for a picker by its own links"):
            deepest(plan, graph=other)


def heights(facility: Facility, **limits: Any) -> dict[tuple[str, ...], Finding]:
    return {each.elements: each for each in clear_height(facility, [PICKER], Limits(**limits))}


@pytest.mark.parametrize(
    ("elevation_m", "deck", "value", "verdict"),
    [
        (3.0, {"deck_m": 0.3}, 2.7, "pass"),
        (2.5, {"deck_m": 0.3}, 2.2, "pass"),  # a picker of 2.0 m and 0.2 m above
        (2.4, {"deck_m": 0.3}, 2.1, "fail"),
        (3.2, {}, 3.2, "pass"),  # no deck is thicker than 1 m
        (3.1, {}, 3.1, "cannot_decide"),
        (2.1, {}, 2.1, "fail"),  # not even a deck of no thickness
    ],
)
def test_under_a_mezzanine_the_deck_is_the_ceiling(
    elevation_m: float, deck: dict[str, float], value: float, verdict: str, hall: Any
) -> None:
    found = heights(hall(deck=mezzanine(elevation_m, **deck)))
    under = found["L0", "MEZZ"]
    assert (under.value, under.verdict) == (pytest.approx(value), verdict)
    assert found[("L0",)].value == 6.0  # the roof, over the other half
    assert found[("MEZZ",)].value == pytest.approx(6.0 - elevation_m)
    assert ("give deck_m of level 'MEZZ'" in under.remedy) == (verdict == "cannot_decide")


def test_a_deck_too_low_to_walk_under_counts_where_an_aisle_leads_under_it(hall: Any, aisle: Any) -> None:
    low = mezzanine(1.5, deck_m=0.1)
    assert ("L0", "MEZZ") not in heights(hall(deck=low))
    under = heights(hall(deck=low, aisles=(aisle((1.0, 6.0), (9.0, 6.0), 2.0),)))["L0", "MEZZ"]
    assert (under.value, under.verdict) == (pytest.approx(1.4), "fail")


def test_a_floor_wholly_under_decks_has_no_roof(hall: Any) -> None:
    whole = replace(mezzanine(3.0, deck_m=0.3), outline=outline(0, 0, 10, 8))
    assert ("L0",) not in heights(hall(deck=whole))


def test_the_roof_the_user_tells_is_above_the_lowest_floor(hall: Any) -> None:
    found = heights(hall(), roof_m=7.5)
    assert (found[("L0",)].value, found[("MEZZ",)].value) == (7.5, 4.5)


def up_to(facility: Facility, **limits: Any) -> dict[tuple[str, str], Finding]:
    found = top_loads(facility, [PICKER], Limits(**limits))
    return {(each.rule, each.elements[0]): each for each in found}


def test_loads_under_a_deck_are_held_against_it_and_its_sprinklers(hall: Any, rack: Any) -> None:
    """A row 2.5 m high: loads on the tier at 1.5 m reach as high as the row."""
    below = rack(1, 5, 5, 6, height_m=2.5)
    aside = rack(1, 1, 5, 2, height_m=2.5, name="R2")
    plan = hall(deck=mezzanine(3.0, deck_m=0.3), racks=(below, aside))
    found = up_to(plan, sprinkler_height_m=5.5)
    top = 6.0 - (found["top_load_to_roof", "R2"].value or 0.0)
    assert found["top_load_to_deck", "R1"].value == pytest.approx(2.7 - top)
    assert found["top_load_to_deck", "R1"].elements == ("R1", "MEZZ")
    assert ("top_load_to_roof", "R1") not in found
    assert found["top_load_to_sprinklers", "R2"].value == pytest.approx(5.5 - top)
    assert found["top_load_to_sprinklers", "R1"].value is None  # those of the roof do not spray there
    told = up_to(plan, sprinklers_under_deck_m=0.1, sprinkler_gap_m=0.05)["top_load_to_sprinklers", "R1"]
    assert told.value == pytest.approx(2.6 - top)


def test_upstairs_the_roofs_sprinklers_are_lower(hall: Any, rack: Any) -> None:
    above = replace(rack(1, 5, 5, 6, height_m=2.0), level="MEZZ", base_z_m=3.0)
    found = up_to(hall(racks=(above,)), sprinkler_height_m=5.8)
    roof, spray = (found[f"top_load_to_{name}", "R1"].value for name in ("roof", "sprinklers"))
    assert roof is not None
    assert spray is not None
    assert roof - spray == pytest.approx(6.0 - 5.8)


def stored(load_kg: float | None, tier: int = 0) -> Location:
    extra = {} if load_kg is None else {"load_kg": load_kg}
    return Location(
        id=f"P{tier}", rack="R1", bay=0, tier=tier, position=1, center=(3.0, 5.5, 3.6),
        size_m=(1.0, 1.0, 1.0), state="occupied", confidence=1.0, extra=extra,
    )  # fmt: skip


def carried(hall: Any, rack: Any, *loads: float | None, mass_kg: float = 200.0, **told: Any) -> Finding:
    row = replace(rack(1, 5, 5, 6), level="MEZZ", base_z_m=3.0, extra={"mass_kg": mass_kg})
    plan = hall(
        deck=mezzanine(**told.pop("deck", {})),
        racks=(row, rack(1, 1, 5, 2, name="GROUND")),
        locations=tuple(stored(load, tier) for tier, load in enumerate(loads)),
    )
    (found,) = floor_loads(plan, [PICKER], Limits(**told))
    return found


def test_what_a_deck_carries_is_not_decided_until_it_is_told(hall: Any, rack: Any) -> None:
    found = carried(hall, rack, 400.0, 600.0)
    # 200 + 400 + 600 kg on 4 m²; the floor tier counts; the row on the ground has none
    assert (found.elements, found.value, found.verdict) == (("R1", "MEZZ"), 300.0, "cannot_decide")
    assert "load notice" in found.remedy


@pytest.mark.parametrize(
    ("loads", "told", "verdict"),
    [
        ((400.0, 600.0), {"floor_load_kg_m2": 300.0}, "pass"),
        ((400.0, 600.0), {"floor_load_kg_m2": 299.0}, "fail"),
        ((400.0, 600.0), {"floor_load_kg_m2": 299.0, "deck": {"floor_load_kg_m2": 500}}, "pass"),
        ((400.0, None), {"floor_load_kg_m2": 300.0}, "cannot_decide"),
        ((2000.0, None), {"floor_load_kg_m2": 300.0}, "fail"),
        ((400.0, None), {"floor_load_kg_m2": 300.0, "load_unit_kg": 600.0}, "pass"),
        ((), {"floor_load_kg_m2": 300.0}, "cannot_decide"),
    ],
)
def test_rack_and_loads_are_held_against_the_deck(
    loads: tuple[float | None, ...], told: dict[str, Any], verdict: str, hall: Any, rack: Any
) -> None:
    assert carried(hall, rack, *loads, **told).verdict == verdict


def test_a_rack_that_tells_no_mass_is_taken_as_a_usual_one_and_that_is_said(hall: Any, rack: Any) -> None:
    row = replace(rack(1, 5, 5, 6), level="MEZZ", base_z_m=3.0)
    (found,) = floor_loads(hall(racks=(row,)), [PICKER], DEFAULT_LIMITS)
    assert found.value == pytest.approx(60.0)
    assert "the rack itself taken as 60 kg/m²" in found.context


@pytest.mark.parametrize("told", ["heavy", -1.0, True])
def test_a_floor_load_that_is_none_is_refused(told: object, hall: Any, rack: Any) -> None:
    with pytest.raises(BadDataError, match=r"level 'MEZZ' has floor_load_kg_m2 .*: expected kilograms per"):
        carried(hall, rack, 1.0, deck={"floor_load_kg_m2": told})
