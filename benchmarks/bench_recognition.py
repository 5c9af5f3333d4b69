"""How well a scan becomes a facility: every target of recognition, on scan_bench and on generated halls.

    python benchmarks/bench_recognition.py [--kinds dense … | none] [--seeds 1 …] [--data [NAME …]] [--keep FOLDER]
        [--quick]

`--data` adds every scan of ../shared/data/scan_bench (or those it names); `--keep` writes the generated halls to a
folder, takes those that are there already, and leaves what was recognised beside them. `!` marks a value that misses
its target; bounds in brackets are those of thin, cluttered, noisy and sparse scans. Each speed stands beside open3d's
loading and thinning of the same file in the same run. Below the scans stand the errors within 1.96 sigma, and the
poses a bay off that the aliasing guard was asked about. `--quick` is two halls, fewer asks, and rows with a target.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from aliasing_asks import Asked, ask_aliasing
from deviation_score import deviation
from generated_halls import generated_hall
from hall_frame import Record
from hall_plans import KINDS
from open3d_reading import downsampled
from published import shared_data
from recognition_score import NoScorerError, score, scorer
from recognition_targets import HONEST_SHARE, ROWS, Row, honesty

from scans.laz_writer import write_laz
from scans.readers import open_scans
from scans.scan_to_facility import scan_to_facility
from spatial.facility_json import facility_to_json, write_facility

_ACROSS = 6
_QUICK_KINDS = ("dense", "sparse")


@dataclass(frozen=True)
class Case:
    """A scan with its truth."""

    name: str
    kind: str
    laz: Path

    def beside(self, ending: str) -> Path:
        return self.laz.with_name(self.laz.name.removesuffix("_tls.laz") + ending)


def shared_cases(names: Sequence[str]) -> Iterator[Case]:
    data = shared_data()
    found = sorted((data / "scan_bench").glob("*_tls.laz")) if data else []
    if not found:
        print("scan_bench: no scans at ../shared/data/scan_bench: left out", file=sys.stderr)
    for laz in found:
        name = laz.name.removesuffix("_tls.laz")
        if not names or name in names:
            yield Case(name, "data", laz)


def generated_cases(kinds: Sequence[str], seeds: Sequence[int], folder: Path) -> Iterator[Case]:
    for kind in kinds:
        for seed in seeds:
            laz = folder / f"{kind}{seed}_tls.laz"
            if not laz.exists():
                generated_hall(kind, seed).write(folder)
            yield Case(f"{kind}{seed}", kind, laz)


def warm_up() -> None:
    """Compile what is compiled on first use, and load the peer: neither is a scan's time."""
    with tempfile.TemporaryDirectory() as folder:
        hall = generated_hall("dense", 1, size_m=(14.0, 20.0))
        write_laz(Path(folder) / "hall.laz", hall.scan(100_000).cloud)
        scan_to_facility(open_scans([Path(folder) / "hall.laz"]), name="warm")
        downsampled(Path(folder) / "hall.laz")


def measure(case: Case, keep: Path | None) -> Record:
    """Our scan and the peer's, timed one after the other; the facility is scored."""
    truth = json.loads(case.beside(".truth.json").read_text())
    start = time.perf_counter()
    scans = open_scans([case.laz], poses=case.beside("_tls.poses.json"))
    facility = scan_to_facility(scans, name=case.name).facility
    ours = time.perf_counter() - start
    start = time.perf_counter()
    downsampled(case.laz)
    peer = time.perf_counter() - start
    if keep:
        write_facility(keep / f"{case.name}.facility.json", facility)
    result = score(facility_to_json(facility), truth)
    plan, planted = (
        json.loads(case.beside(ending).read_text()) for ending in (".plan.json", ".deviations.json")
    )
    result["deviation"] = deviation(case.laz, case.beside("_tls.poses.json"), plan, planted, truth)
    points = scans.point_count
    return {
        "scan": case.name,
        "kind": case.kind,
        "points": points,
        "points_s": points / ours,
        "by_peer": peer / ours,
    } | result


def table(results: Sequence[Record], rows: Sequence[Row], asked: Asked) -> Iterator[str]:
    for first in range(0, len(results), _ACROSS):
        some = results[first : first + _ACROSS]
        yield f"{'':34}{'target':>12}" + "".join(f"{result['scan']:>12}" for result in some)
        for row in rows:
            yield f"{row.name:34}{row.bound():>12}" + "".join(_cell(row, result) for result in some)
        yield ""
    yield "errors within 1.96 sigma, all scans together"
    span = "{:g}–{:g}".format(*HONEST_SHARE)
    for length in honesty(results):
        verdict = {True: "", False: "!", None: "  too few to tell"}[length.is_met]
        yield f"{length.what:34}{span:>12}{length.within:>11.3f}{verdict:1} of {length.n}"
    yield ""
    yield "aliasing: empty, full and 60 % filled racks, poses whole bays off"
    missed = "!" if asked.accepted else " "
    yield f"{'accepted silently':34}{'0':>12}{asked.accepted:>11}{missed} of {asked.off} asked"
    yield f"{'right poses told unique':34}{'':>12}{asked.unique:>11}  of {asked.right} asked"
    yield ""
    yield _summary(results, rows, asked)


def _summary(results: Sequence[Record], rows: Sequence[Row], asked_poses: Asked) -> str:
    asked = [(row.name, [row.is_met(row.value(r), r["kind"]) for r in results]) for row in rows]
    asked += [(f"sigma of {length.what}", [length.is_met]) for length in honesty(results)]
    asked += [("aliasing", [asked_poses.accepted == 0])]
    counted = [(name, [met for met in each if met is not None]) for name, each in asked]
    told = [(name, each) for name, each in counted if each]
    missed = [f"  {name}: {each.count(False)} of {len(each)}" for name, each in told if False in each]
    met = f"{len(told) - len(missed)} of {len(told)} targets are met wherever they are measured"
    return "\n".join([met, *(["missed:", *missed] if missed else [])])


def _cell(row: Row, result: Record) -> str:
    value = row.value(result)
    if value is None:
        return f"{'–':>11} "
    return f"{value:>11.3f}" + ("!" if row.is_met(value, result["kind"]) is False else " ")


def as_json(results: Sequence[Record], rows: Sequence[Row], asked: Asked) -> Record:
    return {
        "rows": [
            {
                "what": row.name,
                "target": row.bound(),
                "values": {r["scan"]: row.value(r) for r in results},
                "met": {r["scan"]: row.is_met(row.value(r), r["kind"]) for r in results},
            }
            for row in rows
        ],
        "sigma": [{**asdict(length), "met": length.is_met} for length in honesty(results)],
        "aliasing": {**asdict(asked), "met": asked.accepted == 0},
        "scans": list(results),
    }


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = [kind for kind in KINDS if kind != "big"]
    options.add_argument("--kinds", nargs="+", choices=[*KINDS, "none"], default=usual)
    options.add_argument("--seeds", nargs="+", type=int, default=[1])
    options.add_argument("--data", nargs="*", metavar="NAME")
    options.add_argument("--keep", type=Path, metavar="FOLDER")
    options.add_argument("--quick", action="store_true")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    rows = [row for row in ROWS if row.bound()] if given.quick else ROWS
    try:
        scorer()
    except NoScorerError as absent:
        print(f"skipped: {absent}", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as passing:
        folder = given.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        wanted = _QUICK_KINDS if given.quick and given.kinds == usual else given.kinds
        kinds = [kind for kind in wanted if kind != "none"]
        cases = [*generated_cases(kinds, given.seeds, folder)]
        if given.data is not None:
            cases += shared_cases(given.data)
        warm_up()
        results = []
        for case in cases:
            print(f"{case.name} …", file=sys.stderr, flush=True)
            results.append(measure(case, given.keep))
    print("aliasing …", file=sys.stderr, flush=True)
    asked = ask_aliasing([1], (-1, 1)) if given.quick else ask_aliasing([1, 2])
    print(
        json.dumps(as_json(results, rows, asked), indent=1, default=float)
        if given.json
        else "\n".join(table(results, rows, asked))
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
