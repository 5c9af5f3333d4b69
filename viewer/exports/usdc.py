"""A USD layer as a crate (usdc), the binary form that a USDZ's root layer has for ARKit.

The layout follows OpenUSD's pxr/usd/sdf/crateFile: a head, the values, then sections of tokens, strings, fields, sets
of fields, paths and specs, and a table of contents at the end. Written is version 0.8.0, as OpenUSD itself does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from viewer.exports.crate_packing import packed, packed_ints
from viewer.exports.usd_tree import Attribute, Prim, Property, Relationship, Stage

VERSION = (0, 8, 0)
HEAD_BYTES = 88
NOTHING = 0xFFFFFFFF
"""Ends a set of fields."""

ARRAY, INLINED = 1 << 63, 1 << 62
BOOL, INT, FLOAT, DOUBLE, STRING, TOKEN = 1, 3, 8, 9, 10, 11
MATRIX4D, VEC3D, VEC3F = 15, 23, 24
TOKEN_LIST_OP, PATH_LIST_OP, REFERENCE_LIST_OP = 32, 34, 35
TOKEN_VECTOR, SPECIFIER, VARIABILITY = 41, 42, 44
"""Types of values: TypeEnum of crateDataTypes.h."""

ATTRIBUTE, PRIM, PSEUDO_ROOT, RELATIONSHIP = 1, 6, 7, 8
"""Kinds of specs: SdfSpecType."""

SIBLING_NEXT, CHILD_NEXT, LEAF = 0, -1, -2
"""What follows a path in the tree of paths; a number above 0 is how far ahead its sibling is, after its children."""

EXPLICIT, PREPENDED = 0b11, 0b100000
"""Heads of list operations: explicit with items, or items to put first."""


def usdc_bytes(stage: Stage) -> bytes:
    """The layer; positions in float32. The same stage gives the same bytes."""
    crate = _Crate()
    root = [
        ("defaultPrim", crate.token_value(stage.root.name)),
        ("metersPerUnit", crate.stored(DOUBLE, struct.pack("<d", 1.0))),
        ("upAxis", crate.token_value(stage.up)),
        ("primChildren", crate.token_vector([stage.root.name])),
    ]
    crate.add_spec("/", PSEUDO_ROOT, root)
    _add_prim(crate, stage.root)
    return crate.content(stage)


def _add_prim(crate: _Crate, prim: Prim) -> None:
    fields = [("specifier", crate.inlined(SPECIFIER, {"def": 0, "class": 2}[prim.specifier]))]
    if prim.type:
        fields.append(("typeName", crate.token_value(prim.type)))
    if prim.api_schemas:
        fields.append(("apiSchemas", crate.token_list_op(prim.api_schemas)))
    if prim.is_instanceable:
        fields.append(("instanceable", crate.inlined(BOOL, 1)))
    if prim.kind:
        fields.append(("kind", crate.token_value(prim.kind)))
    if prim.reference:
        fields.append(("references", crate.reference_list_op(prim.reference)))
    if prim.properties:
        fields.append(("properties", crate.token_vector([each.name for each in prim.properties])))
    if prim.children:
        fields.append(("primChildren", crate.token_vector([each.name for each in prim.children])))
    crate.add_spec(prim.path, PRIM, fields)
    for each in prim.properties:
        kind = RELATIONSHIP if isinstance(each, Relationship) else ATTRIBUTE
        crate.add_spec(f"{prim.path}.{each.name}", kind, _property_fields(crate, each))
    for child in prim.children:
        _add_prim(crate, child)


def _property_fields(crate: _Crate, each: Property) -> list[tuple[str, int]]:
    is_uniform = isinstance(each, Relationship) or each.is_uniform
    fields = [("variability", crate.inlined(VARIABILITY, int(is_uniform)))]
    if isinstance(each, Relationship):
        return [*fields, ("targetPaths", crate.path_list_op(each.target))]
    fields += [
        ("custom", crate.inlined(BOOL, int(each.is_custom))),
        ("typeName", crate.token_value(each.type)),
    ]
    if each.value is not None:
        fields.append(("default", crate.value(each)))
    if each.interpolation:
        fields.append(("interpolation", crate.token_value(each.interpolation)))
    if each.connected_to:
        fields.append(("connectionPaths", crate.path_list_op(each.connected_to)))
    return fields


class _Crate:
    """The parts of a crate as they grow; values are deduplicated, so that equal ones are written once."""

    def __init__(self) -> None:
        self._body = bytearray(HEAD_BYTES)
        self._tokens: dict[str, int] = {"": 0}  # a property's token is told by its negative, which 0 has not
        self._strings: dict[str, int] = {}
        self._fields: dict[tuple[int, int], int] = {}
        self._field_sets: dict[tuple[int, ...], int] = {}
        self._set_items: list[int] = []
        self._paths: dict[str, int] = {}
        self._specs: list[tuple[int, int, int]] = []
        self._stored: dict[tuple[int, bytes], int] = {}

    # values

    def token(self, text: str) -> int:
        """The number of a token."""
        return self._tokens.setdefault(text, len(self._tokens))

    def path(self, path: str) -> int:
        """The number of a path."""
        return self._paths.setdefault(path, len(self._paths))

    def inlined(self, kind: int, payload: int) -> int:
        """The representation of a value that fits into it."""
        return INLINED | kind << 48 | payload

    def stored(self, kind: int, content: bytes, *, flags: int = 0) -> int:
        """The representation of a value that lies in the body, at a multiple of eight bytes."""
        place = self._stored.get((kind, content))
        if place is None:
            self._body += bytes(-len(self._body) % 8)
            place = self._stored[kind, content] = len(self._body)
            self._body += content
        return flags | kind << 48 | place

    def token_value(self, text: str) -> int:
        """A token as a value."""
        return self.inlined(TOKEN, self.token(text))

    def token_vector(self, texts: Sequence[str]) -> int:
        """Tokens as a value of a field, such as the names of children."""
        return self.stored(TOKEN_VECTOR, struct.pack("<Q", len(texts)) + self._token_numbers(texts))

    def token_list_op(self, texts: Sequence[str]) -> int:
        """Tokens to put first."""
        content = struct.pack("<BQ", PREPENDED, len(texts)) + self._token_numbers(texts)
        return self.stored(TOKEN_LIST_OP, content)

    def path_list_op(self, path: str) -> int:
        """One path, and no other."""
        return self.stored(PATH_LIST_OP, struct.pack("<BQI", EXPLICIT, 1, self.path(path)))

    def reference_list_op(self, path: str) -> int:
        """A reference to put first: no other layer, a path, no offset in time, no custom data."""
        empty = self._strings.setdefault("", len(self._strings))
        content = struct.pack("<BQ", PREPENDED, 1) + struct.pack(
            "<IIddQ", empty, self.path(path), 0.0, 1.0, 0
        )
        return self.stored(REFERENCE_LIST_OP, content)

    def value(self, each: Attribute) -> int:
        """The value of an attribute."""
        value: Any = each.value
        match each.type:
            case "token":
                return self.token_value(value)
            case "string":
                self.token(value)
                return self.inlined(STRING, self._strings.setdefault(value, len(self._strings)))
            case "float":
                return self.inlined(FLOAT, struct.unpack("<I", struct.pack("<f", value))[0])
            case "double":
                return self.stored(DOUBLE, struct.pack("<d", value))
            case "double3":
                return self.stored(VEC3D, np.asarray(value, "<f8").tobytes())
            case "color3f":
                return self.stored(VEC3F, np.asarray(value, "<f4").tobytes())
            case "matrix4d":
                return self.stored(MATRIX4D, np.asarray(value, "<f8").tobytes())
            case "token[]":
                return self._array(TOKEN, len(value), self._token_numbers(value))
            case "int[]":
                return self._array(INT, len(value), np.asarray(value, "<i4").tobytes())
            case _:
                return self._array(VEC3F, len(value), np.asarray(value, "<f4").tobytes())

    def _array(self, kind: int, count: int, content: bytes) -> int:
        return self.stored(kind, struct.pack("<Q", count) + content, flags=ARRAY)

    def _token_numbers(self, texts: Iterable[str]) -> bytes:
        return np.array([self.token(text) for text in texts], "<u4").tobytes()

    # structure

    def add_spec(self, path: str, kind: int, fields: Sequence[tuple[str, int]]) -> None:
        """Something at a path, with its fields by name."""
        numbers = tuple(
            self._fields.setdefault((self.token(name), value), len(self._fields)) for name, value in fields
        )
        if numbers not in self._field_sets:
            self._field_sets[numbers] = len(self._set_items)
            self._set_items += [*numbers, NOTHING]
        self._specs.append((self.path(path), self._field_sets[numbers], kind))

    def content(self, stage: Stage) -> bytes:
        """The whole file."""
        for path in self._paths:
            self.token(_element(path))
        sections: list[tuple[bytes, int]] = []
        for name, write in (
            (b"TOKENS", self._write_tokens),
            (b"STRINGS", self._write_strings),
            (b"FIELDS", self._write_fields),
            (b"FIELDSETS", self._write_field_sets),
            (b"PATHS", lambda: self._write_paths(stage.root)),
            (b"SPECS", self._write_specs),
        ):
            self._body += bytes(-len(self._body) % 8)
            sections.append((name, len(self._body)))
            write()
        ends = [*(start for _, start in sections[1:]), len(self._body)]
        contents_at = len(self._body)
        self._body += struct.pack("<Q", len(sections))
        for (name, start), end in zip(sections, ends, strict=True):
            self._body += struct.pack("<16sqq", name, start, end - start)
        head = struct.pack("<8s8sq64x", b"PXR-USDC", bytes(VERSION), contents_at)
        return head + bytes(self._body[HEAD_BYTES:])

    def _write_tokens(self) -> None:
        texts = b"".join(text.encode() + b"\0" for text in self._tokens)
        self._body += struct.pack("<QQ", len(self._tokens), len(texts)) + packed(texts)

    def _write_strings(self) -> None:
        self._body += struct.pack("<Q", len(self._strings)) + self._token_numbers(self._strings)

    def _write_fields(self) -> None:
        names, values = zip(*self._fields, strict=True)
        self._body += struct.pack("<Q", len(names)) + packed_ints(names)
        self._body += packed(np.array(values, "<u8").tobytes())

    def _write_field_sets(self) -> None:
        self._body += struct.pack("<Q", len(self._set_items)) + packed_ints(self._set_items)

    def _write_specs(self) -> None:
        self._body += struct.pack("<Q", len(self._specs))
        for column in zip(*self._specs, strict=True):
            self._body += packed_ints(column)

    def _write_paths(self, root: Prim) -> None:
        """The tree of paths, depth first: number, name, and where to go on."""
        rows = [(self._paths["/"], 0, CHILD_NEXT)]
        self._list_paths(root, rows, is_last=True)
        self._body += struct.pack("<QQ", len(self._paths), len(rows))
        for column in zip(*rows, strict=True):
            self._body += packed_ints(column)

    def _list_paths(self, prim: Prim, rows: list[tuple[int, int, int]], *, is_last: bool) -> None:
        own = len(rows)
        rows.append((self._paths[prim.path], self._tokens[prim.name], LEAF if is_last else SIBLING_NEXT))
        below = len(prim.properties) + len(prim.children)
        for number, each in enumerate(prim.properties, 1):
            path, name = self._paths[f"{prim.path}.{each.name}"], self._tokens[each.name]
            rows.append((path, -name, LEAF if number == below else SIBLING_NEXT))
        for number, child in enumerate(prim.children, 1):
            self._list_paths(child, rows, is_last=number == len(prim.children))
        if below:
            rows[own] = (*rows[own][:2], CHILD_NEXT if is_last else len(rows) - own)


def _element(path: str) -> str:
    """The last part of a path: the name of a prim, or of a property."""
    prim, _, name = path.partition(".")
    return name or prim.rsplit("/", 1)[1]
