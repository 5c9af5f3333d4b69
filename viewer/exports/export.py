"""Exporting: each format whole or not at all, nothing that exists overwritten unasked."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spatial.errors import BadDataError
from spatial.progress import Progress, silent
from viewer.exports.formats import FORMATS, Wishes
from viewer.exports.source import Source


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file or folder of `format`, its size in bytes in all."""

    path: Path
    format: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written, and what there is to be noted."""

    written: Sequence[Written]
    notes: Sequence[str]


def standing(folder: Path, source: Source, formats: Sequence[str]) -> list[Path]:
    """What `export` would replace."""
    names = [name for each in formats for name in FORMATS[each].names(source)]
    return [folder / name for name in names if (folder / name).exists()]


def export(
    folder: Path, source: Source, formats: Sequence[str], wishes: Wishes, progress: Progress = silent
) -> Exported:
    """Write `formats` (names of FORMATS) into `folder`, made if missing; the same source gives the same bytes.

    What stands there under the same names is replaced, each format when all of it is written. Raises BadDataError
    for a site that has no such form, and for a folder to be replaced that holds anything else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Written] = []
    notes: list[str] = []
    for done, name in enumerate(formats):
        progress(name, done / len(formats))
        aside = folder / f".export.{os.getpid()}.part"
        try:
            aside.mkdir()
            notes += FORMATS[name].write(aside, source, wishes)
            for made in FORMATS[name].names(source):
                _put(aside / made, folder / made, FORMATS[name].inside)
                written.append(Written(path=folder / made, format=name, size=_size(folder / made)))
        except ValueError as error:
            raise BadDataError(f"{source.site}: no {name}: {error}") from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return Exported(written=written, notes=[*dict.fromkeys(notes)])


def _put(new: Path, place: Path, inside: str) -> None:
    """Move a file or folder to where an older one may be, a folder only if all in it is called like `inside`."""
    if place.is_dir():
        others = [each for each in sorted(place.iterdir()) if not re.fullmatch(inside, each.name)]
        if others:
            raise BadDataError(f"{others[0]} is of no export: move it, or choose another folder")
        shutil.rmtree(place)
    os.replace(new, place)


def _size(path: Path) -> int:
    return sum(
        each.stat().st_size for each in (path.rglob("*") if path.is_dir() else (path,)) if each.is_file()
    )
