"""Texts as times in UTC: ISO 8601, seconds since 1970, and local times of a named zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from layouts.wms.mapping import LOCAL_FORMS, TimeForm
from layouts.wms.numerals import Flags, to_flags

Milliseconds = npt.NDArray[np.int64]

_CLOCK = r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?"
_ISO_DAY = r"^(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
PATTERNS: Mapping[TimeForm, str] = {
    "iso": _ISO_DAY + _CLOCK.removesuffix("?") + r" ?(?P<o>Z|[+-]\d{2}:?\d{2})$",
    "local": _ISO_DAY + _CLOCK + "$",
    "dmy": r"^(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})" + _CLOCK + "$",
    "mdy": r"^(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})" + _CLOCK + "$",
    "epoch_s": r"^(?P<s>\d{9,10})(?:\.(?P<f>\d{1,9}))?$",
    "epoch_ms": r"^(?P<s>\d{9,10})(?P<f>\d{3})$",
}
SAID: Mapping[TimeForm, str] = {
    "iso": "ISO 8601 with Z or an offset, as 2026-11-23T08:00:00Z",
    "local": "a local time as 2026-11-23 08:00:00",
    "dmy": "a local time as 23.11.2026 08:00",
    "mdy": "a local time as 11/23/2026 08:00",
    "epoch_s": "seconds since 1970, 9 or 10 digits",
    "epoch_ms": "milliseconds since 1970, 12 or 13 digits",
}
EARLIEST_MS = int(np.datetime64("1990-01-01", "ms").astype(np.int64))
LATEST_MS = int(np.datetime64("2100-01-01", "ms").astype(np.int64))
FURTHEST_OFFSET_MS = 14 * 3_600_000
_MINUTE_MS = 60_000
"""Clocks change at whole minutes, not hours: Newfoundland's did at 00:01 until 2011."""


class Times(NamedTuple):
    """`utc_ms` (N,) since 1970, 0 where there is none, and which texts have which fault; `empty` is none."""

    utc_ms: Milliseconds
    empty: Flags
    malformed: Flags
    unreal: Flags
    in_gap: Flags
    ambiguous: Flags
    outside: Flags


def times(
    texts: pa.Array,
    form: TimeForm,
    *,
    zone: ZoneInfo | None = None,
    ambiguous: Literal["earlier", "later"] | None = None,
) -> Times:
    """Read times (N,); local forms need the `zone`. A time that came twice is a fault unless `ambiguous` says which.

    ValueError for a local form without a zone.
    """
    if form in LOCAL_FORMS and zone is None:
        raise ValueError(f"times of form '{form}' are local: give their zone")
    parts = pc.extract_regex(texts, PATTERNS[form])
    matched = to_flags(pc.is_valid(parts))
    empty = to_flags(pc.equal(texts, ""))
    if form in ("epoch_s", "epoch_ms"):
        ms, unreal = _whole(parts, "s") * 1000 + _thousandths(parts), np.zeros(len(texts), bool)
    else:
        ms, unreal = _calendar_ms(parts, matched)
    in_gap = twice = np.zeros(len(texts), bool)
    inside = (ms >= EARLIEST_MS) & (ms < LATEST_MS)
    usable = matched & ~unreal & inside
    if form == "iso":
        offset_ms = _offset_ms(parts)
        ms, unreal = ms - offset_ms, unreal | (np.abs(offset_ms) > FURTHEST_OFFSET_MS)
        usable = usable & ~unreal
    elif form in LOCAL_FORMS and zone is not None:
        ms, in_gap, twice = _local_as_utc(
            np.where(usable, ms, EARLIEST_MS + 86_400_000), zone, ambiguous == "later"
        )
    twice = twice & usable if ambiguous is None else np.zeros(len(texts), bool)
    in_gap = in_gap & usable
    fine = usable & ~in_gap & ~twice
    return Times(
        utc_ms=np.where(fine, ms, 0),
        empty=empty,
        malformed=~matched & ~empty,
        unreal=unreal & matched,
        in_gap=in_gap,
        ambiguous=twice,
        outside=matched & ~unreal & ~inside,
    )


def fitting_forms(texts: pa.Array) -> tuple[TimeForm, ...]:
    """The forms that at least nine in ten of the texts that are not empty have; none for no texts."""
    told = texts.filter(pc.not_equal(texts, ""))
    if not len(told):
        return ()
    forms = []
    for form, pattern in PATTERNS.items():
        if pc.sum(pc.match_substring_regex(told, pattern)).as_py() * 10 < len(told) * 9:
            continue
        if form in ("dmy", "mdy") and not _days_exist(told, form):
            continue
        forms.append(form)
    return tuple(forms)


def _days_exist(texts: pa.Array, form: TimeForm) -> bool:
    parts = pc.drop_null(pc.extract_regex(texts, PATTERNS[form]))
    months = _whole(parts, "m")
    return bool(np.mean(months <= 12) > 0.99)


def _whole(parts: pa.StructArray, name: str, default: int = 0) -> Milliseconds:
    texts = parts.field(name)  # "" where the pattern did not match
    texts = pc.if_else(pc.equal(texts, ""), str(default), texts)
    return texts.cast(pa.int64()).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _thousandths(parts: pa.StructArray) -> Milliseconds:
    """Digits after the point as milliseconds; finer ones are cut off."""
    digits = pc.utf8_slice_codeunits(pc.utf8_rpad(parts.field("f"), 3, "0"), 0, 3)
    return digits.cast(pa.int64()).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _calendar_ms(parts: pa.StructArray, matched: Flags) -> tuple[Milliseconds, Flags]:
    year, month, day = (_whole(parts, name, 1) for name in "ymd")
    hour, minute, second = (_whole(parts, name) for name in "HMS")
    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    same_month = days.astype("datetime64[D]").astype("datetime64[M]") == months
    real = (
        (month >= 1) & (month <= 12) & (day >= 1) & same_month & (hour < 24) & (minute < 60) & (second < 60)
    )
    ms = ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + _thousandths(parts)
    return np.where(real & matched, ms, 0), ~real


def _offset_ms(parts: pa.StructArray) -> Milliseconds:
    texts = pc.replace_substring(parts.field("o"), ":", "")
    texts = pc.if_else(pc.is_in(texts, pa.array(["Z", ""])), "+0000", texts)
    hours = pc.utf8_slice_codeunits(texts, 1, 3).cast(pa.int64()).to_numpy(zero_copy_only=False)
    minutes = pc.utf8_slice_codeunits(texts, 3, 5).cast(pa.int64()).to_numpy(zero_copy_only=False)
    ahead = to_flags(pc.equal(pc.utf8_slice_codeunits(texts, 0, 1), "+"))
    return np.where(ahead, 1, -1) * (hours * 60 + minutes) * 60_000  # type: ignore[no-any-return]


def _local_as_utc(local_ms: Milliseconds, zone: ZoneInfo, later: bool) -> tuple[Milliseconds, Flags, Flags]:
    """UTC of local times, which were skipped, and which came twice (PEP 495: the offsets of the two folds differ)."""
    minutes, which = np.unique(local_ms // _MINUTE_MS, return_inverse=True)
    start = datetime(1970, 1, 1)
    local = [start + timedelta(minutes=minute) for minute in minutes.tolist()]
    first, second = (
        np.array([_offset(time.replace(tzinfo=zone, fold=fold)) for time in local], np.int64)
        for fold in (0, 1)
    )
    utc = local_ms - (second if later else first)[which]
    return utc, (first < second)[which], (first > second)[which]


def _offset(time: datetime) -> int:
    offset = time.utcoffset()
    return 0 if offset is None else round(offset.total_seconds() * 1000)
