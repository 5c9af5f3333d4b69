"""A line's figures as people and programs read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layouts.lines.spec import LineSpec
from layouts.statistics.replications import Replications

SHARES = ("utilisation", "down", "blocked", "starved", "closed")


def line_text(line: LineSpec, done: Replications, load: Mapping[str, float] | None) -> str:
    """The whole line, then each station; what it does not have is left out."""
    told = done.estimates
    lines = [
        f"out: {told['jobs_per_hour'].text('jobs/h')}",
        f"time in the line: {told['sojourn_s'].text('s')}",
        f"95 % leave within: {told['sojourn_p95_s'].text('s')}",
        f"jobs in the line: {told['in_line'].text()}",
    ]
    for station in line.stations:
        room = "" if station.buffer is None else f", {station.buffer} places before it"
        lines.append(f"\n{station.name}: {station.servers} server(s){room}")
        lines += _station_lines(station.name, done)
    for name, share in (load or {}).items():
        if share >= 1:
            lines.append(
                f"\n{name} is offered {share:.2f} of what it can do: the longer it is played, the longer it queues; "
                "give it servers, or count a shift that ends"
            )
    if done.unsure:
        lines.append("\nnot sure enough: allow more replications with --most, or a wider --precision")
    return "\n".join(lines)


def _station_lines(name: str, done: Replications) -> list[str]:
    told = {
        key.removeprefix(f"{name}."): value
        for key, value in done.estimates.items()
        if key.startswith(f"{name}.")
    }
    lines = [
        f"  {share} {told[share].scaled(100).text('%')}"
        for share in SHARES
        if share == "utilisation" or told[share].high > 0
    ]
    if "queue" in told:
        lines += [f"  waiting {told['queue'].text('jobs')}", f"  wait {told['wait_s'].text('s')}"]
    return lines


def line_dict(line: LineSpec, done: Replications, load: Mapping[str, float] | None) -> dict[str, Any]:
    """Each figure with its interval; `load` is the work offered over what servers can do."""
    whole = ("jobs_per_hour", "sojourn_s", "sojourn_p95_s", "in_line")
    return {
        "line": {name: done.estimates[name].record() for name in whole},
        "stations": [
            {
                "name": each.name,
                "servers": each.servers,
                "buffer": each.buffer,
                "load": None if load is None else load[each.name],
                **{
                    key.removeprefix(f"{each.name}."): value.record()
                    for key, value in done.estimates.items()
                    if key.startswith(f"{each.name}.")
                },
            }
            for each in line.stations
        ],
        "unsure": list(done.unsure),
    }
