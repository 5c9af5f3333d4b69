"""A thin plate through values on a regular grid: as smooth as the values ask for, and how well it is known.

The plate f has the least Σ w (f − y)² + λ Σ (f_xx² + 2 f_xy² + f_yy²), derivatives as differences of neighbours
(Duchon 1977). Read as what is likely, it is a surface that bends at random, seen with noise: the stiffness λ is that
of the greatest restricted likelihood (Wahba 1985, "generalised maximum likelihood"), and its errors have the
covariance φ (W + λ B)⁻¹, where B is the sum above as a matrix and φ the noise of a value of weight 1. Where nothing
was measured the plate runs straight on, less and less known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import cho_solve_banded, cholesky_banded
from scipy.optimize import minimize_scalar

Floats = npt.NDArray[np.float64]

_LOG_STIFFNESS = (-1.0, 6.0)  # in cells⁴: the surface follows every cell, or bends over thirty of them
_LOG_STEP = 0.2  # a stiffness that is half as great again changes nothing that matters
_LEAST_NOISE_M = 1e-4  # files keep tenths of a millimetre
_DRAWS = 100  # surfaces drawn: a sigma is known to 7 %


@dataclass(frozen=True)
class Plate:
    """Heights `z` (I, J) and the standard deviation of each, in the unit of the values."""

    z: Floats
    sigmas: Floats


def is_held(weight: Floats) -> bool:
    """Whether values of `weight` (I, J), 0 for none, hold a plate: more than three of them, not all in a line."""
    places = np.argwhere(weight > 0)
    design = np.column_stack([places, np.ones(len(places))])
    return len(places) > 3 and int(np.linalg.matrix_rank(design)) == 3


def plate(value: Floats, weight: Floats, stiffness: float) -> Floats:
    """Heights (I, J) of the plate of that `stiffness`, in cells⁴, through `value` (I, J) of `weight` (I, J).

    Raises ValueError where they do not hold it.
    """
    return _bending(value.shape).solved(value, weight, stiffness).z


def likeliest_plate(value: Floats, weight: Floats, *, seed: int = 0) -> Plate:
    """The plate of the likeliest stiffness through `value` (I, J), metres, of `weight` (I, J), 0 where there is none.

    A value's noise goes as 1 / √weight. The sigmas are the spread of surfaces drawn at random, from `seed`. Raises
    ValueError where the values do not hold a plate.
    """
    bending = _bending(value.shape)
    found = minimize_scalar(
        lambda log: bending.solved(value, weight, 10.0**log).unlikeliness,
        bounds=_LOG_STIFFNESS,
        method="bounded",
        options={"xatol": _LOG_STEP},
    )
    best = bending.solved(value, weight, 10.0 ** float(found.x))
    return Plate(best.z, best.sigmas(np.random.default_rng(seed)))


@lru_cache(maxsize=1)
def _bending(shape: tuple[int, ...]) -> _Bending:
    """The plates of one floor, one after the other, are of one shape."""
    return _Bending(shape)


class _Bending:
    """B of a grid of `shape`, as bands: cells are counted along the shorter side, for narrow ones."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.is_turned = shape[1] > shape[0]
        long, short = sorted(shape, reverse=True)
        self.shape = long, short
        along, across = sparse.identity(long), sparse.identity(short)
        self.bends = sparse.vstack(
            [
                sparse.kron(_differences(long, (1.0, -2.0, 1.0)), across),
                sparse.kron(along, _differences(short, (1.0, -2.0, 1.0))),
                math.sqrt(2.0)
                * sparse.kron(_differences(long, (-1.0, 1.0)), _differences(short, (-1.0, 1.0))),
            ]
        ).tocsr()
        energy = (self.bends.T @ self.bends).tocsr()
        self.bands = np.zeros((min(2 * short, long * short - 1) + 1, long * short))
        for k in range(len(self.bands)):
            self.bands[k, : long * short - k] = energy.diagonal(-k)

    def solved(self, value: Floats, weight: Floats, stiffness: float) -> _Solved:
        if not is_held(weight):
            raise ValueError(
                f"{np.count_nonzero(weight)} values hold no plate: it takes four or more, not all in a line"
            )
        y, w = (each.T.ravel() if self.is_turned else each.ravel() for each in (value, weight))
        bands = stiffness * self.bands
        bands[0] += w
        factor = cholesky_banded(bands, lower=True, overwrite_ab=True, check_finite=False)
        return _Solved(self, stiffness, y, w, factor)

    def on_grid(self, flat: Floats) -> Floats:
        """`flat` (I·J,) as (I, J)."""
        grid = flat.reshape(self.shape)
        return np.ascontiguousarray(grid.T if self.is_turned else grid)


@dataclass(frozen=True, eq=False)
class _Solved:
    """W + λ B as its factor of Cholesky."""

    bending: _Bending
    stiffness: float
    y: Floats
    w: Floats
    factor: Floats

    def _solve(self, right: Floats) -> Floats:
        return np.asarray(cho_solve_banded((self.factor, True), right, check_finite=False))

    @property
    def _free(self) -> int:
        """Values beyond the three that a plane takes."""
        return int(np.count_nonzero(self.w)) - 3

    @property
    def z(self) -> Floats:
        return self.bending.on_grid(self._solve(self.w * self.y))

    @property
    def noise(self) -> float:
        """φ: yᵀ W (y − f) over the degrees of freedom."""
        weighted = self.w * self.y
        misfit = float(weighted @ (self.y - self._solve(weighted)))
        return max(misfit, 0.0) / self._free + _LEAST_NOISE_M**2

    @property
    def unlikeliness(self) -> float:
        """−2 log of the restricted likelihood, up to a constant."""
        determinant = 2.0 * float(np.log(self.factor[0]).sum())
        scale = math.log(self.noise) * self._free
        return determinant - (len(self.y) - 3) * math.log(self.stiffness) + scale

    def sigmas(self, rng: np.random.Generator) -> Floats:
        """Spread (I, J) of the plates of noise alone: if its covariance is W + λ B, theirs is the inverse of that."""
        of_values = np.sqrt(self.w)[:, None] * rng.normal(size=(len(self.w), _DRAWS))
        bends = self.bending.bends
        of_bends = math.sqrt(self.stiffness) * (bends.T @ rng.normal(size=(bends.shape[0], _DRAWS)))
        drawn = self._solve(of_values + of_bends)
        return self.bending.on_grid(np.sqrt(self.noise * np.mean(drawn**2, axis=1)))


def _differences(count: int, stencil: tuple[float, ...]) -> sparse.csr_matrix:
    """The matrix that takes `count` values to their differences."""
    rows = count - len(stencil) + 1
    if rows < 1:
        return sparse.csr_matrix((0, count))
    return sparse.diags(stencil, list(range(len(stencil))), shape=(rows, count), format="csr")
