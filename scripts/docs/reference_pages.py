"""MkDocs hook: pages that are made from the program when the site is built, so that they cannot differ from it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.resolve().parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from api_pages import api_pages  # noqa: E402
from command_pages import command_page  # noqa: E402
from mkdocs.structure.files import File, Files  # noqa: E402
from rest_pages import rest_page  # noqa: E402
from wire_pages import wire_page  # noqa: E402

PACKAGES = ("spatial", "scans", "layouts", "viewer", "server")
OUT_OF_DOCS = re.compile(r"\]\(\.\./([\w./-]+)\)")
"""A link from a page to a file elsewhere in the repository."""


def made_pages() -> dict[str, str]:
    """The text of each page by its path."""
    python = [page for package in PACKAGES for page in api_pages(ROOT / package)]
    return {
        "reference/commands.md": command_page(),
        "reference/rest.md": rest_page(),
        "reference/wire.md": wire_page(),
        **{f"reference/python/{name}.md": text for name, text in python},
    }


def on_config(config: Any) -> Any:
    """Make the pages, and list those of the Python interface, which follow the folders."""
    config["made_pages"] = made_pages()
    python = [path for path in config["made_pages"] if path.startswith("reference/python/")]
    reference = next(entry["Reference"] for entry in config["nav"] if "Reference" in entry)
    reference.append({"Python": python})
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and the script of the search to those that lie in docs/, and the files that these link to."""
    for path, text in config["made_pages"].items():
        files.append(File.generated(config, path, content=text))
    for path in config["extra"]["polyfills"]:
        files.append(File.generated(config, path, abs_src_path=str(HERE / "file_search.js")))
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path(config["docs_dir"]).glob("*.md"))]
    for path in sorted({path for text in texts for path in OUT_OF_DOCS.findall(text)}):
        files.append(File.generated(config, f"files/{path}", abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Let a page's links to the repository's files lead to the copies that the site has."""
    return markdown if page.file.generated_by else OUT_OF_DOCS.sub(r"](files/\1)", markdown)
