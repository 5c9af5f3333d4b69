"""Two servers behind one PostgreSQL and one Mosquitto show the same; of one killed the viewers go on at the other.

    python benchmarks/two_servers.py [--seconds 5] [--viewers 4] [--loopback]

Each server is on a machine of its own, a network namespace, and asks for tokens; with --loopback, or where there
can be no namespaces, both are on this machine and ask nobody. Both take the same MQTT feed by a shared subscription,
and HTTP pushers and viewers know both addresses. The first is killed with -9 under load; its viewers resume at the
second and must end with its present, no event of the log behind what they knew. Then it comes back, and both must
have the same state, which holds each acknowledged event once.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import websockets
from bench_live_faults import Outcome, held_against
from brokers import mosquitto
from live_process import LiveProcess, mqtt_feed, write_hall
from live_senders import HttpSender, MqttSender
from namespaces import Machines, machines, why_not
from postgres import postgres

from server.store.opening import open_store
from viewer.messages import PROTOCOL, Ack, Figures, Hello, Update, encode
from viewer.motion_frame import decode_frame

VOLATILE = ("clock", "figures")
"""Entries that tell the time, and the server's own."""


class Viewer(threading.Thread):
    """Follows the first address that answers, and goes on at the next when it is cut off."""

    def __init__(self, servers: Sequence[LiveProcess]) -> None:
        super().__init__(daemon=True)
        self.known: dict[str, Any] = {}
        self.log_seq, self.seq_before, self.moves, self.longest_gap_s = 0, 0, 0, 0.0
        self.at = ""
        self._servers = servers
        self._is_ending = threading.Event()

    def run(self) -> None:
        asyncio.run(self._follow())

    def end(self) -> None:
        self._is_ending.set()
        self.join(10)

    async def _follow(self) -> None:
        session, since, tried, cut_off_s = None, None, 0, 0.0
        while not self._is_ending.is_set():
            server = self._servers[tried % len(self._servers)]
            address = server.address
            with suppress(OSError, websockets.WebSocketException):
                url = f"ws{address[4:]}/ws"
                async with websockets.connect(
                    url, max_size=None, proxy=None, compression=None, additional_headers=server.headers
                ) as socket:
                    await socket.send(encode(Hello(PROTOCOL, session, since)).decode())
                    self.at = address
                    while not self._is_ending.is_set():
                        with suppress(TimeoutError):
                            frame = await asyncio.wait_for(socket.recv(), 0.5)
                            assert isinstance(frame, bytes)
                            _, update = decode_frame(frame)
                            assert isinstance(update, Update)
                            if cut_off_s:
                                self.longest_gap_s = max(self.longest_gap_s, time.monotonic() - cut_off_s)
                                cut_off_s = 0.0
                            self._apply(update)
                            session, since = update.session, update.seq
                            await socket.send(encode(Ack(update.seq)).decode())
            if not self._is_ending.is_set():
                tried += 1
                self.moves += self.at == address
                self.seq_before = max(self.seq_before, self.log_seq)
                cut_off_s = cut_off_s or time.monotonic()
                await asyncio.sleep(0.05)

    def _apply(self, update: Update) -> None:
        known = {} if update.reset else dict(self.known)
        known.update(update.sets)
        for key in update.dels:
            known.pop(key, None)
        self.known = known
        figures = update.sets.get("figures")
        if isinstance(figures, Figures):
            self.log_seq = figures.seq

    @property
    def shown(self) -> dict[str, Any]:
        return {key: value for key, value in self.known.items() if key not in VOLATILE}


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """How it went; `missing` are keys of the second server's present that a viewer ended without."""

    viewers_moved: int
    longest_gap_s: float
    keys: int
    missing: int
    differing: int
    behind: int
    state_a: str
    state_b: str
    log: Outcome

    @property
    def is_sound(self) -> bool:
        wrong = self.missing or self.differing or self.behind
        return not wrong and self.keys > 0 and self.state_a == self.state_b and self.log.is_sound


def measured(
    folder: Path, *, seconds: float, viewers: int, rate_s: float = 200, is_apart: bool = False
) -> Resumed:
    """How it went; `is_apart` puts each server on a machine of its own."""
    if not is_apart:
        return _measured(folder, None, seconds=seconds, viewers=viewers, rate_s=rate_s)
    with machines(["a", "b"]) as network:
        return _measured(folder, network, seconds=seconds, viewers=viewers, rate_s=rate_s)


def _measured(
    folder: Path, network: Machines | None, *, seconds: float, viewers: int, rate_s: float
) -> Resumed:
    site = write_hall(folder)
    host = "127.0.0.1" if network is None else network.host
    with postgres() as database, mosquitto(folder / "broker", "--address", host) as broker:
        servers = []
        for number, name in enumerate(("a", "b")):
            feed = mqtt_feed(
                broker.port, client_id=f"twin-{name}", subscription="$share/twins/hall/#", host=host
            )
            machine = None if network is None else network.machines[number]
            servers.append(
                LiveProcess(
                    folder / name, {"store": database.url, "feeds": [feed]}, site=site, machine=machine
                )
            )
        first, second = servers
        try:
            for server in servers:
                server.start()
            for server in servers:
                server.wait_until_ready()
            mqtt = MqttSender(broker.port, rate_s=rate_s, seed=1, host=host)
            tokens = {server.address: server.headers for server in servers}
            https = [HttpSender([*tokens], rate_s=rate_s, size=20, seed=1, headers=tokens)]
            watching = [Viewer(servers) for _ in range(viewers)]
            for thread in (mqtt, *https, *watching):
                thread.start()
            time.sleep(seconds)
            first.kill()
            time.sleep(seconds)
            for sender in (mqtt, *https):
                sender.end()
            first.start()  # what the broker handed it and it never acknowledged comes again
            first.wait_until_ready()
            states = _same_states(first, second)
            fresh = Viewer([second])
            fresh.start()
            missing, differing = _compared(watching, fresh)
            for viewer in (*watching, fresh):
                viewer.end()
            first.kill()
            second.stop()
        finally:
            for server in servers:
                server.kill()
        store = open_store(database.url)
        try:
            log = held_against(store, mqtt, https)
        finally:
            store.close()
    return Resumed(
        viewers_moved=sum(viewer.moves for viewer in watching),
        longest_gap_s=round(max(viewer.longest_gap_s for viewer in watching), 2),
        keys=len(fresh.shown),
        missing=missing,
        differing=differing,
        behind=sum(viewer.log_seq < viewer.seq_before for viewer in watching),
        state_a=states[0],
        state_b=states[1],
        log=log,
    )


def _same_states(first: LiveProcess, second: LiveProcess, timeout_s: float = 60) -> tuple[str, str]:
    """The states of both once nothing came for two seconds, or whatever they are when time is up."""
    deadline, since, seen = time.monotonic() + timeout_s, time.monotonic(), ""
    while True:
        states = [server.get("/api/state") for server in (first, second)]
        told = [f"{state['seq']} {state['sha256']}" for state in states]
        if told[0] != told[1] or told[0] != seen:
            since, seen = time.monotonic(), told[0]
        if time.monotonic() > deadline or (told[0] == told[1] and time.monotonic() - since > 2):
            return told[0], told[1]
        time.sleep(0.2)


def _compared(watching: Sequence[Viewer], fresh: Viewer, timeout_s: float = 10) -> tuple[int, int]:
    """Keys that viewers lack and values in which they differ from one that came fresh, once all have been told."""
    deadline = time.monotonic() + timeout_s
    while True:
        now = fresh.shown
        missing = sum(len(now.keys() - viewer.shown.keys()) for viewer in watching)
        differing = sum(value != viewer.shown.get(key) for viewer in watching for key, value in now.items())
        if time.monotonic() > deadline or (now and not missing and not differing):
            return missing, differing
        time.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--viewers", type=int, default=4)
    parser.add_argument("--loopback", action="store_true")
    chosen = parser.parse_args()
    is_apart = not chosen.loopback and why_not() is None
    print("on two machines" if is_apart else f"on one machine{'' if chosen.loopback else f': {why_not()}'}")
    with tempfile.TemporaryDirectory() as name:
        outcome = measured(Path(name), seconds=chosen.seconds, viewers=chosen.viewers, is_apart=is_apart)
    for figure, value in (asdict(outcome) | asdict(outcome.log)).items():
        if figure != "log":
            print(f"{figure:16} {value}")
    print("sound" if outcome.is_sound else "NOT SOUND")


if __name__ == "__main__":
    main()
