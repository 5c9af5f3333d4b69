"""What a live twin loses or doubles when its server is killed and its broker restarted under load: nothing.

    python benchmarks/bench_live_faults.py [--kills 50] [--broker-restarts 5] [--seed 1]

A real Mosquitto, a real `aisletwin serve --live`, an MQTT publisher and two HTTP pushers that tell events twice, out
of order and from clocks that jumped. The server gets SIGKILL again and again, at work and while it starts. Afterwards
each event that the broker or the server acknowledged must be in the log once, and the state that the server held
must be that of a fold of the log from nothing.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from brokers import Broker, mosquitto
from live_process import MAPPING, SITE, LiveProcess, mqtt_feed
from live_senders import HttpSender, MqttSender

from layouts.live.state import TwinState
from server.feeds.feed import Message
from server.feeds.mapping.decoder import make_decoder
from server.feeds.pump import decode_checked
from server.store.opening import open_store
from server.store.sql_store import SqlStore


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of it; all of `lost`, `doubled`, `unknown` and `letters_lost` must be 0, and the hashes equal."""

    acknowledged: int
    refused: int
    in_log: int
    lost: int
    doubled: int
    unknown: int
    gaps: int
    letters_lost: int
    live_sha256: str
    folded_sha256: str
    kills: int = 0
    broker_restarts: int = 0
    longest_start_s: float = 0.0

    @property
    def is_sound(self) -> bool:
        wrong = self.lost or self.doubled or self.unknown or self.gaps or self.letters_lost
        return not wrong and self.live_sha256 == self.folded_sha256 and self.acknowledged > 0


def measured(
    folder: Path, *, kills: int, broker_restarts: int, seed: int = 1, rate_s: float = 300
) -> Outcome:
    """Kill and restart under load, then hold what was acknowledged against the log."""
    rng = random.Random(seed)
    with mosquitto(folder / "broker") as broker:
        server = LiveProcess(folder / "twin", {"feeds": [mqtt_feed(broker.port)]})
        try:
            server.start()
            starts_s = [server.wait_until_ready()]
            mqtt = MqttSender(broker.port, rate_s=rate_s, seed=seed)
            https = [HttpSender([server.address], rate_s=rate_s, size=50, seed=n) for n in (1, 2)]
            for sender in (mqtt, *https):
                sender.start()
            restarts = {round((n + 0.5) * kills / broker_restarts) for n in range(broker_restarts)}
            for number in range(kills):
                _let_work(broker, rng, restarts_broker=number in restarts)
                server.kill()
                server.start()
                if rng.random() < 0.2:  # once more while it starts
                    time.sleep(rng.uniform(0.0, 3.0))
                    server.kill()
                    server.start()
                starts_s.append(server.wait_until_ready())
            for sender in (mqtt, *https):
                sender.end()
            _wait_until_quiet(server)
            server.stop()
        finally:
            server.kill()
    store = open_store(folder / "twin" / "twin.db")
    try:
        return replace(
            held_against(store, mqtt, https),
            kills=kills,
            broker_restarts=len(restarts),
            longest_start_s=round(max(starts_s), 2),
        )
    finally:
        store.close()


def _let_work(broker: Broker, rng: random.Random, *, restarts_broker: bool) -> None:
    time.sleep(rng.uniform(0.1, 1.5))
    if restarts_broker:
        broker.restart()
        time.sleep(rng.uniform(0.0, 1.0))


def _wait_until_quiet(server: LiveProcess) -> None:
    """Until the broker has handed over what it kept: nothing new for two seconds."""
    deadline, seen, since = time.monotonic() + 120, -1, time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - since < 2:
        head = server.get("/api/state")["seq"]
        if head != seen:
            seen, since = head, time.monotonic()
        time.sleep(0.1)


def held_against(store: SqlStore, mqtt: MqttSender | None, https: list[HttpSender]) -> Outcome:
    acknowledged, refused_payloads = _meant(mqtt.acknowledged if mqtt else [])
    sent, _ = _meant(mqtt.sent if mqtt else [])
    for http in https:
        acknowledged |= http.acknowledged
        sent |= http.sent
    folded, ids, numbers = TwinState(), [], []
    for recorded in store.read():
        folded.apply(recorded)
        numbers.append(recorded.seq)
        if recorded.event.entity != "feed/hall":  # what the twin itself tells of its link
            ids.append(recorded.event.id)
    letters = {kept.letter.payload for kept in store.letters()}
    snapshot = store.snapshot()  # what the server held in memory when it was stopped
    return Outcome(
        acknowledged=len(acknowledged),
        refused=len(refused_payloads) + sum(len(http.refused) for http in https),
        in_log=len(ids),
        lost=len(acknowledged - set(ids)),
        doubled=len(ids) - len(set(ids)),
        unknown=len(set(ids) - sent),
        gaps=sum(number != at for at, number in enumerate(numbers, 1)),
        letters_lost=len(refused_payloads - letters),
        live_sha256="" if snapshot is None or snapshot.seq != folded.seq else snapshot.sha256,
        folded_sha256=folded.sha256(),
    )


def _meant(messages: list[tuple[str, bytes]]) -> tuple[set[str], set[bytes]]:
    """Ids of the events that messages tell, and payloads of those that tell what no log takes."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "mapping.yaml"
        path.write_text(MAPPING)
        decoder = make_decoder(name="hall", site=SITE, options={"file": str(path)})
    ids: set[str] = set()
    refused: set[bytes] = set()
    for topic, payload in messages:
        now_ms = int(time.time() * 1000)
        decoded = decode_checked(decoder, Message(topic, payload, now_ms), now_ms=now_ms)
        ids.update(event.id for event in decoded.events)
        refused.update(each.payload for each in decoded.refused)
    return ids, refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--broker-restarts", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        outcome = measured(
            Path(name), kills=chosen.kills, broker_restarts=chosen.broker_restarts, seed=chosen.seed
        )
    for figure, value in asdict(outcome).items():
        print(f"{figure:16} {value}")
    print("sound" if outcome.is_sound else "NOT SOUND")


if __name__ == "__main__":
    main()
