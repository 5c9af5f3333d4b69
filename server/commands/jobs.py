"""jobs: the long work of a live twin listed, shown, cancelled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.commands.options import Json
from server.commands.printing import print_json
from server.commands.stores import AtSite, shown_time
from spatial.errors import BadDataError

if TYPE_CHECKING:
    from server.jobs.job import Job
    from server.jobs.job_queue import JobQueue

jobs = typer.Typer(
    name="jobs",
    help="Jobs: long work that a live twin does in processes of its own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(help="The folder of jobs, as twin.yaml names it.", metavar="FOLDER")]
Number = Annotated[int, typer.Argument(help="The job's number.", min=1)]


@jobs.command("list")
def list_command(
    folder: Folder,
    state: Annotated[
        Literal["queued", "running", "done", "failed", "cancelled"] | None,
        typer.Option(help="In this state only."),
    ] = None,
    site: AtSite = None,
    as_json: Json = False,
) -> None:
    """List the jobs in the order in which they were asked for."""
    found = _queue(folder).jobs(state=state, site=site)
    if as_json:
        print_json([job._asdict() for job in found])
    else:
        typer.echo("\n".join(map(_line, found)) or "no job")


@jobs.command("show")
def show_command(folder: Folder, number: Number, as_json: Json = False) -> None:
    """Tell all about one job, and where its result lies. Ends with 1 if it failed."""
    queue = _queue(folder)
    job = queue.get(number)
    result = str(queue.result(number)) if job.state == "done" else None
    if as_json:
        print_json({**job._asdict(), "result": result})
    else:
        typer.echo(_line(job))
        typer.echo(f"asked by {job.asked_by} at {shown_time(job.asked_ms)}, begun {job.attempts} times")
        for name, value in job.arguments.items():
            typer.echo(f"  {name}: {value}")
        if result is not None:
            typer.echo(f"result: {result}")
    if job.state == "failed":
        raise typer.Exit(1)


@jobs.command("cancel")
def cancel_command(folder: Folder, number: Number, as_json: Json = False) -> None:
    """Cancel a job: one that waits at once, one that runs as soon as it can. One that ended stays as it is."""
    job = _queue(folder).cancel(number)
    if as_json:
        print_json(job._asdict())
    else:
        typer.echo(f"{_line(job)}{', will be cancelled' if job.state == 'running' else ''}")


def _queue(folder: Path) -> JobQueue:
    from server.jobs.job_queue import QUEUE, JobQueue
    from server.jobs.kinds import KINDS_ADDRESS

    if not (folder / QUEUE).is_file():
        raise BadDataError(f"{folder} holds no {QUEUE}: name the folder of jobs, as twin.yaml does")
    return JobQueue(folder, root=folder.parent, kinds=KINDS_ADDRESS)


def _line(job: Job) -> str:
    share = f" {job.progress:.0%}" if job.state == "running" else ""
    said = f": {job.message}" if job.message else ""
    return f"{job.number} {job.kind} of {job.site}: {job.state}{share}{said}"
