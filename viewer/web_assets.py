"""Where the built browser page is."""

from __future__ import annotations

from pathlib import Path

PAGES = ("index.html", "ar.html")
BUILD_COMMAND = "cd viewer/web && npm ci --ignore-scripts && npm run build"


def built_page() -> Path | None:
    """The folder with the pages and `assets/`, or None when one of them has not been built."""
    folder = Path(__file__).parent / "web" / "dist"
    return folder if all((folder / page).is_file() for page in PAGES) else None
