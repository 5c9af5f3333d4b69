"""IFC models written here, element by element, with known sizes."""

from __future__ import annotations

import math
from pathlib import Path

import ifcopenshell
import ifcopenshell.guid
import pytest

from layouts.drawings.ifc.raw_model import RawModel
from layouts.drawings.ifc.read_ifc import read_ifc
from layouts.drawings.ifc.read_model import read_model
from spatial.errors import BadDataError

METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0, "ft": 0.3048}
SHARED = Path(__file__).parents[5] / "shared" / "data"


class Model:
    """A building in an IFC file: lengths are given in metres and written in the model's unit."""

    def __init__(self, *, schema="IFC4", unit="mm", degrees=False, site=((0, 0, 0), 0.0), name="Halle 1"):
        self.file = ifcopenshell.file(schema=schema)
        self.unit_m = METRES.get(unit, 1.0)
        units = [self._length_unit(unit)] if unit else []
        units.append(self._angle_unit(degrees))
        self.context = self.file.create_entity(
            "IfcGeometricRepresentationContext", None, "Model", 3, 1e-5, self.axes((0, 0, 0)), None
        )
        self.project = self.entity(
            "IfcProject",
            Name="project",
            RepresentationContexts=[self.context],
            UnitsInContext=self.file.create_entity("IfcUnitAssignment", units),
        )
        self.site = self.entity("IfcSite", Name="site", ObjectPlacement=self.placement(None, *site))
        self.building = self.entity(
            "IfcBuilding", Name=name, ObjectPlacement=self.placement(self.site.ObjectPlacement, (0, 0, 0))
        )
        self.aggregate(self.project, [self.site])
        self.aggregate(self.site, [self.building])

    def entity(self, ifc_class, **attributes):
        return self.file.create_entity(ifc_class, GlobalId=self._guid(), **attributes)

    def _guid(self):
        """Record numbers as GlobalIds, so that the same model is the same file."""
        return ifcopenshell.guid.compress(f"{len(list(self.file)):032x}")

    def _length_unit(self, unit):
        metre = self.file.create_entity("IfcSIUnit", None, "LENGTHUNIT", None, "METRE")
        if unit == "ft":
            ratio = self.file.create_entity("IfcLengthMeasure", 0.3048)
            factor = self.file.create_entity("IfcMeasureWithUnit", ratio, metre)
            exponents = self.file.create_entity("IfcDimensionalExponents", 1, 0, 0, 0, 0, 0, 0)
            return self.file.create_entity("IfcConversionBasedUnit", exponents, "LENGTHUNIT", "FOOT", factor)
        metre.Prefix = {"mm": "MILLI", "cm": "CENTI", "m": None}[unit]
        return metre

    def _angle_unit(self, degrees):
        radian = self.file.create_entity("IfcSIUnit", None, "PLANEANGLEUNIT", None, "RADIAN")
        if not degrees:
            return radian
        ratio = self.file.create_entity("IfcPlaneAngleMeasure", math.pi / 180)
        factor = self.file.create_entity("IfcMeasureWithUnit", ratio, radian)
        exponents = self.file.create_entity("IfcDimensionalExponents", 0, 0, 0, 0, 0, 0, 0)
        return self.file.create_entity(
            "IfcConversionBasedUnit", exponents, "PLANEANGLEUNIT", "DEGREE", factor
        )

    def point(self, *xyz):
        return self.file.create_entity("IfcCartesianPoint", [float(each) / self.unit_m for each in xyz])

    def direction(self, *xyz):
        return self.file.create_entity("IfcDirection", [float(each) for each in xyz])

    def axes(self, origin, yaw=0.0):
        up, x = self.direction(0, 0, 1), self.direction(math.cos(yaw), math.sin(yaw), 0)
        return self.file.create_entity("IfcAxis2Placement3D", self.point(*origin), up, x)

    def placement(self, parent, origin, yaw=0.0):
        return self.file.create_entity("IfcLocalPlacement", parent, self.axes(origin, yaw))

    def aggregate(self, whole, parts):
        self.entity("IfcRelAggregates", RelatingObject=whole, RelatedObjects=parts)

    def storey(self, name, elevation, *, yaw=0.0, origin=(0.0, 0.0)):
        placement = self.placement(self.building.ObjectPlacement, (*origin, elevation), yaw)
        storey = self.entity(
            "IfcBuildingStorey", Name=name, ObjectPlacement=placement, Elevation=elevation / self.unit_m
        )
        self.aggregate(self.building, [storey])
        return storey

    def polygon(self, corners, holes=()):
        def line(ring):
            points = [self.point(*corner) for corner in ring]
            return self.file.create_entity("IfcPolyline", [*points, points[0]])

        if holes:
            inner = [line(hole) for hole in holes]
            return self.file.create_entity(
                "IfcArbitraryProfileDefWithVoids", "AREA", None, line(corners), inner
            )
        return self.file.create_entity("IfcArbitraryClosedProfileDef", "AREA", None, line(corners))

    def rectangle(self, x, y, *, middle=(0.0, 0.0)):
        at = self.file.create_entity("IfcAxis2Placement2D", self.point(*middle), None)
        return self.file.create_entity(
            "IfcRectangleProfileDef", "AREA", None, at, x / self.unit_m, y / self.unit_m
        )

    def circle(self, diameter):
        at = self.file.create_entity("IfcAxis2Placement2D", self.point(0, 0), None)
        return self.file.create_entity("IfcCircleProfileDef", "AREA", None, at, diameter / 2 / self.unit_m)

    def body(self, profile, height, *, z=0.0):
        solid = self.file.create_entity(
            "IfcExtrudedAreaSolid",
            profile,
            self.axes((0, 0, z)),
            self.direction(0, 0, 1),
            height / self.unit_m,
        )
        shape = self.file.create_entity("IfcShapeRepresentation", self.context, "Body", "SweptSolid", [solid])
        return self.file.create_entity("IfcProductDefinitionShape", None, None, [shape])

    def product(
        self, ifc_class, profile, height, *, at=(0, 0, 0), yaw=0.0, storey=None, host=None, **attributes
    ):
        parent = (host or storey).ObjectPlacement if (host or storey) else None
        product = self.entity(
            ifc_class,
            ObjectPlacement=self.placement(parent, at, yaw),
            Representation=self.body(profile, height) if profile else None,
            **attributes,
        )
        if storey and not host:
            self.entity(
                "IfcRelContainedInSpatialStructure", RelatedElements=[product], RelatingStructure=storey
            )
        return product

    def wall(self, storey, p0, p1, thickness, height, *, z=0.0, name="wall"):
        """A wall whose centre line goes from p0 to p1 in the storey's plan."""
        length, yaw = math.dist(p0, p1), math.atan2(p1[1] - p0[1], p1[0] - p0[0])
        profile = self.rectangle(length, thickness, middle=(length / 2, 0))
        return self.product("IfcWall", profile, height, at=(*p0, z), yaw=yaw, storey=storey, Name=name)

    def opening(self, wall, s0, s1, z0, z1, *, depth=0.6, filling=None, name="", **attributes):
        """An opening through a wall, filled by a door or window if one is named."""
        profile = self.rectangle(s1 - s0, depth, middle=((s0 + s1) / 2, 0))
        hole = self.product("IfcOpeningElement", profile, z1 - z0, at=(0, 0, z0), host=wall, Name="hole")
        self.entity("IfcRelVoidsElement", RelatingBuildingElement=wall, RelatedOpeningElement=hole)
        if filling:
            leaf = self.product(filling, None, 0, host=hole, Name=name, **attributes)
            self.entity("IfcRelFillsElement", RelatingOpeningElement=hole, RelatedBuildingElement=leaf)
        return hole

    def slab(self, storey, corners, *, holes=(), top=0.0, thickness=0.2, **attributes):
        profile = self.polygon(corners, holes)
        return self.product(
            "IfcSlab", profile, thickness, at=(0, 0, top - thickness), storey=storey, **attributes
        )

    def room(self, storey, width, depth, *, thickness=0.2, height=3.0):
        """Four outer walls around a clear room from (0, 0), and the slab below all of it."""
        t = thickness / 2
        corners = [(-t, -t), (width + t, -t), (width + t, depth + t), (-t, depth + t)]
        ends = [((-t, 0), (t, 0)), ((0, t), (0, -t)), ((t, 0), (-t, 0)), ((0, -t), (0, t))]
        walls = []
        for i in range(4):
            (a, b), (c, d) = corners[i], corners[(i + 1) % 4]
            (da, db), (dc, dd) = ends[i]
            walls.append(
                self.wall(storey, (a + da, b + db), (c + dc, d + dd), thickness, height, name=f"wall {i}")
            )
        outer = [
            (-2 * t, -2 * t),
            (width + 2 * t, -2 * t),
            (width + 2 * t, depth + 2 * t),
            (-2 * t, depth + 2 * t),
        ]
        self.slab(storey, outer, PredefinedType="FLOOR")
        return walls

    def write(self, path):
        self.file.write(str(path))
        return path


@pytest.fixture
def write(tmp_path):
    """Write a model, and return its path."""
    return lambda model, name="building.ifc": model.write(tmp_path / name)


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read a model, or a file, in this process: what is tested with it is no broken file."""

    def here(text, source, *, unit=None, progress=None) -> RawModel:
        path = tmp_path / "read.ifc"
        path.write_bytes(text)
        try:
            return read_model(path, unit=unit)
        except BadDataError as error:
            raise BadDataError(f"{source}: {error}") from error

    monkeypatch.setattr("layouts.drawings.ifc.read_ifc.read_apart", here)

    def run(model, **wishes):
        path = model if isinstance(model, Path) else model.write(tmp_path / "building.ifc")
        return read_ifc(path, **wishes)

    return run


@pytest.fixture
def ifc_model():
    """The class that makes models."""
    return Model


@pytest.fixture
def real_models():
    """The folder of IFC models that other programs made."""
    folder = SHARED / "layouts" / "ifc"
    if not folder.is_dir():
        pytest.skip("skipped: ../shared/data is not here")
    return folder
