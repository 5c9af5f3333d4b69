"""Two servers behind one PostgreSQL and one Mosquitto show the same; of one killed the viewers go on at the other.

    python benchmarks/two_servers.py [--seconds 5] [--viewers 4]

Both take the same MQTT feed by a shared subscription, and HTTP pushers and viewers know both addresses. The first is
killed with -9 under load; its viewers resume at the second and must end with its present, no event of the log behind
what they knew. Then it comes back, and both must have the same state, which holds each acknowledged event once. Each
server has a folder and a port of its own; they share a machine's loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import websockets
from bench_live_faults import Outcome, held_against
from brokers import mosquitto
from live_process import LiveProcess, mqtt_feed, write_hall
from live_senders import HttpSender, MqttSender

from server.store.opening import open_store
from viewer.messages import PROTOCOL, Ack, Figures, Hello, Update, encode
from viewer.motion_frame import decode_frame

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "postgres.sh"
VOLATILE = ("clock", "figures")
"""Entries that tell the time, and the server's own."""


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A throwaway PostgreSQL; its URL."""
    process = subprocess.Popen([str(SCRIPT), str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("PostgreSQL did not start")
        yield url
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class Viewer(threading.Thread):
    """Follows the first address that answers, and goes on at the next when it is cut off."""

    def __init__(self, addresses: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self.known: dict[str, Any] = {}
        self.log_seq, self.seq_before, self.moves, self.longest_gap_s = 0, 0, 0, 0.0
        self.at = ""
        self._addresses = addresses
        self._is_ending = threading.Event()

    def run(self) -> None:
        asyncio.run(self._follow())

    def end(self) -> None:
        self._is_ending.set()
        self.join(10)

    async def _follow(self) -> None:
        session, since, tried, cut_off_s = None, None, 0, 0.0
        while not self._is_ending.is_set():
            address = self._addresses[tried % len(self._addresses)]
            with suppress(OSError, websockets.WebSocketException):
                url = f"ws{address[4:]}/ws"
                async with websockets.connect(url, max_size=None, proxy=None, compression=None) as socket:
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


def measured(folder: Path, *, seconds: float, viewers: int, rate_s: float = 200) -> Resumed:
    site = write_hall(folder)
    with postgres(folder / "postgres") as url, mosquitto(folder / "broker") as broker:
        servers = []
        for name in ("a", "b"):
            feed = mqtt_feed(broker.port, client_id=f"twin-{name}", subscription="$share/twins/hall/#")
            servers.append(LiveProcess(folder / name, {"store": url, "feeds": [feed]}, site=site))
        first, second = servers
        try:
            for server in servers:
                server.start()
            for server in servers:
                server.wait_until_ready()
            mqtt = MqttSender(broker.port, rate_s=rate_s, seed=1)
            https = [HttpSender([first.address, second.address], rate_s=rate_s, size=20, seed=1)]
            watching = [Viewer([first.address, second.address]) for _ in range(viewers)]
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
            fresh = Viewer([second.address])
            fresh.start()
            missing, differing = _compared(watching, fresh)
            for viewer in (*watching, fresh):
                viewer.end()
            first.kill()
            second.stop()
        finally:
            for server in servers:
                server.kill()
        store = open_store(url)
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
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user
        outcome = measured(folder, seconds=chosen.seconds, viewers=chosen.viewers)
    for figure, value in (asdict(outcome) | asdict(outcome.log)).items():
        if figure != "log":
            print(f"{figure:16} {value}")
    print("sound" if outcome.is_sound else "NOT SOUND")


if __name__ == "__main__":
    main()
