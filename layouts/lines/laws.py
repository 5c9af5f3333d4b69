"""How long something takes, as a law with its parameters in seconds."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

Floats = npt.NDArray[np.float64]

Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
SomeSeconds = Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)]


class Law(BaseModel):
    """One of `fixed` (seconds), `exponential` (its mean), `uniform` [least, most], `triangular` [least, likeliest,
    most], `lognormal` [mean, standard deviation].
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fixed: Seconds | None = None
    exponential: SomeSeconds | None = None
    uniform: tuple[Seconds, Seconds] | None = None
    triangular: tuple[Seconds, Seconds, Seconds] | None = None
    lognormal: tuple[SomeSeconds, Seconds] | None = None

    @model_validator(mode="after")
    def _one_law(self) -> Law:
        given = [name for name, value in self if value is not None]
        if len(given) != 1:
            raise ValueError(f"{len(given)} laws: give one of {', '.join(type(self).model_fields)}")
        for ends in (self.uniform, self.triangular):
            if ends is not None and (list(ends) != sorted(ends) or ends[0] == ends[-1]):
                raise ValueError(f"{', '.join(f'{end:g}' for end in ends)} must rise")
        return self

    @property
    def mean_s(self) -> float:
        """The mean in seconds."""
        if self.fixed is not None:
            return self.fixed
        if self.exponential is not None:
            return self.exponential
        if self.lognormal is not None:
            return self.lognormal[0]
        ends = self.uniform or self.triangular or ()
        return sum(ends) / len(ends)

    def draw(self, random: np.random.Generator, size: int) -> Floats:
        """Seconds (`size`,), independent of each other."""
        if self.exponential is not None:
            return random.exponential(self.exponential, size)
        if self.uniform is not None:
            return random.uniform(*self.uniform, size)
        if self.triangular is not None:
            return random.triangular(*self.triangular, size)
        if self.lognormal is not None:
            mean, deviation = self.lognormal
            variance = math.log1p((deviation / mean) ** 2)  # of the logarithm
            return random.lognormal(math.log(mean) - variance / 2, math.sqrt(variance), size)
        return np.full(size, self.fixed, np.float64)
