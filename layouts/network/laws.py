"""What differs from day to day: laws of demand and lead times as tables, from which numbers of a counter are drawn.

A draw depends on the seed, the replication, the day and the name of what it is for, and on nothing else: a change of
the network, of its events or of the number of workers leaves all other draws as they are (Salmon et al. 2011,
"Parallel random numbers: as easy as 1, 2, 3"; the mixing is that of SplitMix64, Steele et al. 2014).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, pdtr

from layouts.compiled import compiled
from layouts.network.model import Demand, Network
from layouts.network.wiring import NO_DEMAND, Wiring
from layouts.replenishment.terms_table import lead_time

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

TAIL = 1e-12
"""Of a law's probability is left out at its upper end."""


class Laws(NamedTuple):
    """Of K laws: whole numbers `values` with cumulated `shares`, those of law k from `start[k]` to `start[k + 1]`;
    the `key` (K,) of its draws. A law without values is the number `rate` each day.
    """

    values: Ints
    shares: Floats
    start: Ints
    key: Keys
    rate: Floats


def demand_laws(network: Network, wiring: Wiring) -> Laws:
    """Those of the points (P,): whole units a day."""
    demands = [network.demand.get(wiring.pair(p), NO_DEMAND) for p in range(len(wiring.demand))]
    keys = ["demand {} {}".format(*wiring.pair(p)) for p in range(len(demands))]
    return _laws([_demand_table(each) for each in demands], keys, wiring.demand)


def lead_laws(network: Network) -> Laws:
    """Those of the lanes (L,): whole days."""
    told = [(lane.lead_days, lane.lead_sd_days) for lane in network.lanes]
    made = {law: _lead_table(*law) for law in set(told)}
    tables = [made[law] for law in told]
    return _laws(tables, [f"lead {lane.id}" for lane in network.lanes], np.zeros(len(tables)))


def capacity_factors(wiring: Wiring, *, seed: int, replication: int) -> Floats:
    """What each node (N,) can do in a replication, as a share of its mean: normal, 0 or more; 1 where it is sure."""
    factors = np.ones(len(wiring.nodes))
    begin = np.uint64(counter(np.uint64(seed), np.uint64(replication)))  # compiled code returns plain numbers
    for node in np.flatnonzero(wiring.node_capacity_sd > 0):
        key = np.uint64(zlib.crc32(f"capacity {wiring.nodes[node]}".encode()))
        z = float(ndtri(max(uniform(begin, key, np.uint64(0)), 1e-300)))
        factors[node] = max(0.0, 1 + z * wiring.node_capacity_sd[node] / max(wiring.node_capacity[node], 1.0))
    return factors


@compiled
def _mixed(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def counter(seed: np.uint64, replication: np.uint64) -> np.uint64:
    """Where the draws of a replication begin."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    z = _mixed(seed * golden + np.uint64(1))
    return _mixed((z ^ replication) * golden + golden)


@compiled
def uniform(begin: np.uint64, key: np.uint64, day: np.uint64) -> float:
    """A number of 0 … 1, below 1, of the replication that begins at the counter `begin`."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    z = _mixed((begin ^ key) * golden + golden)
    z = _mixed((z ^ day) * golden + golden)
    return float(z >> np.uint64(11)) * 2.0**-53


@compiled
def drawn(laws: Laws, k: int, begin: np.uint64, day: int) -> float:
    """A number of law k."""
    low, high = laws.start[k], laws.start[k + 1]
    if low == high:
        return float(laws.rate[k])
    if high == low + 1:
        return float(laws.values[low])
    u = uniform(begin, laws.key[k], np.uint64(day))
    high -= 1
    while low < high:
        middle = (low + high) // 2
        if laws.shares[middle] > u:
            high = middle
        else:
            low = middle + 1
    return float(laws.values[low])


def _lead_table(mean: float, sd: float) -> tuple[Ints, Floats]:
    lead = lead_time(mean, sd)
    return np.array(lead.days, np.int64), np.cumsum(lead.shares)


def _demand_table(demand: Demand) -> tuple[Ints, Floats]:
    if demand.law == "fixed" or demand.per_day == 0:
        return np.zeros(0, np.int64), np.zeros(0)
    mean = demand.per_day
    sd = math.sqrt(mean) if demand.law == "poisson" else demand.sd_per_day
    low, high = max(0, math.floor(mean - 8 * sd)), math.ceil(mean + 8 * sd + 20)
    values = np.arange(low, high + 1)
    shares = pdtr(values, mean) if demand.law == "poisson" else ndtr((values + 0.5 - mean) / sd)
    keep = int(np.searchsorted(shares, 1 - TAIL)) + 1
    return values[:keep].astype(np.int64), np.asarray(shares[:keep], np.float64)


def _laws(tables: Sequence[tuple[Ints, Floats]], names: Sequence[str], rate: Floats) -> Laws:
    sizes = [len(values) for values, _ in tables]
    return Laws(
        np.concatenate([np.zeros(0, np.int64), *(values for values, _ in tables)]),
        np.concatenate([np.zeros(0), *(shares for _, shares in tables)]),
        np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
        np.array([zlib.crc32(name.encode()) for name in names], np.uint64),
        np.ascontiguousarray(rate, np.float64),
    )
