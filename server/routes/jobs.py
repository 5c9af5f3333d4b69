"""Long work asked for over HTTP: jobs, and the what-if that starts from now."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from server.access.declared import require
from server.access.roles import Who
from server.clock import clock_ms
from server.fork.fork import fork, write_fork
from server.jobs.job import Job, QueueFullError
from server.routes.refused import BY_THE_GATE, refuses
from server.twin.live_server import LiveServer
from spatial.errors import BadDataError, UndecidedError

FORKS = "forks"
Planner = Annotated[Who, Depends(require("plan"))]
Number = Annotated[int, Field(ge=1, le=2**62)]


class NowWish(BaseModel):
    """A what-if from now: `what_if` are NAME=VALUES, none for a plain shift; refused when what is known is older than
    `max_age_s`.
    """

    model_config = ConfigDict(extra="forbid")

    what_if: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=4)] = []
    figure: Annotated[str, Field(max_length=60)] = "lines_per_hour"
    replications: Annotated[int, Field(ge=1, le=1_000)] = 10
    max_age_s: Annotated[float, Field(gt=0, le=86_400)] = 120.0


def job_routes(live: LiveServer) -> APIRouter:
    """Routes about jobs."""
    routes = APIRouter(responses=refuses(*BY_THE_GATE))

    @routes.get("/api/jobs", dependencies=[Depends(require("see"))])
    async def jobs() -> list[dict[str, Any]]:
        """The site's jobs, in the order in which they were asked for."""
        return [_record(job) for job in await asyncio.to_thread(live.jobs.jobs, site=live.site_id)]

    @routes.get("/api/jobs/{number}", responses=refuses(404, 422), dependencies=[Depends(require("see"))])
    async def job(number: int) -> dict[str, Any]:
        """One job, and the files of its result once it is done."""
        found = await _own(live, number)
        files = []
        if found.state == "done":
            folder = live.jobs.result(number)
            files = sorted(
                path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
            )
        return {**_record(found), "files": files}

    @routes.get(
        "/api/jobs/{number}/files/{name:path}",
        response_class=FileResponse,
        responses=refuses(404, 422),
        dependencies=[Depends(require("see"))],
    )
    async def file(number: int, name: str) -> FileResponse:
        """A file of a job's result."""
        await _own(live, number)
        try:
            folder = live.jobs.result(number).resolve()
            path = (folder / name).resolve()
            is_there = path.is_relative_to(folder) and path.is_file()
        except (BadDataError, OSError, ValueError) as error:
            raise HTTPException(404, f"job {number} has no such file: {error}") from error
        if not is_there:
            raise HTTPException(404, f"job {number} has no file '{name}'")
        return FileResponse(path)

    @routes.delete("/api/jobs/{number}", responses=refuses(404, 422), dependencies=[Depends(require("plan"))])
    async def cancel(number: int) -> dict[str, Any]:
        """Cancel a job; what it has done already is kept for the next one alike."""
        await _own(live, number)
        return _record(await asyncio.to_thread(live.jobs.cancel, number))

    @routes.post("/api/what-if/now", responses=refuses(409, 422, 429))
    async def now(wish: NowWish, who: Planner) -> dict[str, Any]:
        """Fork the live state and simulate from it, as a job. The live twin is left as it is."""
        base = live.settings.scenario
        if base is None:
            raise HTTPException(409, "twin.yaml names no scenario: name the base of what-ifs there")
        try:
            forked = fork(
                live.twin.state,
                site=live.site_id,
                log=live.store.id,
                now_ms=clock_ms(),
                max_age_s=wish.max_age_s,
            )
        except UndecidedError as error:
            raise HTTPException(409, str(error)) from error
        name = f"{forked.fork.seq}-{forked.fork.sha256[:12]}-{forked.fork.now_ms}"
        folder = live.jobs.folder / FORKS / name
        root = live.jobs.root.resolve()
        try:
            arguments: dict[str, Any] = {
                "fork": folder.resolve().relative_to(root).as_posix(),
                "base": base.resolve().relative_to(root).as_posix(),
                "replications": wish.replications,
            }
        except ValueError as error:
            raise HTTPException(409, f"the scenario {base} lies outside {root}: move it there") from error
        if wish.what_if:
            arguments |= {"what_if": wish.what_if, "figure": wish.figure}
        try:
            await asyncio.to_thread(write_fork, folder, forked)
            job = await asyncio.to_thread(
                lambda: live.jobs.submit("now", arguments, site=live.site_id, asked_by=who.name)
            )
        except QueueFullError as error:
            raise HTTPException(429, str(error), headers={"Retry-After": "60"}) from error
        except BadDataError as error:
            raise HTTPException(422, str(error)) from error
        return {
            **_record(job),
            "fork": {"sha256": forked.fork.sha256, "age_s": forked.fork.age_s, "seq": forked.fork.seq},
        }

    return routes


async def _own(live: LiveServer, number: int) -> Job:
    """A job of this site; 404 for any other."""
    if not 0 < number < 2**62:
        raise HTTPException(404, f"there is no job {number}")
    try:
        job = await asyncio.to_thread(live.jobs.get, number)
    except BadDataError as error:
        raise HTTPException(404, str(error)) from error
    if job.site != live.site_id:
        raise HTTPException(404, f"there is no job {number} of this site")
    return job


def _record(job: Job) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(json.dumps(job._asdict(), default=str))
    return record
