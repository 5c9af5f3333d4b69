"""policy: when to order how much of each SKU, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from server.commands.clean_output import strangers_on_stderr
from server.commands.options import Json, Seed, service_of
from server.commands.printing import print_json, print_notes
from server.progress import reporting

if TYPE_CHECKING:
    from layouts.replenishment.policy import Policy

policy = typer.Typer(
    name="policy",
    help="Stock policies: tune when to order how much of each SKU, and play it day by day.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Orders = Annotated[
    Path,
    typer.Argument(
        help="CSV: order, sku, quantity, released; or date, sku, quantity; or a folder of wms load."
    ),
]
Items = Annotated[
    Path,
    typer.Option(
        help="CSV: sku, lead_days; also lead_sd_days, unit_cost, order_cost, holding_per_year, pack, at_least, "
        "life_days, life_sd_days."
    ),
]
TimeZone = Annotated[str, typer.Option(help="Whose days are counted.", metavar="ZONE")]
Processes = Annotated[int, typer.Option(help="Processes that share the SKUs.", min=1)]
Cluster = Annotated[str | None, typer.Option(help="A Dask scheduler.", metavar="tcp://HOST:8786")]


@policy.command()
def tune(
    orders: Orders,
    items: Items,
    output: Annotated[Path, typer.Option("--output", "-o", help="CSV of the policies.")],
    service: Annotated[str, typer.Option(help="Share of pieces to meet at once, as 98% or 0.98.")] = "98%",
    review: Annotated[
        int, typer.Option(help="Days from one look at the stock to the next.", min=1, max=366)
    ] = 1,
    kind: Annotated[
        Literal["cheapest", "base-stock", "reorder-point", "min-max"],
        typer.Option(help="The rule to order by."),
    ] = "cheapest",
    time_zone: TimeZone = "UTC",
    workers: Processes = 1,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Tune a policy for each SKU: the cheapest that reaches the service, by theory, on demand as lately."""
    from layouts.demand.forecasting.read_demand import read_demand
    from layouts.replenishment.policy import KINDS
    from layouts.replenishment.policy_table import policies_csv
    from layouts.replenishment.terms_table import read_terms
    from layouts.replenishment.text import tuned_dict, tuned_text
    from layouts.replenishment.tune_all import tune_all
    from spatial.tasks.open_workers import open_workers
    from spatial.whole_files import write_whole

    goal = service_of(service)
    with strangers_on_stderr(), reporting("policies", quiet=as_json) as tell:
        read = read_demand(orders, time_zone=time_zone)
        with open_workers(workers, cluster=cluster) as players:
            tuned = tune_all(
                read.table,
                read_terms(items),
                service=goal,
                review_days=review,
                kinds=KINDS if kind == "cheapest" else (kind,),
                workers=players,
                progress=tell,
            )
        with write_whole(output) as path:
            path.write_text(policies_csv(tuned), encoding="utf-8")
    if as_json:
        print_json(
            {"file": str(output), "service": goal, "policies": tuned_dict(tuned), "notes": list(read.notes)}
        )
        return
    typer.echo(f"{output}: {tuned_text(tuned, service=goal)}")
    print_notes(read.notes)


@policy.command()
def play(
    policies: Annotated[
        Path, typer.Argument(help="CSV of tune: sku, policy, order_at, quantity, review_days.")
    ],
    orders: Annotated[Path, typer.Option(help="The orders whose weeks are drawn from, as for tune.")],
    items: Items,
    service: Annotated[
        str | None, typer.Option(help="Ends with 1 where less is met at once, as 98%; with 4 if undecided.")
    ] = None,
    days: Annotated[int, typer.Option(help="Days that count.", min=7, max=3660)] = 364,
    times: Annotated[int, typer.Option(help="Replications.", min=2, max=10_000)] = 20,
    seed: Seed = 0,
    picked: Annotated[
        Literal["first-expired", "first-in"], typer.Option(help="Which lot is picked first.")
    ] = "first-expired",
    short: Annotated[
        Literal["owed", "lost"], typer.Option(help="What becomes of pieces that are short.")
    ] = "owed",
    receipts: Annotated[
        Path | None, typer.Option(help="Write here what comes on each day of the first replication (CSV).")
    ] = None,
    time_zone: TimeZone = "UTC",
    workers: Processes = 1,
    cluster: Cluster = None,
    as_json: Json = False,
) -> None:
    """Play policies on weeks drawn from past orders: service, waste and cost, with their intervals."""
    from layouts.demand.forecasting.read_demand import read_demand
    from layouts.replenishment.policy_table import read_policies
    from layouts.replenishment.proof import Played, prove
    from layouts.replenishment.proof import receipts as goods_that_come
    from layouts.replenishment.receipts import receipts_csv
    from layouts.replenishment.terms_table import read_terms
    from layouts.replenishment.text import proof_dict, proof_text, verdict
    from spatial.tasks.open_workers import open_workers
    from spatial.whole_files import write_whole

    goal = None if service is None else service_of(service)
    rules, terms = read_policies(policies), read_terms(items)
    played = Played(
        days=days,
        times=times,
        seed=seed,
        first_expired_first=picked == "first-expired",
        waits=short == "owed",
    )
    with strangers_on_stderr(), reporting("policies", quiet=as_json) as tell:
        read = read_demand(orders, time_zone=time_zone)
        with open_workers(workers, cluster=cluster) as players:
            proof = prove(read.table, rules, terms, played, workers=players, progress=tell)
        if receipts is not None:
            with write_whole(receipts) as path:
                path.write_text(
                    receipts_csv(goods_that_come(read.table, rules, terms, played)), encoding="utf-8"
                )
    notes = (*read.notes, *_without_policy(rules, read.table.skus))
    if as_json:
        print_json({**proof_dict(proof, service=goal), "notes": list(notes)})
    else:
        typer.echo(proof_text(proof, service=goal))
        print_notes(notes)
    if goal is not None:
        raise typer.Exit({"pass": 0, "fail": 1}.get(verdict(proof, goal), 4))


@policy.command()
def putaway(
    receipts: Annotated[Path, typer.Argument(help="CSV of play --receipts: day, sku, pieces.")],
    slotting: Annotated[Path, typer.Option(help="CSV: sku, location. Goods go to the first location.")],
    day: Annotated[int, typer.Option(help="Which day's goods, from 0.", min=0)],
    output: Annotated[Path, typer.Option("--output", "-o", help="YAML with `putaway` for a scenario.")],
    per_load: Annotated[
        float | None, typer.Option(help="Pieces that somebody carries at once.", min=0.001)
    ] = None,
    from_s: Annotated[float, typer.Option(help="Seconds into the shift of the first load.", min=0.0)] = 0.0,
    until_s: Annotated[float, typer.Option(help="And before which the last one comes.")] = 28_800.0,
) -> None:
    """Turn the goods of a day into putaway work of a scenario, so that it meets the pickers in the aisles."""
    import yaml

    from layouts.replenishment.receipts import putaway as loads_of
    from layouts.replenishment.receipts import read_receipts
    from layouts.slotting_table import read_slotting
    from spatial.errors import BadDataError
    from spatial.whole_files import write_whole

    came = [each for each in read_receipts(receipts) if each.day == day]
    if not came:
        raise BadDataError(f"{receipts} has no goods on day {day}: choose another --day")
    sizes = {} if per_load is None else dict.fromkeys({each.sku for each in came}, per_load)
    try:
        made = loads_of(came, read_slotting(slotting), per_load=sizes, from_s=from_s, until_s=until_s)
    except ValueError as error:
        raise BadDataError(str(error)) from error
    with write_whole(output) as path:
        path.write_text(yaml.safe_dump(made, sort_keys=False), encoding="utf-8")
    typer.echo(f"{output}: {len(made['putaway']['loads']):,} loads of {len(came):,} SKUs on day {day}")


def _without_policy(rules: Mapping[str, Policy], skus: tuple[str, ...]) -> list[str]:
    without = sum(sku not in rules for sku in skus)
    return (
        [f"{without:,} of {len(skus):,} SKUs with orders have no policy: they are left out."]
        if without
        else []
    )
