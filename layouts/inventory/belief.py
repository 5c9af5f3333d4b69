"""What to believe of a place: the book, weighed against what was seen there, by Bayes' rule.

A place is as booked, empty, holds another quantity, or other goods; where the book has nothing, it is as booked or
occupied. What was seen fits some of these. A source that is sure to a share s tells what fits with probability s, and
each of the other things it could have told with equal parts of the rest. What was seen a while ago may not be so
any more: its weight fades to that of a source that knows nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Case = Literal["as booked", "empty", "other quantity", "other goods", "occupied"]
DAY_MS = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Trust:
    """How far the book and each source are trusted; shares of 1.

    The book is wrong with probability `wrong_at_count` right after a count, and `wrong_per_day` more for each day
    since (as a rate); a line that was never counted counts as `uncounted_days` old. What is wrong is shared among the
    cases by `wrong_cases`. A source is sure as it says, at most as `at_most` says. A sighting fades with
    `fades_days`. A belief below `decided` cannot decide.
    """

    wrong_at_count: float = 0.01
    wrong_per_day: float = 0.001
    uncounted_days: float = 365.0
    wrong_cases: Mapping[Case, float] = field(
        default_factory=lambda: {"empty": 0.3, "other quantity": 0.5, "other goods": 0.2}
    )
    occupied_share: float = 0.5
    at_most: Mapping[str, float] = field(
        default_factory=lambda: {"scan": 0.97, "vehicle": 0.95, "rfid": 0.9, "count": 0.99, "wms": 0.9}
    )
    fades_days: float = 30.0
    decided: float = 0.8

    def __post_init__(self) -> None:
        shares = {
            "wrong_at_count": self.wrong_at_count,
            "occupied_share": self.occupied_share,
            "decided": self.decided,
            **{f"at_most[{name}]": share for name, share in self.at_most.items()},
        }
        for name, share in shares.items():
            if not 0 < share < 1:
                raise ValueError(f"{name} {share} is not between 0 and 1: give a share")
        for name in ("wrong_per_day", "uncounted_days", "fades_days"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} {getattr(self, name)} is not above 0")
        if set(self.wrong_cases) != {"empty", "other quantity", "other goods"} or not math.isclose(
            sum(self.wrong_cases.values()), 1
        ):
            raise ValueError(
                f"wrong_cases {dict(self.wrong_cases)}: give shares of empty, other quantity and other goods "
                "that add up to 1"
            )

    def prior(
        self, *, is_booked: bool, checked_days: float | None, is_possible: bool = True
    ) -> dict[Case, float]:
        """What is believed before anything was seen; `checked_days` ago it was counted, None for never.

        A book that is not possible, as stock below 0, is as surely wrong as it is right after a count.
        """
        days = self.uncounted_days if checked_days is None else checked_days
        right = (1 - self.wrong_at_count) * math.exp(-self.wrong_per_day * days)
        wrong = 1 - right if is_possible else 1 - self.wrong_at_count
        if not is_booked:
            wrong *= self.occupied_share
            return {"as booked": 1 - wrong, "occupied": wrong}
        return {"as booked": 1 - wrong, **{case: wrong * part for case, part in self.wrong_cases.items()}}


class Sighting(NamedTuple):
    """`source` saw what fits the cases `fits`, one of `choices` different things it could have told."""

    source: str
    fits: frozenset[Case]
    choices: int
    sure: float
    age_days: float
    said: str


class Belief(NamedTuple):
    """The probabilities of the cases of a place, and what they come from."""

    place: str
    probability: Mapping[Case, float]
    sightings: tuple[Sighting, ...]
    decided: float

    @property
    def best(self) -> Case:
        """The likeliest case, of equal ones the first."""
        return max(self.probability, key=lambda case: self.probability[case])

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.probability[self.best]

    @property
    def wrong(self) -> float:
        """The probability that the book is wrong."""
        return 1 - self.probability["as booked"]

    @property
    def is_decided(self) -> bool:
        """Whether one case is likely enough."""
        return self.confidence >= self.decided

    @property
    def has_conflict(self) -> bool:
        """Whether two sightings cannot both be true."""
        common = frozenset(self.probability)
        for sighting in self.sightings:
            common &= sighting.fits
        return not common

    @property
    def text(self) -> str:
        """`N/1: empty (94 %); scan says empty 3 h ago`, or that it cannot be decided."""
        said = "; ".join(sighting.said for sighting in self.sightings) or "nothing was seen since it moved"
        if self.is_decided:
            return f"{self.place}: {self.best} ({self.confidence:.0%}); {said}"
        conflict = "sightings contradict each other" if self.has_conflict else "too little is known"
        return f"{self.place}: cannot decide, {conflict} ({self.best} {self.confidence:.0%}); {said}"


def believe(place: str, prior: Mapping[Case, float], sightings: Iterable[Sighting], trust: Trust) -> Belief:
    """The belief after the sightings, which are taken to err independently of each other."""
    seen = tuple(sightings)
    weight = dict(prior)
    for sighting in seen:
        for case in weight:
            weight[case] *= _likelihood(sighting, case, trust)
    total = math.fsum(weight.values())
    return Belief(place, {case: part / total for case, part in weight.items()}, seen, trust.decided)


def _likelihood(sighting: Sighting, case: Case, trust: Trust) -> float:
    """How probable it is that this is told if `case` is so."""
    # a source that is no better than chance tells nothing, never the opposite
    chance = 1 / sighting.choices
    sure = max(chance, min(sighting.sure, trust.at_most.get(sighting.source, trust.decided)))
    told = sure if case in sighting.fits else (1 - sure) / (sighting.choices - 1)
    fresh = math.exp(-sighting.age_days / trust.fades_days)
    return fresh * told + (1 - fresh) * chance
