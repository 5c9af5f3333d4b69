"""Two halls on the same orders compared once, and the page read back as a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest

from layouts.comparison.compare import Comparison, compare
from layouts.demand.one_sku_a_place import synthetic_orders, synthetic_slotting
from layouts.demo_hall import demo_hall
from layouts.report.page import report_html
from layouts.report.report_data import Report, make_report
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of
from layouts.slotting_table import write_slotting
from spatial.facility import Facility
from spatial.facility_json import write_facility

NAME = "<script>alert(1)</script> & 'co'"
"""What a scenario may be called."""

VOID = {"br", "col", "meta", "link", "img", "hr", "input"}


@dataclass
class Node:
    """An element of a page with what is in it, in order: texts and elements."""

    tag: str
    attributes: dict[str, str | None]
    content: list[Node | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Node]:
        for each in self.content:
            if isinstance(each, Node):
                if not tags or each.tag in tags:
                    yield each
                yield from each.all(*tags)

    def one(self, tag: str, **attributes: str) -> Node:
        (found,) = (
            each
            for each in self.all(tag)
            if all(each.attributes.get(name.rstrip("_")) == value for name, value in attributes.items())
        )
        return found

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.content)


class _Reader(HTMLParser):
    """Every element must be closed in the order it was opened, none may be closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Node("page", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        node = Node(tag, dict(attrs))
        self.open[-1].content.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert any(node.tag == "svg" for node in self.open), f"<{tag}/> closes itself outside of SVG"
        self.open[-1].content.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> where <{self.open[-1].tag}> is open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def tree(html: str) -> Node:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], "elements are left open"
    return reader.root


@pytest.fixture(scope="session", name="tree")
def reads() -> Callable[[str], Node]:
    return tree


def without_the_last_aisle(hall: Facility) -> Facility:
    """And with the depot 5 m further from the first one."""
    gone = ("R7", "R8")
    depot, *others = hall.stations
    x, y, yaw = depot.pose
    return replace(
        hall,
        id="SMALL",
        racks=tuple(
            replace(rack, back_to_back=None) if rack.back_to_back in gone else rack
            for rack in hall.racks
            if rack.id not in gone
        ),
        locations=tuple(each for each in hall.locations if each.rack not in gone),
        aisles=tuple(aisle for aisle in hall.aisles if aisle.id != "A4"),
        stations=(replace(depot, pose=(x + 5, y + 1, yaw)), *others),
    )


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Scenario]:
    folder = tmp_path_factory.mktemp("halls")
    full = demo_hall()
    small = without_the_last_aisle(full)
    for name, hall in (("full", full), ("small", small)):
        write_facility(folder / name / "facility.json", hall)
    slotting = synthetic_slotting([each.id for each in small.locations if each.tier == 0], seed=0)
    write_slotting(folder / "slotting.csv", slotting)
    rows = [
        f"{order.id},{line.sku},{line.quantity}"
        for order in synthetic_orders(slotting, count=60, seed=0)
        for line in order.lines
    ]
    (folder / "orders.csv").write_text("\n".join(["order,sku,quantity", *rows]) + "\n", encoding="utf-8")
    today = Scenario(
        site=folder / "full",
        orders=folder / "orders.csv",
        slotting=folder / "slotting.csv",
        pickers=6,
        pick_time="exponential",
    )
    return {
        "today": today,
        NAME: today.model_copy(update={"site": folder / "small"}),
        "four": today.model_copy(update={"pickers": 4}),
    }


@pytest.fixture(scope="session")
def compared(scenarios: Mapping[str, Scenario]) -> Comparison:
    return compare(scenarios, figures_of, first=5)


@pytest.fixture(scope="session")
def report(compared: Comparison, scenarios: Mapping[str, Scenario]) -> Report:
    return make_report(compared, scenarios)


@pytest.fixture(scope="session")
def html(report: Report) -> str:
    return report_html(report)


@pytest.fixture(scope="session")
def page(html: str) -> Node:
    return tree(html)
