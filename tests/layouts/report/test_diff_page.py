"""The page of a difference: all that is told in words and numbers is on it, escaped, and the same each time."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from layouts.demo_hall import demo_hall
from layouts.diff.facility_diff import diff_facilities
from layouts.diff.text import change_lines, total_text
from layouts.report.diff_page import diff_html
from spatial.facility import Facility, Level

HALL = demo_hall()


class Reader(HTMLParser):
    """The text of a page, and the tags that were opened and never closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.open = "", [""]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def rebuilt() -> Facility:
    first, *rest = HALL.racks
    x, y = first.center
    upstairs = Level(id="L1", elevation_m=4.0, outline=((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)))
    racks = (replace(first, center=(x + 0.5, y)), *rest[:-1], replace(rest[-1], level="L1"))
    return replace(HALL, id="NEW", name="New <script>", racks=racks, levels=(*HALL.levels, upstairs))


def test_every_change_and_total_is_on_the_page_and_names_are_only_names() -> None:
    new = rebuilt()
    diff = diff_facilities(HALL, new)
    page = diff_html(diff, HALL, new, sources={"old.yaml": "ab" * 32})
    assert page == diff_html(diff_facilities(HALL, new), HALL, new, sources={"old.yaml": "ab" * 32})
    reader = Reader(page)
    assert reader.open == [""]
    assert "<script" not in page
    assert "New <script>" in reader.text
    totals = [total_text(total) for total in diff.totals if total.difference]
    told = [*change_lines(diff.changes), *totals, "ab" * 32]
    assert [line for line in told if line not in reader.text] == []
    assert "Level L0" in reader.text
    assert "Level L1" in reader.text


def test_what_cannot_be_decided_is_said_at_the_top() -> None:
    racks = tuple(replace(rack, sigma_m=0.05) for rack in HALL.racks)
    x, y = racks[0].center
    scan = replace(HALL, kind="as_built", racks=(replace(racks[0], center=(x + 0.02, y)), *racks[1:]))
    diff = diff_facilities(HALL, scan)
    top = Reader(diff_html(diff, HALL, scan)).text.partition("Plans")[0]
    count = diff.words()["cannot_decide"]
    assert f"Cannot decide. {count} difference" in top
    assert f"{count} cannot decide" in top


def test_halls_that_are_the_same_say_so() -> None:
    page = Reader(diff_html(diff_facilities(HALL, HALL), HALL, HALL)).text
    assert "No difference." in page
    assert "No element differs." in page
    assert "No location differs." in page
    assert "Inputs" not in page
