"""A drawing's model space as plane shapes: block references resolved, hidden layers left out, nothing lost."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from ezdxf.document import Drawing

from layouts.drawings.dxf.strokes import Points, Stroke, strokes_of, text_of
from spatial.errors import BadDataError

DEEPEST = 40
"""Blocks within blocks."""

MOST_POINTS = 20_000_000
MOST_COPIES = 100_000
"""Of one block reference that repeats in rows and columns."""

ANNOTATION = frozenset(
    {"DIMENSION", "ARC_DIMENSION", "LARGE_RADIAL_DIMENSION", "LEADER", "MULTILEADER", "MLEADER", "TOLERANCE"}
    | {"VIEWPORT", "ATTDEF", "ACAD_TABLE", "XLINE", "RAY", "SEQEND", "SHAPE"}
)
"""Kinds that speak about the building and are no part of it."""


NEEDED = {
    "LINE": ("start", "end"),
    "CIRCLE": ("center", "radius"),
    "ARC": ("center", "radius", "start_angle", "end_angle"),
    "POINT": ("location",),
    "INSERT": ("name", "insert"),
}
"""What an entity cannot do without; readers put it at the origin where the file lacks it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """What one entity draws, once for each copy of the blocks it is in; lengths in the drawing's units or metres.

    `blocks` and `inserts` go from the outermost block inwards: names, and numbers that tell one copy from
    another. `arcs` (K, 4, 2) are centre, start, middle, end. `entity` numbers the entity's copy it comes from.
    """

    entity: int
    kind: str
    handle: str
    layer: str
    blocks: tuple[str, ...] = ()
    inserts: tuple[int, ...] = ()
    points: Points
    closed: bool = False
    is_chord: Any = None
    arcs: Points = field(default_factory=lambda: np.empty((0, 4, 2)))
    width: float = 0.0
    low: float = 0.0
    high: float = 0.0
    text: str | None = None

    def scaled(self, factor: float, origin: Points) -> Shape:
        """The same shape in units `factor` times as large, seen from `origin` (given in the new unit)."""
        return Shape(
            **{
                **self.__dict__,
                "points": self.points * factor - origin,
                "arcs": self.arcs * factor - origin,
                "width": self.width * factor,
                "low": self.low * factor,
                "high": self.high * factor,
            }
        )


@dataclass(kw_only=True)
class Drawn:
    """The shapes of a drawing, and by layer, kind and reason the entities that give none."""

    shapes: list[Shape] = field(default_factory=list)
    left_out: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """Where entities could not be read, with why."""
    layers: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    entities: int = 0
    """All of them, with those in every copy of a block, and the references to blocks themselves."""
    references: int = 0
    """References to blocks that were followed."""


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where in the tree of blocks we are."""

    matrix: Points = field(default_factory=lambda: np.eye(4))
    layer: str = "0"
    blocks: tuple[str, ...] = ()
    inserts: tuple[int, ...] = ()


def shapes_of(drawing: Drawing, sagitta: float) -> Drawn:
    """All visible shapes of the model space, in drawing units; curves stay within `sagitta` of their chords.

    1. A block reference stands for its block's entities, moved, turned, scaled, mirrored and repeated as it says;
       entities of layer 0 in a block take on the reference's layer.
    2. What is on a layer that is off or frozen, or invisible itself, is counted as hidden.
    3. Annotation, kinds without an outline, and entities that cannot be read are counted by layer.

    Raises BadDataError when block references multiply beyond MOST_POINTS.
    """
    return _Walk(drawing, sagitta).drawn()


class _Walk:
    def __init__(self, drawing: Drawing, sagitta: float) -> None:
        self.drawing = drawing
        self.sagitta = sagitta
        self.out = Drawn()
        self.copies = 0
        self.points = 0
        self.cache: dict[tuple[int, int], list[Stroke] | None] = {}
        self.hidden = {
            layer.dxf.name.lower(): "frozen" if layer.is_frozen() else "off"
            for layer in drawing.layers
            if layer.is_frozen() or layer.is_off()
        }

    def drawn(self) -> Drawn:
        self._space(self.drawing.modelspace(), _Place())
        self.out.layers = tuple(sorted(str(layer.dxf.name) for layer in self.drawing.layers))
        return self.out

    def _space(self, space: Iterable[Any], place: _Place) -> None:
        for entity in space:
            self.out.entities += 1
            own = str(_attribute(entity, "layer", "0"))
            at = replace(place, layer=place.layer if own == "0" and place.blocks else own)
            try:
                self._entity(entity, at)
            except BadDataError:
                raise
            except Exception as error:
                self._leave_out(entity, at, "cannot be read")
                handle = _attribute(entity, "handle", "?")
                reason = " ".join(str(error).split())[:120] or type(error).__name__
                self.out.broken.append(f"{entity.dxftype()} #{handle} on layer '{at.layer}': {reason}")

    def _entity(self, entity: Any, at: _Place) -> None:
        kind, layer = entity.dxftype(), at.layer
        if layer.lower() in self.hidden and not (
            kind == "INSERT" and self.hidden[layer.lower()] == "off"
        ):  # 2
            self._leave_out(entity, at, f"layer is {self.hidden[layer.lower()]}")
        elif _attribute(entity, "invisible", 0):
            self._leave_out(entity, at, "invisible")
        elif lacking := [name for name in NEEDED.get(kind, ()) if not entity.dxf.hasattr(name)]:
            raise ValueError(f"it has no {' and no '.join(lacking)}")
        elif kind == "INSERT":
            self._insert(entity, at)
        elif (said := text_of(entity)) is not None:
            text, spot = said
            stroke = Stroke(points=spot[None], is_chord=np.zeros(1, bool)).moved(at.matrix)
            self._add(entity, stroke, at, text=text)
        elif kind in ANNOTATION:
            self._leave_out(entity, at, "annotation")
        else:
            strokes = self._strokes(entity, at.matrix)
            if strokes is None:
                self._leave_out(entity, at, "kind without an outline")
            elif not strokes:
                self._leave_out(entity, at, "empty")
            for stroke in strokes or ():
                self._add(entity, stroke.moved(at.matrix), at)

    def _strokes(self, entity: Any, matrix: Points) -> list[Stroke] | None:
        """Strokes where the entity is defined, cut finely enough for the scale it is shown at."""
        scale = float(np.linalg.norm(matrix[:3, :3], axis=1).max())
        fineness = math.ceil(math.log2(scale)) if scale > 0 else 0
        key = id(entity), fineness
        if key not in self.cache:
            self.cache[key] = strokes_of(entity, self.sagitta / 2.0**fineness)
        return self.cache[key]

    def _insert(self, insert: Any, place: _Place) -> None:
        name = str(insert.dxf.name)
        self._space(insert.attribs, place)
        block = insert.block()
        if block is None:
            self._leave_out(insert, place, "block is missing")
            return
        if block.block.is_xref:
            self._leave_out(insert, place, "external reference")
            path = block.block.dxf.get("xref_path", "")
            self.out.notes.append(
                f"the external reference '{name}' ({path}) is not in the file: bind it to have it read"
            )
            return
        if name in place.blocks or len(place.blocks) >= DEEPEST:
            self._leave_out(insert, place, "block contains itself")
            return
        self.out.references += 1
        for copy in self._copies(insert):
            self.copies += 1
            inside = _Place(
                matrix=np.array(list(copy.matrix44()), dtype=np.float64).reshape(4, 4) @ place.matrix,
                layer=place.layer,
                blocks=(*place.blocks, name),
                inserts=(*place.inserts, self.copies),
            )
            self._space(block, inside)

    def _copies(self, insert: Any) -> Iterator[Any]:
        if insert.mcount > MOST_COPIES:
            raise BadDataError(
                f"block reference #{insert.dxf.handle} of '{insert.dxf.name}' repeats {insert.mcount} times, "
                f"more than {MOST_COPIES}: correct its rows and columns"
            )
        if insert.mcount > 1:
            yield from insert.multi_insert()
        else:
            yield insert

    def _add(self, entity: Any, stroke: Stroke, place: _Place, text: str | None = None) -> None:
        if not (np.isfinite(stroke.points).all() and np.abs(stroke.points).max() < 1e14):
            self._leave_out(entity, place, "coordinates without sense")
            return
        self.points += len(stroke.points)
        if self.points > MOST_POINTS:
            raise BadDataError(
                f"the drawing's blocks unfold to more than {MOST_POINTS} points: remove what is not of the building"
            )
        thickness = float(_attribute(entity, "thickness", 0.0)) * float(np.linalg.norm(place.matrix[2, :3]))
        z = stroke.points[:, 2]
        self.out.shapes.append(
            Shape(
                entity=self.out.entities,
                kind=entity.dxftype(),
                handle=str(_attribute(entity, "handle", "")),
                layer=place.layer,
                blocks=place.blocks,
                inserts=place.inserts,
                points=stroke.points[:, :2],
                closed=stroke.closed,
                is_chord=stroke.is_chord,
                arcs=stroke.arcs[:, :, :2],
                width=stroke.width,
                low=float(z.min()) + min(thickness, 0.0),
                high=float(z.max()) + max(thickness, 0.0),
                text=text,
            )
        )

    def _leave_out(self, entity: Any, place: _Place, reason: str) -> None:
        self.out.left_out[place.layer, entity.dxftype(), reason] += 1


def _attribute(entity: Any, name: str, default: Any) -> Any:
    """An attribute of an entity, or the default where its kind has none or the file leaves it out."""
    return entity.dxf.get(name, default) if entity.dxf.is_supported(name) else default
