"""The subcommands of `aisletwin`. Each says what it needs and prints; the work is done elsewhere.

Modules that take long to import are imported by the subcommand that needs them, so that `--help` answers at
once.
"""

from __future__ import annotations

import typer

from server.commands.addresses import addresses
from server.commands.alerts import alerts
from server.commands.assess import assess
from server.commands.audit import audit
from server.commands.benefit import benefit
from server.commands.calibrate import calibrate
from server.commands.chain import scan, tours
from server.commands.compare import compare
from server.commands.demo import demo
from server.commands.deviate import deviate
from server.commands.dock import dock
from server.commands.drawing import imports
from server.commands.edge import edge
from server.commands.energy import energy
from server.commands.events import events
from server.commands.experiment import experiment
from server.commands.export import export
from server.commands.feeds import feeds
from server.commands.forecast import forecast
from server.commands.ifc import import_ifc
from server.commands.inventory import inventory
from server.commands.jobs import jobs
from server.commands.layout import layout
from server.commands.letters import letters
from server.commands.line import line
from server.commands.maintenance import maintenance
from server.commands.networks import graph, path, reconcile
from server.commands.now import what_ifs
from server.commands.orders import orders
from server.commands.patch import patch
from server.commands.plants import import_lif, import_opentcs, import_rmf
from server.commands.policy import policy
from server.commands.record import record, replay
from server.commands.register import register
from server.commands.rehearse import rehearse
from server.commands.show import serve, view
from server.commands.simulate import simulate
from server.commands.slot import slot
from server.commands.supply import network
from server.commands.tiles import tiles
from server.commands.tokens import tokens
from server.commands.wms import wms

app = typer.Typer(
    name="aisletwin",
    help="A 3D spatial twin of a warehouse: scan it, walk it, simulate it, see it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS = (
    scan, register, tiles, deviate, graph, path, reconcile, tours, simulate, compare, experiment, serve, view, demo,
    rehearse, record, replay, edge, export, assess,
)  # fmt: skip
GROUPS = (
    layout, imports, addresses, orders, forecast, wms, slot, policy, network, calibrate,
    line, dock, maintenance, energy,
    events, letters, feeds, inventory, alerts, what_ifs, jobs, tokens, audit, benefit,
)  # fmt: skip
for command in COMMANDS:
    app.command()(command)
layout.command()(patch)
imports.command("ifc")(import_ifc)
imports.command("lif")(import_lif)
imports.command("opentcs")(import_opentcs)
imports.command("rmf")(import_rmf)
for group in GROUPS:
    app.add_typer(group)
