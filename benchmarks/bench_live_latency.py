"""How long from an event to the viewer that sees it, through a real broker, server, disk and websocket.

    python benchmarks/bench_live_latency.py [--seconds 10] [--only NAME] [--rate 20000]

`one by one`: positions of 200 agents over MQTT at QoS 1. `batches`: the same rate beside 20,000 events/s over HTTP.
`200 agents at 1 Hz` is held against `what-if`, the same with what-ifs from now at work. A latency runs from
just before the publishing to the arrival of the frame at the viewer, by one clock; `lag_s` is how far behind its
schedule the pusher was at the end. `cpu` is the server's share of one core, without its jobs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec
import websockets
from brokers import mosquitto
from live_process import SITE, LiveProcess, mqtt_feed
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from layouts.demo_hall import demo_hall
from layouts.live.events import LiveEvent, OrderReleased, Position, StockCounted
from viewer.messages import PROTOCOL, Ack, Clock, Hello, Update, encode
from viewer.motion_frame import decode_frame

AGENTS = 200
PUSHERS = 2
SETTLED_S = 2.0


def publish(port: int, rate_s: float, seconds: float) -> None:
    """Positions of all agents in turn; the millisecond of the publishing is the time of the event."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="sender", protocol=MQTTv5)
    client.max_inflight_messages_set(5_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    began = time.time()
    for number in range(int(rate_s * seconds)):
        time.sleep(max(0.0, began + number / rate_s - time.time()))
        told = {
            "n": f"{began}-{number}",
            "at": time.time_ns() // 1_000_000,
            "x": number % 97,
            "y": number % 53,
        }
        info = client.publish(f"hall/A{number % AGENTS}/pose", msgspec.json.encode(told), qos=1)
    info.wait_for_publish(30)
    print(json.dumps({"lag_s": round(time.time() - began - seconds, 2)}))
    client.disconnect()
    client.loop_stop()


def push(address: str, rate_s: float, seconds: float, *, size: int = 2_000) -> None:
    """Batches of sensors' and agents' events over HTTP, from two systems in turn as a WMS and an RTLS would."""
    began = time.time()

    def send(numbers: range) -> None:
        with httpx.Client(timeout=30, trust_env=False) as client:
            for batch in numbers:
                time.sleep(max(0.0, began + batch * size / rate_s - time.time()))
                events = [_pushed(began, batch * size + number) for number in range(size)]
                client.post(f"{address}/api/events", content=msgspec.json.encode(events)).raise_for_status()

    batches = int(rate_s * seconds / size)
    with ThreadPoolExecutor(PUSHERS) as pushers:
        list(pushers.map(send, [range(first, batches, PUSHERS) for first in range(PUSHERS)]))
    took_s = time.time() - began
    print(json.dumps({"events_s": round(batches * size / took_s), "lag_s": round(took_s - seconds, 2)}))


def _pushed(began: float, number: int) -> LiveEvent:
    return LiveEvent(
        id=f"p{began}:{number}",
        site=SITE,
        source="push",
        entity=f"agent/B{number % 1_000}",
        happened_ms=time.time_ns() // 1_000_000,
        body=Position("L0", 48 + number % 7, 2 + number % 9),
    )


async def watch(address: str, seconds: float) -> dict[str, Any]:
    """Follow as a page does: latencies of motions of the agents that `publish` tells, and bytes."""
    latency_ms: list[float] = []
    numbers: set[int] = set()
    received, epoch_ms = 0, 0
    until = time.monotonic() + seconds
    url = f"ws{address[4:]}/ws"
    async with websockets.connect(url, max_size=None, proxy=None, compression=None) as socket:
        await socket.send(encode(Hello(PROTOCOL)).decode())
        is_first = True
        while time.monotonic() < until:
            frame = await asyncio.wait_for(socket.recv(), 30)
            now_ms = time.time_ns() / 1e6
            assert isinstance(frame, bytes)
            motions, update = decode_frame(frame)
            assert isinstance(update, Update)
            await socket.send(encode(Ack(update.seq)).decode())
            clock = update.sets.get("clock")
            if isinstance(clock, Clock):
                epoch_ms = int(clock.epoch_ms or 0)
            numbers |= {value.number for key, value in update.sets.items() if key.startswith("agent/A")}  # type: ignore[union-attr]
            if not is_first:
                received += len(frame)
                latency_ms += [now_ms - epoch_ms - each.end_ms for each in motions if each.number in numbers]
            is_first = False
    ordered = sorted(latency_ms)
    return {
        "seen": len(ordered),
        "p50_ms": round(ordered[len(ordered) // 2]),
        "p95_ms": round(ordered[int(0.95 * len(ordered))]),
        "p99_ms": round(ordered[int(0.99 * len(ordered))]),
        "kB_s": round(received / seconds / 1000, 1),
    }


def measured(
    name: str, server: LiveProcess, broker_port: int, *, rate_s: float, seconds: float, pushed_s: float = 0
) -> dict[str, Any]:
    workers = [_worker("publish", broker_port, rate_s, seconds + SETTLED_S)]
    if pushed_s:
        workers.append(_worker("push", server.address, pushed_s, seconds + SETTLED_S))
    time.sleep(SETTLED_S)
    cpu_s, began = server.cpu_s(), time.monotonic()
    figures = asyncio.run(watch(server.address, seconds))
    figures["cpu"] = round((server.cpu_s() - cpu_s) / (time.monotonic() - began), 2)
    for worker in workers:
        told, _ = worker.communicate(timeout=120)
        figures |= {f"{worker.args[2]}_{key}": value for key, value in json.loads(told).items()}  # type: ignore[index]
    return {"what": name, "offered_s": rate_s, **figures}


def _worker(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ask_what_if(server: LiveProcess) -> int:
    """Tell stock and orders, ask for a what-if from now, and wait until it is at work; the job's number."""
    places = [location.id for location in demo_hall().locations[:200]]
    stock = [("sku/" + place, StockCounted(place, f"{SITE}/{place}", 50)) for place in places]
    orders = [
        (f"order/{number}", OrderReleased(tuple((place, 1.0) for place in places[number % 100 :: 40])))
        for number in range(400)
    ]
    now_ms = time.time_ns() // 1_000_000
    events = [
        LiveEvent(id=f"w:{entity}", site=SITE, source="wms", entity=entity, happened_ms=now_ms, body=body)
        for entity, body in (*stock, *orders)
    ]
    _post(server, "/api/events", events)
    number = int(
        _post(server, "/api/what-if/now", {"what_if": ["pickers=5..20"], "replications": 1_000})["number"]
    )
    while _job(server, number)["state"] == "queued":
        time.sleep(0.1)
    time.sleep(2)  # it has read its fork and simulates
    return number


def _job(server: LiveProcess, number: int) -> dict[str, Any]:
    told: dict[str, Any] = server.get(f"/api/jobs/{number}")
    return told


def _post(server: LiveProcess, path: str, body: object) -> Any:
    request = urllib.request.Request(
        server.address + path, msgspec.json.encode(body), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def main() -> None:
    if sys.argv[1:2] == ["publish"]:
        publish(int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
        return
    if sys.argv[1:2] == ["push"]:
        push(sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--only", choices=("what-if", "one by one", "batches"))
    parser.add_argument("--rate", type=float, default=20_000, help="events/s offered in batches")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, mosquitto(Path(name) / "broker") as broker:
        folder = Path(name) / "twin"
        server = LiveProcess(folder, {"feeds": [mqtt_feed(broker.port)], "scenario": "scenario.yaml"})
        (folder / "scenario.yaml").write_text("site: site\npickers: 20\n")
        server.start()
        server.wait_until_ready()
        try:
            if asked.only in (None, "what-if"):
                beside_what_if(server, broker.port, asked.seconds)
            for what, rate_s, pushed_s in (("one by one", 2_000, 0), ("batches", 200, asked.rate)):
                if asked.only in (None, what):
                    tell(
                        measured(
                            what, server, broker.port, rate_s=rate_s, seconds=asked.seconds, pushed_s=pushed_s
                        )
                    )
        finally:
            server.stop()


def beside_what_if(server: LiveProcess, broker_port: int, seconds: float) -> None:
    """The same load without and with a what-if at work, and the ratio."""
    alone = measured("200 agents at 1 Hz", server, broker_port, rate_s=200, seconds=seconds)
    tell(alone)
    job = ask_what_if(server)
    beside = measured("what-if", server, broker_port, rate_s=200, seconds=seconds)
    told = _job(server, job)
    ratio = {name: round(beside[name] / alone[name], 2) for name in ("p50_ms", "p95_ms")}
    tell({**beside, "ratio": ratio, "job": [told["state"], told["progress"]]})
    urllib.request.urlopen(urllib.request.Request(f"{server.address}/api/jobs/{job}", method="DELETE"))


def tell(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
