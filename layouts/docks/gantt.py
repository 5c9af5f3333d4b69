"""A plan of the doors as a picture: a row for each door, a bar for each truck, a line before it where it waits."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from layouts.docks.schedule import DockPlan
from layouts.docks.spec import Appointments, DockSpec
from layouts.experiment.svg_marks import CHARACTER, line_to, svg_open, text_at
from layouts.what_if.picture import COLOURS, GREY

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 720.0, 60.0, 10.0, 30.0, 24.0, 16.0
TICKS_S = (900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
MOST_TICKS = 10


def gantt_svg(docks: DockSpec, appointments: Appointments, plan: DockPlan) -> str:
    """Inbound trucks are blue, outbound ones orange; a bar's title tells truck and times."""
    end_s = float((plan.start_s + plan.takes_s).max())
    scale = (WIDTH - LEFT - RIGHT) / end_s
    height = TOP + ROW * len(docks.doors) + 26
    marks = [
        *svg_open(
            WIDTH, height, "Dock doors", f"{len(appointments.trucks)} trucks at {len(docks.doors)} doors"
        ),
        *_ticks(appointments, end_s, scale, height),
    ]
    for number, door in enumerate(docks.doors):
        marks.append(text_at(LEFT - 6, TOP + ROW * number + BAR - 3, door.name, "end"))
    for n in range(len(appointments.trucks)):
        marks += _bar(appointments, plan, n, scale)
    return "\n".join([*marks, "</svg>\n"])


def _ticks(appointments: Appointments, end_s: float, scale: float, height: float) -> Iterator[str]:
    step = next((each for each in TICKS_S if end_s / each <= MOST_TICKS), TICKS_S[-1])
    for number in range(int(end_s // step) + 1):
        x = LEFT + scale * step * number
        yield line_to(x, TOP - 6, x, height - 20, f'stroke="{GREY}" stroke-opacity="0.35"')
        yield text_at(x, height - 6, f"{appointments.at(step * number):%H:%M}", "middle")


def _bar(appointments: Appointments, plan: DockPlan, n: int, scale: float) -> Iterator[str]:
    truck, start, takes = appointments.trucks[n], float(plan.start_s[n]), float(plan.takes_s[n])
    x, y, wide = LEFT + scale * start, TOP + ROW * float(plan.door[n]), scale * takes
    colour = COLOURS[0 if truck.kind == "inbound" else 1]
    if start > round(truck.due_s):
        yield line_to(LEFT + scale * truck.due_s, y + BAR / 2, x, y + BAR / 2, f'stroke="{colour}"')
    told = f"{truck.truck}, {truck.kind}: {appointments.at(start):%H:%M} to {appointments.at(start + takes):%H:%M}"
    yield (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{BAR:g}" rx="2" fill="{colour}">'
        f"<title>{escape(told)}</title></rect>"
    )
    if CHARACTER * len(truck.truck) <= wide - 4:
        yield f'<g fill="#ffffff">{text_at(x + 3, y + BAR - 4, truck.truck)}</g>'
