"""How often forecasts held, as a figure of the twin: from the CSV that `calibrate collect` writes beside it."""

from __future__ import annotations

import logging
from pathlib import Path

from layouts.calibration.coverage import Coverage, coverages
from layouts.simulation.figures_of_run import FIGURES
from server.chores.calibrating import read_forecasts
from spatial.errors import BadDataError

log = logging.getLogger(__name__)


class CoverageFile:
    """What a CSV of forecasts comes to; `found` is empty while there is none, or while it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.found: tuple[Coverage, ...] = ()
        self._path = path
        self._seen: tuple[int, int] | None = None

    def look(self) -> None:
        """Read the file again if it has changed."""
        try:
            now = self._path.stat()
        except OSError:
            self.found, self._seen = (), None
            return
        seen = now.st_mtime_ns, now.st_size
        if seen != self._seen:
            self._seen, self.found = seen, self._read()

    def _read(self) -> tuple[Coverage, ...]:
        try:
            return coverages(each for each in read_forecasts(self._path) if each.kpi in FIGURES)
        except BadDataError as error:
            log.warning("the coverage of forecasts is not told: %s", error)
            return ()
