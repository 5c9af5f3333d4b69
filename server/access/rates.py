"""How often each caller may ask: a bucket of tokens that refills steadily, for as many callers as are kept."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable


class Rates:
    """`at_once` requests at a time and `per_s` on average, by caller.

    Of at most `kept` callers a bucket is remembered; the one that asked longest ago is forgotten first, which gives
    it a full bucket should it come back: a flood of addresses costs bounded memory and shuts nobody out.
    """

    def __init__(
        self, *, per_s: float, at_once: float, kept: int, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s, self._at_once, self._kept, self._clock_s = per_s, float(at_once), kept, clock_s
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> float:
        """Take one from the caller's bucket; 0, or how many seconds until there is one again [s]."""
        now_s = self._clock_s()
        level, since_s = self._levels.pop(caller, (self._at_once, now_s))
        level = min(self._at_once, level + max(0.0, now_s - since_s) * self._per_s)
        wait_s = 0.0 if level >= 1 else (1 - level) / self._per_s
        self._levels[caller] = (level if wait_s else level - 1, now_s)
        if len(self._levels) > self._kept:
            self._levels.popitem(last=False)
        return wait_s

    def __len__(self) -> int:
        return len(self._levels)


def caller_at(address: str | None) -> str:
    """The caller behind an address: of IPv6 its /64, since whoever has one address of it has them all."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return f"address {address}"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return f"address {ipaddress.ip_network((parsed, 64), strict=False)}"
    return f"address {getattr(parsed, 'ipv4_mapped', None) or parsed}"
