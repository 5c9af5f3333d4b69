"""The bytes of an IFC file as users have it: plain, or zipped."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from spatial.errors import BadDataError

STEP_MARK = b"ISO-10303-21;"
MOST_BYTES = 4 << 30
"""An archive that unpacks to more is refused: it is no building, or would not fit in memory."""


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """A file's name, the SHA-256 of what is on the disk, and its STEP text."""

    name: str
    sha256: str
    text: bytes


def read_source(path: Path) -> SourceFile:
    """The STEP text of an .ifc or .ifcZIP file; raises BadDataError for every other kind, with the remedy."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadDataError(f"{path}: cannot be read: {error.strerror}") from error
    text = _unzipped(data, path) if data[:4] == b"PK\x03\x04" else data
    text = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(STEP_MARK):
        raise BadDataError(f"{path}: {_other_kind(text[:64])}")
    return SourceFile(name=path.name, sha256=hashlib.sha256(data).hexdigest(), text=text)


def _unzipped(data: bytes, path: Path) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [
                each for each in archive.infolist() if each.filename.lower().endswith((".ifc", ".ifcxml"))
            ]
            if len(members) != 1:
                raise BadDataError(f"{path}: its archive holds {len(members)} models, not 1: unpack it first")
            if members[0].file_size > MOST_BYTES:
                raise BadDataError(
                    f"{path}: {members[0].filename} unpacks to {members[0].file_size} bytes, above {MOST_BYTES}: "
                    "unpack and split it first"
                )
            return archive.read(members[0])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadDataError(f"{path}: its archive cannot be unpacked: {error}") from error


def _other_kind(begin: bytes) -> str:
    """What a file is that does not begin as STEP text does."""
    if not begin:
        return "is empty"
    if begin.startswith(b"<"):
        return "is XML, perhaps ifcXML: export the model as .ifc, which is STEP text"
    if begin.startswith((b"{", b"[")):
        return "is JSON, perhaps ifcJSON: export the model as .ifc, which is STEP text"
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is text in UTF-16: save it in UTF-8 or ASCII, as ISO 10303-21 asks"
    return f"does not begin with {STEP_MARK.decode()} as an IFC file does, but with {begin[:24]!r}"
