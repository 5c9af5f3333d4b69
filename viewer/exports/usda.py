"""A USD layer as text, in the form of OpenUSD's usda files, version 1.0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from viewer.exports.usd_tree import Attribute, Prim, Property, Relationship, Stage

INDENT = "    "


def usda_text(stage: Stage) -> str:
    """The layer; lengths to the micrometre, headings and matrices to twelve digits after the point."""
    head = [
        "#usda 1.0",
        "(",
        f'{INDENT}defaultPrim = "{stage.root.name}"',
        f"{INDENT}metersPerUnit = 1",
        f'{INDENT}upAxis = "{stage.up}"',
        ")",
        "",
    ]
    return "\n".join((*head, *_prim(stage.root, ""))) + "\n"


def _prim(prim: Prim, pad: str) -> Iterator[str]:
    head = " ".join(word for word in (prim.specifier, prim.type, f'"{prim.name}"') if word)
    metadata = [*_metadata(prim)]
    if metadata:
        yield f"{pad}{head} ("
        yield from (f"{pad}{INDENT}{line}" for line in metadata)
        yield f"{pad})"
    else:
        yield f"{pad}{head}"
    yield f"{pad}{{"
    for each in prim.properties:
        yield f"{pad}{INDENT}{_property(each)}"
    for child in prim.children:
        yield from _prim(child, pad + INDENT)
    yield f"{pad}}}"


def _metadata(prim: Prim) -> Iterator[str]:
    if prim.api_schemas:
        yield f"prepend apiSchemas = {_texts(prim.api_schemas)}"
    if prim.is_instanceable:
        yield "instanceable = true"
    if prim.kind:
        yield f'kind = "{prim.kind}"'
    if prim.reference:
        yield f"prepend references = <{prim.reference}>"


def _property(each: Property) -> str:
    if isinstance(each, Relationship):
        return f"rel {each.name} = <{each.target}>"
    words = [*(["custom"] if each.is_custom else []), *(["uniform"] if each.is_uniform else []), each.type]
    if each.connected_to:
        return f"{' '.join(words)} {each.name}.connect = <{each.connected_to}>"
    told = f"{' '.join(words)} {each.name}"
    if each.value is not None:
        told += f" = {_value(each)}"
    return told + (f' (interpolation = "{each.interpolation}")' if each.interpolation else "")


def _value(each: Attribute) -> str:
    value: Any = each.value
    match each.type:
        case "token" | "string":
            return json.dumps(value, ensure_ascii=False)
        case "token[]":
            return _texts(value)
        case "float" | "double":
            return _number(value, 12)
        case "double3" | "color3f":
            return _tuple(value)
        case "matrix4d":
            rows = (", ".join(_number(number, 12) for number in row) for row in value)
            return f"( {', '.join(f'({row})' for row in rows)} )"
        case "int[]":
            return f"[{', '.join(map(str, np.asarray(value).tolist()))}]"
        case _:
            return f"[{', '.join(map(_tuple, np.asarray(value, np.float64).tolist()))}]"


def _number(value: float, digits: int = 6) -> str:
    """The shortest text of so many digits after the point."""
    return repr(round(float(value), digits) + 0.0).removesuffix(".0")


def _tuple(values: Iterable[float]) -> str:
    return f"({', '.join(map(_number, values))})"


def _texts(values: Iterable[str]) -> str:
    return f"[{', '.join(json.dumps(each) for each in values)}]"
