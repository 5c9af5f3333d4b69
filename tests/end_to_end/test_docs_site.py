"""The documentation as a site: built strictly, whole, loading nothing from elsewhere, and searched from the disk."""

from __future__ import annotations

import html
import os
import re
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from server.chores.screenshot import find_chromium
from server.commands import app
from viewer import messages

pytest.importorskip("material", reason="skipped: mkdocs-material is not installed: pip install '.[docs]'")

ROOT = Path(__file__).parents[2]
LARGEST_PICTURE = 250_000  # bytes


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def words_of(page: Path) -> str:
    """A page's text without its tags, a space for whatever is white."""
    inner = page.read_text(encoding="utf-8").split("<article", 1)[1].split("</article>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", inner)).split())


def test_every_page_is_there_and_named_once_in_the_contents(site: Path) -> None:
    def leaves(entry: Any) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        for each in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
            yield from leaves(each)

    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]
    named = Counter(leaves(yaml.safe_load(nav)))
    assert {page for page, times in named.items() if times > 1} == set()
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= set(named)
    assert [page for page in named if not (site / page).with_suffix(".html").is_file()] == []


def test_every_command_is_in_the_reference_with_its_options(site: Path) -> None:
    page = words_of(site / "reference/commands.html")
    root: Any = typer.main.get_command(app)
    below = [(name, command) for name, command in root.commands.items()]
    for name, command in below:
        below += [(f"{name} {inner}", one) for inner, one in getattr(command, "commands", {}).items()]
        assert f"aisletwin {name}¶" in page
        assert {option for each in command.params for option in each.opts if option not in page} == set()
    assert "thinned The browser's points" in page  # a default


def test_every_address_is_in_the_reference(site: Path) -> None:
    page = words_of(site / "reference/rest.html")
    told = runpy.run_path(str(ROOT / "scripts" / "docs" / "rest_pages.py"))["openapi"]()
    paths = [f"{method.upper()} {path}¶" for path, methods in told["paths"].items() for method in methods]
    assert len(paths) > 30
    assert [path for path in paths if path not in page] == []
    assert [name for name in told["components"]["schemas"] if f"{name}¶" not in page] == []


def test_every_message_is_in_the_reference(site: Path) -> None:
    page = words_of(site / "reference/wire.html")
    kinds = [kind for kind in vars(messages).values() if hasattr(kind, "__struct_config__")]
    kinds = [kind for kind in kinds if kind.__module__ == messages.__name__]
    assert len(kinds) > 20
    assert [kind.__name__ for kind in kinds if f"{kind.__name__}¶" not in page] == []
    assert "ATWF" in page


def test_the_examples_are_shown_as_they_are(site: Path) -> None:
    page = words_of(site / "examples.html")
    for path in (ROOT / "examples").glob("[0-9]*.py"):
        assert " ".join(path.read_text(encoding="utf-8").split()) in page, path.name


def test_the_python_interface_names_what_is_public(site: Path) -> None:
    for place in (
        "layouts.simulation",
        "layouts.diff",
        "spatial.navigation",
        "scans.readers",
        "viewer.exports",
    ):
        assert (site / f"reference/python/{place}.html").is_file()
    page = (site / "reference/python/layouts.simulation.html").read_text(encoding="utf-8")
    assert 'id="layouts.simulation.run_scenario.run_on"' in page


class Loads(HTMLParser):
    """What a page makes a browser fetch; links to follow are not among it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "srcset", "poster", "data") or (tag == "link" and name == "href"):
                self.found.add(value or "")


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    found = {each for page in pages for each in Loads(page.read_text(encoding="utf-8")).found}
    styles = (path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    found |= {each for text in styles for each in re.findall(r"url\([\"']?([^\"')]+)", text)}
    assert len(found) > 10
    assert {each for each in found if re.match(r"(\w+:)?//", each)} == set()


def test_pictures_are_small(site: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in (site / "images").iterdir()}
    assert len(sizes) > 5
    assert {name: size for name, size in sizes.items() if size > LARGEST_PICTURE} == {}


@pytest.mark.browser
def test_the_search_works_from_the_disk(site: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        elsewhere: list[str] = []
        page.on("request", lambda asked: elsewhere.append(asked.url))
        page.goto((site / "concepts.html").as_uri())
        page.locator("[data-md-component=search-query]").press_sequentially("deadlock")
        page.wait_for_selector(".md-search-result__item", timeout=40_000)
        titles = page.locator(".md-search-result__item h1").all_text_contents()
        browser.close()
    assert titles.index("Simulation") < titles.index("layouts.simulation")
    assert {url for url in elsewhere if not url.startswith(("file:", "data:", "about:"))} == set()
