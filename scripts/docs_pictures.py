"""Make the pictures of docs/images anew, all by the product: of the demo, a comparison, a slotting and a live twin.

    .venv/bin/python scripts/docs_pictures.py [--demo FOLDER] [NAME …]    default all, which takes some minutes

Without --demo the demo is run first. Chromium is needed. None may pass 250 kB.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import yaml
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from server.chores.screenshot import screenshot_page  # noqa: E402

IMAGES = ROOT / "docs" / "images"
AISLETWIN = str(Path(sys.executable).with_name("aisletwin"))
LARGEST = 250_000  # bytes
MIDDLE_S = 1170
LIVE_S = 40
FROM = "camera=77.1_-32.4_51.4_49.9_2.6_0_1"  # the whole demo hall, as of viewer/web/src/saved_view.js

RULES = """
bindings: [{entity: "sensor/cold-*", zone: zone/COLD-1}]
rules:
  - {id: cold-cell-warm, kind: threshold, where: {zone: zone/COLD-1}, channel: temperature, above: 8 °C,
     severity: critical, text: "{about} reads {value}, the limit is {limit}"}
"""


def aisletwin(*words: object) -> None:
    """Run a command of the product; what it says goes to standard error."""
    subprocess.run([AISLETWIN, *map(str, words)], check=True, stdout=sys.stderr)


@contextmanager
def served(*words: object) -> Iterator[str]:
    """The address of `aisletwin serve` with these arguments, at a free port."""
    command = [AISLETWIN, "serve", *map(str, words), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        try:
            if not found:
                raise RuntimeError(f"{' '.join(command)} told no address")
            yield found[0]
        finally:
            server.terminate()


def keep(name: str, png: Path, *, width: int = 0) -> None:
    """Keep a picture as docs/images/NAME.jpg, no wider than `width`, as good as the bound on its size allows."""
    picture = Image.open(png).convert("RGB")
    if width:
        size = (width, round(picture.height * width / picture.width))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    path = IMAGES / f"{name}.jpg"
    for quality in (88, 80, 70, 60):
        picture.save(path, quality=quality, optimize=True, progressive=True)
        if path.stat().st_size <= LARGEST:
            break


class Pictures:
    """Each method makes what it is named after; `demo` is the demo's folder, `folder` a place for the rest."""

    def __init__(self, demo: Path, folder: Path) -> None:
        self.site, self.run, self.plan_of = demo / "site", demo / "run", demo / "plan"
        self.scenario = demo / "scenario.yaml"
        self.folder, self.png = folder, folder / "picture.png"

    def scenario_of(self, name: str, **changes: object) -> Path:
        """The demo's scenario with some keys changed."""
        told = yaml.safe_load(self.scenario.read_text(encoding="utf-8"))
        path = self.folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump({**told, "site": str(self.site), **changes}), encoding="utf-8")
        return path

    def chain(self) -> None:
        """Scan, facility, graph and run, two by two."""
        steps = {
            "points": f"{FROM}&off=Building and racks~Locations~Agents~Names~Trails~Blocking~Stations&on=Scan points",
            "facility": f"{FROM}&off=Agents~Names~Trails~Blocking",
            "graph": "view=plan&off=Locations~Agents~Names~Trails~Blocking&on=Lanes",
            "run": f"{FROM}&off=Locations&t={MIDDLE_S}",
        }
        whole = Image.new("RGB", (1608, 1128), "white")
        with served(self.site, "--run", self.run) as url:
            for at, view in enumerate(steps.values()):
                address = f"{url}?embed#{view.replace(' ', '+')}"
                screenshot_page(address, self.png, width=800, height=560, settle_s=3)
                whole.paste(Image.open(self.png).convert("RGB"), (808 * (at % 2), 568 * (at // 2)))
        whole.save(self.png)
        keep("chain", self.png, width=1400)

    def heat(self) -> None:
        """Where the shift was blocked, from above, at its end."""
        with served(self.site, "--run", self.run) as url:
            view = "#view=plan&t=2300&off=Agents~Names~Trails"
            screenshot_page(url + view, self.png, width=1200, height=760, settle_s=2)
        keep("heat", self.png)

    def browser(self) -> None:
        """The page in the middle of the shift, a location chosen, all coloured by picks."""
        with served(self.site, "--run", self.run) as url:
            screenshot_page(f"{url}#t={MIDDLE_S}&colour=velocity&at=03-05-01-01", self.png, settle_s=2)
        picture = Image.open(self.png).convert("RGB")
        picture.quantize(128).save(IMAGES / "browser.png", optimize=True)

    def desktop(self) -> None:
        """The window in the middle of the shift."""
        aisletwin("view", self.site, self.run, "--png", self.png, "--at", MIDDLE_S)
        keep("desktop", self.png, width=1280)

    def deviations(self) -> None:
        """The racks of the scanned hall against those of the plan, the one that deviates most chosen."""
        choose = (
            "const kind = document.querySelector('.deviations select'); kind.value = 'rack';"
            "kind.dispatchEvent(new Event('change')); document.querySelector('.deviations li button').click()"
        )
        with served(self.site, "--run", self.run, "--planned", self.plan_of) as url:
            screenshot_page(
                f"{url}#t={MIDDLE_S}", self.png, width=1400, height=860, before=choose, settle_s=3
            )
        keep("deviations", self.png)

    def side_by_side(self) -> None:
        """Eight pickers beside twelve, and where the twelve are blocked more."""
        run = self.folder / "twelve"
        aisletwin("simulate", self.scenario_of("twelve-pickers", pickers=12), "-o", run)
        both = "[...document.querySelectorAll('iframe')].map(each => each.contentWindow.__aisletwin?.ready)"
        ready = f"{both}.join() === 'true,true'"
        with served(self.site, "--run", self.run, "--beside", self.site, "--beside-run", run) as url:
            screenshot_page(f"{url}#t={MIDDLE_S}", self.png)  # the server owns the clock
            less = "document.querySelectorAll('input[type=checkbox]')[1].click()"
            screenshot_page(
                f"{url}?ab", self.png, width=1400, height=860, ready=ready, before=less, settle_s=5
            )
        keep("side_by_side", self.png)

    def report(self) -> None:
        """The beginning of a comparison of 8 and 12 pickers."""
        page = self.folder / "report.html"
        chance = {"pick_time": "lognormal", "redraw_orders": True}
        pair = [
            self.scenario_of(f"{name}-pickers", pickers=n, **chance)
            for name, n in (("eight", 8), ("twelve", 12))
        ]
        aisletwin("compare", *pair, "-o", page, "--replications", 8)
        ready = "document.readyState === 'complete'"
        screenshot_page(page.as_uri(), self.png, width=1000, height=1100, ready=ready)
        keep("report", self.png)

    def slotting(self) -> None:
        """A slotting plan of the demo's orders on the desktop: visits with it, and an arc for every move."""
        plan = self.folder / "slotting"
        wishes = ("--moves", 60, "--rounds", 3, "--chains", 2, "--no-proof")
        aisletwin("slot", "run", self.scenario, "-o", plan, *wishes)
        aisletwin("view", self.site, "--plan", plan, "--png", self.png)
        keep("slotting", self.png, width=1200)

    def plan(self) -> None:
        """The plan of the hall, as it is exported."""
        aisletwin("export", self.site, "-o", self.folder / "out", "--svg", "--force")
        copyfile(next((self.folder / "out").glob("plan-*.svg")), IMAGES / "plan.svg")

    def live(self) -> None:
        """The live twin, a while after somebody began to tell it the demo's shift."""
        (self.folder / "rules.yaml").write_text(RULES, encoding="utf-8")
        twin = self.folder / "twin.yaml"
        twin.write_text("alerts: rules.yaml\n", encoding="utf-8")
        with served(self.site, "--live", twin) as url:
            told = [
                AISLETWIN,
                "rehearse",
                str(self.site),
                str(self.run),
                "--to",
                url.rstrip("/"),
                "--speed",
                "10",
            ]
            with subprocess.Popen(told) as rehearsed:
                try:
                    time.sleep(LIVE_S)
                    self.tell(url, {"cold-1": 9.4, "cold-2": 4.1})
                    screenshot_page(url, self.png, height=760, settle_s=4)
                finally:
                    rehearsed.terminate()
        keep("live", self.png)

    def tell(self, url: str, celsius: dict[str, float]) -> None:
        """Tell the live twin what sensors read now."""
        site = json.loads((self.site / "facility.json").read_text(encoding="utf-8"))["id"]
        events = [
            {"id": f"cold:{name}", "site": site, "source": "cold-cells", "entity": f"sensor/{name}",
             "happened_ms": round(time.time() * 1000),
             "body": {"type": "reading", "channel": "temperature", "value": value}}
            for name, value in celsius.items()
        ]  # fmt: skip
        wanted = urllib.request.Request(
            f"{url}api/events", json.dumps(events).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(wanted) as answer:
            answer.read()


NAMES = (
    "chain", "heat", "browser", "desktop", "deviations", "side_by_side", "report", "slotting", "plan", "live",
)  # fmt: skip


def main() -> None:
    """Make the pictures that are named."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("--demo", type=Path, help="folder that `aisletwin demo --once -o FOLDER` wrote")
    options.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default all")
    given = options.parse_args()
    if unknown := set(given.names) - set(NAMES):
        options.error(f"{', '.join(sorted(unknown))}: there are only {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.demo is None:
            aisletwin("demo", "--once", "-o", folder / "demo")
        pictures = Pictures((given.demo or folder / "demo").resolve(), folder)
        for each in given.names or NAMES:
            make: Callable[[], None] = getattr(pictures, each)
            make()


if __name__ == "__main__":
    main()
