"""Whether the text of an IFC file is whole, before a parser that is forgiving and trusting sees it.

ISO 10303-21: a header that names the schema, then records `#12=IFCWALL(…);`, then END-ISO-10303-21. A file cut
short still parses, with fewer walls; a record without its end swallows the next; a reference into nothing
becomes an empty value. All three would give a building that looks right and is not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layouts.drawings.ifc.source_file import SourceFile
from layouts.drawings.ifc.telling import counted
from spatial.errors import BadDataError

_STRINGS_AND_COMMENTS = re.compile(rb"'[^']*'|\"[^\"]*\"|/\*.*?\*/", re.DOTALL)
_RECORD = re.compile(rb"\s*#(\d+)\s*=\s*([A-Za-z0-9_]*)\s*\(([^=;]*)\)\s*", re.DOTALL)
_REFERENCE = re.compile(rb"#(\d+)")
_SCHEMA = re.compile(rb"FILE_SCHEMA\s*\(\s*\(\s*'([^']*)'", re.IGNORECASE)

_TOLD_ABOUT = tuple(
    f"IFC{name}"
    for name in (
        *("REL", "PROPERTY", "QUANTITY", "ELEMENTQUANTITY", "CLASSIFICATION", "MATERIAL"),
        *("PRESENTATION", "STYLE", "SURFACESTYLE", "OWNERHISTORY", "PERSON"),
    )
)
"""Records of which a reference into nothing changes no size: what they lack is told, not refused."""


@dataclass(frozen=True, kw_only=True)
class StepText:
    """The schema that the header names, how many records of each class there are, and what was noticed."""

    schema: str
    records: Mapping[str, int]
    notes: tuple[str, ...]


def check_step(file: SourceFile) -> StepText:
    """The records of an IFC file, counted; raises BadDataError with the line of what is broken.

    1. The file is closed: it ends with END-ISO-10303-21.
    2. The header names a schema.
    3. Every record has its number, class and parentheses, and no number is used twice.
    4. A record of geometry, structure or units refers to records that are there.
    5. No record refers to itself, however many records lie between: parsers would follow it for ever.
    """
    _require_end(file)  # 1
    named = _SCHEMA.search(file.text)
    start = file.text.find(b"DATA;")
    if named is None or not named[1].strip() or start < 0:  # 2
        raise BadDataError(f"{file.name}: its header names no schema (FILE_SCHEMA): export it again")
    bare = _STRINGS_AND_COMMENTS.sub(b"", file.text)
    counts, references = _records(file, bare)  # 3
    notes = counted(_dangling(file, bare, references.keys()))  # 4
    _require_no_circle(file, references)  # 5
    return StepText(schema=named[1].decode("latin-1").strip(), records=counts, notes=notes)


def schema_renamed(text: bytes, schema: str) -> bytes:
    """The text with another schema in its header."""
    return _SCHEMA.sub(lambda match: match[0].replace(match[1], schema.encode()), text, count=1)


def _require_end(file: SourceFile) -> None:
    end = file.text.rstrip(b" \t\r\n\0\x1a")
    if not re.search(rb"END-ISO-10303-21\s*;$", end[-64:]):
        line = end.count(b"\n") + 1
        last = end[-40:].decode("latin-1").strip()
        raise BadDataError(
            f"{file.name}:{line}: the file ends early, with {last!r}, not with END-ISO-10303-21: "
            "copy or export it again"
        )


def _data_statements(bare: bytes) -> Iterator[bytes]:
    """Statements of all DATA sections, without their strings."""
    for section in re.split(rb"\bDATA\s*(?:\([^;]*\))?;", bare)[1:]:
        body, end, _ = section.partition(b"ENDSEC")
        yield from body.split(b";")[: None if end else -1]


def _records(file: SourceFile, bare: bytes) -> tuple[Counter[str], dict[bytes, list[bytes]]]:
    """How many records of each class there are, and what every record refers to."""
    counts: Counter[str] = Counter()
    found: dict[bytes, list[bytes]] = {}
    last = b"0"
    for statement in _data_statements(bare):
        if not statement.strip():
            continue
        match = _RECORD.fullmatch(statement)
        if match is None or statement.count(b"(") != statement.count(b")"):
            raise BadDataError(
                f"{file.name}:{_line_of(file, last)}: the record after #{last.decode()} is broken: "
                f"{statement.strip()[:60].decode('latin-1')!r}: export the file again"
            )
        last = match[1]
        if last in found:
            line = file.text.count(b"\n", 0, _places(file, last)[-1]) + 1
            raise BadDataError(f"{file.name}:{line}: #{last.decode()} is there twice: export the file again")
        found[last] = _REFERENCE.findall(match[3])
        counts[match[2].decode().upper()] += 1
    if not found:
        raise BadDataError(f"{file.name}: it holds no records: export it again")
    return counts, found


def _dangling(file: SourceFile, bare: bytes, found: AbstractSet[bytes]) -> Iterator[str]:
    missing = set(_REFERENCE.findall(bare)) - found
    if not missing:
        return
    for statement in _data_statements(bare):
        match = _RECORD.fullmatch(statement)
        if match is None:
            continue
        lost = [each.decode() for each in _REFERENCE.findall(match[3]) if each in missing]
        if not lost:
            continue
        told = f"#{match[1].decode()} ({match[2].decode()}) refers to #{lost[0]}, which is not in the file"
        if not match[2].decode().upper().startswith(_TOLD_ABOUT):
            line = _line_of(file, match[1])
            raise BadDataError(f"{file.name}:{line}: {told}: the file is not whole, export it again")
        yield told


def _require_no_circle(file: SourceFile, references: Mapping[bytes, list[bytes]]) -> None:
    """Explicit attributes of IFC never lead back to where they begin: only inverse ones, which no file holds, do."""
    index = {number: i for i, number in enumerate(references)}
    start = np.repeat(np.arange(len(index)), [len(each) for each in references.values()])
    end = np.array([index.get(each, -1) for all_of in references.values() for each in all_of], dtype=np.int64)
    start, end = start[end >= 0], end[end >= 0]
    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(len(index), len(index)))
    _, component = connected_components(graph.tocsr(), connection="strong")
    in_circle = (np.bincount(component)[component] > 1) | np.isin(np.arange(len(index)), start[start == end])
    if in_circle.any():
        number = list(references)[int(np.argmax(in_circle))]
        raise BadDataError(
            f"{file.name}:{_line_of(file, number)}: #{number.decode()} leads back to itself in a circle of "
            "references: export the file again"
        )


def _places(file: SourceFile, number: bytes) -> list[int]:
    return [match.start() for match in re.finditer(rb"#" + number + rb"\s*=", file.text)]


def _line_of(file: SourceFile, number: bytes) -> int:
    places = _places(file, number)
    return file.text.count(b"\n", 0, places[0]) + 1 if places else 1
