"""A site's data without a fault, made up from a seed: tables as lists of rows, to be spoilt one by one."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

START = datetime(2026, 3, 2, 6, tzinfo=UTC)


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def gtin(number):
    body = f"{4_000_000_000_00 + number:012d}"
    total = sum(int(digit) * weight for digit, weight in zip(reversed(body), [3, 1] * 6, strict=True))
    return f"{body}{-total % 10}"


def clean_site(seed=0, *, skus=60, orders=120, days=14):
    """Rows by table, each a dict of texts by header."""
    random = np.random.default_rng(seed)
    ids = [gtin(1000 + 7 * number) for number in range(skus)]
    places = [
        f"{aisle:02d}-{bay:02d}-A-{side}" for aisle in range(1, 5) for bay in range(1, 11) for side in (1, 2)
    ]
    locations = [
        {"location": place, "aisle": place[:2], "x_m": f"{int(place[:2]) * 3.2:.2f}",
         "y_m": f"{int(place[3:5]) * 1.4:.2f}", "z_m": "0.0", "width_m": "1.2", "depth_m": "0.9", "height_m": "1.8"}
        for place in places
    ]  # fmt: skip
    items = [
        {"sku": sku, "name": f"Bürste {number}", "mass_kg": f"{random.lognormal(0.5, 0.8):.3f}",
         **{f"{side}_mm": f"{random.uniform(80, 600):.0f}" for side in ("length", "width", "height")}}
        for number, sku in enumerate(ids)
    ]  # fmt: skip
    slots = [
        {
            "location": place,
            "sku": sku,
            "quantity": str(random.integers(1, 80)),
            "min_quantity": "5",
            "max_quantity": "90",
        }
        for place, sku in zip(places, ids, strict=False)
    ]
    lots = [
        {"lot": f"L{number:04d}", "sku": row["sku"], "location": row["location"], "quantity": row["quantity"],
         "made": iso(START - timedelta(days=int(random.integers(20, 90)))),
         "expires": iso(START + timedelta(days=int(random.integers(40, 400))))}
        for number, row in enumerate(slots)
    ]  # fmt: skip
    heads, lines, tasks = [], [], []
    done = {"P1": START, "P2": START, "P3": START}
    for number in range(orders):
        order, at = f"O{number:05d}", START + timedelta(days=days * number / orders)
        heads.append({"order": order, "released": iso(at), "due": iso(at + timedelta(hours=5))})
        for line, sku in enumerate(random.choice(ids, int(random.integers(1, 5)), replace=False), 1):
            quantity, who = str(random.integers(1, 9)), str(random.choice([*done]))
            place = places[ids.index(sku)]
            begin = max(at + timedelta(minutes=10), done[who])
            done[who] = begin + timedelta(seconds=int(random.integers(20, 90)))
            lines.append({"order": order, "line": str(line), "sku": sku, "quantity": quantity})
            tasks.append({"start": iso(begin), "end": iso(done[who]), "work": "pick", "agent": who, "order": order,
                          "sku": sku, "location": place, "quantity": quantity})  # fmt: skip
    tasks.sort(key=lambda row: row["start"])
    readings, positions = [], []
    level = {"T-1": 4.0, "T-2": 21.0}
    for step in range(days * 48):
        at = START + timedelta(minutes=30 * step)
        for sensor in level:
            level[sensor] += 0.1 * ({"T-1": 4.0, "T-2": 21.0}[sensor] - level[sensor]) + random.normal(
                0, 0.15
            )
            readings.append(
                {
                    "time": iso(at),
                    "sensor": sensor,
                    "channel": "temperature",
                    "value": f"{level[sensor]:.2f}",
                    "unit": "°C",
                }
            )
        if step % 12 == 0 and step % 48 != 0:
            value = f"{random.uniform(2, 8):.2f}"
            readings.append({"time": iso(at + timedelta(minutes=int(random.integers(0, 25)))), "sensor": "TAG-9",
                             "channel": "temperature", "value": value, "unit": "°C"})  # fmt: skip
    readings.sort(key=lambda row: row["time"])
    x, y = 8.0, 8.0
    for step in range(600):
        x, y = (float(np.clip(one + random.normal(0, 2), 0, 16)) for one in (x, y))
        at = START + timedelta(days=days, minutes=-30, seconds=5 * (step - 599))
        positions.append({"time": iso(at), "agent": "AGV-1", "x_m": f"{x:.2f}", "y_m": f"{y:.2f}"})
    assets = [{"asset": name, "kind": kind, "cost_per_hour": cost} for name, kind, cost in
              (("DOOR-1", "door", "400"), ("SORTER", "sorter", "2500"),
               ("AISLE-3", "aisle", "150"), ("LIFT", "lift", "900"))]  # fmt: skip
    downtime = []
    for name, count, hours in (("DOOR-1", 14, 1.0), ("SORTER", 9, 2.0), ("AISLE-3", 6, 0.5)):
        for each in sorted(random.choice(days * 24 - 20, count, replace=False)):
            begin = START + timedelta(hours=int(each))
            long = timedelta(minutes=1 + int(60 * random.gamma(4, hours / 4)))
            downtime.append({"asset": name, "start": iso(begin), "end": iso(begin + long), "cause": "jam"})
    return {"locations": locations, "items": items, "orders": heads, "slots": slots, "lines": lines, "tasks": tasks,
            "lots": lots, "readings": readings,
            "positions": positions, "assets": assets, "downtime": downtime}  # fmt: skip


def write_site(folder: Path, tables):
    """A CSV a table; the paths by table."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for table, rows in tables.items():
        paths[table] = folder / f"{table}.csv"
        with paths[table].open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            out.writeheader()
            out.writerows(rows)
    return paths
