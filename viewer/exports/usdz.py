"""USDZ: a zip without compression whose files start at multiples of 64 bytes (USDZ File Format Specification)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

ALIGNMENT = 64
PADDING_ID = 0x1986
"""The extra field that OpenUSD pads with."""
_LOCAL_HEADER, _EXTRA_HEADER = 30, 4


def usdz_bytes(files: Mapping[str, bytes]) -> bytes:
    """The package of these files by name, the first of which is its root layer; names are ASCII."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            info.create_system = 3
            info.extra = _padding(package.tell() + _LOCAL_HEADER + len(name))
            archive.writestr(info, content)
    return package.getvalue()


def _padding(start: int) -> bytes:
    """An extra field after which content that would start at `start` is aligned."""
    missing = -(start + _EXTRA_HEADER) % ALIGNMENT
    return struct.pack("<HH", PADDING_ID, missing) + bytes(missing)
