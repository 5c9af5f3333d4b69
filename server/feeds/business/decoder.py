"""Messages of business systems: JSON records by REST, and files in JSON or CSV."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec

from layouts.live.events import LiveEvent
from server.feeds.business.meaning import Lying, events_of
from server.feeds.business.records import Record
from server.feeds.business.settings import BusinessSettings, TableFile
from server.feeds.business.tables import Told, told_rows
from server.feeds.feed import Decoded, Message, Refused
from server.feeds.json_text import read_json
from spatial.model_yaml import validated

SHOWN = 120
"""So many characters of a refused record are repeated in its reason."""


class BusinessDecoder:
    """Reads records. `lying` is the book of stock, for lists that are full for some places."""

    def __init__(self, settings: BusinessSettings, *, lying: Lying | None = None) -> None:
        self._settings = settings
        self._lying = lying

    def decode(self, message: Message) -> Decoded:
        """What the records of a message tell; each is taken or refused by itself."""
        name = message.address.replace("\\", "/").rpartition("/")[2]
        try:
            table = self._table(name)
            told = _told_json(message.payload) if table is None else self._rows(name, message.payload, table)
            if len(told) > self._settings.most_records:
                raise ValueError(
                    f"{len(told)} records are more than {self._settings.most_records}: send fewer at once"
                )
        except ValueError as error:
            return Decoded(refused=(Refused(str(error), message.payload),))
        events: list[LiveEvent] = []
        refused: list[Refused] = []
        for number, one in enumerate(told):
            try:
                events += self._events(one, number)
            except ValueError as error:
                refused.append(Refused(str(error), one.payload))
        return Decoded(tuple(events), tuple(refused))

    def _table(self, name: str) -> TableFile | None:
        table = next((one for one in self._settings.files if fnmatchcase(name, one.pattern)), None)
        if table is None and name.lower().endswith((".csv", ".tsv", ".txt")):
            patterns = ", ".join(one.pattern for one in self._settings.files) or "none"
            raise ValueError(
                f"file '{name}' fits no pattern of files, which are {patterns}: add one with its kind"
            )
        return table

    def _rows(self, name: str, payload: bytes, table: TableFile) -> list[Told]:
        return told_rows(name, payload, table, self._settings.time_zone)

    def _events(self, one: Told, number: int) -> list[LiveEvent]:
        where = one.where or f"record {number}"
        if one.fault is not None:
            raise ValueError(f"{where}: {one.fault}")
        try:
            record = msgspec.convert(one.record, Record)
            return events_of(record, self._settings, self._lying)
        except (ValueError, RecursionError) as error:  # msgspec's ValidationError is a ValueError
            raise ValueError(f"{where}: {error} in {_shown(one.record)}") from error


def _told_json(payload: bytes) -> list[Told]:
    told = read_json(payload)
    if isinstance(told, dict) and "records" in told:
        told = told["records"]
    records = told if isinstance(told, list) else [told]
    return [Told(record, msgspec.json.encode(record)) for record in records]


def _shown(record: object) -> str:
    text = repr(record)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def make_decoder(
    *, name: str, site: str, options: Mapping[str, object], lying: Lying | None = None
) -> BusinessDecoder:
    """The decoder of the feed `name`; `options` are fields of `BusinessSettings`. Raises BadDataError."""
    fields = {**options, "site": site, "source": name}
    return BusinessDecoder(validated(fields, BusinessSettings, source=f"feed '{name}'"), lying=lying)
