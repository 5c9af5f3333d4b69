"""How a figure is shown: what it is called, in which unit, and whether more of it is better."""

from __future__ import annotations

from dataclasses import dataclass

from layouts.statistics.intervals import Estimate


@dataclass(frozen=True)
class FigureKind:
    """`unit` is shown, and `factor` of it make one of the figure's own."""

    title: str
    unit: str
    factor: float = 1.0
    larger_is_better: bool = False

    @property
    def heading(self) -> str:
        """The title with the unit, unless that says it already as "lines per hour" does."""
        return f"{self.title}, {self.unit}" if self.unit and "/" not in self.unit else self.title

    def text(self, estimate: Estimate) -> str:
        """`812 [790 to 834]`, in the unit shown, rounded to the interval."""
        text = estimate.scaled(self.factor).text().partition(", n = ")[0]
        return text.replace(f"[{100 * estimate.confidence:.4g} %: ", "[")


KINDS = {
    "lines_per_hour": FigureKind("lines per hour", "lines/h", larger_is_better=True),
    "lines_per_labour_hour": FigureKind("lines per labour hour", "lines/labour h", larger_is_better=True),
    "metres_per_line": FigureKind("metres per line", "m/line"),
    "tour_lead_p95_s": FigureKind("p95 lead time of tours", "min", 1 / 60),
    "order_lead_p95_s": FigureKind("p95 lead time of orders", "min", 1 / 60),
    "back_offs": FigureKind("back-offs", ""),
    "on_time_share": FigureKind("on time", "%", 100.0, larger_is_better=True),
}
ENDINGS = {"_s": ("min", 1 / 60), "_share": ("%", 100.0), "_m": ("m", 1.0), "_h": ("h", 1.0)}


def figure_kind(name: str) -> FigureKind:
    """What is known of a figure, or what the ending of its name says: then less is taken to be better."""
    if name in KINDS:
        return KINDS[name]
    for ending, (unit, factor) in ENDINGS.items():
        if name.endswith(ending):
            return FigureKind(name.removesuffix(ending).replace("_", " "), unit, factor)
    return FigureKind(name.replace("_", " "), "")
