"""Opening a DXF file with both of ezdxf's readers, and telling what either of them lost."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ezdxf import filemanagement, recover
from ezdxf.audit import Auditor
from ezdxf.document import Drawing

from layouts.drawings.dxf.raw_tags import RawCount, count_entities
from spatial.errors import BadDataError

BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"

STRANGERS = (
    (b"%PDF", "a PDF", "export a DXF from the CAD program instead"),
    (b"PK\x03\x04", "a ZIP archive", "unpack it and name the DXF in it"),
    (b"ISO-10303-21", "an IFC or STEP file", "read it with 'aisletwin import ifc'"),
    (b"\x89PNG", "a picture", "export a DXF from the CAD program instead"),
    (b"\xff\xd8\xff", "a picture", "export a DXF from the CAD program instead"),
)
"""First bytes of files that are taken for DXF, what they are, and what to do."""

Reader = Callable[[Path], tuple[Drawing, tuple[str, ...]]]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A drawing, the checksum of its file, and what the reader had to mend or leave out."""

    path: Path
    drawing: Drawing
    sha256: str
    notes: tuple[str, ...]


def open_drawing(path: Path) -> Opened:
    """The drawing of a DXF file, text or binary.

    1. What is no DXF is refused by its first bytes: DWG, PDF, IFC, pictures, empty files.
    2. A file that is cut off within a section is refused; whatever was left would look complete.
    3. Both readers are tried, the stricter first. When one reads fewer entities than the file holds, the
       other is asked too, and what the better one lost is told.

    Raises BadDataError with the file, the place and the remedy.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadDataError(f"{path} cannot be read ({error.strerror}): check the path") from error
    _refuse_strangers(path, data)  # 1
    is_binary = data.startswith(BINARY)
    raw = None if is_binary else count_entities(path, data)  # 2
    if is_binary and b"EOF\x00" not in data[-64:]:
        raise BadDataError(f"{path} is cut off: it has no end mark (EOF): copy or export the file again")
    readers = (_strict, _recovering)
    drawing, notes = _best(path, readers, raw)  # 3
    if raw is not None and not raw.has_eof:
        notes = (
            *notes,
            "the file has no end mark (EOF); all its sections are closed, so it is taken for whole",
        )
    return Opened(path=path, drawing=drawing, sha256=hashlib.sha256(data).hexdigest(), notes=notes)


def _refuse_strangers(path: Path, data: bytes) -> None:
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        raise BadDataError(f"{path} is empty: export the drawing again")
    if head[:4] in (b"AC10", b"AC1.", b"AC2.", b"MC0."):
        raise BadDataError(
            f"{path} is a DWG file, which only CAD programs read: open it there and save it as DXF "
            "(AutoCAD: SAVEAS, type 'AutoCAD 2018 DXF'), or convert it with the ODA File Converter"
        )
    for magic, what, remedy in STRANGERS:
        if head.startswith(magic):
            raise BadDataError(f"{path} is {what}, not a DXF file: {remedy}")


def _strict(path: Path) -> tuple[Drawing, tuple[str, ...]]:
    return filemanagement.readfile(path), ()


def _recovering(path: Path) -> tuple[Drawing, tuple[str, ...]]:
    drawing, auditor = recover.readfile(path)
    return drawing, _told(auditor)


def audit_notes(opened: Opened) -> tuple[str, ...]:
    """What an audit finds in a drawing; it mends the drawing, so that this comes after all else is read."""
    with _quiet():
        try:
            return tuple(note for note in _told(opened.drawing.audit()) if note not in opened.notes)
        except Exception as fault:
            return (f"an audit of the file fails: {' '.join(str(fault).split())[:120]}",)


def _told(auditor: Auditor) -> tuple[str, ...]:
    return tuple(
        f"an audit {what} {len(entries)} faults of the file, the first: {' '.join(entries[0].message.split())}"
        for what, entries in (("mends", auditor.fixes), ("cannot mend", auditor.errors))
        if entries
    )


def _best(path: Path, readers: tuple[Reader, ...], raw: RawCount | None) -> tuple[Drawing, tuple[str, ...]]:
    """The first reading that holds every entity of the file, or else the one that holds most."""
    read: list[tuple[int, Drawing, tuple[str, ...]]] = []
    faults: list[Exception] = []
    for reader in readers:
        try:
            with _quiet():
                drawing, notes = reader(path)
                count = _entities(drawing)
        except Exception as fault:
            faults.append(fault)
            continue
        if raw is None or count >= raw.entities:
            return drawing, notes
        read.append((count, drawing, notes))
    if not read:
        reason = " ".join(str(faults[0]).split()) or type(faults[0]).__name__
        raise BadDataError(
            f"{path} is no readable DXF: {reason[:200]}: open it in the CAD program, run AUDIT and save it as DXF"
        ) from faults[0]
    count, drawing, notes = max(read, key=lambda one: one[0])
    lost = (raw.entities if raw else count) - count
    return drawing, (*notes, f"{lost} of {count + lost} entities of the file could not be read and are lost")


def _entities(drawing: Drawing) -> int:
    """How many entities it has where a file's section ENTITIES puts them: model space and the active sheet."""
    sheets = [drawing.modelspace(), *(each for each in drawing.layouts if each.is_active_paperspace)]
    return sum(len(sheet) for sheet in sheets)


@contextmanager
def _quiet() -> Iterator[None]:
    """ezdxf logs to its own logger what the notes tell better."""
    logger = logging.getLogger("ezdxf")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
