"""What tours contend for on their way, as rows to compile and as items to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import ENTER, GIVE, INTO, LEAVE, MOVE, NOBODY, OUT, TAKE


class Move(NamedTuple):
    """Go on from `from_m` to `to_m` of the leg, slowed down by the crowd in `area` unless None."""

    from_m: float
    to_m: float
    area: int | None


class Take(NamedTuple):
    """Take a seat, or wait for it."""

    resource: int


class Give(NamedTuple):
    """Give it back."""

    resource: int


class Enter(NamedTuple):
    """Enter a section in `direction` +1 or −1 along its aisle, or 0 for alone."""

    resource: int
    direction: int


class Leave(NamedTuple):
    """Leave it."""

    resource: int


class Into(NamedTuple):
    """Begin to count in an area."""

    area: int


class Out(NamedTuple):
    """Count in it no more."""

    area: int


Item: TypeAlias = Move | Take | Give | Enter | Leave | Into | Out


@dataclass(frozen=True, kw_only=True, eq=False)
class Ways:
    """Rows of all legs of some tours, in order; those of leg i are `leg_start[i]` … `leg_start[i + 1]` − 1, tour t
    has the legs `tour_start[t]` … `tour_start[t + 1]` − 1.

    `op` (I,) is an instruction of the engine's tape: TAKE, GIVE, ENTER, LEAVE, INTO and OUT of resource `a` (I,),
    ENTER in direction `b` (I,); or MOVE along leg `a`, counted through all tours, through area `b` or NOBODY.
    `from_m` and `to_m` (I,) are metres from the start of the leg, equal for all but moves.
    """

    op: npt.NDArray[np.int8]
    a: npt.NDArray[np.int32]
    b: npt.NDArray[np.int32]
    from_m: npt.NDArray[np.float64]
    to_m: npt.NDArray[np.float64]
    leg_start: npt.NDArray[np.int64]
    tour_start: npt.NDArray[np.int64]

    @property
    def tour_rows(self) -> npt.NDArray[np.int64]:
        """Where each tour's rows start, and where the last one's end."""
        rows: npt.NDArray[np.int64] = self.leg_start[self.tour_start]
        return rows

    def items(self, leg: int) -> tuple[Item, ...]:
        """What happens on a leg, in order."""
        return tuple(self._item(row) for row in range(int(self.leg_start[leg]), int(self.leg_start[leg + 1])))

    def _item(self, row: int) -> Item:
        op, a, b = int(self.op[row]), int(self.a[row]), int(self.b[row])
        if op == MOVE:
            return Move(float(self.from_m[row]), float(self.to_m[row]), None if b == NOBODY else b)
        if op == ENTER:
            return Enter(a, b)
        return _ITEMS[op](a)


_ITEMS: dict[int, type[Take] | type[Give] | type[Leave] | type[Into] | type[Out]] = {
    TAKE: Take,
    GIVE: Give,
    LEAVE: Leave,
    INTO: Into,
    OUT: Out,
}
