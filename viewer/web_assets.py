"""Where the built browser page is."""

from __future__ import annotations

from pathlib import Path

BUILD_COMMAND = "cd viewer/web && npm ci --ignore-scripts && npm run build"


def built_page() -> Path | None:
    """The folder with `index.html` and `assets/`, or None when the page has not been built."""
    folder = Path(__file__).parent / "web" / "dist"
    return folder if (folder / "index.html").is_file() else None
