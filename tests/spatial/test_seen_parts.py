"""What a scan saw beyond the elements is the obstacle's or wall's where it lies, else nobody's; no face is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from spatial.facility import Facility, FloorHeights, Level, Obstacle, Wall
from spatial.meshes.boxes import Triangles
from spatial.meshes.seen_parts import SeenPart, seen_parts

OUTLINE = ((0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0))


def stack(name: str, x: float, *, level: str = "L0") -> Obstacle:
    """One by one metre, and as high."""
    ring = ((x, 4.0), (x + 1.0, 4.0), (x + 1.0, 5.0), (x, 5.0))
    return Obstacle(id=name, level=level, kind="floor_stack", footprint=ring, z0_m=0.0, z1_m=1.0)


HALL = Facility(
    id="H",
    name="H",
    kind="as_built",
    levels=(Level(id="L0", elevation_m=0.0, outline=OUTLINE),),
    walls=(Wall(id="W1", level="L0", p0=(0.0, 0.0), p1=(20.0, 0.0), height_m=6.0),),
    obstacles=(stack("O1", 5.0), stack("O2", 6.3)),
)


def triangles_at(*places: tuple[float, float, float]) -> Triangles:
    """A small triangle about each place."""
    corner = np.array([[0.02, 0.0, 0.0], [-0.01, 0.02, 0.0], [-0.01, -0.02, 0.0]])
    vertices = (np.array(places)[:, None, :] + corner).reshape(-1, 3)
    return vertices, np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)


def owner_of(place: tuple[float, float, float], facility: Facility = HALL) -> str:
    (part,) = seen_parts(facility, triangles_at(place))
    return part.id


@pytest.mark.parametrize(
    ("place", "owner"),
    [
        ((5.5, 4.5, 0.5), "O1"),
        ((5.0, 4.5, 0.9), "O1"),
        ((5.5, 4.5, 1.1), "O1"),
        ((5.5, 4.5, 1.5), "residual"),
        ((4.5, 4.5, 0.5), "residual"),
        ((6.10, 4.5, 0.5), "O1"),
        ((6.20, 4.5, 0.5), "O2"),
        ((9.0, 0.3, 3.0), "W1"),
        ((9.0, 0.7, 3.0), "residual"),
        ((9.0, 0.3, 6.5), "residual"),
    ],
)
def test_a_face_belongs_to_where_it_lies(place: tuple[float, float, float], owner: str) -> None:
    assert owner_of(place) == owner


def test_an_obstacle_at_a_wall_has_its_faces_before_the_wall() -> None:
    ring = ((1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0))
    cabinet = Obstacle(id="O3", level="L0", kind="unknown", footprint=ring, z0_m=0.0, z1_m=2.0)
    hall = Facility(**{**HALL.__dict__, "obstacles": (cabinet,)})
    assert owner_of((1.5, 0.3, 1.0), hall) == "O3"
    assert owner_of((1.5, 0.3, 3.0), hall) == "W1"


def test_heights_count_from_the_floor_of_the_level() -> None:
    ramp = FloorHeights(
        points=((0.0, 0.0, 0.0), (20.0, 0.0, 2.0), (0.0, 10.0, 0.0), (20.0, 10.0, 2.0)), grid_m=20.0
    )
    levels = (Level(id="L0", elevation_m=0.0, outline=OUTLINE, floor=ramp),)
    upper = (Level(id="L1", elevation_m=4.0, outline=OUTLINE),)
    hall = Facility(**{**HALL.__dict__, "levels": levels + upper, "obstacles": (stack("O1", 15.0),)})
    assert owner_of((15.5, 4.5, 2.4), hall) == "O1"
    above = Facility(**{**hall.__dict__, "obstacles": (stack("O1", 15.0), stack("O9", 15.0, level="L1"))})
    parts = seen_parts(above, triangles_at((15.5, 4.5, 2.4), (15.5, 4.5, 4.5)))
    assert [(part.id, part.level) for part in parts] == [("O1", "L0"), ("O9", "L1")]


def test_nothing_seen_has_no_parts() -> None:
    empty = np.zeros((0, 3)), np.zeros((0, 3), np.int32)
    assert seen_parts(HALL, None) == seen_parts(HALL, empty) == ()


@given(
    st.lists(
        st.tuples(st.floats(-1, 21), st.floats(-1, 11), st.floats(-1, 8)),
        min_size=1,
        max_size=30,
        unique=True,
    )
)
def test_every_face_is_in_one_part_and_what_is_nobodys_comes_last(
    places: list[tuple[float, float, float]],
) -> None:
    vertices, faces = triangles_at(*places)
    parts = seen_parts(HALL, (vertices, faces))
    kept = np.concatenate([part.vertices[part.faces] for part in parts])
    order, kept_order = (np.lexsort(each.reshape(-1, 9).T) for each in (vertices[faces], kept))
    assert_allclose(kept[kept_order], vertices[faces][order], rtol=0, atol=0)
    names = [part.id for part in parts]
    assert len(set(names)) == len(names)
    assert "residual" not in names[:-1]


def test_a_parts_node_is_told_from_the_node_of_its_element() -> None:
    corners, faces = triangles_at((0.0, 0.0, 0.0))
    assert SeenPart("O1", "L0", corners, faces).name == "O1 residual"
    assert SeenPart("residual", "", corners, faces).name == "residual"
