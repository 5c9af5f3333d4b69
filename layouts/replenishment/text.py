"""Policies and their proof in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from layouts.replenishment.proof import Proof
from layouts.replenishment.tune_all import TunedSku
from layouts.report.numbers import decimals_of, figure_text, plain_number
from layouts.statistics.intervals import Estimate

MOST_NAMED = 5


def tuned_text(tuned: Sequence[TunedSku], *, service: float) -> str:
    """What was chosen, and where the money is."""
    kinds = Counter(each.tuned.policy.kind for each in tuned)
    chosen = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    asked = sum(each.demand.per_day for each in tuned)
    met = sum(each.demand.per_day * each.tuned.expected.fill_rate for each in tuned)
    on_hand = sum(each.tuned.expected.on_hand for each in tuned)
    orders = sum(each.tuned.expected.orders_per_day for each in tuned)
    cost = sum(each.tuned.cost_per_day for each in tuned)
    short = sum(each.tuned.expected.fill_rate < service for each in tuned)
    dear = sorted(tuned, key=lambda each: (-each.tuned.cost_per_day, each.sku))[:MOST_NAMED]
    return "\n".join(
        (
            f"{len(tuned):,} SKUs at a fill rate of {100 * service:g} %: {chosen}",
            f"expected: {100 * met / asked if asked else 100:.2f} % met at once, "
            f"{plain_number(on_hand)} pieces on hand, {plain_number(orders)} orders a day, "
            f"{plain_number(cost)} a day for keeping, ordering and spoiling",
            "dearest: "
            + ", ".join(f"{each.sku} {plain_number(each.tuned.cost_per_day, 3)} a day" for each in dear),
            *([f"{short:,} spoil before they can be sold that often: they stay below"] if short else []),
        )
    )


def verdict(proof: Proof, service: float) -> str:
    """`pass`, `fail`, or `cannot decide` where the interval holds the service that was asked for."""
    rate = proof.fill_rate
    if rate.low >= service:
        return "pass"
    return "fail" if rate.high < service else "cannot decide"


def proof_text(proof: Proof, *, service: float | None = None) -> str:
    """Service, waste and cost with their intervals, and the SKUs that fare worst."""
    rates = sorted((proof.of_sku(number).value, sku) for number, sku in enumerate(proof.skus))
    lines = [
        f"{len(proof.skus):,} SKUs over {proof.days:,} days, {proof.fill_rate.n} times",
        f"met at once: {_percent(proof.fill_rate)}",
        f"spoilt: {_percent(proof.spoilt_share)} of what was asked for",
        f"keeping, ordering and spoiling: {_told(proof.cost_per_day)} a day",
        "least: " + ", ".join(f"{sku} {100 * rate:.1f} %" for rate, sku in rates[:MOST_NAMED]),
    ]
    if service is not None:
        lines.append(f"{100 * service:g} % service: {verdict(proof, service)}")
    return "\n".join(lines)


def proof_dict(proof: Proof, *, service: float | None = None) -> dict[str, Any]:
    """As JSON holds it."""
    return {
        "skus": len(proof.skus),
        "days": proof.days,
        "fill_rate": proof.fill_rate.record(),
        "spoilt_share": proof.spoilt_share.record(),
        "cost_per_day": proof.cost_per_day.record(),
        "by_sku": {sku: proof.of_sku(number).record() for number, sku in enumerate(proof.skus)},
        **({} if service is None else {"service": service, "verdict": verdict(proof, service)}),
    }


def tuned_dict(tuned: Sequence[TunedSku]) -> list[dict[str, Any]]:
    """As JSON holds it, a record a SKU."""
    return [
        {
            "sku": each.sku,
            "policy": each.tuned.policy.kind,
            "order_at": each.tuned.policy.order_at,
            "quantity": each.tuned.policy.quantity or None,
            "review_days": each.tuned.policy.review_days,
            "per_day": each.demand.per_day,
            "safety": each.safety,
            "expected": each.tuned.expected._asdict(),
            "cost_per_day": each.tuned.cost_per_day,
        }
        for each in tuned
    ]


def _percent(estimate: Estimate) -> str:
    return f"{_told(estimate.scaled(100), within=100.0)} %"


def _told(estimate: Estimate, *, within: float | None = None) -> str:
    """`97.31 [96.9, 97.8]`; a share stays a share."""
    decimals = decimals_of(estimate)
    high = estimate.high if within is None else min(estimate.high, within)
    low = max(0.0, estimate.low)
    ends = f"{figure_text(low, decimals)}, {figure_text(high, decimals)}"
    return f"{figure_text(estimate.value, decimals)} [{ends}]"
