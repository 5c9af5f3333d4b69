"""PLY and PCD as text hold the numbers that numpy reads in them, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scans.readers import READERS
from spatial.errors import BadDataError

NUMBERS = np.random.default_rng(7).normal(0, 30, (500, 3)) * 10.0 ** np.random.default_rng(8).integers(
    -12, 5, (500, 1)
)
FORMS = {
    ".ply": "ply\nformat ascii 1.0\nelement vertex {0}\nproperty float x\nproperty double y\nproperty float z\n"
    "property float warmth\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n",
    ".pcd": "# PCD\nVERSION .7\nFIELDS x y z warmth\nSIZE 4 8 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\nWIDTH {0}\n"
    "HEIGHT 1\nPOINTS {0}\nDATA ascii\n",
}


def words(form: str) -> list[str]:
    """Lines of numbers as writers put them: plain, short, with exponents, with 20 digits, `nan` and signs."""
    shapes = ("{:.17g}", "{:.3f}", "{:.6e}", "{:+.20f}")
    lines = [" ".join(shapes[i % 4].format(x) for x in row) for i, row in enumerate(NUMBERS.tolist())]
    return [f"{line} {'nan' if i % 50 == 3 else i}" + " \r"[i % 2 :] for i, line in enumerate(lines)]


@pytest.mark.parametrize("form", list(FORMS))
def test_the_numbers_are_those_that_numpy_reads(tmp_path: Path, form: str) -> None:
    lines, path = words(form), tmp_path / f"hall{form}"
    tail = "3 0 1 2\n" if form == ".ply" else ""
    text = FORMS[form].format(len(lines)) + "\n".join(lines) + "\n" + tail
    path.write_text(text, encoding="ascii", newline="")
    expected = np.loadtxt(lines)
    blocks = list(READERS[form](path).blocks(199))
    assert [len(block) for block in blocks] == [199, 199, 102]
    read = np.concatenate([block.xyz for block in blocks])
    np.testing.assert_array_equal(read, expected[:, :3])
    warmth = np.concatenate([block.scalars["warmth"] for block in blocks])
    np.testing.assert_array_equal(warmth, expected[:, 3].astype(np.float32))


@pytest.mark.parametrize("form", list(FORMS))
def test_a_line_that_is_none_is_named_by_its_number_in_the_file(tmp_path: Path, form: str) -> None:
    lines, path = words(form), tmp_path / f"hall{form}"
    head = FORMS[form].format(len(lines))
    lines[300] = "1 2 three 4"
    path.write_text(head + "\n".join(lines) + "\n", encoding="ascii", newline="")
    with pytest.raises(BadDataError, match=f"line {head.count(chr(10)) + 301} reads '1 2 three 4'"):
        list(READERS[form](path).blocks(1000))
