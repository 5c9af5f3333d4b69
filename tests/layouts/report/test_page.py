"""The page says what the comparison says, whole, by itself, and to everybody."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from layouts.comparison.compare import Comparison
from layouts.report.page import report_html
from layouts.report.report_data import Report, make_report
from layouts.report.sections.differences import varied
from layouts.report.verdict_words import shown_difference
from layouts.scenario import Scenario
from layouts.statistics.intervals import Estimate
from layouts.what_if.figure_kinds import figure_kind

Node = Any
NUMBER = r"[+−]?[\d,]+(?:\.\d+)?"


def number(text: str) -> tuple[float, float]:
    """A number as it is shown, and half a unit of its last digit; noughts before the point may be rounding."""
    found = re.match(NUMBER, text)
    assert found, text
    digits = found[0].replace(",", "").replace("−", "-").replace("+", "")
    _, point, behind = digits.partition(".")
    noughts = 0 if point else len(digits) - len(digits.rstrip("0")) if float(digits) else 0
    return float(digits), 0.5 * 10.0 ** (noughts if not point else -len(behind)) * (1 + 1e-9)


def assert_shows(text: str, value: float) -> None:
    shown, half = number(text)
    assert abs(shown - value) <= half, f"{text} for {value}"


def assert_figure(cell: Node, estimate: Estimate) -> None:
    """Exact numbers in the attributes, and in the text the same, rounded."""
    data = cell.one("data")
    told = [float(data.attributes[name]) for name in ("data-low", "value", "data-high")]
    assert told == [estimate.low, estimate.value, estimate.high]
    assert_shows(data.text, estimate.value)
    interval = cell.one("span", class_="interval").text
    if estimate.low == estimate.high:
        assert interval == "[no spread seen]"
    else:
        low, high = re.fullmatch(rf"\[({NUMBER}) to ({NUMBER})\]", interval).groups()  # type: ignore[union-attr]
        assert_shows(low, estimate.low)
        assert_shows(high, estimate.high)


def table(page: Node, caption: str) -> dict[str, list[Node]]:
    """The cells of a table's rows, by the name of the row."""
    (found,) = (each for each in page.all("table") if each.one("caption").text.startswith(caption))
    return {row.one("th").text: list(row.all("td")) for row in found.one("tbody").all("tr")}


def test_every_mean_on_the_page_is_that_of_the_comparison(page: Node, compared: Comparison) -> None:
    rows = table(page, "Means of 5 replications")
    assert list(rows) == [figure_kind(name).heading for name in varied(compared)]
    for name in varied(compared):
        kind = figure_kind(name)
        cells = rows[kind.heading]
        assert len(cells) == len(compared.levels)
        for cell, levels in zip(cells, compared.levels.values(), strict=True):
            assert_figure(cell, levels[name].scaled(kind.factor))


def test_every_difference_on_the_page_is_that_of_the_comparison(page: Node, compared: Comparison) -> None:
    for against in compared.against:
        rows = table(page, f"{against.name} less today")
        for name in varied(compared):
            kind, difference = figure_kind(name), against.figures[name].difference
            whisker, cell, share, verdict = rows[kind.heading]
            if difference.low == difference.high == 0:
                assert cell.text == "none in any replication"
                continue
            assert_figure(cell, difference.scaled(kind.factor))
            base = compared.levels["today"][name].value
            assert_shows(share.text, 100 * difference.value / base)
            assert next(whisker.all("svg")).attributes["aria-hidden"] == "true"
            is_better = (difference.value > 0) == kind.larger_is_better
            shown = "better" if is_better else "worse"
            if difference.low <= 0 <= difference.high:
                shown = "no difference shown"
            assert verdict.text.endswith(shown)


def test_the_verdicts_stand_first_in_the_order_of_the_comparison(page: Node, compared: Comparison) -> None:
    cards = [each for each in page.one("header").all("div") if "verdict " in (each.attributes["class"] or "")]
    assert [card.one("span", class_="badge").text[2:] for card in cards] == [
        against.verdict for against in compared.against
    ]
    for card, against in zip(cards, compared.against, strict=True):
        sentence = card.one("p", class_="sentence")
        estimate, unit = shown_difference(compared, against)
        assert unit == "%"
        assert against.name in sentence.text
        data = sentence.one("data")
        most = max(abs(estimate.low), abs(estimate.high))
        is_shown = against.verdict != "no difference shown"
        assert float(data.attributes["value"]) == (estimate.value if is_shown else most)
        assert_shows(data.text.removeprefix("±"), abs(estimate.value) if is_shown else most)
        low, high = re.search(rf"interval ({NUMBER}) to ({NUMBER})\s%", sentence.text).groups()  # type: ignore[union-attr]
        assert_shows(low, estimate.low)
        assert_shows(high, estimate.high)


def test_what_is_said_of_fewer_pickers_is_true(page: Node) -> None:
    text = page.one("header").text
    assert re.search(r"four picks [\d.]+\s% fewer lines per hour than today", text)
    assert "It is worse, and by more than chance explains." in text


def test_names_are_text_wherever_they_stand(html: str, page: Node) -> None:
    assert "<script" not in html
    assert "alert(1)" in page.text
    assert page.one("h1").text == "<script>alert(1)</script> & 'co' and four against today"


def test_the_page_needs_nothing_from_outside_and_tells_nothing_of_this_machine(
    html: str, page: Node, scenarios: Mapping[str, Scenario]
) -> None:
    for node in page.all():
        for name, value in node.attributes.items():
            assert name not in ("src", "srcset", "data", "action")
            assert not name.startswith("on")
            if name == "href":
                assert value
                assert value.startswith("#")
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)
    assert str(scenarios["today"].site.parent) not in html
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", html)


def test_links_lead_to_headings_and_headings_do_not_skip_a_level(page: Node) -> None:
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link.attributes["href"].removeprefix("#") in ids
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_and_pictures_can_be_read_aloud(page: Node) -> None:
    assert page.one("html").attributes["lang"] == "en"
    for each in page.all("table"):
        assert each.one("caption").text
        assert all(head.attributes.get("scope") in ("row", "col") for head in each.all("th"))
        width = {len(list(row.all("th", "td"))) for row in each.all("tr")}
        assert len(width) == 1, "a row has more cells than another"
    for picture in page.all("svg"):
        is_aside = picture.attributes.get("aria-hidden") == "true"
        assert is_aside or (picture.attributes["role"] == "img" and picture.one("title").text)


def test_the_same_comparison_gives_the_same_bytes(
    html: str, compared: Comparison, scenarios: Mapping[str, Scenario]
) -> None:
    assert report_html(make_report(compared, scenarios)) == html


def test_other_scenarios_than_those_compared_are_refused(
    compared: Comparison, scenarios: Mapping[str, Scenario]
) -> None:
    with pytest.raises(ValueError, match="scenarios today are not those compared: give today, "):
        make_report(compared, {"today": scenarios["today"]})


def test_without_a_sensitivity_the_page_says_so_and_how_to_ask(page: Node) -> None:
    (section,) = (each for each in page.all("section") if each.attributes["aria-labelledby"] == "flips")
    assert "was not asked: aisletwin compare … --sensitivity" in section.text
    assert "the simulation leaves out ends the verdict if it shifts the difference by" in section.text


def test_what_differs_is_told_of_settings_and_of_halls(page: Node, report: Report) -> None:
    rows = table(page, "Settings and files that differ")
    assert [cell.text for cell in rows["pickers"]] == ["6", "6", "4"]
    assert "facility" in rows
    assert "orders" not in rows
    assert list(report.halls) == [report.names[1]]
    text = page.text
    assert "The same hall as today: four." in text
    assert "pick positions, pallet rack: −192 (768 → 576)" in text


def test_a_long_report_stays_small(html: str) -> None:
    assert len(html.encode()) < 200_000


def test_scenarios_of_different_seeds_are_not_said_to_share_random_numbers(html: str, report: Report) -> None:
    assert "all with the same random numbers" in html
    assert "(common random numbers)" in html
    one, *others = report.shifts
    seeded = replace(one, scenario=one.scenario.model_copy(update={"seed": 7}))
    told = report_html(replace(report, shifts=(seeded, *others)))
    assert "not with the same random numbers" in told
    assert "(common random numbers)" not in told


def test_real_orders_are_not_said_to_be_made_up(page: Node) -> None:
    assert "made up" not in page.one("header").text.lower()
    assert "Made-up" not in page.text


@pytest.mark.parametrize("is_marked", [False, True])
def test_made_up_orders_are_told_beside_the_verdict(
    tree: Callable[[str], Node], scenarios: Mapping[str, Scenario], is_marked: bool
) -> None:
    from layouts.comparison.compare import compare
    from layouts.simulation.run_scenario import figures_of

    today = scenarios["today"]
    assert today.orders is not None
    if is_marked:
        header, *rows = today.orders.read_text(encoding="utf-8").splitlines()
        orders = today.orders.with_name("marked.csv")
        source = "made up by aisletwin (seed 0)"
        orders.write_text(
            "\n".join([f"{header},source", *(f"{row},{source}" for row in rows)]) + "\n", encoding="utf-8"
        )
        changed = {"orders": orders}
    else:
        changed = {"orders": None, "slotting": None, "synthetic_orders": 20}
    both = {
        "a": today.model_copy(update=changed),
        "b": today.model_copy(update={**changed, "pickers": 5}),
    }
    made = make_report(compare(both, figures_of, first=2), both)
    assert made.made_up == ("a", "b")
    header_text = tree(report_html(made)).one("header").text
    assert header_text.count("Made-up orders") == 1
    assert "The orders of a and b are not those of a warehouse" in header_text
