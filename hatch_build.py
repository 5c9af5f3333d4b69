"""Builds the browser page into wheels and source archives; an editable install uses that of `make setup`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = ("index.html", "ar.html")
COMMANDS = (["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["npm", "run", "build"])


class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs once for each wheel or source archive."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build viewer/web/dist unless it is there or the install is editable; ship it though ignored."""
        if version == "editable":
            return
        web = Path(self.root) / "viewer" / "web"
        if not all((web / "dist" / page).is_file() for page in PAGES):
            build_page(web)
        build_data["artifacts"].append("viewer/web/dist/**")


def build_page(web: Path) -> None:
    """Run npm in `web`; raises RuntimeError when there is none."""
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            "npm is not installed, and viewer/web/dist is not built: install Node.js 20 or newer, "
            "or install a wheel, which carries the page"
        )
    for command in COMMANDS:
        subprocess.run([npm, *command[1:]], cwd=web, check=True)
