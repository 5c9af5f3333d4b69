"""How subcommands print what several of them have: JSON, key figures, notes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from layouts.tours.between import Way


def print_json(record: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(record, indent=1, ensure_ascii=False))


def print_kpis(figures: dict[str, Any] | None) -> None:
    """Print the key figures of a run, if there is one; where and by whom agents were blocked, if they were."""
    if figures is None:
        return
    total = figures["total"]
    seconds = sum(total.values()) or 1.0
    typer.echo(
        f"{figures['lines']} lines in {figures['makespan_s'] / 60:.1f} min, {figures['tours']} tours: "
        f"{figures['lines_per_hour'] or 0:.0f} lines/h, {figures['metres_per_line'] or 0:.1f} m per line"
    )
    split = ", ".join(
        f"{name.removesuffix('_s')} {spent / seconds:.1%}" for name, spent in total.items() if spent > 0
    )
    typer.echo(f"time: {split}")
    if worst := _worst_blocked(figures["blocked"]):
        typer.echo(f"blocked most: {', '.join(worst)}")


def _worst_blocked(blocked: dict[str, Any]) -> list[str]:
    """The cause, the aisle, the pick face and the pair of agents that cost most."""
    worst = []
    for label, places in (
        ("", {cause.replace("_", " "): each for cause, each in blocked["by_cause"].items()}),
        ("aisle ", blocked["by_aisle"]),
        ("face ", blocked["by_face"]),
    ):
        if places:
            name = max(places, key=lambda place: places[place]["blocked_s"])
            worst.append(f"{label}{name} {places[name]['share'] or 0.0:.1%}")
    pairs = {(who, by): s for who, others in blocked["who"].items() for by, s in others.items()}
    if pairs:
        (who, by), seconds = max(pairs.items(), key=lambda pair: pair[1])
        worst.append(f"{who} by {by} for {seconds:.0f} s")
    return worst


def way_json(way: Way) -> dict[str, Any]:
    """A way between two places as plain values; lengths are null where there is no way."""
    return {
        "lanes_m": way.lanes_m if way.steps or way.lanes_m == 0 else None,
        "steps": [
            {
                "start": step.start,
                "end": step.end,
                "length_m": step.length_m,
                "clear_width_m": step.clear_width_m,
                "aisle": step.aisle,
            }
            for step in way.steps
        ],
        "open_floor_m": way.open_floor_m,
        "open_floor": None if way.open_floor is None else way.open_floor.tolist(),
    }


def print_notes(notes: tuple[str, ...]) -> None:
    """Print what was assumed, on standard error."""
    for note in notes:
        typer.echo(f"note: {note}", err=True)
