"""The subcommands of `aisletwin`. Each says what it needs and prints; the work is done elsewhere.

Modules that take long to import are imported by the subcommand that needs them, so that `--help` answers at
once.
"""

from __future__ import annotations

import typer

from server.commands.chain import scan, tours
from server.commands.compare import compare
from server.commands.demo import demo
from server.commands.experiment import experiment
from server.commands.layout import layout
from server.commands.networks import graph, path, reconcile
from server.commands.show import serve, view
from server.commands.simulate import simulate
from server.commands.wms import wms

app = typer.Typer(
    name="aisletwin",
    help="A 3D spatial twin of a warehouse: scan it, walk it, simulate it, see it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (scan, graph, path, reconcile, tours, simulate, compare, experiment, serve, view, demo):
    app.command()(command)
app.add_typer(layout)
app.add_typer(wms)
