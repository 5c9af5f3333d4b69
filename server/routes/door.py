"""What a route asks of the doorway: that who comes may do it, and who it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, NamedTuple, Protocol

from fastapi import Depends, Request

Permission = Literal["see", "plan", "operate", "administer"]


class Visitor(NamedTuple):
    """Who it is."""

    name: str


class Door(Protocol):
    """Lets in or keeps out; `server.access` has the one that reads tokens."""

    def require(self, permission: Permission) -> Callable[[Request], None]:
        """A FastAPI dependency that notes who it is in `request.state.visitor`, or answers 401 or 403."""


class OpenDoor:
    """Lets everybody in as the one who sits at this machine."""

    def require(self, permission: Permission) -> Callable[[Request], None]:  # noqa: ARG002, all may do all
        """A dependency that lets in whoever comes."""
        return _let_in


def _let_in(request: Request) -> None:
    request.state.visitor = Visitor("local")


def _visitor(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


Who = Annotated[Visitor, Depends(_visitor)]
"""The parameter of a route that wants to know who came."""
