"""Every reader against broken input for minutes: what it cannot take it refuses in its own words, and nothing else.

    python benchmarks/fuzz_readers.py [--seconds 300] [--seed 1]

Valid messages, files and frames are flipped, cut, spliced, stuffed and retyped with a seed. A decoder must answer
`Decoded`; events that the log's rules let in must read back as they were, and be borne by the state and by the
present. A file must give a value or one of our errors. Prints each kind of failure once, with how often it came.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
from fuzz_targets import Target, Twin, decoders, files, messages

from spatial.errors import AisletwinError

AT_ONCE = 50
ROOT = Path(__file__).resolve().parents[1]


def breaker() -> Callable[..., Iterator[bytes]]:
    """The mutations that the tests of the feeds use."""
    path = ROOT / "tests" / "server" / "feeds" / "conftest.py"
    spec = importlib.util.spec_from_file_location("feed_mutations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Callable[..., Iterator[bytes]] = module.broken
    return made


def fuzzed(targets: Mapping[str, Target], *, seconds: float, seed: int) -> tuple[Counter[str], Counter[str]]:
    """How many were tried on each target, and how often each failure came; targets take turns."""
    broken = breaker()
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    turn, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        for name, target in targets.items():
            for data in broken(target.valid, AT_ONCE, seed=seed * 1_000_003 + turn):
                tried[name] += 1
                try:
                    target.read(data)
                except (AisletwinError, msgspec.DecodeError):
                    pass  # said in our own words
                except Exception as error:
                    at = traceback.extract_tb(error.__traceback__)[-1]
                    what = f"{name}: {type(error).__name__} in {Path(at.filename).name}:{at.name}"
                    if what not in failed:
                        print(what, str(error)[:160], data[:300], file=sys.stderr, flush=True)
                    failed[what] += 1
            turn += 1
    return tried, failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder, twin = Path(name), Twin()
        targets = {**decoders(folder, twin), **files(folder, twin), **messages()}
        tried, failed = fuzzed(targets, seconds=chosen.seconds, seed=chosen.seed)
    for target, count in sorted(tried.items()):
        print(f"{target:40} {count:9}")
    print(f"{sum(tried.values())} tried, {len(failed)} kinds of failure")
    for what, count in failed.most_common():
        print(f"{count:9}  {what}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
