"""Whether a request comes from a page of this server, from a program, or from somebody else's page.

Browsers tell where a page is from in `Origin` (with all that changes something, and with websockets) and in
`Sec-Fetch-Site`; neither can be set by a page's script. Programs send neither.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

Provenance = Literal["page", "program", "foreign"]

_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_PORTS = {"http": 80, "https": 443}


class Place(NamedTuple):
    """Scheme, host and port as browsers compare them."""

    scheme: str
    host: str
    port: int


def place_of(scheme: str, authority: str) -> Place | None:
    """The place that `authority` (`HOST` or `HOST:PORT`) names; None when it is none."""
    found = _AUTHORITY.fullmatch(authority.lower())
    if found is None or scheme not in _PORTS:
        return None
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    host = found["host"]
    if host.startswith("["):
        try:
            host = f"[{ipaddress.IPv6Address(host[1:-1])}]"
        except ValueError:
            return None
    return Place(scheme, host, port) if 0 < port < 65_536 else None


def place_of_origin(origin: str) -> Place | None:
    """The place of an `Origin`, `SCHEME://HOST[:PORT]` and nothing more; None for `null` and all else."""
    scheme, separator, authority = origin.partition("://")
    return place_of(scheme.lower(), authority) if separator else None


def provenance(
    *,
    scheme: str,
    hosts: Sequence[str],
    origins: Sequence[str],
    fetch_sites: Sequence[str],
    trusted: Collection[Place] = (),
) -> Provenance:
    """Where a request comes from, of the values of its headers Host, Origin and Sec-Fetch-Site.

    `scheme` is http or https; a page of this server has the place that `Host` names, or one of `trusted` (what a
    proxy in front of it is called). A header that comes twice is nobody's we trust.
    """
    if max(len(hosts), len(origins), len(fetch_sites)) > 1:
        return "foreign"
    site = fetch_sites[0].lower() if fetch_sites else None
    if site not in (None, "same-origin", "none"):
        return "foreign"
    if not origins:
        return "program" if site is None else "page"
    place = place_of_origin(origins[0])
    own = place_of(scheme, hosts[0]) if hosts else None
    return "page" if place is not None and (place == own or place in trusted) else "foreign"


def is_loopback(host: str) -> bool:
    """Whether a host, without port, means this machine: `localhost`, 127.0.0.0/8, ::1."""
    bare = host.lower().removeprefix("[").removesuffix("]")
    if bare == "localhost":
        return True
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
