"""What goes wrong with a file, said so that its user can act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spatial.errors import AisletwinError, BadDataError


def size_of_file(path: Path) -> int:
    """Bytes in the file. Raises BadDataError if it is missing, empty, no file, or not to be read."""
    if path.is_dir():
        raise BadDataError(f"{path}: is a folder: pass the scan files in it")
    try:
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as fault:
        raise BadDataError(
            f"{path}: cannot be read ({fault.strerror}): check the name and its rights"
        ) from fault
    if size == 0:
        raise BadDataError(f"{path}: is empty (0 bytes): copy or export it again")
    return size


def require_points(path: Path, point_count: int) -> None:
    """Raise BadDataError for a file without points."""
    if point_count == 0:
        raise BadDataError(f"{path}: holds 0 points: export it again with its points")


def require_bytes(path: Path, *, needed: int, there: int, what: str) -> None:
    """Raise BadDataError where a header promises more than the file holds."""
    if needed > there:
        raise BadDataError(
            f"{path}: {what} need {needed} bytes, but the file has {there}: "
            "it is cut short or its header is wrong; copy or export it again"
        )


@contextmanager
def naming_faults(path: Path, format_name: str) -> Iterator[None]:
    """Turn whatever a foreign parser raises on broken bytes into one BadDataError that names the file.

    Foreign parsers raise anything on hostile input, from KeyError to MemoryError; a panic of Rust code
    (lazrs) is no Exception at all. Ours, interrupts and exits pass.
    """
    try:
        yield
    except AisletwinError:
        raise
    except BaseException as fault:
        if not isinstance(fault, Exception) and type(fault).__name__ != "PanicException":
            raise
        first_line = str(fault).partition("\n")[0] or type(fault).__name__
        raise BadDataError(
            f"{path}: is not a readable {format_name} file ({first_line}): copy or export it again"
        ) from fault
