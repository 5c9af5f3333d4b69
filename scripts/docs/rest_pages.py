"""The REST interface as a page, from the OpenAPI of a server that shows a live twin."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from layouts.demo_hall import demo_hall
from server.answers.shown import Shown
from server.app import create_app
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import TwinFile
from spatial.facility_json import write_facility

METHODS = ("get", "post", "put", "delete")
ABOUT = """---
search: {boost: 0.005}
---

# REST interface

What a server answers; `/api/openapi.json` describes it to programs. Who may call what is told in
[Access](../access.md). The websocket at `/ws` speaks the [wire messages](wire.md).
"""
REFUSALS = "## Refusals\n\nA refusal says why, as `Refused` below.\n\n| status | means |\n|---|---|"


def rest_page() -> str:
    """Every path with what it takes and answers, then the bodies that these name."""
    told = openapi()
    operations = [
        (f"{method.upper()} {path}", told["paths"][path][method])
        for path in sorted(told["paths"])
        for method in METHODS
        if method in told["paths"][path]
    ]
    refusals = sorted({each for _, operation in operations for each in _refusals(operation)})
    lines = [ABOUT, REFUSALS, *(f"| {status} | {means} |" for status, means in refusals), ""]
    for name, operation in operations:
        lines += _operation(name, operation)
    lines += ["## Bodies", ""]
    for name, schema in sorted(told["components"]["schemas"].items()):
        lines += _body(name, schema)
    return "\n".join(lines)


def openapi() -> dict[str, Any]:
    """What a server of the demo hall's live twin says of itself; with a live twin it has every route."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_facility(folder / "facility.json", demo_hall())
        site = load_site(folder)
        live = LiveServer(TwinFile(store=str(folder / "log.db"), jobs=folder / "jobs.db"), site)
        told: dict[str, Any] = create_app(Shown(site=site), live=live).openapi()
        live.intake.stop()
        live.store.close()
    return told


def _refusals(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Status and meaning of each."""
    return [(s, each["description"]) for s, each in sorted(operation["responses"].items()) if s >= "400"]


def _operation(name: str, told: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"## {name}", "", told.get("description", told.get("summary", "")), "")
    if parameters := told.get("parameters", []):
        yield from ("| parameter | where | type | default |", "|---|---|---|---|")
    for each in parameters:
        schema = each.get("schema", {})
        default = "" if each.get("required") else f"`{schema.get('default', 'none')}`"
        yield f"| `{each['name']}` | {each['in']} | {_type(schema)} | {default} |"
    yield ""
    if taken := _media(told.get("requestBody", {})):
        yield from (f"Takes {taken}.", "")
    for status, each in sorted(told["responses"].items()):
        if status < "400":
            body = _media(each)
            yield f"- {status}: {body or each['description'].replace('Successful Response', 'done')}"
    if refusals := _refusals(told):
        yield f"- refused: {', '.join(status for status, _ in refusals)}"
    yield ""


def _media(part: Mapping[str, Any]) -> str:
    """The body of a request or an answer, in words; nothing where it is not described."""
    return ", ".join(
        f"{kind}, {_type(each.get('schema', {}))}".removesuffix(", ")
        for kind, each in part.get("content", {}).items()
    )


def _body(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### {name}", "", schema.get("description", ""), "")
    yield from ("| field | type | |", "|---|---|---|")
    for field, each in schema.get("properties", {}).items():
        needed = field in schema.get("required", [])
        default = f"default `{each['default']}`" if "default" in each else "optional"
        yield f"| `{field}` | {_type(each)} | {'' if needed else default} |"
    yield ""


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words; bodies that have a name are linked."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return ", ".join(_type(each) for each in schema["prefixItems"])
        return f"list of {_type(schema.get('items', {})) or 'anything'}"
    kind = str(schema.get("type", ""))
    limits = [
        f"{sign} {schema[key]:g}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in schema
    ]
    return " ".join([kind, *limits])
