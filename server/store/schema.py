"""The tables of the log, by version. A store is brought up step by step; each step is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Step: TypeAlias = Sequence[str]
"""Statements that bring a store from one version to the next. In them, BLOB, BIGINT and SERIAL are replaced by what
the database calls a string of bytes, a number of 64 bits, and a key that counts by itself."""

STEPS: tuple[Step, ...] = (
    (
        "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        """CREATE TABLE events (
             seq BIGINT PRIMARY KEY, id TEXT NOT NULL, site TEXT NOT NULL, source TEXT NOT NULL,
             entity TEXT NOT NULL, happened_ms BIGINT NOT NULL, body BLOB NOT NULL, learned_ms BIGINT NOT NULL)""",
        "CREATE UNIQUE INDEX events_by_id ON events (id)",
        "CREATE INDEX events_by_entity ON events (entity, seq)",
        """CREATE TABLE snapshots (
             seq BIGINT PRIMARY KEY, learned_ms BIGINT NOT NULL, happened_ms BIGINT NOT NULL,
             sha256 TEXT NOT NULL, state BLOB NOT NULL)""",
        """CREATE TABLE letters (
             number SERIAL, digest TEXT NOT NULL UNIQUE, source TEXT NOT NULL, address TEXT NOT NULL,
             payload BLOB NOT NULL, arrived_ms BIGINT NOT NULL, reason TEXT NOT NULL, settled_ms BIGINT)""",
    ),
)
"""Step n brings a store from version n to n + 1."""

VERSION = len(STEPS)
