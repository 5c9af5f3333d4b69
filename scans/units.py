"""The unit of a cloud: what the user or the file says, else metres if a building can have that size.

A cloud without a unit cannot prove that it is in metres; these rules stop the mistakes that can be seen:

1. A unit given by the user is believed.
2. A file that states another unit than metres is an error: the user confirms the unit.
3. Wider than 2,000: no hall in metres, but a common one in mm, cm, inches.
4. Narrower than 1: no hall in metres.
5. Higher than 20 with no unit stated: a hall of 9 m in feet and a high-bay of 30 m in metres look the same.
   Where the file states metres, the limit is 60, above the highest high-bay stores.

What passes unseen: a hall under 6 m high that is written in feet.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from spatial.errors import BadDataError

Unit: TypeAlias = Literal["m", "cm", "mm", "ft", "us-ft", "in"]

METRES_PER_UNIT: dict[Unit, float] = {
    "m": 1.0,
    "cm": 0.01,
    "mm": 0.001,
    "ft": 0.3048,
    "us-ft": 1200 / 3937,
    "in": 0.0254,
}

WIDEST_M = 2000.0
NARROWEST_M = 1.0
HIGHEST_UNSTATED = 20.0
HIGHEST_STATED_M = 60.0

# a few points far outside, through a door or by a mirror, say nothing about the building
_TAIL_PERCENT = 0.1
SAMPLES_PER_BLOCK = 5000
_MOST = 200_000


def unit_named(name: str) -> Unit:
    """The unit of that name; raises ValueError with the names there are."""
    for unit in get_args(Unit):
        if unit == name:
            return unit  # type: ignore[no-any-return]
    raise ValueError(f"unit '{name}' is none of {', '.join(METRES_PER_UNIT)}")


def metres_per_unit(given: Unit | None, stated: str | None, name: str) -> float:
    """Rules 1 and 2 for the file `name`, which states its unit in the words `stated`; raises BadDataError."""
    if given is not None:
        return METRES_PER_UNIT[given]
    if stated in (None, "m"):
        return 1.0
    if stated in METRES_PER_UNIT:
        raise BadDataError(f"{name}: states its coordinates in {stated}: pass --unit {stated} to confirm it")
    raise BadDataError(
        f"{name}: states its coordinates in {stated}: export it in metres, or pass the --unit it truly has"
    )


class SizeCheck:
    """Rules 3 to 5 while the points pass by: `add` every block, then `finish`. Both raise BadDataError."""

    def __init__(self, name: str, *, metres_stated: bool) -> None:
        self._name = name
        self._highest = HIGHEST_STATED_M if metres_stated else HIGHEST_UNSTATED
        self._samples = np.empty((0, 3))
        self._step = 1
        self._extent = np.zeros(3)

    def add(self, points: npt.NDArray[np.float64]) -> None:
        """See points (N, 3), of which a bounded sample is kept, and stop a cloud that is already too large."""
        step = self._step * max(1, len(points) // SAMPLES_PER_BLOCK)
        self._samples = np.concatenate([self._samples, points[::step]])
        if len(self._samples) > _MOST:
            self._step *= 2
            self._samples = self._samples[::2].copy()
        low, high = np.percentile(self._samples, [_TAIL_PERCENT, 100 - _TAIL_PERCENT], axis=0)
        self._extent = high - low
        width, height = float(self._extent[:2].max()), float(self._extent[2])
        if width > WIDEST_M:
            raise BadDataError(
                f"{self._described()}, wider than a building of {WIDEST_M:.0f} m: "
                "pass --unit mm|cm|in|ft|us-ft, or --unit m if it is metres"
            )
        if height > self._highest:
            raise BadDataError(
                f"{self._described()}, higher than {self._highest:.0f}, and in feet it would be "
                f"{height * METRES_PER_UNIT['ft']:.1f} m high: pass --unit m or --unit ft, as it is"
            )

    @property
    def sample(self) -> npt.NDArray[np.float64]:
        """The points (N, 3) that were kept."""
        return self._samples

    def finish(self) -> None:
        """Stop a cloud that stayed too small."""
        if float(self._extent.max()) < NARROWEST_M:
            raise BadDataError(
                f"{self._described()}, smaller than any room in metres: pass its unit with --unit, "
                "or --unit m if it is metres"
            )

    def _described(self) -> str:
        x, y, z = self._extent
        return f"{self._name}: the cloud measures {x:.4g} × {y:.4g} × {z:.4g} units"
