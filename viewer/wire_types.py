"""The messages as TypeScript, for the checker of the browser's code; a test keeps the file up to date.

python -m viewer.wire_types > viewer/web/src/messages.d.ts
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from msgspec import inspect

from viewer import messages

HEADING = "// Made by viewer/wire_types.py from viewer/messages.py: change it there.\n"
UNIONS = ("Value", "Command", "FromViewer", "FromServer")


def typescript() -> str:
    """The text of messages.d.ts."""
    structs: dict[str, inspect.StructType] = {}
    unions = []
    for name in UNIONS:
        members = list(_members(inspect.type_info(getattr(messages, name))))
        unions.append(f"export type {name} = {' | '.join(member.cls.__name__ for member in members)};\n")
        for member in members:
            _collect(member, structs)
    return "\n".join([HEADING, *map(_interface, structs.values()), *unions])


def _members(kind: inspect.Type) -> Iterator[inspect.StructType]:
    for member in kind.types if isinstance(kind, inspect.UnionType) else (kind,):
        if isinstance(member, inspect.StructType):
            yield member


def _collect(struct: inspect.StructType, found: dict[str, inspect.StructType]) -> None:
    """`struct` and the ones inside it, the inner ones first."""
    for field in struct.fields:
        item = getattr(field.type, "item_type", None)
        if isinstance(item, inspect.StructType):
            _collect(item, found)
    found[struct.cls.__name__] = struct


def _interface(struct: inspect.StructType) -> str:
    tag = [f'  type: "{struct.tag}";'] if struct.tag is not None else []
    fields = [
        f"  {field.encode_name}{'' if field.required else '?'}: {_type(field.type)};"
        for field in struct.fields
    ]
    return "\n".join([f"export interface {struct.cls.__name__} {{", *tag, *fields, "}\n"])


def _type(kind: inspect.Type) -> str:
    match kind:
        case inspect.FloatType() | inspect.IntType():
            return "number"
        case inspect.StrType():
            return "string"
        case inspect.BoolType():
            return "boolean"
        case inspect.NoneType():
            return "null"
        case inspect.LiteralType(values=values):
            return " | ".join(f'"{value}"' for value in values)
        case inspect.TupleType(item_types=items):
            return f"[{', '.join(map(_type, items))}]"
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"{_type(item)}[]"
        case inspect.DictType(value_type=value):
            return f"Record<string, {_type(value)}>"
        case inspect.StructType(cls=cls):
            return cls.__name__
        case inspect.UnionType(types=types):
            return " | ".join(map(_type, types))
    raise TypeError(f"{kind} has no TypeScript counterpart here: add it to viewer/wire_types.py")


if __name__ == "__main__":
    sys.stdout.write(typescript())
