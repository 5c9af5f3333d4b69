"""Aisles that can be walked in one way only, told by the lengths between mouths.

1. An aisle is one-way when it is farther on foot from one mouth to the other than back.
2. A mouth is a dead end when every way from it to another place leads back through the aisle's other mouth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

DETOUR_M = 0.05
"""Ways that differ by no more than this are equally long."""


def only_way(
    mouths: tuple[int, int], *, others: Sequence[int], length_m: npt.NDArray[np.float64]
) -> tuple[int, int] | None:
    """Which of the two `mouths` to enter and to leave the aisle by, or None where it can be walked in every way.

    (0, 1) is one-way from the first mouth to the second, (0, 0) a dead end that is open at the first. `others` are
    the rows of `length_m` (P, P) that a picker may want to go on to: the depot and the mouths of other aisles.
    Where all of them lie so that the way round is as long as the way back, the aisle passes for a dead end; the
    more aisles are among them, the surer the answer.
    """
    elsewhere = [row for row in others if row not in mouths]
    for enter, leave in ((0, 1), (1, 0)):
        one, other = mouths[enter], mouths[leave]
        if length_m[other, one] > length_m[one, other] + DETOUR_M:
            return enter, leave
        back = length_m[other, one] + length_m[one, elsewhere]
        if len(elsewhere) > 1 and (length_m[other, elsewhere] > back - DETOUR_M).all():
            return enter, enter
    return None
