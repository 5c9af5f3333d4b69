"""What each route asks of who calls it: declared where the route is, and checked before the server starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, TypeAlias

from fastapi import Depends, FastAPI, HTTPException
from fastapi.routing import iter_route_contexts
from starlette.exceptions import WebSocketException
from starlette.requests import HTTPConnection
from starlette.routing import Mount

from server.access.refusals import POLICY_VIOLATION
from server.access.roles import PERMISSIONS, Permission, Who
from spatial.errors import AisletwinError

PUBLIC = frozenset({"/", "/ar.html", "/ar-worker.js", "/api/health", "/api/ready", "/api/session"})
"""Paths that anyone may call; what is declared `anyone` must be here, and what is here must be declared so."""
PUBLIC_FOLDERS = ("/assets/",)
"""Folders of files that hold nothing of any site."""

SITE = "site"
"""The parameter by which a route names a site."""

About = Literal["site", "named", "server", "asked"]


class UndeclaredRouteError(AisletwinError):
    """A route does not say who may call it: a fault of the program, found before it answers anybody."""


@dataclass(frozen=True)
class Require:
    """A FastAPI dependency, for routes and websockets: who calls, if it may; else 401 or 403."""

    permission: Permission
    about: About = "site"

    def __call__(self, connection: HTTPConnection) -> Who:
        """Who asks; refuses those who may not."""
        who: Who | None = getattr(connection.state, "who", None)
        if who is None:
            raise _refusal(connection, 401, "say who you are: send a token")
        if not who.may(self.permission):
            raise _refusal(
                connection, 403, f"a {who.role} may not {self.permission}: ask an admin for another role"
            )
        for site in self._sites(connection):
            if site is None and who.sites is not None:
                raise _refusal(
                    connection, 403, "this is about all sites, and your token about some: ask an admin"
                )
            if site is not None and not who.reaches(site):
                raise _refusal(connection, 403, f"your token does not reach site '{site}': ask an admin")
        return who

    def _sites(self, connection: HTTPConnection) -> list[str | None]:
        """The sites that are asked about, all that are named; None for the whole server."""
        own: str | None = getattr(connection.state, "site", None)
        named: list[str | None] = [*connection.query_params.getlist(SITE)]
        if SITE in connection.path_params:
            named.append(str(connection.path_params[SITE]))
        match self.about:
            case "site":  # what is named counts too, but a route that knows nothing of it still shows its own
                return [own, *named]
            case "named":
                return named or [own]
            case "server":
                return [None]
            case "asked":
                return []


def require(permission: Permission, *, about: About = "site") -> Require:
    """Who may call a route: `dependencies=[Depends(require("see"))]`, or a parameter `Annotated[Who, Depends(…)]`.

    `about` tells of what: `site`, that which the server shows; `named`, that of the route's own path or query
    parameter `site` (each that is named), else the server's; `server`, all sites, so that a token of some is refused;
    `asked`, whatever the route itself finds out with `Who.reaches`.
    Raises ValueError for a permission that there is not.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"permission '{permission}' is none of {', '.join(PERMISSIONS)}")
    return Require(permission, about)


def reaching(site: str) -> Callable[[HTTPConnection], None]:
    """A dependency beside `require`, for routes that show a further site: refuses whose token does not reach it."""

    def check(connection: HTTPConnection) -> None:
        who: Who | None = getattr(connection.state, "who", None)
        if who is None or not who.reaches(site):
            raise _refusal(connection, 403, f"your token does not reach site '{site}': ask an admin")

    return check


def anyone() -> None:
    """Declares that anyone may call a route; its path is in PUBLIC."""


Caller: TypeAlias = Annotated[Who, Depends(Require("see", "asked"))]
"""Who asks, for routes that ask `reaches` themselves."""


class Declared(NamedTuple):
    """A route and what it declares: `needs` is None for anyone."""

    path: str
    methods: tuple[str, ...]
    needs: Require | None


def declared_routes(app: FastAPI) -> list[Declared]:
    """Every route of the application with what it asks; a websocket has the method CONNECT.

    Raises UndeclaredRouteError, which names every route that declares nothing or contradicts PUBLIC.
    """
    found: list[Declared] = []
    faults: list[str] = []
    for path, methods, declarations, parameters in _routes(app):
        needs = [one for one in declarations if isinstance(one, Require)]
        if any(one.about == "named" for one in needs) and SITE not in parameters:
            faults.append(
                f"{path} is about a named site and has no parameter '{SITE}': add it, or say about='site'"
            )
        is_open = anyone in declarations
        if len(needs) + is_open == 0:
            faults.append(f"{path} says nothing: add Depends(require(…))")
        elif is_open and needs:
            faults.append(f"{path} asks for {needs[0].permission} and lets anyone in: choose")
        elif is_open != (path in PUBLIC or f"{path}/" in PUBLIC_FOLDERS):
            faults.append(
                f"{path} {'lets anyone in' if is_open else 'asks for more'}, unlike the table PUBLIC"
            )
        found += [Declared(path, methods, one) for one in needs] or [Declared(path, methods, None)]
    if faults:
        raise UndeclaredRouteError(f"{len(faults)} routes do not say who may call them: {'; '.join(faults)}")
    return found


def check_every_route(app: FastAPI) -> None:
    """Call it last: raises UndeclaredRouteError unless every route says who may call it."""
    declared_routes(app)


def _routes(app: FastAPI) -> Iterator[tuple[str, tuple[str, ...], list[object], set[str]]]:
    """Path, methods, dependencies and parameters of every route.

    Folders in PUBLIC_FOLDERS count as declared for anyone, FastAPI's own description of the API as for whoever may
    see: who has a role at all, which the gate asks for.
    """
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if isinstance(route.original_route, Mount):
            yield path, ("GET",), [anyone] if f"{path}/" in PUBLIC_FOLDERS else [], set()
            continue
        if path == app.openapi_url:
            yield path, ("GET", "HEAD"), [Require("see", "asked")], set()
            continue
        dependant = getattr(route, "dependant", None)
        declarations = [] if dependant is None else _calls(dependant)
        parameters = {
            one.alias for kind in ("path_params", "query_params") for one in getattr(dependant, kind, ())
        }
        yield path, tuple(sorted(route.methods or ("CONNECT",))), declarations, parameters


def _calls(dependant: object) -> list[object]:
    """All that is called for a route before it, however deep."""
    inner = getattr(dependant, "dependencies", [])
    return [call for one in inner for call in (one.call, *_calls(one))]


def _refusal(connection: HTTPConnection, status: int, reason: str) -> HTTPException | WebSocketException:
    if connection.scope["type"] == "websocket":
        return WebSocketException(POLICY_VIOLATION, reason)
    return HTTPException(status, reason, {"WWW-Authenticate": "Bearer"} if status == 401 else None)
