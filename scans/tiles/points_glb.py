"""The points of a tile as binary glTF 2.0.

Positions keep the cloud's own frame, Z up, as they came, and the one node turns them: `(x, y, z) → (x, z, −y)`.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from scans.tiles.bounds import bounds_of
from scans.tiles.columns import Columns, Rows
from spatial.poses import GLTF_FROM_WORLD

_FLOAT, _UNSIGNED_SHORT = 5126, 5123
_ARRAY_BUFFER, _POINTS = 34962, 0
_CHUNK_JSON, _CHUNK_BIN = b"JSON", b"BIN\0"


def _linear(srgb: npt.NDArray[np.float64]) -> npt.NDArray[np.uint16]:
    """Linear light in 0…65535 of sRGB in 0…1 (IEC 61966-2-1); scans are sRGB, and glTF's COLOR_0 is linear."""
    light = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.round(65535 * light).astype(np.uint16)


_LINEAR_OF_SRGB = _linear(np.arange(256) / 255)
"""In 16 bits, in which all 256 stay apart."""


def points_glb(rows: Rows, columns: Columns) -> bytes:
    """The bytes of a .glb with these points (N,), N ≥ 1: POSITION, COLOR_0 and an attribute for each number."""
    xyz = np.ascontiguousarray(rows["xyz"])
    low, high = bounds_of(xyz)
    bounds = {"min": low.tolist(), "max": high.tolist()}
    columns_out: list[tuple[str, bytes, dict[str, Any]]] = [
        ("POSITION", xyz.tobytes(), {"componentType": _FLOAT, "type": "VEC3", **bounds})
    ]
    if columns.has_colour:
        rgba = np.full((len(rows), 4), 65535, np.uint16)
        rgba[:, :3] = _LINEAR_OF_SRGB[rows["rgb"]]
        colour = {"componentType": _UNSIGNED_SHORT, "type": "VEC4", "normalized": True}
        columns_out.append(("COLOR_0", rgba.tobytes(), colour))
    for name, attribute in columns.attributes.items():
        columns_out.append((attribute, rows[name].tobytes(), {"componentType": _FLOAT, "type": "SCALAR"}))
    data = b"".join(column for _, column, _ in columns_out)
    starts = np.cumsum([0, *(len(column) for _, column, _ in columns_out)]).tolist()
    document = {
        "asset": {"version": "2.0", "generator": "aisletwin"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "matrix": GLTF_FROM_WORLD.T.ravel().tolist()}],
        "meshes": [
            {
                "primitives": [
                    {
                        "attributes": {name: index for index, (name, _, _) in enumerate(columns_out)},
                        "mode": _POINTS,
                    }
                ]
            }
        ],
        "accessors": [
            {"bufferView": index, "count": len(rows), **form}
            for index, (_, _, form) in enumerate(columns_out)
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": len(column), "target": _ARRAY_BUFFER}
            for start, (_, column, _) in zip(starts, columns_out, strict=False)
        ],
        "buffers": [{"byteLength": len(data)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), _CHUNK_JSON) + text
    chunks += struct.pack("<I4s", len(data), _CHUNK_BIN) + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
