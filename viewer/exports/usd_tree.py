"""What a USD layer holds, as plain values: prims with attributes and relationships, written as text or as a crate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Type = Literal[
    "token", "token[]", "string", "float", "double3", "double", "matrix4d", "color3f", "int[]",
    "float3[]", "color3f[]", "normal3f[]", "point3f[]",
]  # fmt: skip
Specifier = Literal["def", "class"]


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """`value` as its type has it: a text, a number, a sequence of three, a matrix (4, 4) or an array (N, …).

    Without a value it is only declared; `connected_to` is the path of the attribute that drives it.
    """

    name: str
    type: Type
    value: Any = None
    is_uniform: bool = False
    is_custom: bool = False
    interpolation: str | None = None
    connected_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """Leads to the prim at the path `target`."""

    name: str
    target: str


Property = Attribute | Relationship


@dataclass(kw_only=True)
class Prim:
    """A node; `path` is where it stands, and its last part its name.

    `reference` is the path of the prim in this layer that it takes its content from.
    """

    path: str
    type: str = ""
    specifier: Specifier = "def"
    kind: str | None = None
    api_schemas: tuple[str, ...] = ()
    is_instanceable: bool = False
    reference: str | None = None
    properties: list[Property] = field(default_factory=list)
    children: list[Prim] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[1]

    def below(self, name: str, type_: str, specifier: Specifier = "def") -> Prim:
        """Add a prim below this one, called as USD allows it and as no other here is."""
        child = Prim(path=f"{self.path}/{_identifier(name, self.names)}", type=type_, specifier=specifier)
        self.children.append(child)
        return child


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A layer in metres with one prim at its root, the default one."""

    root: Prim
    up: Literal["Y", "Z"]


def _identifier(name: str, taken: set[str]) -> str:
    """A name of letters, digits and underscores, not yet in `taken`, to which it is added."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    plain = f"_{plain}" if not plain or plain[0].isdigit() else plain
    own, number = plain, 1
    while own in taken:
        number += 1
        own = f"{plain}_{number}"
    taken.add(own)
    return own
