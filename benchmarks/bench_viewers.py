"""The live present over real websockets: bytes a viewer, seconds from event to viewer, and what a stalled one costs.

python benchmarks/bench_viewers.py [--agents 10000] [--viewers 100] [--hz 1] [--seconds 20]

A server in a process of its own takes positions in and tells viewers ten times a second; viewers in another process
read and acknowledge every frame. The peer beside it writes the same positions as JSON, a message for each viewer, as
a server without shared binary frames would.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

import msgspec
import numpy as np
import psutil
import websockets
from fastapi import FastAPI

from layouts.live.events import LiveEvent, Position, Recorded, encode_event
from layouts.live.state import TwinState
from server.access.access import open_access
from server.access.gate import Gate
from server.access.settings import LimitSettings
from server.access.sockets import Sockets
from server.listening import listen, web_server
from server.present.live_present import LivePresent
from server.routes.follow import follow_routes
from viewer.messages import PROTOCOL, Ack, Hello, Update, encode
from viewer.motion_frame import _HEAD, _MOTION

FLUSH_S = 0.1
CONNECTED_S = 3.0


def main() -> None:
    options = _options()
    rows = [
        ("200 agents, 1 viewer", 200, 1),
        (f"{options.agents} agents, {options.viewers} viewers", options.agents, options.viewers),
    ]
    for name, agents, viewers in rows:
        for stalled in (0, 1):
            print(
                name,
                f"{stalled} stalled",
                json.dumps(_measure(agents, viewers, stalled, options.hz, options.seconds)),
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--hz", type=float, default=1.0, help="positions a second of each agent")
    parser.add_argument("--seconds", type=float, default=20.0)
    return parser.parse_args()


def _measure(agents: int, viewers: int, stalled: int, hz: float, seconds: float) -> dict[str, float]:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(theirs, agents, hz), daemon=True)
    server.start()
    port = ours.recv()
    process = psutil.Process(server.pid)
    try:
        asyncio.run(asyncio.wait_for(_warm(port), 30))
        busy_s, rss = sum(process.cpu_times()[:2]), process.memory_info().rss
        watching_s = time.process_time()
        latency_ms, received = asyncio.run(_watch(port, viewers, stalled, seconds))
        busy_s = sum(process.cpu_times()[:2]) - busy_s
        watching_s = time.process_time() - watching_s
        rss = process.memory_info().rss - rss
    finally:
        server.terminate()
        server.join()
    p50, p95, p99 = np.percentile(latency_ms, (50, 95, 99)).round(1).tolist()
    json_bytes = len(encode_event(_event("A1", 1, 12.345, 6.789))) * agents * hz
    return {
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "kB_s_a_viewer": round(received / viewers / seconds / 1000, 1),
        "JSON_events_to_ours": round(json_bytes * seconds * viewers / received, 2),
        "server_cpu": round(busy_s / (seconds + CONNECTED_S), 2),
        "viewers_cpu": round(watching_s / (seconds + CONNECTED_S), 2),
        "server_grew_MiB": round(rss / 2**20, 1),
    }


def _event(name: str, at_ms: int, x: float, y: float) -> LiveEvent:
    body = Position(level="L0", x_m=x, y_m=y)
    return LiveEvent(
        id=f"b:{name}:{at_ms}", site="S", source="rtls", entity=f"agent/{name}", happened_ms=at_ms, body=body
    )


def _serve(pipe: Connection, agents: int, hz: float) -> None:
    state = TwinState()
    live = LivePresent("S", ("L0",), session="bench", now_ms=_now_ms())

    async def feed() -> None:
        """Each agent walks in a circle; a tenth of the reports come every 10 ms."""
        step, due, number = 0.01, time.monotonic(), 0
        owed, flushed = 0.0, time.monotonic()
        while True:
            owed += agents * hz * step
            at_ms = _now_ms()
            for _ in range(int(owed)):
                angle = number / agents / 5
                event = _event(f"A{number % agents}", at_ms, 50 * math.cos(angle), 50 * math.sin(angle))
                recorded = Recorded(number + 1, at_ms, event)
                live.note(recorded, state.apply(recorded))
                number += 1
            owed -= int(owed)
            if time.monotonic() - flushed >= FLUSH_S:
                live.flush(state)
                flushed = time.monotonic()
            due += step
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    app = FastAPI()
    app.include_router(follow_routes(live.present, lambda _: None))
    limits = LimitSettings(requests_at_once=10_000, sockets_per_caller=1_000, sockets=1_000)
    app.add_middleware(Gate, access=open_access("127.0.0.1"), sockets=Sockets(limits))
    listener = listen("127.0.0.1", 0)
    server = web_server(app, on_ready=lambda _: pipe.send(listener.getsockname()[1]))

    async def run() -> None:
        feeding = asyncio.create_task(feed())
        await server.serve([listener])
        feeding.cancel()

    asyncio.run(run())


async def _warm(port: int) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/ws", max_size=None, proxy=None) as socket:
        await socket.send(encode(Hello(PROTOCOL)).decode())
        await socket.recv()
    await asyncio.sleep(3)  # each agent has told its place


async def _watch(port: int, viewers: int, stalled: int, seconds: float) -> tuple[Sequence[float], int]:
    latency_ms: list[float] = []
    received = 0
    from_s = time.monotonic() + CONNECTED_S
    until = from_s + seconds

    async def view(number: int) -> None:
        nonlocal received
        address = f"ws://127.0.0.1:{port}/ws"
        async with websockets.connect(address, max_size=None, proxy=None, compression=None) as socket:
            await socket.send(encode(Hello(PROTOCOL)).decode())
            epoch_ms = 0
            while time.monotonic() < until:
                frame = await socket.recv()
                if number >= viewers:
                    await asyncio.sleep(until - time.monotonic())
                    return
                count = _HEAD.unpack_from(frame)[4]
                update = msgspec.json.decode(frame[_HEAD.size + count * _MOTION.size :], type=Update)
                await socket.send(encode(Ack(update.seq)).decode())
                if "clock" in update.sets:
                    epoch_ms = update.sets["clock"].epoch_ms
                if time.monotonic() < from_s:
                    continue  # greetings hold the past, and all come at once
                received += len(frame)
                words = np.frombuffer(frame, "<u4", 6 * count, _HEAD.size).reshape(count, 6)
                ends_ms = words[:, 1] + (words[:, 2] & 0xFFFF)
                latency_ms.extend((_now_ms() - epoch_ms - ends_ms[:: max(1, count // 20)]).tolist())

    await asyncio.gather(*(view(number) for number in range(viewers + stalled)))
    return latency_ms, received


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    main()
