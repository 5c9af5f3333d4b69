"""What the header of an IFC file calls its schema, and as which schema it can be read."""

from __future__ import annotations

from collections.abc import Mapping

from spatial.errors import BadDataError

READ_AS: Mapping[str, tuple[str, str | None]] = {
    "IFC2X3": ("IFC2X3", None),
    "IFC2X3_TC1": ("IFC2X3", None),
    "IFC4": ("IFC4", None),
    "IFC4_ADD1": ("IFC4", None),
    "IFC4_ADD2": ("IFC4", None),
    "IFC4_ADD2_TC1": ("IFC4", None),
    "IFC4X1": ("IFC4", "an extension of it for alignments"),
    "IFC4X2": ("IFC4", "an extension of it for bridges"),
    "IFC4X3": ("IFC4X3_ADD2", None),
    "IFC4X3_TC1": ("IFC4X3_ADD2", None),
    "IFC4X3_ADD1": ("IFC4X3_ADD2", None),
    "IFC4X3_ADD2": ("IFC4X3_ADD2", None),
    "IFC4X3_RC1": ("IFC4X3_ADD2", "a draft of it"),
    "IFC4X3_RC2": ("IFC4X3_ADD2", "a draft of it"),
    "IFC4X3_RC3": ("IFC4X3_ADD2", "a draft of it"),
    "IFC4X3_RC4": ("IFC4X3_ADD2", "a draft of it"),
}
"""Name in the header: the schema it is read as, and how the two differ if that can matter.

Corrigenda and addenda leave the walls, slabs, columns and openings of their schema as they are
(buildingSMART, IFC specifications database). A schema that extends another one has classes of its own, which
are counted as not read.
"""


def schema_to_read(name: str, source: str) -> tuple[str, str | None]:
    """The schema as which one of that `name` is read, and a note if the two differ; BadDataError if there is none."""
    known = READ_AS.get(name.upper())
    if known is None:
        raise BadDataError(
            f"{source}: its schema {name!r} cannot be read: export it as IFC4 (or IFC2X3, or IFC4X3_ADD2)"
        )
    read_as, difference = known
    if difference is None:
        return read_as, None
    return read_as, f"its schema {name} is read as {read_as}, being {difference}"
