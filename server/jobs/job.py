"""A job, the kinds of work there are, and what limits it."""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from spatial.errors import AisletwinError, BadDataError

State = Literal["queued", "running", "done", "failed", "cancelled"]


class Job(NamedTuple):
    """A job: `key` is the hash of all that its result depends on, `progress` a share of 1.

    `attempts` counts how often a process began it; more than one tells of processes that were killed.
    """

    number: int
    kind: str
    arguments: Mapping[str, Any]
    key: str
    site: str
    asked_by: str
    state: State
    progress: float
    message: str
    attempts: int
    is_cancel_asked: bool
    asked_ms: int
    started_ms: int | None
    ended_ms: int | None


@dataclass(frozen=True, kw_only=True)
class JobLimits:
    """How much work at once: `workers` processes, each niced by `nice`, with at most `memory_bytes` of data and
    `wall_s` seconds; `waiting` jobs may wait, and a job whose process died `attempts` times is given up.

    A cancelled job has `grace_s` to stop by itself, as long again after SIGTERM, and is then killed.
    """

    workers: int = 1
    waiting: int = 50
    wall_s: float = 3_600.0
    memory_bytes: int = 4 * 2**30
    nice: int = 19
    attempts: int = 5
    grace_s: float = 2.0


class JobCancelledError(AisletwinError):
    """The job was cancelled while it ran."""


class QueueFullError(AisletwinError):
    """Too many jobs wait."""


class Desk(NamedTuple):
    """Where a job works: paths of its arguments are below `root`; what it writes to `folder` is its result, and
    what it writes to `kept` is there again when it is taken up after its process was killed.

    `progress(what, share)` raises JobCancelledError once it was cancelled.
    """

    root: Path
    folder: Path
    kept: Path
    progress: Callable[[str, float], None]


class Kind(NamedTuple):
    """A kind of job: `run(arguments, desk)` does it; `files(arguments, root)` are those it depends on.

    `files` also checks the arguments: it raises BadDataError for those that cannot be.
    """

    run: Callable[[Mapping[str, Any], Desk], None]
    files: Callable[[Mapping[str, Any], Path], Sequence[Path]]


Kinds: TypeAlias = Mapping[str, Kind]


def kinds_at(address: str) -> Kinds:
    """The kinds that `MODULE:NAME` names: a process of its own finds them by it."""
    module, _, name = address.partition(":")
    return cast(Kinds, getattr(importlib.import_module(module), name))


def key_of_job(kinds: Kinds, kind: str, arguments: Mapping[str, Any], root: Path) -> str:
    """The hash of a job's kind, arguments and files, and of this version: equal keys, equal results.

    Raises BadDataError for an unknown kind, arguments that cannot be, and files that cannot be read.
    """
    if kind not in kinds:
        raise BadDataError(f"there is no kind of job '{kind}': choose one of {', '.join(sorted(kinds))}")
    files = kinds[kind].files(arguments, root)
    try:
        digests = [_sha256(path) for path in files]
    except OSError as error:
        raise BadDataError(f"a file of the job cannot be read ({error}): correct its arguments") from error
    told = [version("aisletwin"), kind, arguments, digests]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def below(root: Path, text: object, *, name: str) -> Path:
    """The path of an argument, which must be below `root`; BadDataError for any other."""
    if not isinstance(text, str) or not text:
        raise BadDataError(f"{name} {text!r} is no path: name one below the folder of jobs")
    path = (root / text).resolve()
    if not path.is_relative_to(root.resolve()):
        raise BadDataError(f"{name} '{text}' is outside the folder of jobs: name a path below it")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
