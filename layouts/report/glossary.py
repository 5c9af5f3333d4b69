"""What each figure means, and how it is said that a scenario has more or less of it."""

from __future__ import annotations

from dataclasses import dataclass

from layouts.what_if.figure_kinds import figure_kind


@dataclass(frozen=True)
class FigureWords:
    """`more` and `less` follow the scenario's name, `{by}` being how much, and come before "than" the baseline."""

    meaning: str
    more: str
    less: str


WORDS = {
    "lines_per_hour": FigureWords(
        "Order lines picked to the end, by all agents together, per hour from the warm-up to the end of the shift.",
        "picks {by} more lines per hour",
        "picks {by} fewer lines per hour",
    ),
    "lines_per_labour_hour": FigureWords(
        "Lines picked, per hour that an agent is on duty; breaks count as paid.",
        "picks {by} more lines per labour hour",
        "picks {by} fewer lines per labour hour",
    ),
    "blocked_share": FigureWords(
        "Share of all agents' time in which they stand and wait for each other or for a busy station.",
        "is blocked {by} more of the time",
        "is blocked {by} less of the time",
    ),
    "makespan_s": FigureWords(
        "Time from the start of the shift until the last piece of work is done.",
        "takes {by} longer",
        "takes {by} less time",
    ),
    "metres_per_line": FigureWords(
        "Metres walked or driven for each line.",
        "travels {by} further per line",
        "travels {by} less per line",
    ),
    "deadlocks": FigureWords(
        "1 where agents waited for each other in a ring until the shift stopped, else 0; the mean over shifts.",
        "has {by} more deadlocks",
        "has {by} fewer deadlocks",
    ),
    "passes": FigureWords(
        "How often an agent squeezed past another one to end a deadlock.",
        "has {by} more passes",
        "has {by} fewer passes",
    ),
    "back_offs": FigureWords(
        "How often an agent gave way and came back to end a deadlock.",
        "has {by} more back-offs",
        "has {by} fewer back-offs",
    ),
    "tour_lead_p95_s": FigureWords(
        "95 of 100 tours are done within this time after their release.",
        "has a {by} longer p95 lead time of tours",
        "has a {by} shorter p95 lead time of tours",
    ),
    "order_lead_p95_s": FigureWords(
        "95 of 100 orders are done within this time after their release.",
        "has a {by} longer p95 lead time of orders",
        "has a {by} shorter p95 lead time of orders",
    ),
    "on_time_share": FigureWords(
        "Share of the orders with a due time that are done by then.",
        "has {by} more orders on time",
        "has {by} fewer orders on time",
    ),
}


def figure_words(figure: str) -> FigureWords:
    """Those of a figure; for one that is not known its title must do."""
    if figure in WORDS:
        return WORDS[figure]
    title = figure_kind(figure).title
    return FigureWords("", f"has {{by}} more {title}", f"has {{by}} less {title}")
