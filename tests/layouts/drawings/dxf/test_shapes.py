"""Block references, hidden layers and curves: every entity is drawn where CAD shows it, or counted."""

from __future__ import annotations

import math
from collections import Counter

import ezdxf
import numpy as np
import pytest
import shapely
from ezdxf import disassemble

from layouts.drawings.dxf.shapes import shapes_of
from layouts.drawings.dxf.things import line_of
from spatial.errors import BadDataError


def test_nested_scaled_mirrored_and_turned_blocks_agree_with_ezdxf(tmp_path):
    doc = ezdxf.new()
    inner = doc.blocks.new("inner", base_point=(1, 2))
    inner.add_line((0, 0), (3, 1))
    inner.add_arc((2, 2), 1.5, 30, 200)
    inner.add_lwpolyline([(0, 0, 0.4), (2, 0, -1), (2, 3, 0)], format="xyb", close=True)
    outer = doc.blocks.new("outer", base_point=(-3, 1))
    outer.add_blockref("inner", (5, 1), dxfattribs={"xscale": -2, "yscale": 0.5, "rotation": 25})
    outer.add_blockref("inner", (0, 9), dxfattribs={"extrusion": (0, 0, -1), "rotation": 70})
    space = doc.modelspace()
    space.add_blockref("outer", (100, 50), dxfattribs={"xscale": 3, "yscale": -3, "rotation": -40})
    space.add_blockref(
        "outer",
        (0, 0),
        dxfattribs={"column_count": 3, "row_count": 2, "column_spacing": 30, "row_spacing": 20},
    )
    drawn = shapes_of(doc, 0.0001)
    assert len(drawn.shapes) == (1 + 3 * 2) * 2 * 3
    found = shapely.union_all([line_of(shape) for shape in drawn.shapes])
    paths = [disassemble.make_primitive(each).path for each in disassemble.recursive_decompose(space)]
    truth = [shapely.LineString([(x, y) for x, y, _ in path.flattening(0.0001, 32)]) for path in paths]
    assert found.hausdorff_distance(shapely.union_all(truth)) < 0.005


def test_layer_0_in_a_block_is_the_layer_of_its_reference():
    doc = ezdxf.new()
    block = doc.blocks.new("b")
    block.add_line((0, 0), (1, 0))
    block.add_line((0, 0), (1, 0), dxfattribs={"layer": "own"})
    doc.modelspace().add_blockref("b", (0, 0), dxfattribs={"layer": "door"})
    assert [shape.layer for shape in shapes_of(doc, 0.01).shapes] == ["door", "own"]


def test_hidden_layers_are_counted_and_not_drawn():
    doc = ezdxf.new()
    doc.layers.add("off").off()
    doc.layers.add("frozen").freeze()
    block = doc.blocks.new("b")
    block.add_line((0, 0), (1, 0), dxfattribs={"layer": "seen"})
    space = doc.modelspace()
    space.add_line((0, 0), (1, 0), dxfattribs={"layer": "OFF"})
    space.add_line((0, 0), (1, 0), dxfattribs={"layer": "frozen"})
    space.add_line((0, 0), (1, 0), dxfattribs={"invisible": 1})
    space.add_blockref("b", (0, 0), dxfattribs={"layer": "off"})
    space.add_blockref("b", (0, 0), dxfattribs={"layer": "frozen"})
    drawn = shapes_of(doc, 0.01)
    assert [shape.layer for shape in drawn.shapes] == ["seen"]
    assert drawn.left_out == Counter(
        {
            ("OFF", "LINE", "layer is off"): 1,
            ("frozen", "LINE", "layer is frozen"): 1,
            ("0", "LINE", "invisible"): 1,
            ("frozen", "INSERT", "layer is frozen"): 1,
        }
    )


def test_every_entity_is_drawn_or_counted_once():
    doc = ezdxf.new()
    space = doc.modelspace()
    block = doc.blocks.new("b")
    block.add_line((0, 0), (1, 0))
    block.add_attdef("tag", (0, 0))
    space.add_blockref("b", (0, 0)).add_attrib("tag", "A1", (1, 1))
    space.add_blockref("missing", (0, 0))
    space.add_text("words")
    space.add_mtext("more")
    space.add_region()
    space.add_linear_dim((0, 2), (0, 0), (1, 0)).render()
    space.add_hatch().paths.add_polyline_path([(0, 0), (1, 0), (1, 1)])
    space.add_point((3, 3))
    space.add_xline((0, 0), (1, 0))
    drawn = shapes_of(doc, 0.01)
    told = {shape.entity for shape in drawn.shapes}
    assert len(told) + sum(drawn.left_out.values()) + drawn.references == drawn.entities
    assert drawn.references == 1


@pytest.mark.parametrize("radius", [0.5, 7.0, 120.0])
def test_curves_stay_within_the_sagitta(radius):
    doc = ezdxf.new()
    space = doc.modelspace()
    space.add_circle((3, 4), radius)
    space.add_arc((3, 4), radius, 200, 20)
    space.add_lwpolyline([(3 + radius, 4, 1), (3 - radius, 4, 0)], format="xyb")
    space.add_ellipse((3, 4), (radius, 0), 1.0)
    hatch = space.add_hatch()
    hatch.paths.add_edge_path().add_arc((3, 4), radius, 0, 360)
    for shape in shapes_of(doc, 0.001).shapes:
        ring = np.vstack([shape.points, shape.points[:1]]) if shape.closed else shape.points
        middles = (ring[:-1] + ring[1:]) / 2
        assert np.allclose(np.hypot(*(ring - (3, 4)).T), radius, atol=1e-6)
        assert np.hypot(*(middles - (3, 4)).T).min() >= radius - 0.00101


def test_arcs_keep_centre_and_ends_in_mirrored_blocks():
    doc = ezdxf.new()
    block = doc.blocks.new("b")
    block.add_arc((1, 0), 2, 0, 90)
    doc.modelspace().add_blockref("b", (10, 0), dxfattribs={"xscale": -1, "rotation": 90})
    (shape,) = shapes_of(doc, 0.001).shapes
    center, start, middle, end = shape.arcs[0]
    assert np.allclose([center, start, end], [(10, -1), (10, -3), (8, -1)])
    assert math.dist(center, middle) == pytest.approx(2)


def test_a_block_that_contains_itself_is_told():
    doc = ezdxf.new()
    block = doc.blocks.new("b")
    block.add_line((0, 0), (1, 0))
    block.add_blockref("b", (1, 1))
    doc.modelspace().add_blockref("b", (0, 0))
    drawn = shapes_of(doc, 0.01)
    assert len(drawn.shapes) == 1
    assert drawn.left_out["0", "INSERT", "block contains itself"] == 1


def test_a_reference_that_repeats_without_end_is_refused():
    doc = ezdxf.new()
    doc.blocks.new("b").add_line((0, 0), (1, 0))
    attributes = {"column_count": 30_000, "row_count": 30_000, "column_spacing": 1, "row_spacing": 1}
    doc.modelspace().add_blockref("b", (0, 0), dxfattribs=attributes)
    with pytest.raises(BadDataError, match=r"repeats 900000000 times.*correct its rows and columns"):
        shapes_of(doc, 0.01)


def test_external_references_are_told():
    doc = ezdxf.new()
    doc.add_xref_def("site.dwg", "site")
    doc.modelspace().add_blockref("site", (0, 0))
    drawn = shapes_of(doc, 0.01)
    assert drawn.left_out["0", "INSERT", "external reference"] == 1
    assert any("'site' (site.dwg)" in note and "bind it" in note for note in drawn.notes)
