"""What holding a network against a facility found, as a value, as JSON and as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from spatial.exchange.alignment import Alignment
from spatial.exchange.route_network import RouteNetwork

Verdict = Literal["pass", "fail", "cannot_decide"]

LINES_SHOWN = 20
"""So many findings of one kind are listed as text; `as_json` has all."""


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """An edge goes through an element of the facility, `inside_m` of it inside; "cannot_decide" within sigma."""

    edge: str
    element: str
    kind: str
    inside_m: float
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Narrow:
    """An edge's clear width, twice the distance to what is nearest to it, against what the agent needs."""

    edge: str
    clear_width_m: float
    sigma_m: float
    needed_m: float
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class OutsideNode:
    """A node off the level's floor, by `outside_m`."""

    node: str
    level: str
    outside_m: float
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class WrongLength:
    """An edge whose length as told differs from that of its path in the facility's frame."""

    edge: str
    told_m: float
    drawn_m: float


@dataclass(frozen=True, kw_only=True)
class CutOffPart:
    """Nodes that cannot be driven to from the main part, or not back, or neither."""

    nodes: tuple[str, ...]
    missing: Literal["way in", "way out", "both"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reconciliation:
    """The network in the facility's frame, how it was placed, and what does not agree.

    `crossings` and `narrow` list what is not a plain pass; edges through something are not listed as narrow
    too. `missing_locations` are those of the facility no node serves, `unknown_stations` those of the network
    the facility does not know, `unknown_levels` levels that were left out of the geometric checks.
    """

    network: RouteNetwork
    alignment: Alignment
    agent: str
    edges_checked: int
    crossings: tuple[Crossing, ...]
    narrow: tuple[Narrow, ...]
    outside: tuple[OutsideNode, ...]
    wrong_lengths: tuple[WrongLength, ...]
    cut_off: tuple[CutOffPart, ...]
    missing_locations: tuple[str, ...]
    unknown_stations: tuple[str, ...]
    unknown_levels: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """`fail` if anything surely does not agree, `cannot_decide` if something may not, else `pass`."""
        verdicts = {each.verdict for part in (self.crossings, self.narrow, self.outside) for each in part}
        if self.wrong_lengths or self.cut_off or self.missing_locations or self.unknown_levels:
            verdicts.add("fail")
        return "fail" if "fail" in verdicts else "cannot_decide" if verdicts else "pass"


def as_json(found: Reconciliation) -> dict[str, Any]:
    """A JSON object of all of it, the network itself aside."""
    placed = found.alignment
    return {
        "network": found.network.id,
        "source": found.network.source,
        "agent": found.agent,
        "verdict": found.verdict,
        "alignment": {
            "scale": placed.scale,
            "yaw_rad": placed.yaw_rad,
            "shift_m": list(placed.shift),
            "sigma_m": placed.sigma_m,
            "yaw_sigma_rad": placed.yaw_sigma_rad,
            "residual_m": dict(placed.residual_m),
            "outliers": list(placed.outliers),
        },
        "edges_checked": found.edges_checked,
        **{name: [asdict(each) for each in getattr(found, name)] for name in _FINDINGS},
        **{name: list(getattr(found, name)) for name in _NAMES},
        "warnings": list(found.network.warnings),
    }


def lines(found: Reconciliation) -> list[str]:
    """The same for people: the placement, then each kind of finding with its number and its first ones."""
    text = [f"{found.network.id} for a {found.agent}: {found.verdict}", *_placement(found.alignment)]
    text.append(f"{found.edges_checked} edges held against the facility")
    for title, findings in _texts(found).items():
        if findings:
            text.append(f"{title}: {len(findings)}")
            text += [f"  {line}" for line in findings[:LINES_SHOWN]]
            if len(findings) > LINES_SHOWN:
                text.append(f"  … and {len(findings) - LINES_SHOWN} more")
    return text


_FINDINGS = ("crossings", "narrow", "outside", "wrong_lengths", "cut_off")
_NAMES = ("missing_locations", "unknown_stations", "unknown_levels")


def _placement(placed: Alignment) -> Iterator[str]:
    x, y = placed.shift
    sigma = "unknown" if placed.sigma_m is None else f"{placed.sigma_m * 1000:.1f} mm"
    yield (
        f"placed by {len(placed.residual_m) - len(placed.outliers)} matches: scale {placed.scale:.6f}, "
        f"turn {placed.yaw_rad:.6f} rad, shift ({x:.3f}, {y:.3f}) m, sigma of a match {sigma}"
    )
    for name in placed.outliers:
        yield f"  '{name}' was left out: it lies {placed.residual_m[name]:.2f} m from its place"


def _texts(found: Reconciliation) -> Mapping[str, list[str]]:
    sure = {"fail": "", "cannot_decide": " (cannot decide)", "pass": ""}
    return {
        "edges through something": [
            f"{each.edge}: {each.inside_m:.2f} m inside {each.kind} '{each.element}'{sure[each.verdict]}"
            for each in found.crossings
        ],
        "edges too narrow": [
            f"{each.edge}: {each.clear_width_m:.3f} ± {1.96 * each.sigma_m:.3f} m, {each.needed_m:.2f} m needed"
            f"{sure[each.verdict]}"
            for each in found.narrow
        ],
        "nodes off the floor": [
            f"{each.node}: {each.outside_m:.2f} m outside '{each.level}'{sure[each.verdict]}"
            for each in found.outside
        ],
        "lengths that disagree": [
            f"{each.edge}: {each.told_m:.3f} m told, {each.drawn_m:.3f} m drawn"
            for each in found.wrong_lengths
        ],
        "parts cut off": [
            f"{len(each.nodes)} node(s) from '{each.nodes[0]}' on: no {each.missing.replace('both', 'way in or out')}"
            for each in found.cut_off
        ],
        "locations without a node": list(found.missing_locations),
        "stations the facility does not know": list(found.unknown_stations),
        "levels the facility does not have": list(found.unknown_levels),
    }
