"""What an EPCIS capture needs to know of the site: its places, SKUs and units by GS1 key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from layouts.live.sensors import SensorBinding


class EpcisSettings(BaseModel):
    """Settings of one EPCIS feed.

    `places` names the location of each SGLN of this site, as `GLN` or `GLN.EXTENSION`; one that is not listed is
    refused, or, with `unlisted_places: keep`, is a location under that name. `skus` names the SKU of a GTIN of 14
    digits, which is its own name otherwise. A quantity counts pieces; for a SKU in `measures` it is in that unit of
    UN/ECE Recommendation 20, as KGM. `order_transactions` are the types of business transaction that are orders
    here: a TransactionEvent `shipping` with one closes it. `whole_documents`: one faulty event refuses them all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/]+$")]
    source: Annotated[str, Field(min_length=1, max_length=60)] = "epcis"
    places: Mapping[str, str] = {}
    unlisted_places: Literal["refuse", "keep"] = "refuse"
    skus: Mapping[str, str] = {}
    measures: Mapping[str, str] = {}
    order_transactions: tuple[str, ...] = ()
    sensors: tuple[SensorBinding, ...] = ()
    whole_documents: bool = False
    most_events: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
