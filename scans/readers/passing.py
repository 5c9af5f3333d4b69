"""What is checked of the points of a scan set while they pass by, in however many parts they are read."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from scans.scan_file import Block, ScanFile
from scans.units import SAMPLES_PER_BLOCK, SizeCheck
from scans.up_axis import UpCheck
from spatial.errors import BadDataError

_log = logging.getLogger(__name__)

# a coordinate beyond this is no measurement, whatever its unit; it also catches NaN and infinity
_FARTHEST = 1e9


def _nowhere(sign: float) -> npt.NDArray[np.float64]:
    return np.full(3, sign * np.inf)


@dataclass(frozen=True, eq=False)
class Tally:
    """Points `read` from a file and `kept` as valid, and the bounds (3,) of those in the file's own frame."""

    read: int = 0
    kept: int = 0
    low: npt.NDArray[np.float64] = field(default_factory=lambda: _nowhere(1.0))
    high: npt.NDArray[np.float64] = field(default_factory=lambda: _nowhere(-1.0))

    def plus(self, other: Tally) -> Tally:
        """Of both."""
        return Tally(
            self.read + other.read,
            self.kept + other.kept,
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
        )

    def require_points(self, file: ScanFile) -> None:
        """Raise BadDataError if `file`, of which this tells all, has no valid points, or all in one place."""
        if self.kept == 0:
            raise BadDataError(f"{file.path}: none of its {self.read} points is valid: export it again")
        if self.kept > 1 and bool((self.low == self.high).all()):
            raise BadDataError(
                f"{file.path}: all its {self.kept} points lie in one place: it is damaged; export it again"
            )


@dataclass(frozen=True, eq=False)
class Passed:
    """What is known of points that have passed: a tally of each file, by its number, and some of the points (N, 3),
    metres, in the world.
    """

    tallies: Mapping[int, Tally]
    sample: npt.NDArray[np.float64]


class Passing:
    """The checks of a set of `files`, whose name is `name`, on what passes.

    The size is checked unless it `is_sized`, and the axis that points up unless that is told (`is_up_told`).
    """

    def __init__(
        self, files: Sequence[ScanFile], name: str, *, drop_invalid: bool, is_sized: bool, is_up_told: bool
    ) -> None:
        self._files = files
        self._drop_invalid = drop_invalid
        self._is_sized = is_sized
        self._size = SizeCheck(name, metres_stated=all(file.stated_unit == "m" for file in files))
        self._up = UpCheck(name, is_told=is_up_told)
        self._tallies: dict[int, Tally] = {}

    def valid(self, number: int, blocks: Iterator[Block], first: int) -> Iterator[Block]:
        """Blocks of file `number` from its point `first` on, without points that are not finite; empty ones are left
        out. Raises BadDataError for such a point, unless the format means a beam without return, or all such are
        to be dropped.
        """
        file, tally = self._files[number], self._tallies.get(number, Tally())
        for block in blocks:
            rows, bounds = len(block), _bounds(block)
            if not _is_valid(bounds):
                valid = np.all(np.abs(block.xyz) < _FARTHEST, axis=1)
                if not (self._drop_invalid or file.invalid_is_normal):
                    raise _not_finite(file, block, first, int(np.argmin(valid)))
                block = block.keep(np.atleast_1d(valid))
                bounds = _bounds(block)
            first += rows
            tally = replace(tally, read=tally.read + rows)
            if len(block):
                tally = tally.plus(Tally(0, len(block), *bounds))
                yield block
        self._tallies[number] = tally

    def add(self, points: npt.NDArray[np.float64]) -> None:
        """See points (N, 3) in the world, and stop a cloud that is already too large."""
        self._up.add(points)
        if not self._is_sized:
            with self._up.asked_first():
                self._size.add(points)

    def require_points(self, number: int) -> None:
        """Raise BadDataError unless file `number`, all of which has passed, holds valid points in several places."""
        self._tallies[number].require_points(self._files[number])

    def passed(self) -> Passed:
        """What is known so far."""
        return Passed(self._tallies, self._up.sample if self._is_sized else self._size.sample)

    def join(self, others: Sequence[Passed]) -> None:
        """Points that passed elsewhere, in their order."""
        for other in others:
            for number, tally in other.tallies.items():
                self._tallies[number] = self._tallies.get(number, Tally()).plus(tally)
            for first in range(0, len(other.sample), SAMPLES_PER_BLOCK):
                self.add(other.sample[first : first + SAMPLES_PER_BLOCK])

    def finish(self) -> None:
        """Raise BadDataError for a file or a cloud that can be judged but as a whole."""
        for number, tally in self._tallies.items():
            file = self._files[number]
            tally.require_points(file)
            if tally.kept < file.point_count:
                dropped = file.point_count - tally.kept
                _log.info(
                    "%s: left out %d of %d points, which are invalid", file.path, dropped, file.point_count
                )
        if not self._is_sized:
            self._size.finish()
        self._up.finish()


def _bounds(block: Block) -> npt.NDArray[np.float64]:
    """The lowest and highest coordinates (2, 3); NaN where a point has one."""
    if len(block) == 0:
        return np.zeros((2, 3))
    return np.stack([block.xyz.min(axis=0), block.xyz.max(axis=0)])


def _is_valid(bounds: npt.NDArray[np.float64]) -> bool:
    return bool((np.abs(bounds) < _FARTHEST).all())


def _not_finite(file: ScanFile, block: Block, first: int, index: int) -> BadDataError:
    x, y, z = block.xyz[index]
    what = "farther away than 1e9" if np.isfinite(block.xyz[index]).all() else "not finite"
    return BadDataError(
        f"{file.path}: point {first + index} of {file.point_count} is {what} ({x:g}, {y:g}, {z:g}): "
        "clean the file, or pass --drop-invalid to leave such points out"
    )
