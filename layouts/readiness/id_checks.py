"""Ids and texts that went wrong: check digits, spellings, encodings, rows that came twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layouts.addresses.infer_check import has_check, infer_check
from layouts.readiness.finding import Finding
from layouts.readiness.site_tables import SiteTables
from layouts.wms.fields import TABLES
from layouts.wms.table_check import TableCheck

SPELLING = r"[\s\-_./]"


def id_findings(site: SiteTables) -> list[Finding]:
    """What is wrong with ids and texts of all tables."""
    found: list[Finding] = []
    for table, check in site.checks.items():
        found += _garbled(check)
        found += _wrong_check_digits(check)
        found += _variants(site, table)
        found += _repeated_rows(site, table)
    return found


def is_garbled(text: str) -> bool:
    """Whether UTF-8 was read as a Western code page: turned back into bytes it is UTF-8, and another text."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8") != text
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return False


def _garbled(check: TableCheck) -> Iterator[Finding]:
    for header, column in zip(check.source.header, check.source.columns, strict=True):
        coded = column.dictionary_encode()
        bad = [number for number, text in enumerate(coded.dictionary.to_pylist()) if is_garbled(text)]
        if bad:
            rows = pc.is_in(coded.indices, pa.array(bad, pa.int32()))
            yield _of_column(check, "garbled-text", header, rows, "text as it was written")


def _wrong_check_digits(check: TableCheck) -> Iterator[Finding]:
    """Every column is tried, those that are no field too: an EAN beside the SKU is kept for scanners."""
    for header, column in zip(check.source.header, check.source.columns, strict=True):
        trimmed = pc.utf8_trim_whitespace(column)
        ids = [text for text in trimmed.unique().to_pylist() if text]
        rule = infer_check(ids) if _could_be_checked(ids) else None
        if rule is not None:
            wrong = [text for text in ids if not has_check(text, rule)]
            if wrong:
                rows = pc.is_in(trimmed, pa.array(wrong))
                right = rule.of(wrong[0][: -rule.width])
                said = (
                    f"check digit {right} by modulus {rule.modulus}, as {len(ids) - len(wrong)} others have"
                )
                yield _of_column(check, "wrong-check-digit", header, rows, said)


def _could_be_checked(ids: list[str]) -> bool:
    """Dates and decimal numbers are no ids; labels have four characters or more."""
    sample = ids[:50]
    return bool(sample) and all(len(text) >= 4 and "." not in text and ":" not in text for text in sample)


def _variants(site: SiteTables, table: str) -> Iterator[Finding]:
    """Keys that are one key but for case, spaces and separators; the rarer spelling is told."""
    key = TABLES[table].key
    if len(key) != 1 or not site.has(table, *key):
        return
    check = site.checks[table]
    ids = check.values[key[0]]
    bare = pc.utf8_upper(pc.replace_substring_regex(ids, SPELLING, ""))
    pairs = {(one, text) for one, text in zip(bare.to_pylist(), ids.to_pylist(), strict=True) if text}
    spellings = Counter(one for one, _ in pairs)
    doubled = [one for one, count in spellings.items() if count > 1]
    seen: set[str] = set()
    later = np.zeros(len(ids), bool)
    for index in np.flatnonzero(
        pc.is_in(bare, pa.array(doubled, pa.string())).to_numpy(zero_copy_only=False)
    ):
        one = bare[int(index)].as_py()
        later[index] = one in seen
        seen.add(one)
    yield from site.finding("id-variant", table, key[0], later, "one spelling of an id")


def _repeated_rows(site: SiteTables, table: str) -> Iterator[Finding]:
    """Rows that are the same in all cells, where no key tells rows apart.

    Of order lines they are only told if lines of one order and SKU never come with other quantities: where they do,
    the site does not merge lines, and equal ones may be two wishes.
    """
    check = site.checks[table]
    if site.has(table, *TABLES[table].key) or not len(check.source.row):
        return
    again = _again(list(check.source.columns)) & check.real
    if table == "lines" and site.has("lines", "order", "sku"):
        pair = _again([check.values["order"], check.values["sku"]]) & check.real
        if 2 * again.sum() <= pair.sum():
            return
    yield from site.finding("duplicate-row", table, "", again, "each row once", got=_row_text(check, again))


def _row_text(check: TableCheck, rows: np.ndarray) -> str:
    index = np.flatnonzero(rows)[:1]
    return ", ".join(check.source.rows(index)[0])[:80] if len(index) else ""


def _again(columns: list[pa.Array]) -> np.ndarray:
    """Which rows (N,) have come before in all columns."""
    codes = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        coded = pc.fill_null(column.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False)
        _, codes = np.unique(codes * (int(coded.max(initial=0)) + 2) + coded + 1, return_inverse=True)
    _, first = np.unique(codes, return_index=True)
    again = np.ones(len(codes), bool)
    again[first] = False
    return again


def _of_column(check: TableCheck, kind: str, header: str, rows: pa.Array, expected: str) -> Finding:
    index = np.flatnonzero(pc.fill_null(rows, False).to_numpy(zero_copy_only=False))
    return Finding(
        kind=kind,
        table=check.table,
        file=str(check.source.path),
        column=header,
        rows=tuple(check.source.row[index[:20]].tolist()),
        count=len(index),
        got=str(check.source.column(header)[int(index[0])]),
        expected=expected,
    )
