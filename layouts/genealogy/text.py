"""A recall in words, and as JSON holds it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from layouts.genealogy.recall import Recall
from layouts.genealogy.tainted import Passed, Share
from layouts.inventory.stock_key import units


def recall_text(found: Recall) -> str:
    """Where it lies, whom it reached, and what was made of it."""
    lots = ", ".join(f"{sku} {lot}".strip() for sku, lot in found.lots)
    lines = [f"lots: {lots}" if lots else "no lot as a whole"]
    if found.may:
        lines.append("perhaps: " + ", ".join(f"{sku} {lot}" for sku, lot in found.may))
    lines.append(f"came in: {amount_text(found.came)}")
    for each in found.lies:
        unit = f" on {each.handling_unit}" if each.handling_unit else ""
        named = [lot for lot in each.lots if lot]
        of = f" of {', '.join(named)}" if named else ""
        lines.append(f"lies: {each.place}{unit}: {amount_text(each.share)} {each.sku}{of}")
    for gone in found.gone:
        lot = f" of {gone.lot}" if gone.lot else ""
        whom = f"order {gone.order}" if gone.order else gone.made_by or gone.reason or "outside"
        lines.append(
            f"gone: {gone.site} → {whom}: {amount_text(gone.share)} {gone.sku}{lot}, last {time_text(gone.last_ms)}"
        )
    if not found.is_certain:
        lines.append(
            "Not certain: movements that do not name their lot may have taken these goods. "
            "A range tells the least and the most."
        )
    return "\n".join(lines)


def recall_dict(found: Recall) -> dict[str, Any]:
    """As JSON holds it; amounts are pieces, `least` and `most`."""
    return {
        "lots": [{"sku": sku, "lot": lot} for sku, lot in found.lots],
        "perhaps": [{"sku": sku, "lot": lot} for sku, lot in found.may],
        "is_certain": found.is_certain,
        "came": _share(found.came),
        "lies": [
            {
                "place": each.place,
                "handling_unit": each.handling_unit,
                "sku": each.sku,
                "lots": list(each.lots),
                **_share(each.share),
            }
            for each in found.lies
        ],
        "gone": [
            {**{key: value for key, value in gone._asdict().items() if key != "share"}, **_share(gone.share)}
            for gone in found.gone
        ],
        "orders": {order: _share(share) for order, share in found.orders.items()},
        "path": [_passed(passed) for passed in found.path],
    }


def _passed(passed: Passed) -> dict[str, Any]:
    goods = passed.taken or passed.brought
    assert goods is not None
    return {
        "at_ms": passed.event.happened_ms,
        "event": passed.event.id,
        "sku": goods.sku,
        "lot": goods.lot,
        "from": None if passed.taken is None else passed.taken.place,
        "to": None if passed.brought is None else passed.brought.place,
        "handling_unit": goods.handling_unit,
        **_share(passed.share),
    }


def _share(share: Share) -> dict[str, float]:
    return {"least": units(share.low), "most": units(share.high)}


def amount_text(share: Share) -> str:
    """`6`, or `1 to 5`."""
    low, high = f"{units(share.low):g}", f"{units(share.high):g}"
    return low if low == high else f"{low} to {high}"


def time_text(at_ms: int) -> str:
    """The time in UTC, to the second."""
    return (
        dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    )
