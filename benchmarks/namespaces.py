"""Machines of one's own, for a while: network namespaces that are joined by a bridge, as root on Linux.

Processes in them share the disk and the processor, and reach each other by address alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A namespace and its address; commands that begin with `prefix` run in it."""

    name: str
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)


@dataclass(frozen=True)
class Machines:
    """`host` is the address of this machine on the bridge."""

    host: str
    machines: tuple[Machine, ...]


def why_not() -> str | None:
    """Why there can be no namespaces here, None if there can."""
    if shutil.which("ip") is None:
        return "there is no `ip` command (scripts/setup.sh --services)"
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"at-{os.getpid()}-try"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return None if tried.returncode == 0 else f"no network namespace can be made: {tried.stderr.strip()}"


@contextmanager
def machines(names: Sequence[str]) -> Iterator[Machines]:
    """As many machines as names; they and their bridge are gone at the end, whatever happens in between.

    Names and the network come from the process id, so that two runs at once do not meet.
    """
    run = os.getpid() % 100_000  # names of links have at most 15 characters
    network, bridge = f"10.213.{run % 256}", f"at-{run}-br"
    ports = [f"at-{run}-{number}" for number in range(len(names))]
    made = [Machine(f"at-{run}-{name}", f"{network}.{number}") for number, name in enumerate(names, 2)]
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("address", "add", f"{network}.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for port, machine in zip(ports, made, strict=True):
            _ip("netns", "add", machine.name)
            _ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", machine.name)
            _ip("link", "set", port, "master", bridge, "up")
            _ip("-n", machine.name, "address", "add", f"{machine.address}/24", "dev", "eth0")
            _ip("-n", machine.name, "link", "set", "eth0", "up")
            _ip("-n", machine.name, "link", "set", "lo", "up")
        yield Machines(f"{network}.1", tuple(made))
    finally:
        for link in (*ports, bridge):  # a namespace takes its links with it too, but a moment later
            subprocess.run(["ip", "link", "delete", link], capture_output=True, check=False)
        for machine in made:
            subprocess.run(["ip", "netns", "delete", machine.name], capture_output=True, check=False)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
