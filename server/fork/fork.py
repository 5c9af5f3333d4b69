"""A fork: the state of one site as it is known now, fixed, with its hash and its age; refused when it is too old."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from layouts.live.events import LinkChanged
from layouts.live.staleness import ago
from layouts.live.state import TwinState
from spatial.errors import BadDataError, UndecidedError
from spatial.whole_files import write_whole

FORM = "aisletwin.fork/1"
FORK, STATE = "fork.json", "state.json"
MAX_AGE_S = 120.0


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """What a what-if started from: the state after event `seq` of the log `log`, `sha256` of its bytes.

    `now_ms` is when it was taken, `age_s` how long before that the newest was told of the site.
    """

    form: str = FORM
    site: str
    log: str
    seq: int
    sha256: str
    now_ms: int
    age_s: float
    learned_ms: int
    happened_ms: int


class Forked(msgspec.Struct, frozen=True):
    """A fork with the bytes of its state, which are `TwinState.encode`."""

    fork: Fork
    state: bytes

    def twin_state(self) -> TwinState:
        """The state as it was, a copy of its own."""
        fork = self.fork
        return TwinState.decode(
            self.state, seq=fork.seq, learned_ms=fork.learned_ms, happened_ms=fork.happened_ms
        )


def fork(state: TwinState, *, site: str, log: str, now_ms: int, max_age_s: float = MAX_AGE_S) -> Forked:
    """The state of `site` at `now_ms`; `state` itself is read and stays as it is.

    Raises UndecidedError when nothing is known of the site, the newest that was told of it is older than
    `max_age_s`, or a feed of it is down: then now is not what is known.
    """
    for _, event in sorted(state.latest.items(f"{site}/link/feed/")):
        if isinstance(event.body, LinkChanged) and not event.body.is_up:
            raise UndecidedError(
                f"{event.entity} of site '{site}' is down for {ago(now_ms - event.happened_ms)}"
                f"{f' ({event.body.reason})' if event.body.reason else ''}: what happens there is not known; wait "
                "until it is up, or look at the past with a replay"
            )
    age_s = _age_s(state, site, now_ms)
    if age_s > max_age_s:
        raise UndecidedError(
            f"the newest that was told of site '{site}' is {ago(round(1000 * age_s))} old, at most "
            f"{max_age_s:g} s are allowed: see that its feeds run, or allow more with --max-age"
        )
    data = state.encode()
    return Forked(
        Fork(
            site=site,
            log=log,
            seq=state.seq,
            sha256=hashlib.sha256(data).hexdigest(),
            now_ms=now_ms,
            age_s=age_s,
            learned_ms=state.learned_ms,
            happened_ms=state.happened_ms,
        ),
        data,
    )


def _age_s(state: TwinState, site: str, now_ms: int) -> float:
    """How old the newest is; of agents where there are any, for they tell all the time."""
    seen = {name: at_ms for name, at_ms in state.last_seen.items() if name.startswith(f"{site}/")}
    moving = [at_ms for name, at_ms in seen.items() if name.startswith((f"{site}/agent/", f"{site}/person/"))]
    told = moving or [at_ms for name, at_ms in seen.items() if not name.startswith(f"{site}/feed/")]
    if not told:
        sites = sorted({name.partition("/")[0] for name in state.last_seen})
        raise UndecidedError(
            f"nothing is known of site '{site}': known are {', '.join(sites) or 'none'}; connect a feed first"
        )
    return max(0, now_ms - max(told)) / 1000


def write_fork(folder: Path, forked: Forked) -> None:
    """Write state.json, then fork.json, each whole."""
    for name, data in ((STATE, forked.state), (FORK, stamp(forked.fork))):
        with write_whole(folder / name) as aside:
            aside.write_bytes(data)


def read_fork(folder: Path) -> Forked:
    """Read a fork; BadDataError for one that is not whole, or whose state has another hash."""
    try:
        told = msgspec.json.decode((folder / FORK).read_bytes(), type=Fork)
        data = (folder / STATE).read_bytes()
    except (OSError, msgspec.DecodeError) as error:
        raise BadDataError(
            f"{folder} holds no fork ({error}): make one with `aisletwin what-if now`"
        ) from error
    if told.form != FORM or hashlib.sha256(data).hexdigest() != told.sha256:
        raise BadDataError(f"{folder / STATE} is not the state that {FORK} was made for: fork again")
    return Forked(told, data)


def stamp(told: Fork) -> bytes:
    """The fork as the JSON of fork.json."""
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"
