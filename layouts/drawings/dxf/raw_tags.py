"""What a text DXF holds before any library reads it: sections, their ends, and how many entities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spatial.errors import BadDataError

PARTS = frozenset({b"VERTEX", b"SEQEND", b"ATTRIB"})
"""Records that belong to the entity before them."""


@dataclass(frozen=True)
class RawCount:
    """How many entities the section ENTITIES holds, and whether the file ends with EOF."""

    entities: int
    has_eof: bool


def count_entities(path: Path, data: bytes) -> RawCount | None:
    """Go through the pairs of group code and value of a text DXF; None when they get out of step on the way.

    Raises BadDataError when it is no DXF, or when it ends within a section or before its entities are whole,
    naming section, line and the last handle.
    """
    lines = data.removeprefix(b"\xef\xbb\xbf").splitlines()
    section, last, handle, count = "", "", "", 0
    has_eof = are_entities_whole = False
    after_section = False
    for i in range(0, len(lines) - 1, 2):
        code, value = lines[i].strip(), lines[i + 1].strip()
        if code == b"0":
            if value == b"EOF":
                has_eof = True
                break
            if value == b"ENDSEC":
                are_entities_whole |= section == "ENTITIES"
                section = ""
            elif section == "ENTITIES" and value not in PARTS:
                count += 1
            after_section = value == b"SECTION"
        elif code == b"2" and after_section:
            section = last = value.decode("ascii", "replace")
            after_section = False
        elif code == b"5":
            handle = value.decode("ascii", "replace")
        elif not code.isdigit():
            if not i:
                raise BadDataError(
                    f"{path} is no DXF file: its first line must be the group code 0 and is "
                    f"'{code[:20].decode('ascii', 'replace')}': export the drawing as DXF"
                )
            return None
    if not has_eof and (section or not are_entities_whole):
        raise BadDataError(
            f"{path} is cut off in or after section {last or 'none'}, line {len(lines)}, "
            f"after handle {handle or 'none'}: copy or export the file again"
        )
    return RawCount(count, has_eof)
