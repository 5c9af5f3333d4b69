"""Who may do what: one table from role to permissions, and the one value that says who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["viewer", "planner", "operator", "admin"]
Permission = Literal["see", "note", "plan", "operate", "administer"]
ROLES: tuple[Role, ...] = get_args(Role)
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

MAY: Mapping[Role, frozenset[Permission]] = {
    "viewer": frozenset({"see"}),
    "planner": frozenset({"see", "note", "plan"}),
    "operator": frozenset({"see", "note", "operate"}),
    "admin": frozenset({"see", "note", "plan", "operate", "administer"}),
}
"""see: the twin, its files and figures. note: close findings with a note. plan: run what-ifs and jobs. operate: feed
events in, acknowledge alerts, count. administer: tokens, audit log, backup, replay of dead letters; never limited to
sites.
"""


@dataclass(frozen=True)
class Who:
    """Who asks: `sites` that are None mean all; `token` is the id of the token behind it, None for the local user.

    `is_ambient` tells that the browser adds what admits it by itself (a cookie, or being on this machine), so that
    a foreign page could send it too. `until_ms` is when it ends, None for never.
    """

    name: str
    role: Role
    sites: frozenset[str] | None = None
    token: str | None = None
    is_ambient: bool = False
    until_ms: int | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the role has the permission."""
        return permission in MAY[self.role]

    def reaches(self, site: str) -> bool:
        """Whether `site` is among its own."""
        return self.sites is None or site in self.sites


LOCAL = Who("local", "admin", is_ambient=True)
"""Whoever sits at this machine, while no token is set up."""
